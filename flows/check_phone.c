/* Who reads along: a shared phone by SMS, a person who said "do not call me", an inbox that keeps a PIN. */
#include "flows/checker.h"

#include "flows/lint.h"

/* ---- conditions of contact_pref and mode alone decide; others may hold or not */

struct reader_kind {
	const char *contact_pref, *mode; /* mode NULL: either */
};

static bool about_reader(const struct condition *c)
{
	return str_eq_z(c->name, "contact_pref") || str_eq_z(c->name, "mode");
}

/* May it hold for this reader? */
static bool may_hold(const struct guard *g, const struct reader_kind *r)
{
	return check_allows(g, "contact_pref", r->contact_pref) && (!r->mode || check_allows(g, "mode", r->mode));
}

/* It holds for this reader whatever else is true. */
static bool holds_surely(const struct guard *g, const struct reader_kind *r)
{
	if (!may_hold(g, r) || g->unless_count > 0)
		return false;
	for (size_t i = 0; i < g->when_count; i++)
		if (!about_reader(&g->when[i]) || (!r->mode && str_eq_z(g->when[i].name, "mode")))
			return false;
	return true;
}

/* ---- a shared phone by SMS: quiet final texts only */

static const struct reader_kind shared_sms = { "SHARED", "sms" };

static void check_end(struct checker *c, const struct state *target)
{
	if (target->kind != STATE_FINAL) {
		check_say(c, FINDING_ERROR, -1, "a shared phone by SMS must hear a quiet last word here, but it is asked on in %.*s",
			  STR_ARG(target->name));
		return;
	}
	for (size_t p = 0; p < target->prompts_count; p++) {
		if (may_hold(&target->prompts[p].when, &shared_sms) && !target->prompts[p].text->quiet)
			check_say(c, FINDING_ERROR, -1, "a shared phone by SMS would read \"%.*s\", which is not a quiet text",
				  STR_ARG(target->prompts[p].text->key));
		if (holds_surely(&target->prompts[p].when, &shared_sms))
			return;
	}
}

/* true: this list decides for a shared phone, the next one does not count. */
static bool check_shared_list(struct checker *c, const struct transition *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!may_hold(&list[i].when, &shared_sms))
			continue;
		const struct state *target = list[i].flow.len ? NULL : flow_state(c->flow, list[i].state);
		if (target)
			check_end(c, target);
		if (holds_surely(&list[i].when, &shared_sms))
			return true;
	}
	return false;
}

static void check_stop_here(struct checker *c, const struct state *s)
{
	bool decided = false;
	check_at(c, ".next");
	for (size_t p = 0; p < s->prompts_count; p++)
		for (size_t o = 0; o < s->prompts[p].options_count; o++)
			decided = check_shared_list(c, s->prompts[p].options[o].next, s->prompts[p].options[o].next_count);
	if (!decided)
		(void)check_shared_list(c, s->next, s->next_count);
}

/* ---- who said "do not call me" */

struct incoming {
	const struct state *target;
	const struct reader_kind *reader;
	bool named, open;
};

static void look_in(struct incoming *in, const struct flow *flow, const struct transition *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].flow.len || list[i].back || flow_state(flow, list[i].state) != in->target)
			continue;
		in->named = true;
		in->open = in->open || may_hold(&list[i].when, in->reader);
	}
}

/* Some way into the state is open to this reader; a state that only the engine or other flows enter counts as open. */
static bool can_enter(const struct flow *flow, const struct state *target, const struct reader_kind *reader)
{
	struct incoming in = { target, reader, false, false };
	for (size_t i = 0; i < flow->states_count; i++) {
		const struct state *s = &flow->states[i];
		look_in(&in, flow, s->next, s->next_count);
		for (size_t p = 0; p < s->prompts_count; p++)
			for (size_t o = 0; o < s->prompts[p].options_count; o++)
				look_in(&in, flow, s->prompts[p].options[o].next, s->prompts[p].options[o].next_count);
	}
	return in.open || !in.named;
}

static void check_promise(struct checker *c, const struct text *text)
{
	for (size_t l = 0; l < c->book->languages_count; l++) {
		const struct lint_word *w = lint_find(c->book->lint, LINT_CALL, c->book->languages[l], text->in[l]);
		if (!w)
			continue;
		check_say(c, FINDING_ERROR, (int)l,
			  "\"%.*s\" promises a call (\"%.*s\"), and who said \"do not call me\" can read it: put a variant with "
			  "\"when\": {\"contact_pref\": \"NO_CALL\"} in front", STR_ARG(text->key), STR_ARG(w->word));
		return;
	}
}

