/* Moving through a conversation: into a flow, from state to state, to a keyword's answer and back. */
#include "flows/step.h"

#include <assert.h>
#include <string.h>

static void name_into(char *out, size_t cap, struct str name)
{
	bool fits = str_copy(name, out, cap);
	assert(fits); /* names of the book are bounded by the loader */
	(void)fits;
}

static void point_at(struct step *st, const struct flow *flow, const struct state *state)
{
	struct session *s = st->now;
	st->flow = flow;
	st->state = state;
	name_into(s->flow, sizeof s->flow, flow->name);
	name_into(s->version, sizeof s->version, str_of(flow->version));
	name_into(s->state, sizeof s->state, state->name);
}

bool step_locate(struct step *st)
{
	const struct session *s = st->now;
	st->flow = s->flow[0] ? book_flow(st->scope.book, str_of(s->flow), str_of(s->version)) : NULL;
	st->state = st->flow ? flow_state(st->flow, str_of(s->state)) : NULL;
	return st->state != NULL;
}

/* A new walk.  A USSD session goes on through several: its start stays. */
static void begin(struct step *st)
{
	const struct facts *f = st->in->facts;
	int64_t started = st->open ? st->now->started_ms : f->now_ms;
	*st->now = (struct session){ .run_id = f->new_run_id, .started_ms = started };
	for (size_t i = 0; i < st->in->vars_count; i++)
		step_set_var(st, st->in->vars[i].name, st->in->vars[i].value);
}

/* ---- the question behind a keyword's question */

static bool pop_under(struct session *s)
{
	if (!s->under_flow[0])
		return false;
	memcpy(s->flow, s->under_flow, sizeof s->flow);
	memcpy(s->version, s->under_version, sizeof s->version);
	memcpy(s->state, s->under_state, sizeof s->state);
	s->page = s->under_page;
	memset(s->under_flow, 0, sizeof s->under_flow);
	memset(s->under_version, 0, sizeof s->under_version);
	memset(s->under_state, 0, sizeof s->under_state);
	s->under_page = 0;
	return true;
}

bool step_pop(struct step *st)
{
	return pop_under(st->now);
}

static void push_under(struct session *s)
{
	memcpy(s->under_flow, s->flow, sizeof s->under_flow);
	memcpy(s->under_version, s->version, sizeof s->under_version);
	memcpy(s->under_state, s->state, sizeof s->under_state);
	s->under_page = s->page;
}

void step_keep(struct step *st, const struct session *walk)
{
	if (st->forgotten || st->out->left || !session_resumable(st->scope.book, walk))
		return;
	struct session *copy = arena_alloc(st->arena, sizeof *copy);
	if (!copy) {
		st->failed = true;
		return;
	}
	*copy = *walk;
	(void)pop_under(copy);
	copy->errors = 0;
	st->out->left = copy;
}

/* Who proved in this session whose case it is need not do so again in the next conversation. */
static void stays_proved(struct step *st, const struct session *was)
{
	static const struct str names[] = { { "claimed", 7 }, { "proved", 6 } };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = session_var(was, names[i]);
		if (value)
			step_set_var(st, names[i], str_of(value));
	}
}

/* Into another flow: what was in front of a walk leaves it behind. */
static void cross(struct step *st, struct str flow_name, struct str state_name)
{
	const struct flow *flow = book_flow(st->scope.book, flow_name, STR(""));
	const struct state *state = flow ? flow_state(flow, state_name.len ? state_name : flow->initial) : NULL;
	if (!state) { /* an old version may name what has gone since */
		flow = book_flow(st->scope.book, STR("entry"), STR(""));
		state = flow ? flow_state(flow, flow->initial) : NULL;
	}
	if (st->now->under_flow[0])
		step_keep(st, st->now);
	struct session was = *st->now;
	begin(st);
	if (st->open && st->in->kind == INPUT_TEXT)
		stays_proved(st, &was);
	if (state)
		step_enter(st, flow, state);
	else
		st->failed = true;
}

void step_go_back(struct step *st)
{
	if (!pop_under(st->now) || !step_locate(st)) {
		cross(st, STR("entry"), STR(""));
		return;
	}
	step_show(st, false);
}

