#include "flows/load_json.h"

#include "flows/engine.h"
#include "flows/json_line.h"
#include "flows/nearest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int reader_fail(const struct reader *r, const char *format, ...)
{
	char what[400];
	va_list args;
	va_start(args, format);
	if (vsnprintf(what, sizeof what, format, args) < 0)
		what[0] = '\0';
	va_end(args);
	unsigned line = json_line_of(r->bytes, r->path);
	/* A member that is missing has no line of its own: the object it is missing from has. */
	for (struct str at = str_of(r->path); line == 0 && at.len > 0;) {
		char parent[sizeof r->path];
		do
			at.len--;
		while (at.len > 0 && at.at[at.len] != '.' && at.at[at.len] != '[');
		if (!str_copy(at, parent, sizeof parent))
			break;
		line = json_line_of(r->bytes, parent);
	}
	return err_set(r->err, -EINVAL, "%.*s:%u: %s%s%s", STR_ARG(r->file), line ? line : 1, r->path,
		       r->path_len ? ": " : "", what);
}

int reader_no_memory(const struct reader *r)
{
	return err_set(r->err, -ENOMEM, "%.*s: the definitions are too large", STR_ARG(r->file));
}

static size_t step(struct reader *r, const char *text)
{
	size_t was = r->path_len, len = strlen(text);
	if (len < sizeof r->path - was) {
		memcpy(r->path + was, text, len + 1);
		r->path_len = was + len;
	}
	return was;
}

size_t reader_key(struct reader *r, const char *key)
{
	size_t was = r->path_len;
	if (was)
		(void)step(r, ".");
	(void)step(r, key);
	return was;
}

size_t reader_index(struct reader *r, size_t index)
{
	char text[24];
	(void)snprintf(text, sizeof text, "[%zu]", index);
	return step(r, text);
}

void reader_back(struct reader *r, size_t len)
{
	r->path_len = len;
	r->path[len] = '\0';
}

static void strip_comments(json_t *value)
{
	const char *key;
	json_t *member;
	void *next;
	size_t i;
	if (json_is_object(value)) {
		json_object_foreach_safe(value, next, key, member) {
			if (key[0] == '/' && key[1] == '/')
				(void)json_object_del(value, key);
			else
				strip_comments(member);
		}
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, member)
			strip_comments(member);
	}
}

int reader_parse(struct reader *r, json_t **root)
{
	json_error_t why;
	reader_back(r, 0);
	*root = json_loadb(r->bytes.at, r->bytes.len, JSON_REJECT_DUPLICATES, &why);
	if (!*root) {
		if (json_error_code(&why) == json_error_out_of_memory)
			return reader_no_memory(r);
		return err_set(r->err, -EINVAL, "%.*s:%d: not valid JSON: %s; look there and at the line above for a comma, a quotation"
			       " mark or a bracket that is missing or too many", STR_ARG(r->file), why.line > 0 ? why.line : 1, why.text);
	}
	if (!json_is_object(*root)) {
		json_decref(*root);
		*root = NULL;
		return reader_fail(r, "must be an object: { ... }");
	}
	strip_comments(*root);
	return 0;
}

bool reader_is_language(const struct reader *r, const char *key)
{
	for (size_t i = 0; i < r->book->known_count; i++)
		if (str_eq_z(r->book->known_languages[i], key))
			return true;
	return false;
}

static bool is_number(const char *key)
{
	size_t len = strspn(key, "0123456789");
	return len >= 1 && len <= 2 && key[len] == '\0';
}

static bool is_allowed(const struct reader *r, const char *key, const char *const *allowed, unsigned flags)
{
	for (size_t i = 0; allowed[i]; i++)
		if (strcmp(key, allowed[i]) == 0)
			return true;
	return (flags & MEMBERS_LANGUAGES && reader_is_language(r, key)) || (flags & MEMBERS_NUMBERS && is_number(key));
}