static bool same_values(const struct condition *a, const struct condition *b)
{
	bool same = str_eq(a->name, b->name) && a->values == b->values;
	for (size_t i = 0; same && i < a->values; i++)
		same = str_eq(a->any_of[i], b->any_of[i]);
	return same;
}

/* Everything that `first` asks for but "NO_CALL" is asked for by `then` too: where that one could be said, this one is. */
static bool stands_in_front(const struct guard *first, const struct guard *then)
{
	bool for_no_call = false;
	for (size_t i = 0; i < first->when_count; i++) {
		const struct condition *c = &first->when[i];
		bool asked = str_eq_z(c->name, "contact_pref") && c->values == 1 && str_eq_z(c->any_of[0], "NO_CALL");
		for_no_call = for_no_call || asked;
		for (size_t j = 0; !asked && j < then->when_count; j++)
			asked = same_values(c, &then->when[j]);
		if (!asked)
			return false;
	}
	return for_no_call && first->unless_count == 0;
}

static bool has_variant(const struct state *s, size_t prompt)
{
	for (size_t i = 0; i < prompt; i++)
		if (stands_in_front(&s->prompts[i].when, &s->prompts[prompt].when))
			return true;
	return false;
}

static void check_no_call(struct checker *c, const struct state *s)
{
	static const struct reader_kind no_call[] = { { "NO_CALL", "ussd" }, { "NO_CALL", "sms" } };
	bool said[16] = { false };
	if (!c->book->lint || !can_enter(c->flow, s, &(struct reader_kind){ "NO_CALL", NULL }))
		return;
	for (size_t r = 0; r < 2; r++)
		for (size_t p = 0; p < s->prompts_count && p < 16; p++) {
			if (!may_hold(&s->prompts[p].when, &no_call[r]) || has_variant(s, p))
				continue;
			check_at(c, s->kind == STATE_QUESTION ? ".ask[%zu]" : ".say[%zu]", p);
			if (!said[p])
				check_promise(c, s->prompts[p].text);
			said[p] = true;
			if (holds_surely(&s->prompts[p].when, &no_call[r]))
				break;
		}
}

/* ---- what is sent first, and what must not stay in an inbox.  A code that is asked for again to make sure who answers a
 * check-in may come by SMS (decision 8); one that is chosen may not. */

static void check_sent_first(struct checker *c, const struct state *s)
{
	for (size_t p = 0; p < s->prompts_count; p++)
		if (check_allows(&s->prompts[p].when, "mode", "sms") && !s->prompts[p].text->quiet) {
			check_at(c, s->kind == STATE_QUESTION ? ".ask[%zu]" : ".say[%zu]", p);
			check_say(c, FINDING_ERROR, -1, "the gateway sends this without being asked, so it must be quiet (\"kind\": \"Q\")");
		}
}

static void check_secret_ways(struct checker *c, const struct transition *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct state *t = list[i].flow.len || list[i].back ? NULL : flow_state(c->flow, list[i].state);
		if (t && t->secret && t->proof.len == 0 && check_allows(&list[i].when, "mode", "sms"))
			check_say(c, FINDING_ERROR, -1, "%.*s asks for a secret, which would stay in the inbox: lead there only "
				  "\"when\": {\"mode\": \"ussd\"}", STR_ARG(t->name));
	}
}

void check_shared_phone(struct checker *c)
{
	for (size_t i = 0; i < c->flow->states_count; i++) {
		const struct state *s = &c->flow->states[i];
		c->state = s;
		if (s->stop_here)
			check_stop_here(c, s);
		if (s->sent_first)
			check_sent_first(c, s);
		check_no_call(c, s);
		check_at(c, ".next");
		check_secret_ways(c, s->next, s->next_count);
		for (size_t p = 0; p < s->prompts_count; p++)
			for (size_t o = 0; o < s->prompts[p].options_count; o++)
				check_secret_ways(c, s->prompts[p].options[o].next, s->prompts[p].options[o].next_count);
	}
	c->state = NULL;
}
