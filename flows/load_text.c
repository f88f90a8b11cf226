/* Texts: the languages, shared messages, and what a state says. */
#include "flows/load_json.h"

#include "flows/hash.h"

#include <errno.h>
#include <string.h>

/* ---- languages.json */

static bool wanted(const struct reader *r, struct str code)
{
	const struct load_options *o = r->options;
	if (!o || !o->languages)
		return true;
	for (size_t i = 0; i < o->languages_count; i++)
		if (str_eq(o->languages[i], code))
			return true;
	return false;
}

static int load_language(struct reader *r, json_t *entry)
{
	static const char *const members[] = { "code", "name", NULL };
	struct book *b = r->book;
	struct str code = { 0 }, name = { 0 };
	int rc = reader_members(r, entry, members, 0);
	if (rc == 0)
		rc = reader_need(r, entry, "code");
	if (rc == 0)
		rc = reader_need(r, entry, "name");
	if (rc == 0)
		rc = reader_name(r, entry, "code", &code);
	if (rc == 0)
		rc = reader_str(r, entry, "name", &name);
	if (rc)
		return rc;
	if (code.len < 2 || code.len > 3)
		return reader_fail(r, "the code must be that of ISO 639: two or three letters");
	if (reader_is_language(r, code.at))
		return reader_fail(r, "language \"%s\" stands here twice", code.at);
	b->known_languages[b->known_count++] = code;
	if (wanted(r, code)) {
		b->languages[b->languages_count] = code;
		b->language_names[b->languages_count++] = name;
	}
	return 0;
}

/* The languages of the programme come in its own order; each must be one that the definitions know. */
static int order_languages(struct reader *r)
{
	const struct load_options *o = r->options;
	struct book *b = r->book;
	if (!o || !o->languages)
		return 0;
	for (size_t i = 0; i < o->languages_count; i++) {
		int at = book_language(b, o->languages[i]);
		if (at < 0)
			return reader_fail(r, "the programme speaks \"%.*s\", but the definitions do not know it",
					   STR_ARG(o->languages[i]));
		if ((size_t)at < i)
			return reader_fail(r, "the programme names language \"%.*s\" twice", STR_ARG(o->languages[i]));
		struct str code = b->languages[at], name = b->language_names[at];
		b->languages[at] = b->languages[i], b->language_names[at] = b->language_names[i];
		b->languages[i] = code, b->language_names[i] = name;
	}
	return 0;
}

int load_languages(struct reader *r)
{
	static const char *const members[] = { "languages", NULL };
	json_t *root, *list, *entry;
	size_t i;
	int rc = reader_parse(r, &root);
	if (rc)
		return rc;
	rc = reader_members(r, root, members, 0);
	if (rc == 0)
		rc = reader_need(r, root, "languages");
	if (rc == 0)
		rc = reader_list(r, root, "languages", LANGUAGES_MAX, &list);
	if (rc == 0) {
		(void)reader_key(r, "languages");
		json_array_foreach(list, i, entry) {
			size_t was = reader_index(r, i);
			rc = load_language(r, entry);
			if (rc)
				break;
			reader_back(r, was);
		}
	}
	if (rc == 0)
		rc = order_languages(r);
	json_decref(root);
	return rc;
}

/* ---- one text */

static void hash_text(const struct reader *r, json_t *object, struct text *text)
{
	uint64_t hash = hash_add(hash_start(), text->key);
	hash = hash_add(hash, text->quiet ? STR("Q") : STR("N"));
	for (size_t i = 0; i < r->book->known_count; i++) {
		json_t *words = json_object_get(object, r->book->known_languages[i].at);
		if (!words)
			continue;
		hash = hash_add(hash, r->book->known_languages[i]);
		hash = hash_add(hash, (struct str){ json_string_value(words), json_string_length(words) });
	}
	hash_hex(hash, text->version);
}

