#include "tests/walk/rules.h"

#include "flows/guard.h"
#include "flows/lint.h"
#include "flows/text/fold.h"
#include "flows/text/utf8.h"

#include <stdio.h>
#include <string.h>

enum { TEXTS_MAX = 512, SEGMENTS_ALLOWED = 3 };

static const char pin[] = "7391"; /* what the walk types where a secret code is asked for */

void rules_look(struct world *w, enum mode mode, struct walked *b)
{
	const char *status = w->has_case ? world_case_field(w, STR("status")) : NULL;
	b->before = mode == MODE_USSD ? w->ussd : w->sms;
	b->language = w->language;
	(void)snprintf(b->status, sizeof b->status, "%s", status ? status : "");
	(void)snprintf(b->ref, sizeof b->ref, "%s", status && strcmp(status, "CLOSED") != 0 ? w->ref : "");
}

static bool is_open(const struct session *s)
{
	return s->flow[0] && !s->finished;
}

/* "Do not call me", "a shared phone": what was said in this conversation, else what is known. */
static bool prefers(const struct walked *s, const char *pref)
{
	const char *said = session_var(&s->out->now, STR("contact_pref"));
	const char *known = s->w->has_case ? world_case_field(s->w, STR("contact_pref")) : NULL;
	return (said && strcmp(said, pref) == 0) || (!said && known && strcmp(known, pref) == 0);
}

/* ---- what is read */

static const struct text *texts[TEXTS_MAX];
static size_t texts_count;

static void gather(const struct book *book)
{
	for (size_t f = 0; f < book->flows_count; f++)
		for (size_t s = 0; s < book->flows[f]->states_count; s++)
			for (size_t p = 0; p < book->flows[f]->states[s].prompts_count && texts_count < TEXTS_MAX; p++)
				texts[texts_count++] = book->flows[f]->states[s].prompts[p].text;
	for (size_t i = 0; i < book->messages_count && texts_count < TEXTS_MAX; i++)
		texts[texts_count++] = book->messages[i];
}

const struct text *rules_text(const struct book *book, struct str key)
{
	if (texts_count == 0)
		gather(book);
	for (size_t i = 0; i < texts_count; i++)
		if (str_eq(texts[i]->key, key))
			return texts[i];
	return NULL;
}

static const char *reads_badly(const struct walked *s)
{
	const struct outcome *out = s->out;
	struct segments plan;
	enum encoding encoding;
	if (out->reply == REPLY_NONE)
		return s->mode == MODE_SMS && out->text.len == 0 ? NULL : "a screen stays empty";
	if (out->text.len == 0 || !utf8_valid(out->text))
		return "the text is empty or no text";
	if (memchr(out->text.at, '{', out->text.len) || memchr(out->text.at, '}', out->text.len))
		return "a placeholder is left in the text";
	(void)text_units(out->text, &encoding);
	if (encoding == ENCODING_UCS2 && (!s->w->ucs2 || s->w->encoding == TRANSLITERATE_ALWAYS))
		return "the channel does not carry this alphabet";
	if (s->mode == MODE_USSD ? !text_fits(out->text, s->w->screen)
				 : segment_plan(out->text, &plan) != 0 || plan.count > SEGMENTS_ALLOWED)
		return "the text does not fit the channel";
	if ((out->reply == REPLY_CONTINUE) != is_open(&out->now))
		return "the session ends with a question open, or goes on without one";
	return NULL;
}

/* The beginning of the text's first words, folded, up to a placeholder. */
static bool first_words(struct str text, struct buf *out)
{
	while (text.len > 0 && text.at[0] == '{') {
		const char *brace = memchr(text.at, '}', text.len);
		text = brace ? str_span(brace + 1, text.at + text.len) : (struct str){ text.at, 0 };
	}
	const char *stop = text.len ? memchr(text.at, '{', text.len) : NULL;
	struct str words = stop ? str_span(text.at, stop) : text;
	if (words.len > 40) {
		words.len = 40;
		while (words.len > 0 && ((unsigned char)words.at[words.len] & 0xc0) == 0x80)
			words.len--;
	}
	return text_fold(words, out) == 0 && out->len >= 4;
}

/* A later page of last words: their beginning was on the one before. */
static bool later_page(const struct walked *s)
{
	const struct session *b = &s->before;
	const struct flow *flow = is_open(b) ? book_flow(s->w->book, str_of(b->flow), str_of(b->version)) : NULL;
	const struct state *state = flow ? flow_state(flow, str_of(b->state)) : NULL;
	return s->out->now.page > 0 || (state && state->kind == STATE_FINAL);
}

/* Whatever is said is said in the language that was chosen. */
static bool other_language(const struct walked *s)
{
	static char said[16 * 1024];
	char want[256];
	const struct text *text = rules_text(s->w->book, s->out->text_key);
	int language = s->w->language;
	struct buf all = buf_over(said, sizeof said), words = buf_over(want, sizeof want);
	if (!text || language < 0 || s->out->reply == REPLY_NONE || later_page(s))
		return false;
	if (str_eq_z(s->w->book->languages[language], "ar") && (!s->w->ucs2 || s->w->encoding == TRANSLITERATE_ALWAYS))
		language = book_language(s->w->book, STR("fr")); /* the channel has no Arabic letters */
	if (!first_words(text->in[language], &words))
		return false;
	if (text_fold(s->out->text, &all))
		return true;
	struct str found = buf_str(&words);
	found.len = found.len > 12 ? 12 : found.len; /* bytes: a page may end soon behind */
	return memmem(said, all.len, found.at, found.len) == NULL;
}

