#include "tests/walk/node.h"

#include "flows/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKED_MAX = 16 * 1024, NAMES = 64, SETS = 24, SLOTS = 1 << 20 };

static void *room(size_t size)
{
	void *p = calloc(1, size);
	if (!p) {
		printf("out of memory\n");
		exit(1);
	}
	return p;
}

/* ---- a world, small */

struct node *node_of(const struct world *w, enum mode mode, const char *how)
{
	static char bytes[NODE_SESSIONS * PACKED_MAX];
	const struct session *sessions[NODE_SESSIONS] = { &w->ussd, &w->sms, &w->kept };
	struct node *n = room(sizeof *n);
	struct buf out = buf_over(bytes, sizeof bytes);
	for (size_t i = 0; i < NODE_SESSIONS; i++) {
		size_t before = out.len;
		if (session_pack(sessions[i], &out))
			exit(1);
		n->lens[i] = out.len - before;
	}
	n->packed = room(out.len);
	n->packed_len = out.len;
	memcpy(n->packed, bytes, out.len);
	n->mode = mode;
	n->ucs2 = w->ucs2;
	n->intake_paused = w->intake_paused;
	n->office_open = w->office_open;
	n->opted_out = w->opted_out;
	n->has_kept = w->has_kept;
	n->has_case = w->has_case;
	n->acked = w->acked_ms != 0;
	n->helped = w->helped_ms != 0;
	n->checkin_consent = w->checkin_consent;
	n->number_frozen = w->number_frozen;
	n->number_claimed = w->number_claimed;
	n->language = w->language;
	n->proof_tries = w->proof_tries;
	n->next_id = w->next_id;
	n->screen = w->screen;
	n->encoding = w->encoding;
	memcpy(n->ref, w->ref, sizeof n->ref);
	memcpy(n->pin, w->pin, sizeof n->pin);
	memcpy(n->birth_year, w->birth_year, sizeof n->birth_year);
	memcpy(n->wave, w->wave, sizeof n->wave);
	memcpy(n->checkin_next, w->checkin_next, sizeof n->checkin_next);
	memcpy(n->fields, w->fields, sizeof n->fields);
	n->fields_count = w->fields_count;
	(void)snprintf(n->how, sizeof n->how, "%s", how);
	return n;
}

void node_into(const struct node *n, struct world *w)
{
	struct session *sessions[NODE_SESSIONS] = { &w->ussd, &w->sms, &w->kept };
	const char *at = (const char *)n->packed;
	for (size_t i = 0; i < NODE_SESSIONS; i++) {
		if (session_unpack((struct str){ at, n->lens[i] }, sessions[i]))
			exit(1);
		at += n->lens[i];
	}
	w->ucs2 = n->ucs2;
	w->intake_paused = n->intake_paused;
	w->office_open = n->office_open;
	w->opted_out = n->opted_out;
	w->has_kept = n->has_kept;
	w->has_case = n->has_case;
	w->now_ms = 1767610800000;
	w->kept_ms = w->sms_ms = w->now_ms - 1000;
	w->acked_ms = n->acked ? w->now_ms - 1000 : 0;
	w->helped_ms = n->helped ? w->now_ms - 1000 : 0;
	w->checkin_consent = n->checkin_consent;
	w->number_frozen = n->number_frozen;
	w->number_claimed = n->number_claimed;
	w->language = n->language;
	w->proof_tries = n->proof_tries;
	w->screen = n->screen;
	w->encoding = n->encoding;
	memcpy(w->ref, n->ref, sizeof n->ref);
	memcpy(w->pin, n->pin, sizeof n->pin);
	memcpy(w->birth_year, n->birth_year, sizeof n->birth_year);
	memcpy(w->wave, n->wave, sizeof n->wave);
	memcpy(w->checkin_next, n->checkin_next, sizeof n->checkin_next);
	memcpy(w->fields, n->fields, sizeof n->fields);
	w->fields_count = n->fields_count;
	w->rows_count = 0;
	w->next_id = n->next_id;
	w->overflow = false;
}

void node_free(struct node *n)
{
	free(n->packed);
	free(n);
}

