#include "flows/checker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void check_at(struct checker *c, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (vsnprintf(c->place, sizeof c->place, format, args) < 0)
		c->place[0] = '\0';
	va_end(args);
}

void check_say(struct checker *c, enum finding_level level, int language, const char *format, ...)
{
	char says[600], path[256];
	va_list args;
	va_start(args, format);
	if (vsnprintf(says, sizeof says, format, args) < 0)
		says[0] = '\0';
	va_end(args);
	if (c->state)
		(void)snprintf(path, sizeof path, "states.%.*s%s", STR_ARG(c->state->name), c->place);
	else
		(void)snprintf(path, sizeof path, "%s", c->place);
	struct finding finding = { level, c->flow ? c->flow->file : STR("messages.json"), str_of(path),
				   language < 0 ? STR("") : c->book->languages[language], str_of(says) };
	c->errors += level == FINDING_ERROR;
	c->report(&finding, c->user);
}

static bool conditions_allow(const struct condition *list, size_t count, const char *name, const char *value)
{
	for (size_t i = 0; i < count; i++) {
		if (!str_eq_z(list[i].name, name))
			continue;
		bool one = false;
		for (size_t v = 0; v < list[i].values; v++)
			one = one || str_eq_z(list[i].any_of[v], value);
		if (!one)
			return false;
	}
	return true;
}

bool check_allows(const struct guard *guard, const char *name, const char *value)
{
	if (!conditions_allow(guard->when, guard->when_count, name, value))
		return false;
	bool excludes = guard->unless_count == 1 && str_eq_z(guard->unless[0].name, name) &&
			conditions_allow(guard->unless, 1, name, value);
	return !excludes;
}

/* What the engine itself asks for by name. */
static void check_needs(struct checker *c)
{
	static const char *const states[] = { "STOP", "START", "HELP", "MENU", "LANG", "LANG_SET", "URGENT", "CALL", "ERASE",
					      "ASKSTOP", "EMPTY", "FREE", "UNREADABLE", NULL };
	static const char *const messages[] = { "err.1", "err.down", "nav.more", "nav.back", "opts.range", NULL };
	const struct flow *control = book_flow(c->book, STR("control"), STR(""));
	if (!book_flow(c->book, STR("entry"), STR("")))
		check_say(c, FINDING_ERROR, -1, "there is no conversation \"entry\", where everybody comes in");
	if (!control)
		check_say(c, FINDING_ERROR, -1, "there is no conversation \"control\", which answers the keywords");
	for (size_t i = 0; control && states[i]; i++)
		if (!flow_state(control, str_of(states[i])))
			check_say(c, FINDING_ERROR, -1, "the conversation \"control\" has no state %s", states[i]);
	for (size_t i = 0; messages[i]; i++)
		if (!book_message(c->book, str_of(messages[i])))
			check_say(c, FINDING_ERROR, -1, "the text \"%s\" is missing", messages[i]);
}

static bool leads_to(const struct transition *list, size_t count, const struct flow *target)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i].flow, target->name))
			return true;
	return false;
}

static bool state_leads_to(const struct state *s, const struct flow *target)
{
	for (size_t p = 0; p < s->prompts_count; p++)
		for (size_t o = 0; o < s->prompts[p].options_count; o++)
			if (leads_to(s->prompts[p].options[o].next, s->prompts[p].options[o].next_count, target))
				return true;
	return leads_to(s->next, s->next_count, target);
}

/* A conversation that nobody can come to: not from the menu, not by a keyword, not begun by the gateway. */
static void check_entered(struct checker *c)
{
	const struct flow *target = c->flow;
	bool entered = str_eq_z(target->name, "entry") || str_eq_z(target->name, "control");
	for (size_t s = 0; s < target->states_count; s++)
		entered = entered || target->states[s].sent_first;
	for (size_t f = 0; f < c->book->flows_count && !entered; f++)
		for (size_t s = 0; !c->book->flows[f]->old && s < c->book->flows[f]->states_count; s++)
			entered = entered || (c->book->flows[f] != target && state_leads_to(&c->book->flows[f]->states[s], target));
	if (!entered)
		check_say(c, FINDING_WARNING, -1, "no menu and no other conversation leads here: \"go\": \"%.*s\"",
			  STR_ARG(target->name));
}

size_t book_check(const struct book *book, const struct check_limits *limits, finding_fn *report, void *user)
{
	struct checker c = { .book = book, .limits = *limits, .report = report, .user = user };
	if (c.limits.policies == 0)
		c.limits.policies = 1u << TRANSLITERATE_AUTO;
	if (arena_new(&c.arena, CHECK_ARENA_BYTES)) {
		check_say(&c, FINDING_ERROR, -1, "out of memory");
		return c.errors;
	}
	check_needs(&c);
	check_messages(&c);
	for (size_t i = 0; i < book->flows_count; i++) {
		if (book->flows[i]->old)
			continue;
		c.flow = book->flows[i];
		c.state = NULL;
		c.place[0] = '\0';
		check_entered(&c);
		check_graph(&c);
		check_codes(&c);
		check_shared_phone(&c);
		check_texts(&c);
	}
	arena_free(&c.arena);
	return c.errors;
}