static bool names_a_language(const struct walked *s)
{
	for (size_t i = 0; i < s->out->effects_count; i++)
		if (s->out->effects[i].kind == EFFECT_LANGUAGE)
			return true;
	return false;
}

/* ---- what is known */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* As a number of its own: a reference may hold the same digits. */
static bool holds_pin(struct str s)
{
	const size_t len = sizeof pin - 1;
	for (size_t i = 0; i + len <= s.len; i++)
		if (memcmp(s.at + i, pin, len) == 0 && (i == 0 || !is_digit(s.at[i - 1])) &&
		    (i + len == s.len || !is_digit(s.at[i + len])))
			return true;
	return false;
}

static const char *tells_the_pin(const struct walked *s)
{
	const struct outcome *out = s->out;
	for (size_t i = 0; i < s->w->rows_count; i++)
		if (holds_pin(str_of(s->w->rows[i])))
			return "a row holds the secret code";
	for (size_t i = 0; i < out->now.vars_count; i++)
		if (holds_pin(str_of(out->now.vars[i].value)))
			return "a variable holds the secret code";
	for (size_t i = 0; i < out->now.held_count; i++)
		if (holds_pin(str_of(out->now.held[i].raw)) && out->secret)
			return "a held answer holds the secret code";
	for (size_t i = 0; i < out->effects_count; i++)
		if (out->effects[i].kind != EFFECT_SECRET && out->secret &&
		    (holds_pin(out->effects[i].b) || holds_pin(out->effects[i].c)))
			return "an effect holds the secret code";
	return holds_pin(out->text) ? "the secret code is read back" : NULL;
}

static bool is_minor(const struct walked *s)
{
	const char *age = session_var(&s->out->now, STR("age_band"));
	return age && strcmp(age, "U18") == 0;
}

static const char *answer_too_early(const struct walked *s, const struct effect *e)
{
	if (str_eq_z(e->d, "return_request") && !s->out->now.consented && !is_minor(s))
		return "an answer of the request is written before consent";
	if (str_eq_z(e->d, "checkin") && !str_eq_z(e->a, "ARRIVAL") && !s->w->checkin_consent)
		return "a check-in's answer is written before consent";
	return NULL;
}

static const char *hands_over_badly(const struct walked *s, const struct effect *e)
{
	bool protected_person = strcmp(s->status, "REFERRED_PROTECTION") == 0 || is_minor(s);
	struct str words = e->kind == EFFECT_ALERT ? e->c : e->b;
	if (e->d.len == 0 || e->due_minutes == 0 || e->a.len == 0 || words.len == 0)
		return "an alert or a task without role, time or words";
	if (protected_person && (str_eq_z(e->d, "counsellor") || str_eq_z(e->d, "reintegration")))
		return "what concerns a protected person goes to counsellors";
	if (prefers(s, "NO_CALL") && !str_starts(words, STR("DO NOT CALL: ")))
		return "staff are not told: do not call";
	return NULL;
}

static const char *effects_badly(const struct walked *s)
{
	size_t opened = 0;
	const char *why = NULL;
	for (size_t i = 0; i < s->out->effects_count && !why; i++) {
		const struct effect *e = &s->out->effects[i];
		if (e->kind == EFFECT_ANSWER)
			why = answer_too_early(s, e);
		if (e->kind == EFFECT_ALERT || e->kind == EFFECT_TASK)
			why = hands_over_badly(s, e);
		if (e->kind == EFFECT_OPEN_CASE && (++opened > 1 || (s->ref[0] && !str_eq_z(e->a, s->ref))))
			why = "a person has two open cases";
		if (e->kind == EFFECT_CASE_SET && str_eq_z(e->a, "status") && strcmp(s->status, "REFERRED_PROTECTION") == 0)
			why = "a protected case is changed by a conversation";
	}
	return why;
}

/* ---- who may hear what */

static bool promises_a_call(const struct walked *s)
{
	return prefers(s, "NO_CALL") && s->w->language >= 0 &&
	       lint_find(s->w->book->lint, LINT_CALL, s->w->book->languages[s->w->language], s->out->text) != NULL;
}

/* Behind SAFE a shared phone keeps nothing telling; nor does it in what concerns a case that is there. */
static bool tells_too_much(const struct walked *s)
{
	static const char *const telling[] = { "status",  "withdraw", "number_change", "feedback",
					       "checkin", "contact",  "counsellor" };
	const char *flow = s->out->now.flow;
	if (s->mode != MODE_SMS || s->out->reply == REPLY_NONE || s->out->quiet || !prefers(s, "SHARED"))
		return false;
	if (strcmp(flow, "return_request") == 0)
		return s->out->now.consented;
	for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
		if (strcmp(flow, telling[i]) == 0)
			return true;
	return false;
}

const char *rules_broken(const struct walked *s)
{
	const struct outcome *out = s->out;
	if (!out)
		return "the engine refused";
	const char *why = reads_badly(s);
	why = why ? why : tells_the_pin(s);
	why = why ? why : effects_badly(s);
	if (why)
		return why;
	if (s->w->language != s->language && !names_a_language(s))
		return "the language changed by itself";
	if (other_language(s))
		return "said in another language";
	if (promises_a_call(s))
		return "promises a call to a person who said \"do not call me\"";
	if (tells_too_much(s))
		return "tells too much on a shared phone";
	if (s->kind == INPUT_BEGIN && !out->quiet)
		return "is sent first and not quiet";
	if (out->resumable != session_resumable(s->w->book, &out->now) ||
	    (out->left && !session_resumable(s->w->book, out->left)))
		return "what may be taken up again is not what is said";
	if (s->w->overflow)
		return "more happened than a person can do";
	return NULL;
}
