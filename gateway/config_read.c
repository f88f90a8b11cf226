#include "gateway/config_key.h"
#include "flows/nearest.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 64 };

size_t loading_enter(struct loading *r, const char *format, ...)
{
	size_t mark = r->path_len, room = sizeof r->path - mark;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(r->path + mark, room, format, args);
	va_end(args);
	assert(n >= 0 && (size_t)n < room); /* paths hold only names of our tables, adapters' keys and indices */
	r->path_len += (size_t)n;
	return mark;
}

void loading_leave(struct loading *r, size_t mark)
{
	r->path_len = mark;
	r->path[mark] = '\0';
}

void loading_say(struct loading *r, const char *format, ...)
{
	if (r->problems_count++ >= CONFIG_PROBLEMS_MAX)
		return;
	struct problem *p = &r->problems[r->problems_count - 1];
	struct err what;
	p->line = config_line(r->config, r->path);
	va_list args;
	va_start(args, format);
	(void)vsnprintf(what.text, sizeof what.text, format, args);
	va_end(args);
	struct err whole;
	err_set(&whole, 0, "%.*s:%u: %s%s%s", STR_ARG(r->config->file), p->line, r->path,
		r->path_len ? ": " : "", what.text);
	memcpy(p->text, whole.text, sizeof p->text - 1);
	p->text[sizeof p->text - 1] = '\0';
}

struct shown shown(struct str s)
{
	enum { MOST = 48 };
	struct shown out;
	size_t n = 0;
	out.text[n++] = '"';
	for (size_t i = 0; i < s.len && i < MOST; i++) {
		unsigned char c = (unsigned char)s.at[i];
		out.text[n++] = c < 0x20 || c == 0x7F ? '?' : (char)c;
	}
	if (s.len > MOST) {
		while (n > 1 && ((unsigned char)s.at[n - 1] & 0xC0) == 0x80) /* not inside a character */
			n--;
		memcpy(out.text + n, "...", 3);
		n += 3;
	}
	out.text[n++] = '"';
	out.text[n] = '\0';
	return out;
}

bool key_is_comment(const char *name)
{
	return name[0] == '/' && name[1] == '/';
}

void key_names(const struct key *keys, const char **names, size_t cap)
{
	size_t n = 0;
	for (; keys && keys->name && n + 1 < cap; keys++)
		names[n++] = keys->name;
	names[n] = NULL;
}

bool loading_keep(struct loading *r, struct str s, struct str *out)
{
	*out = arena_str(&r->config->arena, s);
	if (out->at)
		return true;
	*out = STR("");
	loading_say(r, "the configuration is too large");
	return false;
}

/* ---- one value */

static void list_words(const char *const *words, struct buf *out)
{
	for (size_t i = 0; words[i]; i++) {
		buf_put_z(out, i ? ", " : "");
		buf_put_z(out, words[i]);
	}
}

static void say_not_among(struct loading *r, struct str typed, const char *const *words)
{
	char storage[300];
	struct buf all = buf_over(storage, sizeof storage);
	const char *near = nearest(typed, words);
	list_words(words, &all);
	if (near)
		loading_say(r, "%s is none of %.*s; did you mean \"%s\"?", shown(typed).text,
			    STR_ARG(buf_str(&all)), near);
	else
		loading_say(r, "%s is none of %.*s", shown(typed).text, STR_ARG(buf_str(&all)));
}

/* The index of s among the words, or -1 after a complaint. */
static int word_index(struct loading *r, struct str s, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (str_eq_z(s, words[i]))
			return i;
	say_not_among(r, s, words);
	return -1;
}

static void read_text(struct loading *r, const struct key *key, json_t *value, struct str *out)
{
	struct str s;
	if (!read_string(r, value, key->secret, &s))
		return;
	const char *wrong = key->check ? key->check(s) : NULL;
	if (wrong && key->secret)
		loading_say(r, "the value %s", wrong);
	else if (wrong)
		loading_say(r, "%s %s", shown(s).text, wrong);
	else if (key->words && word_index(r, s, key->words) < 0)
		return;
	else
		*out = key->path && s.len > 0 ? beside_config(r, s) : s;
}

static void read_number(struct loading *r, const struct key *key, json_t *value, unsigned *out)
{
	json_int_t n = json_integer_value(value);
	if (!json_is_integer(value))
		loading_say(r, "must be a whole number from %u to %u, without quotes", key->min, key->max);
	else if (n < (json_int_t)key->min || n > (json_int_t)key->max)
		loading_say(r, "%lld is out of range; write a number from %u to %u", (long long)n, key->min, key->max);
	else
		*out = (unsigned)n;
}

static void read_word(struct loading *r, const struct key *key, json_t *value, void *at)
{
	struct str s;
	if (!read_string(r, value, false, &s))
		return;
	int index = word_index(r, s, key->words);
	if (index < 0)
		return;
	if (key->type == KEY_FLAG_WORD)
		*(bool *)at = index == 1;
	else
		*(unsigned *)at = (unsigned)index;
}

static void read_hours(struct loading *r, json_t *value, struct hours *out)
{
	struct str s;
	if (!read_string(r, value, false, &s))
		return;
	if (!parse_hours(s, out))
		loading_say(r, "%s are no hours; write such as \"19:00-09:00\", or \"\" for none", shown(s).text);
}

