#include "flows/text/fold.h"
#include "flows/text/paginate.h"
#include "flows/text/segment.h"
#include "flows/text/transliterate.h"
#include "gateway/command_text.h"
#include "gateway/json.h"

#include <errno.h>
#include <stdio.h>

enum {
	OPTIONS_LIMIT = 1000,
	GROWTH = 12, /* bytes that NFKC makes of one, at worst; then some */
};

/* ---- reading members */

static int want_str(const json_t *in, const char *key, struct str *value, struct err *err)
{
	*value = json_get_str(in, key);
	return value->at ? 0 : err_set(err, -EINVAL, "\"%s\" must be a string", key);
}

/* Absent or null: empty. */
static int maybe_str(const json_t *in, const char *key, struct str *value, struct err *err)
{
	const json_t *member = json_object_get(in, key);
	*value = STR("");
	return !member || json_is_null(member) ? 0 : want_str(in, key, value, err);
}

static int want_count(const json_t *in, const char *key, long long most, long long *value, struct err *err)
{
	const json_t *member = json_object_get(in, key);
	*value = (long long)json_integer_value(member);
	if (!json_is_integer(member) || *value < 0 || *value > most)
		return err_set(err, -EINVAL, "\"%s\" must be a whole number from 0 to %lld", key, most);
	return 0;
}

static int maybe_bool(const json_t *in, const char *key, bool *value, struct err *err)
{
	const json_t *member = json_object_get(in, key);
	*value = json_is_true(member);
	if (member && !json_is_boolean(member) && !json_is_null(member))
		return err_set(err, -EINVAL, "\"%s\" must be true or false", key);
	return 0;
}

static struct buf room_for(struct text_context *context, struct str text)
{
	return buf_new(&context->arena, GROWTH * text.len + 64);
}

/* ---- what goes out */

static json_t *sizes(const size_t *values, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_integer((json_int_t)values[i]));
	return list;
}

int text_measure(struct text_context *context, const json_t *in, json_t *out, struct err *err)
{
	struct str text;
	struct segments *plan = arena_alloc(&context->arena, sizeof *plan);
	if (want_str(in, "text", &text, err) != 0)
		return -EINVAL;
	if (!plan || segment_plan(text, plan) != 0)
		return err_set(err, -EMSGSIZE, "the text needs more than %d segments", SEGMENTS_MAX);
	json_put_str(out, "encoding", str_of(encoding_name(plan->encoding)));
	(void)json_object_set_new(out, "segments", json_integer((json_int_t)plan->count));
	(void)json_object_set_new(out, "units", sizes(plan->units, plan->count));
	(void)json_object_set_new(out, "starts", sizes(plan->starts, plan->count));
	return 0;
}

static int want_policy(const json_t *in, enum transliteration *policy, struct err *err)
{
	static const char *const names[] = {
		[TRANSLITERATE_AUTO] = "auto", [TRANSLITERATE_ALWAYS] = "always", [TRANSLITERATE_NEVER] = "never"
	};
	struct str name;
	*policy = TRANSLITERATE_AUTO;
	if (maybe_str(in, "policy", &name, err) != 0)
		return -EINVAL;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq_z(name, names[i])) {
			*policy = (enum transliteration)i;
			return 0;
		}
	return name.len == 0 ? 0 : err_set(err, -EINVAL, "\"policy\" must be auto, always or never");
}

int text_transliterate(struct text_context *context, const json_t *in, json_t *out, struct err *err)
{
	struct str text, lang;
	enum transliteration policy;
	enum encoding encoding;
	if (want_str(in, "text", &text, err) != 0 || maybe_str(in, "lang", &lang, err) != 0 ||
	    want_policy(in, &policy, err) != 0)
		return -EINVAL;
	struct buf sent = room_for(context, text);
	if (transliterate(text, lang, policy, &sent, &encoding) != 0)
		return err_set(err, -EMSGSIZE, "the text is too long, or a letter stands under hundreds of marks");
	json_put_str(out, "send", buf_str(&sent));
	json_put_str(out, "send_encoding", str_of(encoding_name(encoding)));
	return 0;
}

/* ---- what comes in */

