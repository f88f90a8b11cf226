/* What an answer leads to, as orders for the caller: nothing is done here. */
#include "flows/step.h"

#include "flows/field.h"
#include "flows/lint.h"

#include <assert.h>
#include <string.h>

static struct effect *add(struct step *st, enum effect_kind kind)
{
	if (st->out->effects_count == EFFECTS_MAX) {
		st->failed = true;
		return &st->spare;
	}
	struct effect *e = &st->out->effects[st->out->effects_count++];
	*e = (struct effect){ .kind = kind };
	return e;
}

/* Variables change later in the step; what an effect says must not. */
static struct str keep(struct step *st, struct str s)
{
	struct str copy = arena_str(st->arena, s);
	if (!copy.at) {
		st->failed = true;
		return (struct str){ "", 0 };
	}
	return copy;
}

static struct str case_ref(struct step *st)
{
	const char *ref = session_var(st->now, STR("ref"));
	return ref ? keep(st, str_of(ref)) : (struct str){ "", 0 };
}

void step_set_var(struct step *st, struct str name, struct str value)
{
	struct session *s = st->now;
	struct var *var = NULL;
	for (size_t i = 0; i < s->vars_count; i++)
		if (str_eq_z(name, s->vars[i].name))
			var = &s->vars[i];
	if (!var && s->vars_count < VARS_MAX)
		var = &s->vars[s->vars_count++];
	if (!var || !str_copy(name, var->name, sizeof var->name) || !str_copy(value, var->value, sizeof var->value))
		st->failed = true;
}

/* A case that staff or protection have is theirs: whatever walk was still open elsewhere, its status stays. */
static bool is_theirs(const struct step *st, struct str ref, struct str name)
{
	const struct facts *f = st->in->facts;
	return str_eq_z(name, "status") && f->case_status.len > 0 && !str_eq_z(f->case_status, "PARTIAL") &&
	       str_eq(ref, f->case_ref);
}

static void case_set(struct step *st, struct str ref, struct str name, struct str value)
{
	if (is_theirs(st, ref, name))
		return;
	struct effect *e = add(st, EFFECT_CASE_SET);
	e->a = keep(st, name);
	e->b = keep(st, value);
	e->c = ref;
}

/* Of the case this walk opened; in a flow that opens none, of the case the person has. */
static struct str case_at_hand(struct step *st)
{
	struct str ref = case_ref(st);
	return ref.len || st->flow->needs_consent ? ref : st->in->facts->case_ref;
}

void step_save(struct step *st, struct str name, struct str value)
{
	step_set_var(st, name, value);
	struct str ref = case_at_hand(st);
	if (ref.len && field_named(name))
		case_set(st, ref, name, value);
}

void step_save_words(struct step *st, const struct state *state, struct str words)
{
	if (state->secret) {
		struct effect *e = add(st, EFFECT_SECRET);
		e->a = state->saves;
		e->b = words;
		return;
	}
	struct str ref = case_ref(st);
	if (ref.len && field_named(state->saves))
		case_set(st, ref, state->saves, words);
}

/* ---- answers */

static void emit_answer(struct step *st, const struct held_answer *h, struct str raw)
{
	struct effect *e = add(st, EFFECT_ANSWER);
	e->a = keep(st, str_of(h->state));
	e->b = h->sensitive ? STR("") : keep(st, str_of(h->value));
	e->c = keep(st, raw);
	e->d = st->flow->name;
	e->version = str_of(st->flow->version);
	e->at_ms = h->at_ms;
	e->since_start_ms = h->since_start_ms;
	e->run_id = st->now->run_id;
}

static void hold(struct step *st, const struct held_answer *h)
{
	struct session *s = st->now;
	size_t at = 0;
	while (at < s->held_count && strcmp(s->held[at].state, h->state) != 0)
		at++;
	/* Asked again after "back": the last word counts. */
	if (at < s->held_count)
		s->held[at] = *h;
	else if (s->held_count < HELD_MAX)
		s->held[s->held_count++] = *h;
	else
		st->failed = true;
}

void step_record(struct step *st, struct str value, struct str raw)
{
	const struct facts *f = st->in->facts;
	struct held_answer h = { .sensitive = st->state->sensitive, .at_ms = f->now_ms,
				 .since_start_ms = f->now_ms - st->now->started_ms };
	if (!str_copy(st->state->name, h.state, sizeof h.state) || !str_copy(value, h.value, sizeof h.value)) {
		st->failed = true;
		return;
	}
	if (!st->flow->needs_consent || st->now->consented) {
		emit_answer(st, &h, raw);
		return;
	}
	if (!str_copy(raw, h.raw, sizeof h.raw) && !str_copy(value, h.raw, sizeof h.raw))
		h.raw[0] = '\0';
	hold(st, &h);
}

