/* The cheapest and the dearest completed walk of a conversation, on the graph of its states without the ways back.  Twice:
 * first counting questions, to find the end that the longest walk comes to; then with prices, to that end alone. */
#include "flows/measure.h"

#include "flows/checker.h"

#include <errno.h>
#include <string.h>

enum { NOWHERE = -1 };

struct node {
	enum { UNSEEN, ON_THE_WAY, DONE } mark;
	bool ends;                   /* a walk from here comes to an end */
	size_t least, most;          /* from here on, this state's own words included */
	int cheapest, dearest;       /* the state that follows; NOWHERE: the walk ends */
};

struct tour {
	struct checker c;
	const struct flow *flow;
	enum mode mode;
	size_t language;
	bool counting;               /* a question counts 2, so that of two ends as far the final state is the one */
	int end;                     /* the only state in which a walk may end; NOWHERE: any */
	struct node node[WALK_MAX];
	int rc;
};

/* ---- one state's own words */

/* Holds whatever is known, once the mode is right. */
static bool is_certain(const struct guard *g)
{
	for (size_t i = 0; i < g->when_count; i++)
		if (!str_eq_z(g->when[i].name, "mode"))
			return false;
	return g->unless_count == 0 || (g->unless_count == 1 && str_eq_z(g->unless[0].name, "mode"));
}

static bool allows(const struct tour *t, const struct guard *g)
{
	return check_allows(g, "mode", t->mode == MODE_SMS ? "sms" : "ussd");
}

static size_t price_of(struct tour *t, const struct prompt *prompt, bool question)
{
	struct speech speech;
	struct segments segments;
	struct pages pages;
	arena_reset(&t->c.arena);
	if (!check_speech(&t->c, prompt->text, prompt, t->language, &speech) ||
	    say_transliterate(&speech, TRANSLITERATE_AUTO, t->c.book->languages[t->language], &t->c.arena)) {
		t->rc = -ENOMEM;
		return 0;
	}
	if (t->mode == MODE_USSD)
		return check_pages(&t->c, &speech, question, t->language, TRANSLITERATE_AUTO, &pages, NULL) ? 1 : pages.count;
	struct str whole = say_whole(&speech, &t->c.arena);
	return whole.at && segment_plan(whole, &segments) == 0 ? segments.count : SEGMENTS_MAX;
}

/* The prompts that may be said by this mode. */
static size_t prompts_of(const struct tour *t, const struct state *s, const struct prompt *out[])
{
	size_t count = 0;
	for (size_t i = 0; i < s->prompts_count; i++) {
		if (!allows(t, &s->prompts[i].when))
			continue;
		out[count++] = &s->prompts[i];
		if (is_certain(&s->prompts[i].when))
			return count;
	}
	if (count == 0 && s->prompts_count) /* say_choose(): none holds, so the last */
		out[count++] = &s->prompts[s->prompts_count - 1];
	return count;
}

static void price_words(struct tour *t, const struct state *s, const struct prompt *const *prompts, size_t count,
			size_t *least, size_t *most)
{
	bool question = s->kind == STATE_QUESTION;
	*least = *most = !t->counting ? 0 : question ? 2 : s->kind == STATE_FINAL;
	if (t->counting)
		return;
	if (s->silent && t->mode == MODE_SMS)
		return;
	for (size_t i = 0; i < count; i++) {
		size_t price = price_of(t, prompts[i], question);
		size_t at_least = question && t->mode == MODE_USSD ? 1 : price;
		*least = i == 0 || at_least < *least ? at_least : *least;
		*most = price > *most ? price : *most;
	}
}

/* ---- ways */

static void visit(struct tour *t, size_t at);

static void take(struct node *n, size_t least, size_t most, int to)
{
	if (!n->ends || least < n->least)
		n->least = least, n->cheapest = to;
	if (!n->ends || most > n->most)
		n->most = most, n->dearest = to;
	n->ends = true;
}

static void take_end(const struct tour *t, struct node *n)
{
	if (t->end == NOWHERE || n == &t->node[t->end])
		take(n, 0, 0, NOWHERE);
}

/* true: nothing behind these is ever asked. */
static bool try_ways(struct tour *t, struct node *n, const struct transition *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!allows(t, &list[i].when))
			continue;
		const struct state *target = list[i].flow.len ? NULL : flow_state(t->flow, list[i].state);
		if (list[i].flow.len) {
			take_end(t, n);
		} else if (target && !list[i].back) {
			size_t to = (size_t)(target - t->flow->states);
			visit(t, to);
			if (t->node[to].mark == DONE && t->node[to].ends)
				take(n, t->node[to].least, t->node[to].most, (int)to);
		}
		if (is_certain(&list[i].when))
			return true;
	}
	return false;
}

static void visit(struct tour *t, size_t at)
{
	const struct state *s = &t->flow->states[at];
	struct node *n = &t->node[at];
	const struct prompt *prompts[OPTIONS_MAX * 2];
	size_t least, most, count;
	if (n->mark != UNSEEN)
		return;
	n->mark = ON_THE_WAY;
	count = s->prompts_count <= OPTIONS_MAX * 2 ? prompts_of(t, s, prompts) : 0;
	bool all_lead_on = s->kind == STATE_QUESTION && s->accept == ACCEPT_CHOICE;
	for (size_t p = 0; p < count; p++)
		for (size_t o = 0; o < prompts[p]->options_count; o++)
			if (!try_ways(t, n, prompts[p]->options[o].next, prompts[p]->options[o].next_count))
				all_lead_on = false;
	if (s->kind == STATE_FINAL && !s->stays[t->mode])
		take_end(t, n);
	if (!all_lead_on)
		(void)try_ways(t, n, s->next, s->next_count);
	price_words(t, s, prompts, count, &least, &most);
	n->least += least;
	n->most += most;
	n->mark = DONE;
}

static size_t collect(const struct tour *t, size_t at, bool dearest, const struct state *out[])
{
	size_t count = 0;
	for (int i = (int)at; i != NOWHERE; i = dearest ? t->node[i].dearest : t->node[i].cheapest)
		out[count++] = &t->flow->states[i];
	return count;
}

int flow_cost(const struct book *book, const struct flow *flow, int language, enum mode mode,
	      struct screen_limit screen, struct walk_cost *out)
{
	struct tour t = { .c = { .book = book, .limits = { .screen = screen } }, .flow = flow, .mode = mode,
			  .language = (size_t)language };
	const struct state *first = flow_state(flow, flow->initial);
	*out = (struct walk_cost){ 0 };
	if (flow->states_count > WALK_MAX)
		return -E2BIG;
	if (!first)
		return -ENOENT;
	if (arena_new(&t.c.arena, CHECK_ARENA_BYTES))
		return -ENOMEM;
	size_t at = (size_t)(first - flow->states);
	t.counting = true;
	t.end = NOWHERE;
	visit(&t, at);
	for (t.end = (int)at; t.node[t.end].dearest != NOWHERE && t.node[t.end].ends;)
		t.end = t.node[t.end].dearest;
	t.counting = false;
	memset(t.node, 0, sizeof t.node);
	visit(&t, at);
	arena_free(&t.c.arena);
	if (t.rc || !t.node[at].ends)
		return t.rc ? t.rc : -ENOENT;
	out->least = t.node[at].least;
	out->most = t.node[at].most;
	out->cheapest_count = collect(&t, at, false, out->cheapest);
	out->dearest_count = collect(&t, at, true, out->dearest);
	return 0;
}
