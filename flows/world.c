#include "flows/world.h"

#include "flows/public_word.h"

#include <errno.h>
#include <string.h>

enum { STEP_BYTES = 256 * 1024 };
static const int64_t hour_ms = 3600 * 1000;

int world_init(struct world *w, const struct book *book)
{
	*w = (struct world){ .book = book, .now_ms = 1767610800000, .next_id = 1, .language = -1, .ucs2 = true,
			     .office_open = true, .screen = { 160, 80 } };
	return arena_new(&w->arena, STEP_BYTES);
}

void world_release(struct world *w)
{
	arena_free(&w->arena);
}

static void copy(struct world *w, struct str s, char *out, size_t cap)
{
	if (!str_copy(s, out, cap))
		w->overflow = true;
}

const char *world_case_field(const struct world *w, struct str name)
{
	for (size_t i = 0; i < w->fields_count; i++)
		if (str_eq_z(name, w->fields[i].name))
			return w->fields[i].value;
	return NULL;
}

static void open_case(struct world *w, struct str ref)
{
	if (!w->has_case || !str_eq_z(ref, w->ref)) {
		w->fields_count = 0;
		w->has_case = true;
		copy(w, ref, w->ref, sizeof w->ref);
	}
}

void world_case_set(struct world *w, struct str name, struct str value)
{
	size_t i = 0;
	if (!w->has_case)
		open_case(w, STR("10000007"));
	while (i < w->fields_count && !str_eq_z(name, w->fields[i].name))
		i++;
	if (i == WORLD_FIELDS_MAX) {
		w->overflow = true;
		return;
	}
	if (i == w->fields_count)
		w->fields_count++;
	copy(w, name, w->fields[i].name, sizeof w->fields[i].name);
	copy(w, value, w->fields[i].value, sizeof w->fields[i].value);
}

/* P1 stands above P4; a rule only raises. */
static bool lowers(const struct world *w, const struct effect *e)
{
	const char *was = world_case_field(w, STR("priority"));
	return e->only_raise && was && str_cmp(str_of(was), e->b) < 0;
}

static void add_row(struct world *w, int64_t run, const char *kind, const struct str *parts, size_t count)
{
	if (w->rows_count == WORLD_ROWS_MAX) {
		w->overflow = true;
		return;
	}
	struct buf row = buf_over(w->rows[w->rows_count], ROW_MAX - 1);
	buf_put_z(&row, kind);
	for (size_t i = 0; i < count; i++) {
		buf_put_char(&row, ' ');
		buf_put(&row, parts[i].len ? parts[i] : STR("-"));
	}
	w->overflow = w->overflow || row.full;
	w->rows[w->rows_count][row.len] = '\0';
	w->row_run[w->rows_count++] = run;
}

static void forget_answers(struct world *w, int64_t run)
{
	size_t kept = 0;
	for (size_t i = 0; i < w->rows_count; i++) {
		if (w->row_run[i] == run && str_starts(str_of(w->rows[i]), STR("answer ")))
			continue;
		memmove(w->rows[kept], w->rows[i], ROW_MAX);
		w->row_run[kept++] = w->row_run[i];
	}
	w->rows_count = kept;
}

static void forget(struct world *w, int64_t run)
{
	w->has_kept = false;
	if (w->sms.run_id != run)
		w->sms = (struct session){ 0 };
	if (w->ussd.run_id != run)
		w->ussd = (struct session){ 0 };
}

static bool case_is_open(const struct world *w)
{
	const char *status = w->has_case ? world_case_field(w, STR("status")) : NULL;
	return status && strcmp(status, "CLOSED") != 0;
}

/* A request for a country whose returns are on hold is kept, not begun. */
static struct str held(const struct world *w, const struct effect *e)
{
	const char *country = world_case_field(w, STR("nationality"));
	bool stopped = w->stopped_country[0] && country && strcmp(country, w->stopped_country) == 0;
	return stopped && str_eq_z(e->a, "status") && str_eq_z(e->b, "NEW") ? STR("ON_HOLD") : e->b;
}