static void release_held(struct step *st)
{
	struct session *s = st->now;
	for (size_t i = 0; i < s->held_count; i++)
		emit_answer(st, &s->held[i], str_of(s->held[i].raw));
	memset(s->held, 0, sizeof s->held);
	s->held_count = 0;
	s->consented = true;
}

/* ---- orders */

static void consent(struct step *st, const struct effect_order *o)
{
	struct effect *e = add(st, EFFECT_CONSENT);
	e->a = o->a;
	e->b = st->option ? st->option->code : STR("NO");
	e->c = st->prompt ? st->prompt->text->key : STR("");
	e->d = st->prompt ? str_of(st->prompt->text->version) : STR("");
	if (str_eq_z(e->b, "YES"))
		release_held(st);
}

static void open_case(struct step *st, const struct effect_order *o)
{
	const struct facts *f = st->in->facts;
	struct str ref = case_ref(st);
	bool again = ref.len > 0 || f->case_ref.len > 0; /* one open case a person */
	if (ref.len == 0) {
		ref = again ? f->case_ref : f->new_ref;
		step_set_var(st, STR("ref"), ref);
		struct effect *e = add(st, EFFECT_OPEN_CASE);
		e->a = ref;
		e->b = o->a;
		e->run_id = st->now->run_id;
	}
	if (again)
		case_set(st, ref, STR("status"), o->a);
	release_held(st);
	for (size_t i = 0; i < st->now->vars_count; i++) {
		struct str name = str_of(st->now->vars[i].name);
		if (field_named(name))
			case_set(st, ref, name, str_of(st->now->vars[i].value));
	}
}

static void raise_priority(struct step *st, const struct effect_order *o)
{
	struct str ref = case_at_hand(st);
	if (ref.len == 0)
		return;
	case_set(st, ref, STR("priority"), o->a);
	st->out->effects[st->out->effects_count - 1].only_raise = true;
}

/* Two rules stand above every definition: who said "do not call me" is not called by mistake, and what concerns a
 * minor or a protected person is seen by protection staff only. */
static struct str safe_words(struct step *st, struct str words)
{
	static const struct str warning = { "DO NOT CALL: ", 13 };
	if (!scope_is(&st->scope, "contact_pref", "NO_CALL"))
		return words;
	struct buf out = buf_new(st->arena, warning.len + words.len);
	buf_put(&out, warning);
	buf_put(&out, words);
	st->failed = st->failed || out.full;
	return out.full ? warning : buf_str(&out);
}

static struct str safe_role(struct step *st, struct str role)
{
	bool open_to_many = str_eq_z(role, "counsellor") || str_eq_z(role, "reintegration");
	return open_to_many && scope_is(&st->scope, "protected", "yes") ? STR("protection") : role;
}

/* A complaint has a number of its own, which leads to no case. */
static struct str numbered(struct step *st, struct str words)
{
	static const struct str mark = { "{number}", 8 };
	const char *at = memmem(words.at, words.len, mark.at, mark.len);
	if (!at)
		return words;
	struct buf out = buf_new(st->arena, words.len + st->in->facts->new_ref.len);
	buf_put(&out, str_span(words.at, at));
	buf_put(&out, st->in->facts->new_ref);
	buf_put(&out, str_span(at + mark.len, words.at + words.len));
	st->failed = st->failed || out.full;
	return out.full ? words : buf_str(&out);
}

static void alert(struct step *st, const struct effect_order *o)
{
	struct effect *e = add(st, EFFECT_ALERT);
	e->a = o->a;
	e->b = o->b;
	e->c = safe_words(st, numbered(st, o->rule));
	e->d = safe_role(st, o->role);
	e->due_minutes = o->due_minutes;
}

static void task(struct step *st, const struct effect_order *o)
{
	struct effect *e = add(st, EFFECT_TASK);
	e->a = o->a;
	e->b = safe_words(st, o->rule);
	e->d = safe_role(st, o->role);
	e->due_minutes = o->due_minutes;
}

void step_language(struct step *st, int language)
{
	struct effect *e = add(st, EFFECT_LANGUAGE);
	e->a = st->scope.book->languages[language];
	st->scope.language = language;
}

static void wipe(struct step *st)
{
	struct session *s = st->now;
	(void)add(st, EFFECT_WIPE);
	memset(s->vars, 0, sizeof s->vars);
	memset(s->held, 0, sizeof s->held);
	memset(s->trail, 0, sizeof s->trail);
	s->vars_count = s->held_count = s->trail_count = 0;
	s->consented = false;
	s->under_flow[0] = s->under_version[0] = s->under_state[0] = '\0';
	st->no_way_back = true;
}

