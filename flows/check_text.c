/* Words: which placeholders, how long with the longest values, which alphabet, and what must not be said. */
#include "flows/checker.h"

#include "flows/lint.h"
#include "flows/nearest.h"
#include "flows/say.h"
#include "flows/text/transliterate.h"
#include "flows/text/utf8.h"

#include <string.h>

enum { TEXT_MAX_BYTES = 4096 };

/* ---- placeholders, with the longest value each can have */

static const struct {
	const char *name, *longest;
} placeholders[] = {
	{ "tel", "0537652881" }, { "callback", "0500000000" }, { "sos", "112" },  { "ref", "48217035" },
	{ "date", "31/12" },	 { "time", "10:00" },	       { "n", "30" },	  { "place", "Kelaa Sraghna12" },
	{ "opts", "1 إلى 9" },	 { "from", "1" },	       { "to", "9" },
};
enum { PLACEHOLDERS = sizeof placeholders / sizeof placeholders[0] };

static struct str longest(struct str name, const void *user)
{
	(void)user;
	for (size_t i = 0; i < PLACEHOLDERS; i++)
		if (str_eq_z(name, placeholders[i].name))
			return str_of(placeholders[i].longest);
	return (struct str){ NULL, 0 };
}

struct found { /* which placeholders a text holds, bit by bit */
	unsigned bits;
	struct str unknown;
};

static struct str note_name(struct str name, const void *user)
{
	struct found *const *slot = user;
	for (size_t i = 0; i < PLACEHOLDERS; i++)
		if (str_eq_z(name, placeholders[i].name)) {
			(*slot)->bits |= 1u << i;
			return STR("x");
		}
	(*slot)->unknown = name;
	return STR("x");
}

static struct found find_names(struct str text)
{
	char storage[TEXT_MAX_BYTES];
	struct buf out = buf_over(storage, sizeof storage);
	struct found found = { 0 };
	struct found *slot = &found;
	if (say_fill(text, note_name, &slot, &out))
		found.unknown = STR("..."); /* far too long: said elsewhere */
	return found;
}

static bool holds(struct found f, const char *name)
{
	for (size_t i = 0; i < PLACEHOLDERS; i++)
		if (strcmp(name, placeholders[i].name) == 0)
			return f.bits >> i & 1;
	return false;
}

static bool binds(const struct prompt *prompt, const char *name)
{
	for (size_t i = 0; prompt && i < prompt->with_count; i++)
		if (str_eq_z(prompt->with[i].name, name))
			return true;
	return false;
}

static void check_names(struct checker *c, const struct text *text, const struct prompt *prompt)
{
	struct found first = find_names(text->in[0]);
	for (size_t l = 0; l < c->book->languages_count; l++) {
		struct found f = find_names(text->in[l]);
		if (f.unknown.at) {
			const char *names[PLACEHOLDERS + 1] = { NULL };
			for (size_t i = 0; i < PLACEHOLDERS; i++)
				names[i] = placeholders[i].name;
			const char *near = nearest(f.unknown, names);
			check_say(c, FINDING_ERROR, (int)l, "nobody can fill {%.*s}%s%s%s", STR_ARG(f.unknown),
				  near ? "; did you mean {" : "", near ? near : "", near ? "}?" : "");
		}
		if (text->quiet && holds(f, "tel"))
			check_say(c, FINDING_ERROR, (int)l, "a quiet text holds no published number: write {callback} for {tel}");
		if (f.bits != first.bits)
			check_say(c, FINDING_WARNING, (int)l, "holds other placeholders than the text in \"%.*s\"",
				  STR_ARG(c->book->languages[0]));
	}
	if (prompt && holds(first, "n") && !binds(prompt, "n"))
		check_say(c, FINDING_ERROR, -1, "{n} needs a number: \"with\": {\"n\": \"5\"}");
}

/* ---- words */

static void look_for(struct checker *c, enum lint_kind kind, int l, struct str words, enum finding_level level,
		     const char *why)
{
	const struct lint_word *w = lint_find(c->book->lint, kind, c->book->languages[l], words);
	if (w)
		check_say(c, level, l, "\"%.*s\" %s", STR_ARG(w->word), why);
}

static void check_words(struct checker *c, const struct text *text, bool by_sms, struct str words, int l)
{
	if (!c->book->lint)
		return;
	look_for(c, LINT_PROMISE, l, words, FINDING_ERROR, "promises or presses; nothing may (lint.tsv)");
	if (text->quiet)
		look_for(c, LINT_TELLING, l, words, FINDING_ERROR, "says too much for a quiet text (lint.tsv)");
	if (by_sms)
		look_for(c, LINT_NEVER, l, words, FINDING_ERROR, "is never sent by SMS (lint.tsv)");
}