int text_normalise_line(struct text_context *context, const json_t *in, json_t *out, struct err *err)
{
	struct str input;
	uint64_t number;
	if (want_str(in, "input", &input, err) != 0)
		return -EINVAL;
	struct buf text = room_for(context, input);
	if (text_normalise(input, &text) != 0)
		return err_set(err, -EMSGSIZE, "the text is too long, or a letter stands under hundreds of marks");
	struct buf digits = buf_new(&context->arena, text.len);
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] >= '0' && text.at[i] <= '9')
			buf_put_char(&digits, text.at[i]);
	bool whole = str_to_u64(buf_str(&text), &number) && number <= INT64_MAX;
	json_put_str(out, "text", buf_str(&text));
	json_put_str(out, "digits", buf_str(&digits));
	(void)json_object_set_new(out, "integer", whole ? json_integer((json_int_t)number) : json_null());
	return 0;
}

int text_fold_line(struct text_context *context, const json_t *in, json_t *out, struct err *err)
{
	struct str input;
	if (want_str(in, "input", &input, err) != 0)
		return -EINVAL;
	struct buf text = room_for(context, input);
	if (text_fold(input, &text) != 0)
		return err_set(err, -EMSGSIZE, "the text is too long, or a letter stands under hundreds of marks");
	json_put_str(out, "folded", buf_str(&text));
	return 0;
}

/* ---- answers */

/* "ff-GN", else "ff"; -1, any language, when neither is known. */
static int language_of(const struct text_context *context, struct str lang)
{
	struct str rest = lang, primary = lang;
	if (lang.len > 0)
		(void)str_split(&rest, '-', &primary);
	for (size_t i = 0; i < context->codes_count; i++)
		if (str_eq(context->codes[i], lang))
			return (int)i;
	for (size_t i = 0; i < context->codes_count; i++)
		if (str_eq(context->codes[i], primary))
			return (int)i;
	return -1;
}

static void put_answer(const struct answer *a, json_t *out)
{
	switch (a->kind) {
	case ANSWER_CHOICE: (void)json_object_set_new(out, "choice", json_integer(a->choice)); break;
	case ANSWER_YES: (void)json_object_set_new(out, "yes", json_true()); break;
	case ANSWER_NO: (void)json_object_set_new(out, "no", json_true()); break;
	case ANSWER_MORE: json_put_str(out, "nav", STR("more")); break;
	case ANSWER_BACK: json_put_str(out, "nav", STR("back")); break;
	case ANSWER_MENU: json_put_str(out, "nav", STR("menu")); break;
	case ANSWER_KEYWORD:
		if (a->keyword == KEYWORD_MENU)
			json_put_str(out, "nav", STR("menu"));
		else
			json_put_str(out, "keyword", str_of(keyword_name(a->keyword)));
		break;
	case ANSWER_NONE: (void)json_object_set_new(out, "none", json_true()); break;
	}
}

/* "options": how many, or their labels. */
static int want_options(struct text_context *context, const json_t *in, struct question *q, struct err *err)
{
	const json_t *options = json_object_get(in, "options");
	long long count = (long long)json_array_size(options);
	if (!json_is_array(options) && want_count(in, "options", OPTIONS_LIMIT, &count, err) != 0)
		return -EINVAL;
	if (count > OPTIONS_LIMIT)
		return err_set(err, -EINVAL, "more than %d options", OPTIONS_LIMIT);
	int *numbers = arena_array(&context->arena, (size_t)count + 1, sizeof *numbers);
	struct str *labels = arena_array(&context->arena, (size_t)count + 1, sizeof *labels);
	if (!numbers || !labels)
		return err_set(err, -ENOMEM, "out of memory");
	for (int i = 0; i < count; i++) {
		numbers[i] = i + 1;
		labels[i] = json_str(json_array_get(options, (size_t)i));
		if (json_is_array(options) && !labels[i].at)
			return err_set(err, -EINVAL, "\"options\" must be a number or a list of strings");
	}
	*q = (struct question){ .numbers = numbers, .options = (size_t)count };
	if (json_is_array(options))
		q->labels = labels;
	return 0;
}

