/* The shape of a conversation: every state can be reached, from every state there is a way to an end, and no way leads
 * round and round without a person in between. */
#include "flows/checker.h"

#include <string.h>

enum { STATES_MAX = 256 };

struct graph {
	struct checker *c;
	const struct flow *flow;
	bool seen[STATES_MAX];
	bool ends[STATES_MAX];  /* a way leads to an end or out of this flow */
};

/* Calls each() for every transition that leaves the state. */
typedef void transition_fn(const struct transition *t, void *user);

static void each_transition(const struct state *s, transition_fn *each, void *user)
{
	for (size_t p = 0; p < s->prompts_count; p++)
		for (size_t o = 0; o < s->prompts[p].options_count; o++)
			for (size_t t = 0; t < s->prompts[p].options[o].next_count; t++)
				each(&s->prompts[p].options[o].next[t], user);
	for (size_t t = 0; t < s->next_count; t++)
		each(&s->next[t], user);
}

static size_t index_of(const struct flow *flow, const struct state *s)
{
	return (size_t)(s - flow->states);
}

static bool leaves(const struct transition *t)
{
	return t->back || t->flow.len > 0;
}

static void reach(struct graph *g, const struct state *s);

static void reach_target(const struct transition *t, void *user)
{
	struct graph *g = user;
	const struct state *s = leaves(t) ? NULL : flow_state(g->flow, t->state);
	if (s)
		reach(g, s);
}

static void reach(struct graph *g, const struct state *s)
{
	if (g->seen[index_of(g->flow, s)])
		return;
	g->seen[index_of(g->flow, s)] = true;
	each_transition(s, reach_target, g);
}

/* Other conversations and the engine itself step into the middle of this one. */
static void reach_entered(const struct transition *t, void *user)
{
	struct graph *g = user;
	const struct state *s = str_eq(t->flow, g->flow->name) && t->state.len ? flow_state(g->flow, t->state) : NULL;
	if (s)
		reach(g, s);
}

static void reach_from_outside(struct graph *g)
{
	const struct book *b = g->c->book;
	for (size_t f = 0; f < b->flows_count; f++)
		for (size_t s = 0; !b->flows[f]->old && s < b->flows[f]->states_count; s++)
			each_transition(&b->flows[f]->states[s], reach_entered, g);
	for (size_t s = 0; s < g->flow->states_count; s++) {
		static const char *const by_engine[] = { "LANG_SET", "EMPTY", "FREE", "UNREADABLE", "UNREADABLE_AGAIN", NULL };
		struct str name = g->flow->states[s].name;
		bool entered = keyword_named(name) != KEYWORD_NONE;
		if (g->flow->states[s].sent_first) /* the gateway begins there */
			reach(g, &g->flow->states[s]);
		for (size_t i = 0; by_engine[i]; i++)
			entered = entered || str_eq_z(name, by_engine[i]);
		if (entered && str_eq_z(g->flow->name, "control"))
			reach(g, &g->flow->states[s]);
	}
}

/* ---- ends */

struct way_out {
	struct graph *g;
	bool found;
};

static void look_out(const struct transition *t, void *user)
{
	struct way_out *w = user;
	const struct state *s = leaves(t) ? NULL : flow_state(w->g->flow, t->state);
	w->found = w->found || leaves(t) || (s && w->g->ends[index_of(w->g->flow, s)]);
}

static void find_ends(struct graph *g)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < g->flow->states_count; i++) {
			const struct state *s = &g->flow->states[i];
			struct way_out way = { g, s->kind == STATE_FINAL };
			if (g->ends[i])
				continue;
			each_transition(s, look_out, &way);
			g->ends[i] = way.found;
			more = more || way.found;
		}
	}
}

static bool catches_all(const struct transition *list, size_t count)
{
	return count > 0 && list[count - 1].when.when_count == 0 && list[count - 1].when.unless_count == 0;
}

/* Whatever is answered, one transition must hold. */
static void check_ways(struct checker *c, const struct state *s)
{
	bool always = catches_all(s->next, s->next_count);
	check_at(c, ".next");
	if (s->kind == STATE_ROUTE && !always)
		check_say(c, FINDING_ERROR, -1, "where does it go when no condition holds? End with an entry that has only \"go\"");
	if (s->kind != STATE_QUESTION || always)
		return;
	for (size_t p = 0; p < s->prompts_count; p++) {
		const struct prompt *prompt = &s->prompts[p];
		for (size_t o = 0; o < prompt->options_count; o++)
			if (!catches_all(prompt->options[o].next, prompt->options[o].next_count)) {
				check_say(c, FINDING_ERROR, -1,
					  "where does it go after %d (%.*s)? End \"next\" with an entry that has only \"go\"",
					  prompt->options[o].number, STR_ARG(prompt->options[o].code));
				return;
			}
		if (prompt->options_count == 0 || s->accept != ACCEPT_CHOICE)
			check_say(c, FINDING_ERROR, -1, "where does it go? \"next\" or \"go\" is missing");
	}
}

/* ---- loops without input: only routes pass on by themselves, also into other conversations */

struct round {
	struct checker *c;
	const struct state *start;
	unsigned depth;
	bool loops;
};

static void go_round(const struct flow *flow, const struct state *s, struct round *r);

struct hop {
	const struct flow *flow;
	struct round *round;
};

static void follow(const struct transition *t, void *user)
{
	struct hop *h = user;
	const struct flow *flow = t->flow.len ? book_flow(h->round->c->book, t->flow, STR("")) : h->flow;
	const struct state *s = flow ? flow_state(flow, t->state.len ? t->state : flow->initial) : NULL;
	if (s && !t->back)
		go_round(flow, s, h->round);
}

static void go_round(const struct flow *flow, const struct state *s, struct round *r)
{
	if (s->kind != STATE_ROUTE || r->loops)
		return;
	if (r->depth > 0 && s == r->start) {
		r->loops = true;
		return;
	}
	if (r->depth >= 20) /* a loop that does not come back here is reported at its own states */
		return;
	struct hop h = { flow, r };
	r->depth++;
	each_transition(s, follow, &h);
	r->depth--;
}

static void check_loops(struct checker *c, const struct state *s)
{
	struct round r = { .c = c, .start = s };
	go_round(c->flow, s, &r);
	check_at(c, ".next");
	if (r.loops)
		check_say(c, FINDING_ERROR, -1, "leads back to itself without asking anything: nobody would ever see a screen");
}

void check_graph(struct checker *c)
{
	struct graph g = { .c = c, .flow = c->flow };
	if (c->flow->states_count > STATES_MAX) {
		check_say(c, FINDING_ERROR, -1, "holds more than %d states", STATES_MAX);
		return;
	}
	const struct state *initial = flow_state(c->flow, c->flow->initial);
	if (initial)
		reach(&g, initial);
	reach_from_outside(&g);
	find_ends(&g);
	for (size_t i = 0; i < c->flow->states_count; i++) {
		const struct state *s = &c->flow->states[i];
		c->state = s;
		check_at(c, "%s", "");
		if (!g.seen[i] && !s->off)
			check_say(c, FINDING_ERROR, -1, "nothing leads here: no \"go\" names this state");
		if (!g.ends[i])
			check_say(c, FINDING_ERROR, -1, "no way leads from here to an end");
		check_ways(c, s);
		if (s->kind == STATE_ROUTE)
			check_loops(c, s);
	}
	c->state = NULL;
}