int load_text_in(struct reader *r, json_t *object, struct text *text)
{
	const struct book *b = r->book;
	struct str any = { 0 };
	for (size_t i = 0; i < b->known_count; i++)
		if (json_object_get(object, b->known_languages[i].at)) {
			struct str words = { 0 };
			int rc = reader_str(r, object, b->known_languages[i].at, &words);
			if (rc)
				return rc;
			int at = book_language(b, b->known_languages[i]);
			if (at >= 0)
				text->in[at] = words;
			if (!any.at)
				any = words;
		}
	for (size_t i = 0; i < b->languages_count; i++) {
		if (text->in[i].at)
			continue;
		if (!r->old || !any.at)
			return reader_fail(r, "the text in \"%.*s\" is missing", STR_ARG(b->languages[i]));
		text->in[i] = any;
	}
	hash_text(r, object, text);
	return 0;
}

static int load_kind(struct reader *r, json_t *object, struct text *text)
{
	struct str kind = { 0 };
	int rc = reader_need(r, object, "kind");
	if (rc == 0)
		rc = reader_str(r, object, "kind", &kind);
	if (rc)
		return rc;
	text->quiet = str_eq_z(kind, "Q");
	if (text->quiet || str_eq_z(kind, "N"))
		return 0;
	(void)reader_key(r, "kind");
	return reader_fail(r, "must be \"N\" (normal) or \"Q\" (quiet: may be read by anybody who holds the phone)");
}

/* ---- messages.json */

static int load_message(struct reader *r, const char *key, json_t *value, struct text **out)
{
	static const char *const members[] = { "kind", NULL };
	struct text *text = arena_alloc(&r->book->arena, sizeof *text);
	if (!text)
		return reader_no_memory(r);
	*out = text;
	text->key = arena_str(&r->book->arena, str_of(key));
	if (!text->key.at)
		return reader_no_memory(r);
	int rc = reader_members(r, value, members, MEMBERS_LANGUAGES);
	if (rc == 0)
		rc = load_kind(r, value, text);
	if (rc == 0)
		rc = load_text_in(r, value, text);
	return rc;
}

int load_messages(struct reader *r, json_t *root)
{
	static const char *const members[] = { "messages", NULL };
	struct book *b = r->book;
	const char *key;
	json_t *value, *all = json_object_get(root, "messages");
	int rc = reader_members(r, root, members, 0);
	if (rc == 0)
		rc = reader_need(r, root, "messages");
	if (rc)
		return rc;
	(void)reader_key(r, "messages");
	if (!json_is_object(all))
		return reader_fail(r, "must be an object: { ... }");
	const struct text **list = arena_array(&b->arena, json_object_size(all), sizeof *list);
	if (!list)
		return reader_no_memory(r);
	json_object_foreach(all, key, value) {
		size_t was = reader_key(r, key), at = b->messages_count;
		struct text *text = NULL;
		rc = load_message(r, key, value, &text);
		if (rc || !text)
			return rc ? rc : -EINVAL;
		reader_back(r, was);
		for (; at > 0 && list[at - 1] && str_cmp(list[at - 1]->key, text->key) > 0; at--)
			list[at] = list[at - 1];
		list[at] = text;
		b->messages_count++;
	}
	b->messages = list;
	return 0;
}

/* ---- what a state says */

static int load_shared(struct reader *r, json_t *name, struct prompt *prompt)
{
	const char *key = json_string_value(name);
	json_t *shared = key ? json_object_get(r->shared, key) : NULL;
	struct text *text = NULL;
	if (!key)
		return reader_fail(r, "must be the name of a text of messages.json, in quotes");
	if (!shared) {
		const char *near = reader_nearest(key, r->shared);
		return reader_fail(r, "messages.json has no text \"%s\"%s%s%s", key, near ? "; did you mean \"" : "",
				   near ? near : "", near ? "\"?" : "");
	}
	if (json_object_set(r->used_messages, key, shared))
		return reader_no_memory(r);
	if (!r->old) {
		prompt->text = book_message(r->book, str_of(key));
		return prompt->text ? 0 : reader_fail(r, "messages.json has no text \"%s\"", key);
	}
	int rc = load_message(r, key, shared, &text);
	prompt->text = text;
	return rc;
}