void step_take_up(struct step *st)
{
	st->resumed = false;
	(void)pop_under(st->now);
	if (step_locate(st) && st->state->kind == STATE_QUESTION)
		step_show(st, false);
	else
		cross(st, STR("entry"), STR(""));
}

void step_interrupt(struct step *st, struct str name)
{
	const struct flow *control = book_flow(st->scope.book, STR("control"), STR(""));
	const struct state *state = control ? flow_state(control, name) : NULL;
	st->before = *st->now;
	st->interrupted = true;
	if (!state) {
		st->failed = true;
		return;
	}
	if (!st->open)
		begin(st);
	else if (!str_eq_z(control->name, st->now->flow))
		push_under(st->now);
	step_enter(st, control, state);
}

/* ---- from state to state */

void step_follow(struct step *st, const struct option *option, const struct state *state)
{
	const struct transition *lists[2] = { option ? option->next : NULL, state->next };
	const size_t counts[2] = { option ? option->next_count : 0, state->next_count };
	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; i < counts[l]; i++) {
			const struct transition *t = &lists[l][i];
			if (!guard_holds(&t->when, &st->scope))
				continue;
			const struct state *target = t->flow.len || t->back ? NULL : flow_state(st->flow, t->state);
			if (t->back)
				step_go_back(st);
			else if (target)
				step_enter(st, st->flow, target);
			else
				cross(st, t->flow, t->state);
			return;
		}
	st->failed = true; /* flow check: no dead end */
}

void step_enter(struct step *st, const struct flow *flow, const struct state *state)
{
	if (++st->moves > MOVES_MAX || st->failed) {
		st->failed = true;
		return;
	}
	point_at(st, flow, state);
	st->now->page = 0;
	if (state->kind == STATE_QUESTION) {
		step_show(st, false);
		return;
	}
	step_order(st, state->effects, state->effects_count);
	step_cut_way_back(st);
	if (st->resumed)
		step_take_up(st);
	else if (state->kind == STATE_ROUTE)
		step_follow(st, NULL, state);
	else
		step_say_final(st);
}

/* ---- one message */

static struct str copy_name(struct step *st, const char *name)
{
	struct str copy = arena_str(st->arena, str_of(name));
	st->failed = st->failed || !copy.at;
	return copy;
}

static void first_words(struct step *st)
{
	st->out->flow = copy_name(st, st->open ? st->now->flow : "");
	st->out->state = copy_name(st, st->open ? st->now->state : "");
}

static void finish(struct step *st)
{
	struct outcome *out = st->out;
	out->resumable = session_resumable(st->scope.book, st->now);
	if (out->flow.len == 0) {
		out->flow = copy_name(st, st->now->flow);
		out->state = copy_name(st, st->now->state);
	}
	if (out->reply == REPLY_NONE)
		out->text = STR("");
}

static void begin_anew(struct step *st)
{
	struct str state = st->in->kind == INPUT_BEGIN ? st->in->text : STR("entry"), flow;
	(void)str_split(&state, ':', &flow);
	if (st->open)
		step_keep(st, st->now);
	st->open = false;
	cross(st, flow, state.at ? state : STR(""));
}

const struct outcome *flow_step(const struct book *book, const struct session *was, const struct input *in,
				struct arena *arena)
{
	struct outcome *out = arena_alloc(arena, sizeof *out);
	struct step *st = arena_alloc(arena, sizeof *st);
	if (!out || !st)
		return NULL;
	int language = book->languages_count == 1 ? 0 : in->facts->language;
	out->now = *was;
	*st = (struct step){ .in = in, .arena = arena, .out = out, .now = &out->now, .guess = -1 };
	st->scope = (struct scope){ book, in->facts, &out->now, in->mode, language, false };
	st->open = !was->finished && step_locate(st);
	step_believe(st);
	first_words(st);
	if (in->kind == INPUT_TEXT)
		step_answer(st);
	else if (in->kind == INPUT_OVERHEARD)
		step_overhear(st);
	else
		begin_anew(st);
	finish(st);
	return st->failed ? NULL : out;
}