/* ---- what conditions look at */

static struct {
	struct str name;
	const struct condition *sets[SETS];
	size_t count;
	uint64_t flows; /* a bit each: that ask it */
} looked[NAMES];
static size_t looked_count;

static void look_at(const struct condition *c, uint64_t flow)
{
	size_t i = 0;
	if (str_eq_z(c->name, "mode") || str_eq_z(c->name, "language") || str_eq_z(c->name, "proof") ||
	    str_eq_z(c->name, "asked"))
		return; /* in the key already, or of one step only */
	while (i < looked_count && !str_eq(looked[i].name, c->name))
		i++;
	if (i == NAMES || looked[i].count == SETS) {
		printf("too many conditions for tests/walk/node.c\n");
		exit(1);
	}
	looked_count = i == looked_count ? i + 1 : looked_count;
	looked[i].name = c->name;
	looked[i].flows |= flow;
	for (size_t s = 0; s < looked[i].count; s++) {
		const struct condition *known = looked[i].sets[s];
		bool same = known->values == c->values;
		for (size_t v = 0; same && v < c->values; v++)
			same = str_eq(known->any_of[v], c->any_of[v]);
		if (same)
			return;
	}
	looked[i].sets[looked[i].count++] = c;
}

static void look_at_guard(const struct guard *g, uint64_t flow)
{
	for (size_t i = 0; i < g->when_count; i++)
		look_at(&g->when[i], flow);
	for (size_t i = 0; i < g->unless_count; i++)
		look_at(&g->unless[i], flow);
}

static void look_at_lists(const struct effect_order *effects, size_t effects_count, const struct transition *next,
			  size_t next_count, uint64_t flow)
{
	for (size_t i = 0; i < effects_count; i++)
		look_at_guard(&effects[i].when, flow);
	for (size_t i = 0; i < next_count; i++)
		look_at_guard(&next[i].when, flow);
}

static void look_at_state(const struct state *state, uint64_t flow)
{
	look_at_lists(state->effects, state->effects_count, state->next, state->next_count, flow);
	for (size_t p = 0; p < state->prompts_count; p++) {
		const struct prompt *prompt = &state->prompts[p];
		look_at_guard(&prompt->when, flow);
		for (size_t o = 0; o < prompt->options_count; o++)
			look_at_lists(prompt->options[o].effects, prompt->options[o].effects_count, prompt->options[o].next,
				      prompt->options[o].next_count, flow);
	}
}

static uint64_t flow_bit(const struct book *book, const char *name)
{
	for (size_t f = 0; f < book->flows_count; f++)
		if (str_eq_z(book->flows[f]->name, name))
			return (uint64_t)1 << f;
	return 0;
}

void node_conditions(const struct book *book)
{
	for (size_t f = 0; f < book->flows_count; f++)
		for (size_t s = 0; s < book->flows[f]->states_count; s++)
			look_at_state(&book->flows[f]->states[s], (uint64_t)1 << f);
}

/* A value counts only by the conditions it meets. */
static void put_class(struct str value, size_t name, struct buf *out)
{
	unsigned bits = 0;
	for (size_t s = 0; s < looked[name].count; s++) {
		const struct condition *c = looked[name].sets[s];
		for (size_t v = 0; v < c->values; v++)
			if (str_eq(value, c->any_of[v]))
				bits |= 1u << s;
	}
	buf_put_char(out, (char)(unsigned char)(bits & 0xff));
	buf_put_char(out, (char)(unsigned char)(bits >> 8 & 0xff));
	buf_put_char(out, (char)(unsigned char)(bits >> 16 & 0xff));
}

static void put_name(struct buf *out, const char *name)
{
	buf_put_z(out, name);
	buf_put_char(out, '\n');
}

/* Known from the last day: they matter where a message begins something, not in the middle of a conversation; whether HELP
 * and free text were answered already, of those without a case is enough. */
static bool counts(struct str name, bool open, bool has_case)
{
	if (str_eq_z(name, "acked") || str_eq_z(name, "helped"))
		return !open && !has_case;
	return !open || (!str_eq_z(name, "opted_out") && !str_eq_z(name, "claimed_number"));
}

