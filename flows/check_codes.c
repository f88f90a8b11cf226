/* Names and codes: what conditions ask for exists, what is saved and ordered is in the contract's lists. */
#include "flows/checker.h"

#include "flows/field.h"
#include "flows/guard.h"
#include "flows/nearest.h"

#include <string.h>

enum { NAMES_MAX = 128 };

struct names { /* what a condition may ask for */
	const char *list[NAMES_MAX + 1];
	size_t count;
};

static bool listed(const char *const *list, struct str name)
{
	for (; *list; list++)
		if (str_eq_z(name, *list))
			return true;
	return false;
}

static void add_name(struct names *n, const char *name)
{
	if (n->count < NAMES_MAX && !listed(n->list, str_of(name)))
		n->list[n->count++] = name;
}

static void collect_names(const struct flow *flow, struct names *n)
{
	for (size_t i = 0; fact_names[i]; i++)
		add_name(n, fact_names[i]);
	add_name(n, "claimed"); /* held by the engine, over conversations: a reference typed, what was proved */
	add_name(n, "proved");
	for (size_t i = 0; i < flow->states_count; i++) {
		const struct state *s = &flow->states[i];
		if (s->saves.len)
			add_name(n, s->saves.at);
		for (size_t e = 0; e < s->effects_count; e++)
			if (s->effects[e].kind == ORDER_SET)
				add_name(n, s->effects[e].a.at);
		for (size_t p = 0; p < s->prompts_count; p++)
			for (size_t o = 0; o < s->prompts[p].options_count; o++) {
				const struct option *option = &s->prompts[p].options[o];
				for (size_t b = 0; b < option->sets_count; b++)
					add_name(n, option->sets[b].name.at);
				for (size_t e = 0; e < option->effects_count; e++)
					if (option->effects[e].kind == ORDER_SET)
						add_name(n, option->effects[e].a.at);
			}
	}
}

static void unknown(struct checker *c, struct str name, const char *const *list, const char *what)
{
	const char *near = nearest(name, list);
	check_say(c, FINDING_ERROR, -1, "\"%.*s\" is no %s%s%s%s", STR_ARG(name), what, near ? "; did you mean \"" : "",
		  near ? near : "", near ? "\"?" : "");
}

static void check_code(struct checker *c, struct str code, const char *const *list, const char *what)
{
	if (!listed(list, code))
		unknown(c, code, list, what);
}

/* ---- conditions */

static void check_values(struct checker *c, const struct condition *one)
{
	static const struct {
		const char *name;
		const char *values[8];
	} facts[] = { { "mode", { "ussd", "sms" } }, { "intake", { "open", "paused" } }, { "office", { "open", "closed" } },
		      { "opted_out", { "yes", "no" } }, { "case", { "none", "partial", "open" } },
		      { "unfinished", { "yes", "no" } }, { "asked", { "yes", "no" } }, { "acked", { "yes", "no" } },
		      { "protected", { "yes", "no" } }, { "proof", { "right", "pin", "wrong", "locked" } },
		      { "verify", { "pin", "birth_year", "none" } }, { "returnee", { "yes", "no" } },
		      { "checkin_consent", { "yes", "no" } }, { "case_children", { "yes", "no" } }, { "frozen", { "yes", "no" } },
		      { "claimed_number", { "yes", "no" } }, { "country_stopped", { "yes", "no" } }, { "helped", { "yes", "no" } },
		      { "asks_help", { "yes", "no" } },
		      { "public_word", { "received", "trying", "progress", "waiting", "callus", "closed" } },
		      { "wave", { "ARR", "M1", "M3", "M6", "M12", "M18", "SPONT" } } };
	const struct field *field = field_named(str_eq_z(one->name, "case_status") ? STR("status") : one->name);
	const char *const *codes = field ? field->codes : NULL;
	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
		if (str_eq_z(one->name, facts[i].name))
			codes = facts[i].values;
	for (size_t v = 0; codes && v < one->values; v++)
		if (one->any_of[v].len)
			check_code(c, one->any_of[v], codes, "value that this can have");
}

static void check_guard(struct checker *c, const struct guard *g, const struct names *known)
{
	const struct condition *lists[2] = { g->when, g->unless };
	const size_t counts[2] = { g->when_count, g->unless_count };
	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; i < counts[l]; i++) {
			if (!listed(known->list, lists[l][i].name))
				unknown(c, lists[l][i].name, known->list, "name that is ever saved or known");
			check_values(c, &lists[l][i]);
		}
}

static void check_transitions(struct checker *c, const struct transition *list, size_t count, const struct names *known)
{
	for (size_t i = 0; i < count; i++)
		check_guard(c, &list[i].when, known);
}

/* ---- effects */

static const char *const checkin_whats[] = { "STARTED", "PROBLEM", "COMPLETED", "REFUSED", "LATER", "WRONG_PERSON", "UNPROVED",
					     "SPONTANEOUS", NULL };