int text_match(struct text_context *context, const json_t *in, json_t *out, struct err *err)
{
	struct str input, lang;
	struct question q;
	struct answer answer;
	if (want_str(in, "input", &input, err) != 0 || maybe_str(in, "lang", &lang, err) != 0 ||
	    want_options(context, in, &q, err) != 0 || maybe_bool(in, "yes_no_question", &q.yes_no, err) != 0)
		return -EINVAL;
	match_answer(&context->words, input, &q, context->codes, context->codes_count, language_of(context, lang), &answer);
	put_answer(&answer, out);
	return 0;
}

/* ---- screens */

static int want_lines(struct text_context *context, const json_t *in, struct str **lines, size_t *count, struct err *err)
{
	const json_t *options = json_object_get(in, "options");
	*count = json_array_size(options);
	*lines = arena_array(&context->arena, *count + 1, sizeof **lines);
	if ((options && !json_is_array(options)) || *count > OPTIONS_LIMIT || !*lines)
		return err_set(err, -EINVAL, "\"options\" must be a list of at most %d strings", OPTIONS_LIMIT);
	for (size_t i = 0; i < *count; i++) {
		struct str label = json_str(json_array_get(options, i));
		struct buf line = buf_new(&context->arena, label.len + 24);
		if (!label.at)
			return err_set(err, -EINVAL, "\"options\" must be a list of strings");
		buf_printf(&line, "%zu. ", i + 1);
		buf_put(&line, label);
		if (line.full)
			return err_set(err, -ENOMEM, "out of memory");
		(*lines)[i] = buf_str(&line);
	}
	return 0;
}

/* Absent members are what the product uses: 160 and 80 units, no navigation. */
static int want_frame(const json_t *in, struct screen_limit *screen, struct nav_lines *nav, struct err *err)
{
	const json_t *limit = json_object_get(in, "limit"), *lines = json_object_get(in, "nav");
	long long gsm7 = 160, ucs2 = 80;
	*nav = (struct nav_lines){ .back_if_fits = false };
	if ((limit && !json_is_object(limit)) || (lines && !json_is_object(lines) && !json_is_null(lines)))
		return err_set(err, -EINVAL, "\"limit\" and \"nav\" must be objects");
	if (limit && (want_count(limit, "gsm7", 10000, &gsm7, err) != 0 || want_count(limit, "ucs2", 10000, &ucs2, err) != 0))
		return -EINVAL;
	*screen = (struct screen_limit){ (unsigned)gsm7, (unsigned)ucs2 };
	if (maybe_str(lines, "more", &nav->more, err) != 0 || maybe_str(lines, "prev", &nav->prev, err) != 0 ||
	    maybe_str(lines, "back", &nav->back, err) != 0)
		return -EINVAL;
	return 0;
}

int text_paginate(struct text_context *context, const json_t *in, json_t *out, struct err *err)
{
	struct str title, *lines, culprit;
	struct screen_limit screen = { 0, 0 };
	struct nav_lines nav;
	size_t count;
	struct pages *pages = arena_alloc(&context->arena, sizeof *pages);
	if (want_str(in, "title", &title, err) != 0 || want_lines(context, in, &lines, &count, err) != 0 ||
	    want_frame(in, &screen, &nav, err) != 0)
		return -EINVAL;
	int rc = pages ? paginate(title, lines, count, screen, &nav, &context->arena, pages, &culprit) : -ENOMEM;
	if (rc == -EMSGSIZE)
		return err_set(err, rc, "a word or an option alone does not fit a screen, or there are more than %d screens",
			       PAGES_MAX);
	if (rc != 0)
		return err_set(err, rc, "out of memory");
	json_t *list = json_array();
	for (size_t i = 0; i < pages->count; i++)
		(void)json_array_append_new(list, json_from_str(pages->page[i]));
	(void)json_object_set_new(out, "pages", list);
	return 0;
}

/* ---- numbers */

int text_phone(struct text_context *context, const json_t *in, json_t *out, struct err *err)
{
	struct str input, country;
	struct phone phone;
	if (want_str(in, "input", &input, err) != 0 || maybe_str(in, "country", &country, err) != 0)
		return -EINVAL;
	phone_parse(&context->phones, input, country, &phone);
	if (phone.kind == PHONE_E164) {
		json_put_str(out, "e164", str_of(phone.e164));
		return 0;
	}
	(void)json_object_set_new(out, "e164", json_null());
	json_put_str(out, "reason", str_of(phone.reason));
	return 0;
}