/* ---- lists */

/* The element at index repeats the head of an earlier one. */
static void check_unique(struct loading *r, const unsigned char *first, size_t stride, size_t index)
{
	struct str s, other;
	memcpy(&s, first + index * stride, sizeof s);
	for (size_t i = 0; i < index && s.len > 0; i++) {
		memcpy(&other, first + i * stride, sizeof other);
		if (!str_eq(s, other))
			continue;
		loading_say(r, "%s stands twice: number %zu of the list has it already", shown(s).text, i + 1);
		return;
	}
}

static void read_list(struct loading *r, const struct key *key, json_t *value, unsigned char *base)
{
	unsigned char *first = base + key->offset;
	size_t *count = (size_t *)(void *)(base + key->count_offset);
	*count = 0;
	if (!json_is_array(value)) {
		loading_say(r, "must be a list in [ ]");
		return;
	}
	if (json_array_size(value) > key->most) {
		loading_say(r, "holds %zu entries; at most %u", json_array_size(value), key->most);
		return;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		size_t mark = loading_enter(r, "[%zu]", i);
		read_value(r, key->element, json_array_get(value, i), first + i * key->stride);
		if (key->unique)
			check_unique(r, first, key->stride, i);
		loading_leave(r, mark);
	}
	*count = json_array_size(value);
}

static void read_section(struct loading *r, const struct key *key, json_t *value, void *at)
{
	if (json_is_object(value))
		read_members(r, value, key->members, at, NULL, false);
	else
		loading_say(r, "must be an object in { }");
}

void read_value(struct loading *r, const struct key *key, json_t *value, void *base)
{
	void *at = (unsigned char *)base + key->offset;
	switch (key->type) {
	case KEY_STR:
		read_text(r, key, value, at);
		break;
	case KEY_NUMBER:
		read_number(r, key, value, at);
		break;
	case KEY_BOOL:
		if (json_is_boolean(value))
			*(bool *)at = json_is_true(value);
		else
			loading_say(r, "must be true or false, without quotes");
		break;
	case KEY_WORD:
	case KEY_FLAG_WORD:
		read_word(r, key, value, at);
		break;
	case KEY_HOURS:
		read_hours(r, value, at);
		break;
	case KEY_SECTION:
		read_section(r, key, value, at);
		break;
	case KEY_LIST:
		read_list(r, key, value, base);
		break;
	case KEY_OTHER:
		key->read(r, key, value, at);
		break;
	}
}

/* ---- objects */

static void read_absent(struct loading *r, const struct key *key, void *base)
{
	if (key->required) {
		loading_say(r, "is missing: %s", key->help);
	} else if (key->type == KEY_SECTION) {
		read_members(r, NULL, key->members, (unsigned char *)base + key->offset, NULL, false);
	} else if (key->standard) {
		json_t *value = json_loads(key->standard, JSON_DECODE_ANY, NULL);
		assert(value); /* our own table, read whole by the first unit test */
		read_value(r, key, value, base);
		json_decref(value);
	}
}

const char *own_key_name(const char *own)
{
	return own + (*own == '!' || *own == '?' || *own == '{');
}

static bool is_named(const char *name, const struct key *keys, const char *const *own)
{
	for (; keys->name; keys++)
		if (strcmp(name, keys->name) == 0)
			return true;
	for (; own && *own; own++)
		if (strcmp(name, own_key_name(*own)) == 0)
			return true;
	return false;
}

static void say_unknown(struct loading *r, const char *name, const struct key *keys, const char *const *own)
{
	const char *names[NAMES_MAX];
	char storage[400];
	struct buf all = buf_over(storage, sizeof storage);
	key_names(keys, names, NAMES_MAX);
	size_t n = 0;
	while (names[n])
		n++;
	for (; own && *own && n + 1 < NAMES_MAX; own++)
		names[n++] = own_key_name(*own);
	names[n] = NULL;
	struct str typed = str_of(name);
	const char *near = nearest(typed, names);
	list_words(names, &all);
	size_t mark = r->path_len;
	if (typed.len < 64) /* so that the line is the key's own */
		(void)loading_enter(r, "%s%s", mark ? "." : "", name);
	if (near)
		loading_say(r, "unknown key; did you mean \"%s\"?", near);
	else if (typed.len < 64)
		loading_say(r, "unknown key; known here: %.*s", STR_ARG(buf_str(&all)));
	else
		loading_say(r, "unknown key %s", shown(typed).text);
	loading_leave(r, mark);
}

void read_members(struct loading *r, json_t *object, const struct key *keys, void *base, const char *const *own,
		  bool any)
{
	for (const struct key *key = keys; key->name; key++) {
		json_t *value = json_object_get(object, key->name);
		size_t mark = loading_enter(r, "%s%s", r->path_len ? "." : "", key->name);
		if (value)
			read_value(r, key, value, base);
		else
			read_absent(r, key, base);
		loading_leave(r, mark);
	}
	if (!object || any)
		return;
	for (void *i = json_object_iter(object); i;
	     i = json_object_iter_next(object, i)) {
		const char *name = json_object_iter_key(i);
		if (!key_is_comment(name) && !is_named(name, keys, own))
			say_unknown(r, name, keys, own);
	}
}