static int load_own(struct reader *r, json_t *object, struct prompt *prompt)
{
	struct text *text = arena_alloc(&r->book->arena, sizeof *text);
	if (!text)
		return reader_no_memory(r);
	prompt->text = text;
	if (!json_object_get(object, "key"))
		return reader_fail(r, "\"key\" is missing: the text's own name, such as \"rr.safe\" (or \"text\": the "
				      "name of a text of messages.json)");
	int rc = reader_name(r, object, "key", &text->key);
	if (rc == 0)
		rc = load_kind(r, object, text);
	if (rc == 0)
		rc = load_text_in(r, object, text);
	return rc;
}

/* What was agreed to is the question with its options: the version of the text covers both. */
static int cover_options(struct reader *r, struct prompt *prompt)
{
	struct text *text = arena_alloc(&r->book->arena, sizeof *text);
	if (!text)
		return reader_no_memory(r);
	*text = *prompt->text;
	uint64_t hash = hash_add(hash_start(), str_of(text->version));
	for (size_t i = 0; i < prompt->options_count; i++) {
		const struct option *o = &prompt->options[i];
		char number = (char)('0' + o->number % 100);
		hash = hash_add(hash, (struct str){ &number, 1 });
		hash = hash_add(hash, o->label ? str_of(o->label->version) : STR(""));
	}
	hash_hex(hash, text->version);
	prompt->text = text;
	return 0;
}

static int load_prompt_object(struct reader *r, json_t *object, const struct state *state, struct prompt *prompt)
{
	static const char *const own[] = { "key", "kind", "when", "unless", "with", "options", NULL };
	static const char *const shared[] = { "text", "when", "unless", "with", "options", NULL };
	json_t *name = json_object_get(object, "text"), *options;
	int rc = reader_members(r, object, name ? shared : own, name ? 0 : MEMBERS_LANGUAGES);
	if (rc == 0)
		rc = load_guard(r, object, &prompt->when);
	if (rc)
		return rc;
	size_t was = name ? reader_key(r, "text") : r->path_len;
	rc = name ? load_shared(r, name, prompt) : load_own(r, object, prompt);
	if (rc)
		return rc;
	reader_back(r, was);
	rc = load_bindings(r, object, "with", &prompt->with, &prompt->with_count);
	if (rc == 0)
		rc = reader_list(r, object, "options", OPTIONS_MAX, &options);
	if (rc || !options)
		return rc;
	struct option *list;
	was = reader_key(r, "options");
	rc = load_options(r, options, state, &list, &prompt->options_count);
	prompt->options = list;
	if (rc == 0)
		reader_back(r, was);
	return rc;
}

static int load_prompt(struct reader *r, json_t *value, const struct option *options, size_t options_count,
		       const struct state *state, struct prompt *prompt)
{
	int rc;
	if (json_is_string(value))
		rc = load_shared(r, value, prompt);
	else
		rc = load_prompt_object(r, value, state, prompt);
	if (rc)
		return rc;
	if (!prompt->options) {
		prompt->options = options;
		prompt->options_count = options_count;
	}
	return prompt->options_count ? cover_options(r, prompt) : 0;
}

int load_prompts(struct reader *r, json_t *state, const struct option *options, size_t options_count,
		 struct state *out)
{
	const char *member = json_object_get(state, "ask") ? "ask" : "say";
	json_t *value = json_object_get(state, member);
	if (!value)
		return 0;
	size_t count = json_is_array(value) ? json_array_size(value) : 1;
	size_t was = reader_key(r, member);
	if (count < 1 || count > 12)
		return reader_fail(r, "must hold 1 to 12 texts");
	struct prompt *list = arena_array(&r->book->arena, count, sizeof *list);
	if (!list)
		return reader_no_memory(r);
	for (size_t i = 0; i < count; i++) {
		json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
		size_t outside = json_is_array(value) ? reader_index(r, i) : r->path_len;
		int rc = load_prompt(r, one, options, options_count, out, &list[i]);
		if (rc)
			return rc;
		reader_back(r, outside);
	}
	out->prompts = list;
	out->prompts_count = count;
	reader_back(r, was);
	return 0;
}