static void set_field(struct step *st, const struct effect_order *o)
{
	step_set_var(st, o->a, o->b);
	struct str ref = case_at_hand(st);
	bool of_person = str_eq_z(o->a, "contact_pref"); /* holds without any case */
	if ((ref.len && field_named(o->a)) || of_person)
		case_set(st, ref, o->a, o->b);
}

static int strictness(struct str pref)
{
	return str_eq_z(pref, "NO_CALL") ? 2 : str_eq_z(pref, "SHARED") ? 1 : 0;
}

void step_believe(struct step *st)
{
	struct str name = STR("contact_pref");
	const char *said_here = session_var(st->now, name);
	if (said_here && strictness(st->in->facts->contact_pref) > strictness(str_of(said_here)))
		step_set_var(st, name, st->in->facts->contact_pref);
	/* the case of this walk was closed, or another one opened, in another conversation */
	const char *ref = session_var(st->now, STR("ref"));
	if (ref && !str_eq_z(st->in->facts->case_ref, ref))
		step_set_var(st, STR("ref"), st->in->facts->case_ref);
}

static void resume(struct step *st)
{
	const struct session *walk = st->in->facts->unfinished;
	int64_t started = st->now->started_ms;
	if (!walk || !session_resumable(st->scope.book, walk))
		return;
	*st->now = *walk;
	st->now->started_ms = started;
	st->now->errors = 0;
	st->resumed = true;
	step_believe(st);
}

static void forget(struct step *st)
{
	(void)add(st, EFFECT_FORGET);
	st->forgotten = true;
}

static struct str var_or_empty(struct step *st, struct str name)
{
	const char *value = session_var(st->now, name);
	return value ? keep(st, str_of(value)) : STR("");
}

static void number(struct step *st, const struct effect_order *o)
{
	struct effect *e = add(st, EFFECT_NUMBER);
	e->a = o->a;
	e->b = var_or_empty(st, STR("number_why"));
	e->c = var_or_empty(st, STR("claimed"));
	e->d = var_or_empty(st, STR("proved"));
}

/* A word that sounds like danger is seen by a person; nothing is decided, and nothing else is answered (decision 12). */
void step_watch_words(struct step *st, struct str words)
{
	if (!st->scope.book->lint || st->watched || !lint_find_any(st->scope.book->lint, LINT_DANGER, words))
		return;
	static const struct effect_order danger = { .kind = ORDER_ALERT, .a = { "DANGER_WORD", 11 }, .b = { "URGENT", 6 },
						    .role = { "protection", 10 }, .rule = { "danger word in a text", 21 },
						    .due_minutes = 8 * 60 };
	st->watched = true;
	alert(st, &danger);
}

void step_source(struct step *st, struct str point)
{
	add(st, EFFECT_SOURCE)->a = keep(st, point);
}

void step_helped(struct step *st)
{
	(void)add(st, EFFECT_HELPED);
}

static void order(struct step *st, const struct effect_order *o)
{
	switch (o->kind) {
	case ORDER_CONSENT: consent(st, o); break;
	case ORDER_OPEN_CASE: open_case(st, o); break;
	case ORDER_SET: set_field(st, o); break;
	case ORDER_PRIORITY: raise_priority(st, o); break;
	case ORDER_ALERT: alert(st, o); break;
	case ORDER_TASK: task(st, o); break;
	case ORDER_OPT_OUT: (void)add(st, EFFECT_OPT_OUT); break;
	case ORDER_OPT_IN: (void)add(st, EFFECT_OPT_IN); break;
	case ORDER_WIPE: wipe(st); break;
	case ORDER_RESUME: resume(st); break;
	case ORDER_FORGET: forget(st); break;
	case ORDER_NO_WAY_BACK: st->no_way_back = true; break;
	case ORDER_CHECKIN: add(st, EFFECT_CHECKIN)->a = o->a; break;
	case ORDER_APPOINTMENT: add(st, EFFECT_APPOINTMENT)->a = o->a; break;
	case ORDER_ASK_BY_SMS: add(st, EFFECT_ASK_BY_SMS)->a = o->a; break;
	case ORDER_PAUSE: (void)add(st, EFFECT_PAUSE); break;
	case ORDER_NUMBER: number(st, o); break;
	case ORDER_LANGUAGE:
		if (st->option && book_language(st->scope.book, st->option->code) >= 0)
			step_language(st, book_language(st->scope.book, st->option->code));
		break;
	}
}

void step_cut_way_back(struct step *st)
{
	if (!st->no_way_back)
		return;
	memset(st->now->trail, 0, sizeof st->now->trail);
	st->now->trail_count = 0;
}

void step_order(struct step *st, const struct effect_order *orders, size_t count)
{
	for (size_t i = 0; i < count && !st->resumed && !st->failed; i++)
		if (guard_holds(&orders[i].when, &st->scope))
			order(st, &orders[i]);
}