static const char *const number_whats[] = { "CLAIM", "DENY", NULL };
static const char *const appointment_whats[] = { "CONFIRMED", "OTHER_DATE", NULL };

static void check_effect(struct checker *c, const struct effect_order *e)
{
	const struct field *field;
	static const char *const priorities[] = { "P1", "P2", "P3", "P4", NULL };
	switch (e->kind) {
	case ORDER_CONSENT: check_code(c, e->a, purposes, "purpose of a consent"); break;
	case ORDER_OPEN_CASE: check_code(c, e->a, field_named(STR("status"))->codes, "status of a case"); break;
	case ORDER_SET:
		field = field_named(e->a);
		if (field && field->codes && e->b.len)
			check_code(c, e->b, field->codes, "code of this field");
		break;
	case ORDER_PRIORITY: check_code(c, e->a, priorities, "priority"); break;
	case ORDER_ALERT:
		check_code(c, e->a, alert_kinds, "kind of alert");
		check_code(c, e->b, alert_levels, "level of an alert");
		check_code(c, e->role, roles, "role");
		break;
	case ORDER_TASK:
		check_code(c, e->a, task_kinds, "kind of task");
		check_code(c, e->role, roles, "role");
		break;
	case ORDER_OPT_OUT:
	case ORDER_OPT_IN:
	case ORDER_LANGUAGE:
	case ORDER_WIPE:
	case ORDER_RESUME:
	case ORDER_FORGET:
	case ORDER_NO_WAY_BACK:
	case ORDER_PAUSE:
	case ORDER_ASK_BY_SMS: /* load_state.c found it */
		break;
	case ORDER_CHECKIN: check_code(c, e->a, checkin_whats, "thing that can happen to a check-in"); break;
	case ORDER_NUMBER: check_code(c, e->a, number_whats, "thing that can be said of a number"); break;
	case ORDER_APPOINTMENT: check_code(c, e->a, appointment_whats, "answer to an appointment"); break;
	}
}

static void check_effects(struct checker *c, const struct effect_order *list, size_t count, const struct names *known)
{
	for (size_t i = 0; i < count; i++) {
		check_guard(c, &list[i].when, known);
		check_effect(c, &list[i]);
	}
}

/* ---- options */

static void check_option(struct checker *c, const struct state *s, const struct option *o, const struct names *known)
{
	const struct field *field = s->saves.len && s->accept == ACCEPT_CHOICE ? field_named(s->saves) : NULL;
	if (field && field->codes)
		check_code(c, o->code, field->codes, "code of the field it is saved in");
	for (size_t i = 0; i < o->sets_count; i++) {
		field = field_named(o->sets[i].name);
		if (field && field->codes && o->sets[i].value.len)
			check_code(c, o->sets[i].value, field->codes, "code of the field it is saved in");
	}
	check_effects(c, o->effects, o->effects_count, known);
	check_transitions(c, o->next, o->next_count, known);
}

static bool orders_consent(const struct option *o)
{
	for (size_t i = 0; i < o->effects_count; i++)
		if (o->effects[i].kind == ORDER_CONSENT)
			return true;
	return false;
}

static bool has_number(const struct prompt *prompt, int number)
{
	for (size_t o = 0; o < prompt->options_count; o++)
		if (prompt->options[o].number == number)
			return true;
	return false;
}

static void check_prompt(struct checker *c, const struct state *s, size_t p, const struct names *known)
{
	const struct prompt *prompt = &s->prompts[p];
	check_at(c, s->kind == STATE_QUESTION ? ".ask[%zu]" : ".say[%zu]", p);
	check_guard(c, &prompt->when, known);
	if (s->yes_no && (!has_number(prompt, s->yes) || (s->no >= 0 && !has_number(prompt, s->no))))
		check_say(c, FINDING_ERROR, -1, "\"yes_no\" means options %d and %d, and one of them is not there", s->yes, s->no);
	for (size_t o = 0; o < prompt->options_count; o++) {
		check_at(c, ".options[%zu]", o);
		check_option(c, s, &prompt->options[o], known);
		if (orders_consent(&prompt->options[o]) && !str_eq_z(prompt->options[o].code, "YES") &&
		    !str_eq_z(prompt->options[o].code, "NO"))
			check_say(c, FINDING_ERROR, -1, "gives a consent, so its code must be YES or NO");
	}
}

void check_codes(struct checker *c)
{
	struct names known = { .count = 0 };
	collect_names(c->flow, &known);
	for (size_t i = 0; i < c->flow->states_count; i++) {
		const struct state *s = &c->flow->states[i];
		c->state = s;
		for (size_t p = 0; p < s->prompts_count; p++)
			check_prompt(c, s, p, &known);
		check_at(c, ".effects");
		check_effects(c, s->effects, s->effects_count, &known);
		check_at(c, ".next");
		check_transitions(c, s->next, s->next_count, &known);
		check_at(c, ".at_most");
		if (s->at_most.len && !listed(known.list, s->at_most))
			unknown(c, s->at_most, known.list, "name that is ever saved");
	}
	c->state = NULL;
}