/* ---- alphabet */

/* The first character that the alphabet of simple phones lacks; 0: none, or the text is in another script anyway. */
static uint32_t costly_character(struct str words, struct str *as)
{
	const char *at = words.at, *end = at + words.len;
	uint32_t found = 0;
	while (at < end) {
		const char *from = at;
		int32_t code_point = utf8_next(&at, end);
		enum encoding encoding;
		(void)text_units(str_span(from, at), &encoding);
		if (code_point >= 0x370 && encoding == ENCODING_UCS2 && (code_point < 0x1e00 || code_point > 0x2bff))
			return 0;
		if (encoding == ENCODING_UCS2 && !found) {
			found = (uint32_t)code_point;
			*as = str_span(from, at);
		}
	}
	return found;
}

static void check_alphabet(struct checker *c, struct str words, int l)
{
	struct str as = { NULL, 0 };
	char storage[64];
	struct buf plain = buf_over(storage, sizeof storage);
	enum encoding encoding = ENCODING_UCS2;
	if (!costly_character(words, &as))
		return;
	if (transliterate(as, c->book->languages[l], TRANSLITERATE_AUTO, &plain, &encoding) || encoding != ENCODING_GSM7)
		buf_clear(&plain);
	check_say(c, FINDING_WARNING, l, "\"%.*s\" is not in the alphabet of simple phones and halves what fits%s%.*s%s",
		  STR_ARG(as), plain.len ? "; write \"" : "", STR_ARG(buf_str(&plain)), plain.len ? "\"" : "");
}

/* ---- length */

static void check_sms(struct checker *c, const struct speech *sent, int l)
{
	struct segments segments = { .encoding = ENCODING_GSM7 };
	struct str words = say_whole(sent, &c->arena);
	if (!words.at || segment_plan(words, &segments) || segments.count > c->limits.max_segments)
		check_say(c, FINDING_ERROR, l, "is longer than %u SMS (%s)", c->limits.max_segments,
			  encoding_name(segments.encoding));
}

static struct str nav_line(struct checker *c, const char *key, size_t l, enum transliteration policy)
{
	static const struct session none;
	struct facts facts = { .encoding = policy };
	struct scope scope = { c->book, &facts, &none, MODE_USSD, (int)l, false };
	struct str line = say_message(key, &scope, (int)l, STR(""), &c->arena);
	line = say_sent(line, &scope, (int)l, &c->arena);
	return line.at ? line : STR("");
}

int check_pages(struct checker *c, const struct speech *sent, bool question, size_t l, enum transliteration policy,
		struct pages *out, struct str *culprit)
{
	struct nav_lines nav = { nav_line(c, "nav.more", l, policy), { "", 0 }, { "", 0 }, true };
	if (question)
		nav.prev = nav.back = nav_line(c, "nav.back", l, policy);
	return paginate(sent->title, sent->lines, sent->lines_count, c->limits.screen, &nav, &c->arena, out, culprit);
}

static void check_screen(struct checker *c, const struct speech *sent, bool question, int l,
			 enum transliteration policy)
{
	struct pages pages;
	struct str culprit = { NULL, 0 };
	int rc = check_pages(c, sent, question, (size_t)l, policy, &pages, &culprit);
	if (rc)
		check_say(c, FINDING_ERROR, l, "fits no screen of %u (or %u) characters%s%.*s", c->limits.screen.gsm7,
			  c->limits.screen.ucs2, culprit.at ? ": shorten " : "", STR_ARG(culprit));
	else if (pages.count > 1)
		check_say(c, FINDING_NOTE, l, "needs %zu screens on a phone", pages.count);
}

/* As each policy of the channels writes it; what one finds wrong is said once. */
static void check_length(struct checker *c, const struct speech *speech, unsigned modes, bool question, int l)
{
	size_t errors = c->errors;
	for (enum transliteration p = TRANSLITERATE_AUTO; p <= TRANSLITERATE_NEVER && c->errors == errors; p++) {
		struct speech sent = *speech;
		if (!(c->limits.policies >> p & 1))
			continue;
		if (say_transliterate(&sent, p, c->book->languages[l], &c->arena)) {
			check_say(c, FINDING_ERROR, l, "is far too long");
			return;
		}
		if (modes >> MODE_SMS & 1)
			check_sms(c, &sent, l);
		if (modes >> MODE_USSD & 1)
			check_screen(c, &sent, question, l, p);
	}
}