static uint64_t bits_of(const struct book *book, const struct transition *list, size_t count)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t f = 0; f < book->flows_count && list[i].flow.len; f++)
			bits |= (uint64_t)str_eq(book->flows[f]->name, list[i].flow) << f;
	return bits;
}

/* The conversations that an answer to the open question may lead to. */
static uint64_t flows_ahead(const struct book *book, const struct session *s)
{
	const struct flow *flow = s->flow[0] ? book_flow(book, str_of(s->flow), str_of(s->version)) : NULL;
	const struct state *state = flow ? flow_state(flow, str_of(s->state)) : NULL;
	if (!state)
		return 0;
	uint64_t bits = bits_of(book, state->next, state->next_count);
	for (size_t p = 0; p < state->prompts_count; p++)
		for (size_t o = 0; o < state->prompts[p].options_count; o++)
			bits |= bits_of(book, state->prompts[p].options[o].next, state->prompts[p].options[o].next_count);
	return bits;
}

void node_key(struct world *w, enum mode mode, struct buf *out)
{
	struct facts facts;
	char ref[16];
	static const struct session none;
	const struct session *s = mode == MODE_USSD ? &w->ussd : &w->sms;
	bool open = !s->finished && s->flow[0];
	world_facts(w, mode, &facts, ref);
	struct scope scope = { w->book, &facts, open ? s : &none, mode, w->language, false };
	/* In the middle of a conversation its own conditions count, and the keywords'; in front of all of them, everybody's.
	 * Of what stands behind a keyword's question only the conversation. */
	uint64_t asks = flow_bit(w->book, s->flow) | flow_bit(w->book, "control") | flows_ahead(w->book, s);
	bool proves = !open || strcmp(s->flow, "status") == 0 || strcmp(s->flow, "number_change") == 0 ||
		      strcmp(s->flow, "checkin") == 0;
	if (!open)
		asks = UINT64_MAX;
	buf_put_char(out, mode == MODE_USSD ? 'u' : 's');
	buf_put_char(out, (char)('a' + w->language + 1));
	buf_put_char(out, (char)('0' + w->ucs2 + 2 * (int)w->encoding));
	buf_put_char(out, (char)w->screen.gsm7);
	if (proves) {
		buf_put_char(out, (char)('0' + (w->pin[0] != 0) + 2 * (w->birth_year[0] != 0) + 4 * w->has_case));
		buf_put_char(out, (char)('0' + (w->proof_tries < 4 ? 0 : w->proof_tries)));
	}
	if (open) {
		put_name(out, s->flow);
		put_name(out, s->state);
		put_name(out, s->under_flow);
		buf_put_char(out, (char)('0' + s->page));
		buf_put_char(out, (char)('0' + s->consented + 2 * (s->trail_count > 0) + 4 * (s->held_count > 0)));
	}
	for (size_t i = 0; i < looked_count; i++)
		if ((looked[i].flows & asks) && counts(looked[i].name, open, w->has_case))
			put_class(scope_value(&scope, looked[i].name), i, out);
}

/* ---- a set of keys */

static struct slot {
	uint64_t hash[2];
} * slots;
static size_t used;

static uint64_t hash_of(struct str s, uint64_t h)
{
	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.at[i]) * 1099511628211u;
	return h ^ h >> 29;
}

bool node_is_new(struct str key)
{
	if (!slots)
		slots = room(SLOTS * sizeof *slots);
	struct slot want = { { hash_of(key, 14695981039346656037u) | 1, hash_of(key, 0x9e3779b97f4a7c15u) } };
	for (size_t i = want.hash[0] % SLOTS;; i = (i + 1) % SLOTS) {
		if (slots[i].hash[0] == want.hash[0] && slots[i].hash[1] == want.hash[1])
			return false;
		if (slots[i].hash[0])
			continue;
		if (used > SLOTS / 2) {
			printf("too many places for tests/walk/node.c\n");
			exit(1);
		}
		slots[i] = want;
		used++;
		return true;
	}
}

size_t node_count(void)
{
	return used;
}