static void carry_out(struct world *w, const struct effect *e, int64_t run)
{
	bool again;
	const struct str answer[] = { e->a, e->b }, consent[] = { e->a, e->b }, alert[] = { e->a, e->b, e->d, e->c },
			 task[] = { e->a, e->d, e->b }, number[] = { e->a, e->b, e->c, e->d };
	switch (e->kind) {
	case EFFECT_ANSWER: add_row(w, e->run_id, "answer", answer, 2); break;
	case EFFECT_CONSENT:
		add_row(w, 0, "consent", consent, 2);
		if (str_eq_z(e->a, "CHECKINS"))
			w->checkin_consent = str_eq_z(e->b, "YES");
		break;
	case EFFECT_ALERT: add_row(w, 0, "alert", alert, 4); break;
	case EFFECT_TASK: add_row(w, 0, "task", task, 3); break;
	case EFFECT_OPEN_CASE:
		again = case_is_open(w) && str_eq_z(e->a, w->ref);
		open_case(w, e->a);
		if (!again) /* one that is open is taken up as it stands */
			world_case_set(w, STR("status"), e->b);
		break;
	case EFFECT_CASE_SET:
		if (!lowers(w, e))
			world_case_set(w, e->a, held(w, e));
		break;
	case EFFECT_OPT_OUT: w->opted_out = true; break;
	case EFFECT_OPT_IN: w->opted_out = false; break;
	case EFFECT_LANGUAGE: w->language = book_language(w->book, e->a); break;
	case EFFECT_WIPE:
		forget_answers(w, run);
		w->has_kept = false;
		break;
	case EFFECT_SECRET:
		if (str_eq_z(e->a, "pin"))
			copy(w, e->b, w->pin, sizeof w->pin);
		break;
	case EFFECT_CHECKIN: add_row(w, 0, "checkin", &e->a, 1); break;
	case EFFECT_PAUSE: add_row(w, 0, "pause", NULL, 0); break;
	case EFFECT_APPOINTMENT: add_row(w, 0, "appointment", &e->a, 1); break;
	case EFFECT_SOURCE: add_row(w, 0, "source", &e->a, 1); break;
	case EFFECT_NUMBER: add_row(w, 0, "number", number, 4); break;
	case EFFECT_ASK_BY_SMS: add_row(w, 0, "ask_by_sms", &e->a, 1); break;
	case EFFECT_HELPED: w->helped_ms = w->now_ms; break;
	case EFFECT_FORGET: forget(w, run); break;
	}
}

/* The last walk that was left, or the conversation on the other way in. */
static const struct session *unfinished(const struct world *w, enum mode mode)
{
	const struct session *other = mode == MODE_USSD ? &w->sms : &w->ussd;
	if (w->has_kept && w->now_ms - w->kept_ms < 48 * hour_ms)
		return &w->kept;
	return session_resumable(w->book, other) ? other : NULL;
}

void world_facts(struct world *w, enum mode mode, struct facts *f, char ref[16])
{
	static const struct binding placeholders[] = {
		{ { "tel", 3 }, { "0537652881", 10 } }, { { "callback", 8 }, { "0500000000", 10 } },
		{ { "sos", 3 }, { "112", 3 } },		{ { "date", 4 }, { "06/01", 5 } },
	};
	struct buf number = buf_over(ref, 15);
	buf_put_i64(&number, 48217000 + w->next_id);
	w->stopped = str_of(w->stopped_country);
	*f = (struct facts){ .now_ms = w->now_ms, .language = w->language, .screen = w->screen, .ucs2 = w->ucs2,
			     .encoding = w->ucs2 ? w->encoding : TRANSLITERATE_ALWAYS,
			     .intake_paused = w->intake_paused, .stopped = &w->stopped, .stopped_count = w->stopped.len > 0,
			     .office_open = w->office_open,
			     .opted_out = w->opted_out, .new_ref = buf_str(&number), .new_run_id = w->next_id++ };
	const char *status = w->has_case ? world_case_field(w, STR("status")) : NULL;
	const char *pref = w->has_case ? world_case_field(w, STR("contact_pref")) : NULL;
	if (case_is_open(w)) {
		f->case_status = str_of(status);
		f->case_ref = str_of(w->ref);
	}
	f->contact_pref = str_of(pref);
	f->public_word = status ? public_word(str_of(status)) : STR("");
	f->wave = str_of(w->wave);
	f->checkin_next = str_of(w->checkin_next);
	f->verify = w->pin[0] ? STR("pin") : w->birth_year[0] ? STR("birth_year") : STR("none");
	f->checkin_consent = w->checkin_consent;
	f->number_frozen = w->number_frozen;
	f->number_claimed = w->number_claimed;
	f->helped_lately = w->helped_ms && w->now_ms - w->helped_ms < 24 * hour_ms;
	const char *children = w->has_case ? world_case_field(w, STR("children")) : NULL;
	f->case_children = children && strcmp(children, "0") != 0;
	const char *direction = w->has_case ? world_case_field(w, STR("direction")) : NULL;
	f->returnee = (status && (strcmp(status, "RETURNED") == 0 || strcmp(status, "DEPARTED") == 0)) ||
		      (direction && strcmp(direction, "TO_MA") == 0);
	f->acked_lately = w->acked_ms && w->now_ms - w->acked_ms < 24 * hour_ms;
	f->unfinished = unfinished(w, mode);
	memcpy(f->placeholders, placeholders, sizeof placeholders);
	f->placeholders_count = sizeof placeholders / sizeof placeholders[0];
}