int reader_members(struct reader *r, json_t *object, const char *const *allowed, unsigned flags)
{
	const char *key;
	json_t *value;
	if (!json_is_object(object))
		return reader_fail(r, "must be an object: { ... }");
	json_object_foreach(object, key, value) {
		if (is_allowed(r, key, allowed, flags))
			continue;
		const char *near = nearest(str_of(key), allowed);
		(void)reader_key(r, key);
		if (near)
			return reader_fail(r, "there is no such member; did you mean \"%s\"?", near);
		return reader_fail(r, "there is no such member here");
	}
	return 0;
}

int reader_copy(struct reader *r, const json_t *string, struct str *out)
{
	if (!json_is_string(string))
		return reader_fail(r, "must be a text in quotes");
	*out = arena_str(&r->book->arena, (struct str){ json_string_value(string), json_string_length(string) });
	return out->at ? 0 : reader_no_memory(r);
}

int reader_str(struct reader *r, json_t *object, const char *key, struct str *out)
{
	json_t *value = json_object_get(object, key);
	if (!value)
		return 0;
	size_t was = reader_key(r, key);
	int rc = reader_copy(r, value, out);
	if (rc == 0)
		reader_back(r, was);
	return rc;
}

int reader_name(struct reader *r, json_t *object, const char *key, struct str *out)
{
	int rc = reader_str(r, object, key, out);
	if (rc || !json_object_get(object, key))
		return rc;
	bool plain = out->len > 0 && out->len <= NAME_MAX_LEN;
	for (size_t i = 0; i < out->len; i++)
		plain = plain && out->at[i] > ' ' && out->at[i] < 0x7f;
	if (plain)
		return 0;
	(void)reader_key(r, key);
	return reader_fail(r, "must be a name of 1 to %d letters, digits, '_' or '.'", NAME_MAX_LEN);
}

int reader_bool(struct reader *r, json_t *object, const char *key, bool *out)
{
	json_t *value = json_object_get(object, key);
	if (!value)
		return 0;
	if (!json_is_boolean(value)) {
		(void)reader_key(r, key);
		return reader_fail(r, "must be true or false, without quotes");
	}
	*out = json_is_true(value);
	return 0;
}

int reader_int(struct reader *r, json_t *object, const char *key, int64_t min, int64_t max, int64_t *out)
{
	json_t *value = json_object_get(object, key);
	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < min || json_integer_value(value) > max) {
		(void)reader_key(r, key);
		return reader_fail(r, "must be a whole number from %lld to %lld, without quotes", (long long)min,
				   (long long)max);
	}
	*out = json_integer_value(value);
	return 0;
}

int reader_due(struct reader *r, json_t *object, unsigned *minutes)
{
	static const struct {
		const char *unit;
		unsigned minutes;
	} units[] = { { "minutes", 1 }, { "hour", 60 }, { "hours", 60 }, { "day", 1440 }, { "days", 1440 } };
	struct str text = { 0 }, number;
	uint64_t n;
	int rc = reader_str(r, object, "due", &text);
	if (rc)
		return rc;
	struct str unit = text;
	if (str_split(&unit, ' ', &number) && unit.at && str_to_u64(number, &n) && n > 0 && n <= 10000)
		for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
			if (str_eq_z(unit, units[i].unit)) {
				*minutes = (unsigned)n * units[i].minutes;
				return 0;
			}
	(void)reader_key(r, "due");
	return reader_fail(r, "must say how soon somebody acts: \"60 minutes\", \"8 hours\" or \"5 days\"");
}

int reader_need(struct reader *r, json_t *object, const char *key)
{
	if (json_object_get(object, key))
		return 0;
	return reader_fail(r, "\"%s\" is missing", key);
}

int reader_list(struct reader *r, json_t *object, const char *key, size_t max, json_t **out)
{
	*out = json_object_get(object, key);
	if (!*out)
		return 0;
	if (json_is_array(*out) && json_array_size(*out) >= 1 && json_array_size(*out) <= max)
		return 0;
	(void)reader_key(r, key);
	return reader_fail(r, "must be a list of 1 to %zu: [ ... ]", max);
}

const char *reader_nearest(const char *typed, json_t *object)
{
	const char *names[256];
	size_t count = 0;
	const char *key;
	json_t *value;
	json_object_foreach(object, key, value)
		if (count < 255)
			names[count++] = key;
	names[count] = NULL;
	return nearest(str_of(typed), names);
}