static struct str fill(struct checker *c, struct str text)
{
	struct buf out = buf_new(&c->arena, TEXT_MAX_BYTES);
	return out.at && say_fill(text, longest, NULL, &out) == 0 ? buf_str(&out) : (struct str){ NULL, 0 };
}

bool check_speech(struct checker *c, const struct text *text, const struct prompt *prompt, size_t l, struct speech *out)
{
	*out = (struct speech){ .text = text, .title = fill(c, text->in[l]) };
	for (size_t i = 0; prompt && i < prompt->options_count; i++) {
		if (!prompt->options[i].label)
			continue;
		struct buf line = buf_new(&c->arena, 256);
		buf_put_i64(&line, prompt->options[i].number);
		buf_put_char(&line, ' ');
		buf_put(&line, prompt->options[i].label->in[l]);
		if (line.full)
			return false;
		out->lines[out->lines_count++] = buf_str(&line);
	}
	return out->title.at != NULL;
}

/* modes: bit MODE_USSD, bit MODE_SMS. */
static void check_one(struct checker *c, const struct text *text, const struct prompt *prompt, unsigned modes,
		      bool question)
{
	for (size_t l = 0; l < c->book->languages_count; l++) {
		struct speech speech;
		size_t mark = arena_mark(&c->arena);
		struct str words = { NULL, 0 };
		if (check_speech(c, text, prompt, l, &speech))
			words = say_whole(&speech, &c->arena);
		if (!words.at) {
			check_say(c, FINDING_ERROR, (int)l, "is far too long");
			arena_back(&c->arena, mark);
			continue;
		}
		check_length(c, &speech, modes, question, (int)l);
		check_alphabet(c, words, (int)l);
		check_words(c, text, modes >> MODE_SMS & 1, words, (int)l);
		arena_back(&c->arena, mark);
	}
}

/* ---- one key, one text */

static bool same_words(const struct checker *c, const struct text *a, const struct text *b)
{
	for (size_t l = 0; l < c->book->languages_count; l++)
		if (!str_eq(a->in[l], b->in[l]))
			return false;
	return a->quiet == b->quiet;
}

static void check_key(struct checker *c, const struct text *text)
{
	const struct book *b = c->book;
	const struct text *shared = book_message(b, text->key);
	if (shared && !same_words(c, shared, text))
		check_say(c, FINDING_ERROR, -1, "messages.json has other words for \"%.*s\"", STR_ARG(text->key));
	for (size_t f = 0; f < b->flows_count; f++)
		for (size_t s = 0; !b->flows[f]->old && s < b->flows[f]->states_count; s++)
			for (size_t p = 0; p < b->flows[f]->states[s].prompts_count; p++) {
				const struct text *other = b->flows[f]->states[s].prompts[p].text;
				if (other == text)
					return; /* each pair once */
				if (str_eq(other->key, text->key) && !same_words(c, other, text))
					check_say(c, FINDING_ERROR, -1, "%.*s has other words for \"%.*s\"",
						  STR_ARG(b->flows[f]->file), STR_ARG(text->key));
			}
}

unsigned check_modes(const struct prompt *prompt)
{
	return (check_allows(&prompt->when, "mode", "ussd") ? 1u << MODE_USSD : 0) |
	       (check_allows(&prompt->when, "mode", "sms") ? 1u << MODE_SMS : 0);
}

void check_texts(struct checker *c)
{
	for (size_t i = 0; i < c->flow->states_count; i++) {
		const struct state *s = &c->flow->states[i];
		c->state = s;
		for (size_t p = 0; p < s->prompts_count; p++) {
			const struct prompt *prompt = &s->prompts[p];
			check_at(c, s->kind == STATE_QUESTION ? ".ask[%zu]" : ".say[%zu]", p);
			check_names(c, prompt->text, prompt);
			check_label_words(c, prompt);
			if (book_message(c->book, prompt->text->key) == prompt->text)
				continue; /* the rest is said of messages.json */
			check_key(c, prompt->text);
			check_one(c, prompt->text, prompt, check_modes(prompt), s->kind == STATE_QUESTION);
		}
	}
	c->state = NULL;
}

void check_messages(struct checker *c)
{
	for (size_t i = 0; i < c->book->messages_count; i++) {
		const struct text *text = c->book->messages[i];
		check_at(c, "messages.%.*s", STR_ARG(text->key));
		check_names(c, text, NULL);
		check_one(c, text, NULL, 1u << MODE_USSD | 1u << MODE_SMS, false);
	}
	c->place[0] = '\0';
}