static void keep(struct world *w, const struct session *walk)
{
	w->kept = *walk;
	w->kept_ms = w->now_ms;
	w->has_kept = true;
}

/* A walk that goes on here is nowhere else any more. */
static void taken_up(struct world *w, enum mode mode, int64_t run)
{
	struct session *other = mode == MODE_USSD ? &w->sms : &w->ussd;
	if (w->has_kept && w->kept.run_id == run)
		w->has_kept = false;
	if (other->run_id == run)
		*other = (struct session){ 0 };
}

/* Five tries, then no more for a day. */
enum { PROOF_TRIES_MAX = 5 };

static struct str verdict(struct world *w, const struct session *s, struct str kind, struct str digits)
{
	const char *pref = w->has_case ? world_case_field(w, STR("contact_pref")) : NULL;
	const char *claimed = session_var(s, STR("claimed"));
	bool own = !claimed || (w->has_case && strcmp(claimed, w->ref) == 0), right;
	if (w->proof_tries >= PROOF_TRIES_MAX)
		return STR("locked");
	if (str_eq_z(kind, "case_ref")) {
		right = w->has_case && str_eq_z(digits, w->ref);
		if (!right || (pref && strcmp(pref, "SHARED") == 0))
			return STR("pin");
	} else {
		const char *known = str_eq_z(kind, "birth_year") ? w->birth_year : w->pin;
		right = (own || !str_eq_z(kind, "pin")) && known[0] && str_eq_z(digits, known);
	}
	w->proof_tries = right ? 0 : w->proof_tries + 1;
	return right ? STR("right") : w->proof_tries >= PROOF_TRIES_MAX ? STR("locked") : STR("wrong");
}

static void judge(struct world *w, const struct session *s, enum input_kind kind, struct str text, struct facts *f)
{
	struct str what, digits;
	if (kind == INPUT_TEXT && flow_proof_asked(w->book, s, text, &w->arena, &what, &digits))
		f->proof = verdict(w, s, what, digits);
}

bool world_person_set(struct world *w, struct str name, struct str value)
{
	const struct {
		const char *name;
		char *text;
		bool *flag;
	} members[] = { { "pin", w->pin, NULL }, { "birth_year", w->birth_year, NULL }, { "wave", w->wave, NULL },
			{ "checkin_next", w->checkin_next, NULL }, { "checkin_consent", NULL, &w->checkin_consent },
			{ "frozen", NULL, &w->number_frozen }, { "claimed_number", NULL, &w->number_claimed } };
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		if (!str_eq_z(name, members[i].name))
			continue;
		if (members[i].flag)
			*members[i].flag = str_eq_z(value, "yes");
		else
			return str_copy(value, members[i].text, sizeof w->pin);
		return str_eq_z(value, "yes") || str_eq_z(value, "no");
	}
	return false;
}

static const struct outcome *step(struct world *w, enum mode mode, enum input_kind kind, struct str text,
				  const struct binding *vars, size_t vars_count)
{
	struct facts facts;
	char ref[16] = "";
	struct session *s = mode == MODE_USSD ? &w->ussd : &w->sms;
	arena_reset(&w->arena);
	world_facts(w, mode, &facts, ref);
	if (kind == INPUT_DIAL || (mode == MODE_SMS && w->now_ms - w->sms_ms > 72 * hour_ms))
		*s = (struct session){ 0 };
	w->sms_ms = mode == MODE_SMS ? w->now_ms : w->sms_ms;
	judge(w, s, kind, text, &facts);
	struct input in = { kind, mode, text, vars, vars_count, &facts };
	const struct outcome *out = flow_step(w->book, s, &in, &w->arena);
	if (!out)
		return NULL;
	for (size_t i = 0; i < out->effects_count; i++)
		carry_out(w, &out->effects[i], s->run_id);
	if (!out->now.finished)
		taken_up(w, mode, out->now.run_id);
	if (out->left)
		keep(w, out->left);
	if (str_eq_z(out->text_key, "free.ack"))
		w->acked_ms = w->now_ms;
	*s = out->now;
	w->now_ms += 8000; /* reading and typing */
	return out;
}

const struct outcome *world_step(struct world *w, enum mode mode, enum input_kind kind, struct str text)
{
	return step(w, mode, kind, text, NULL, 0);
}

const struct outcome *world_begin(struct world *w, struct str flow_state, const struct binding *vars, size_t vars_count)
{
	return step(w, MODE_SMS, INPUT_BEGIN, flow_state, vars, vars_count);
}

void world_drop(struct world *w)
{
	if (session_resumable(w->book, &w->ussd))
		keep(w, &w->ussd);
	w->ussd = (struct session){ 0 };
}
