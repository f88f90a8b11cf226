#include "gateway/json.h"

#include "flows/text/buf.h"
#include "flows/text/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The value is the first byte of a string: returns the byte behind its closing quote, or the end. */
static const char *behind_string(const char *at, const char *end)
{
	bool escaped = false;
	for (at++; at < end; at++) {
		if (*at == '"' && !escaped)
			return at + 1;
		escaped = *at == '\\' && !escaped;
	}
	return end;
}

/* Jansson recurses; a hostile body must not choose how deep. */
static bool too_deep(struct str text)
{
	const char *at = text.at, *end = text.at + text.len;
	unsigned depth = 0;
	while (at < end) {
		if (*at == '"') {
			at = behind_string(at, end);
			continue;
		}
		if ((*at == '{' || *at == '[') && ++depth > JSON_DEPTH_MAX)
			return true;
		if ((*at == '}' || *at == ']') && depth > 0)
			depth--;
		at++;
	}
	return false;
}

/* Jansson's message without its " near '...'": that part repeats the text, which may be a person's or a secret. */
static void explain(struct err *err, const json_error_t *why, bool name_keys)
{
	const char *near = strstr(why->text, " near '");
	int len = near ? (int)(near - why->text) : (int)strlen(why->text);
	int line = why->line > 0 ? why->line : 1;
	enum json_error_code code = json_error_code(why);
	if (code == json_error_duplicate_key && name_keys && near) /* near '"key"' */
		err_set(err, 0, "line %d: the key %.*s stands twice in the same object", line,
			(int)strlen(near + 7) - 1, near + 7);
	else if (code == json_error_duplicate_key)
		err_set(err, 0, "line %d: a key stands twice in the same object", line);
	else if (code == json_error_premature_end_of_input)
		err_set(err, 0, "line %d: the text ends too early: a bracket, brace or quote is not closed", line);
	else
		err_set(err, 0, "line %d: not valid JSON: %.*s", line, len, why->text);
}

static json_t *parse(struct str text, bool name_keys, struct err *err)
{
	json_error_t why;
	if (str_starts(text, STR("\xEF\xBB\xBF"))) /* a byte order mark says nothing in UTF-8 */
		text = str_from(text, 3);
	if (text.len > JSON_TEXT_MAX) {
		err_set(err, 0, "line 1: larger than %d bytes", JSON_TEXT_MAX);
		return NULL;
	}
	if (text.len == 0) {
		err_set(err, 0, "line 1: empty, not JSON");
		return NULL;
	}
	if (too_deep(text)) {
		err_set(err, 0, "line 1: nested deeper than %d levels", JSON_DEPTH_MAX);
		return NULL;
	}
	json_t *value = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (!value)
		explain(err, &why, name_keys);
	return value;
}

json_t *json_parse(struct str text, struct err *err)
{
	return parse(text, false, err);
}

json_t *json_parse_own(struct str text, struct err *err)
{
	return parse(text, true, err);
}

struct str json_str(const json_t *value)
{
	if (!json_is_string(value))
		return (struct str){ NULL, 0 };
	return (struct str){ json_string_value(value), json_string_length(value) };
}

struct str json_get_str(const json_t *object, const char *key)
{
	return json_str(json_object_get(object, key));
}

json_t *json_from_str(struct str s)
{
	if (s.len == 0)
		return json_string("");
	if (utf8_valid(s))
		return json_stringn(s.at, s.len);
	if (s.len > JSON_TEXT_MAX)
		return NULL;
	size_t cap = 3 * s.len; /* a byte becomes U+FFFD at worst, three bytes */
	char *bytes = malloc(cap);
	if (!bytes)
		return NULL;
	struct buf repaired = buf_over(bytes, cap);
	(void)utf8_repair(s, &repaired);
	json_t *value = json_stringn(repaired.at, repaired.len);
	free(bytes);
	return value;
}

void json_put_str(json_t *object, const char *key, struct str s)
{
	if (s.at)
		(void)json_object_set_new(object, key, json_from_str(s));
}

void json_print_line(const json_t *value)
{
	(void)json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	(void)putchar('\n');
}

json_t *json_time(int64_t at_ms)
{
	char text[40];
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm utc;
	if (at_ms == 0 || !gmtime_r(&seconds, &utc))
		return json_null();
	size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(text + n, sizeof text - n, ".%03dZ", (int)(at_ms % 1000));
	return json_string(text);
}
