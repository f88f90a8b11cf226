/* The conversations as diagrams, with how many people stand in each state now. */
#include "gateway/console/handlers.h"

#include "flows/flow.h"

#include <stdlib.h>
#include <string.h>

/* Where the people of the last three days stand: their newest answer tells the flow and the state.  The session's own state
 * is sealed, and this needs no key. */
static json_t *live(struct call *call)
{
	static const char sql[] = "SELECT a.flow, a.state, count(*) AS n FROM main.session s JOIN main.answer a ON a.answer_id ="
		" (SELECT max(answer_id) FROM main.answer WHERE contact_id = s.contact_id) WHERE (s.open OR s.resumable) AND s.updated_at > ?1"
		" GROUP BY a.flow, a.state";
	return ROWS(call, sql, cell_of_i64(call->now_ms - (int64_t)3 * 24 * 3600 * 1000));
}

static int64_t live_in(json_t *all, struct str flow, struct str state)
{
	json_t *one;
	size_t i;
	int64_t n = 0;
	json_array_foreach(all, i, one)
		if (str_eq(json_get_str(one, "flow"), flow) && (!state.at || str_eq(json_get_str(one, "state"), state)))
			n += json_integer_value(json_object_get(one, "n"));
	return n;
}

/* 1 to 4 people in a place are not shown but to who answers for the programme. */
static int64_t shown(const struct call *call, int64_t n)
{
	return n >= 5 || call_may(call, ROLE_MANAGER) ? n : 0;
}

static void look_at_flows(struct letter *letter, struct gateway *g)
{
	struct call *call = (struct call *)letter;
	call->answer = json_array();
	for (size_t i = 0; i < g->book.flows_count; i++) {
		const struct flow *f = g->book.flows[i];
		if (f->old)
			continue;
		json_t *one = json_object();
		json_put_str(one, "name", f->name);
		(void)json_object_set_new(one, "version", json_string(f->version));
		(void)json_object_set_new(one, "states", json_integer((json_int_t)f->states_count));
		(void)json_array_append_new(call->answer, one);
	}
}

static void tell_flows(struct call *call)
{
	json_t *numbers = live(call), *one, *items = call->answer;
	size_t i;
	json_array_foreach(items, i, one)
		(void)json_object_set_new(one, "live", json_integer(shown(call, live_in(numbers, json_get_str(one, "name"),
											   (struct str){ NULL, 0 }))));
	json_decref(numbers);
	call->answer = NULL;
	call_answer(call, 200, json_pack("{s:o}", "items", items));
}

void api_flows(struct call *call)
{
	call_look(call, 0, look_at_flows, tell_flows);
}

/* ---- one */

static void add_ways(json_t *to, const struct transition *next, size_t count, struct str label)
{
	for (size_t i = 0; i < count; i++) {
		json_t *one = json_object();
		struct str state = next[i].state;
		if (next[i].flow.len) { /* another conversation: "flow" or "flow.state" */
			json_t *name = json_sprintf(state.len ? "%.*s.%.*s" : "%.*s", STR_ARG(next[i].flow), STR_ARG(state));
			(void)json_object_set_new(one, "state", name);
		} else {
			json_put_str(one, "state", next[i].back ? STR("back") : state);
		}
		json_put_str(one, "label", label);
		(void)json_array_append_new(to, one);
	}
}

static json_t *ways_of(const struct state *s)
{
	json_t *to = json_array();
	for (size_t p = 0; p < s->prompts_count; p++)
		for (size_t o = 0; o < s->prompts[p].options_count; o++) {
			const struct option *option = &s->prompts[p].options[o];
			add_ways(to, option->next, option->next_count, option->code);
		}
	add_ways(to, s->next, s->next_count, STR(""));
	return to;
}

static void look_at_flow(struct letter *letter, struct gateway *g)
{
	struct call *call = (struct call *)letter;
	const struct flow *f = book_flow(&g->book, call->name, STR(""));
	if (!f)
		return;
	json_t *states = json_array();
	for (size_t i = 0; i < f->states_count; i++) {
		const struct state *s = &f->states[i];
		json_t *one = json_object();
		json_put_str(one, "name", s->name);
		const char *kind = s->kind == STATE_FINAL ? "final" : s->kind == STATE_ROUTE ? "route" : "question";
		(void)json_object_set_new(one, "kind", json_string(kind));
		(void)json_object_set_new(one, "final", json_boolean(s->kind == STATE_FINAL));
		(void)json_object_set_new(one, "to", ways_of(s));
		(void)json_array_append_new(states, one);
	}
	call->answer = json_object();
	json_put_str(call->answer, "name", f->name);
	(void)json_object_set_new(call->answer, "version", json_string(f->version));
	json_put_str(call->answer, "initial", f->initial);
	(void)json_object_set_new(call->answer, "states", states);
}

static void tell_flow(struct call *call)
{
	json_t *answer = call->answer, *one;
	size_t i;
	call->answer = NULL;
	if (!answer) {
		call_not_found(call);
		return;
	}
	json_t *numbers = live(call);
	json_array_foreach(json_object_get(answer, "states"), i, one)
		(void)json_object_set_new(one, "live", json_integer(shown(call, live_in(numbers, json_get_str(answer, "name"),
											   json_get_str(one, "name")))));
	json_decref(numbers);
	call_answer(call, 200, answer);
}

void api_flow(struct call *call)
{
	call_look(call, 0, look_at_flow, tell_flow);
}
