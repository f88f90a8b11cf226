#include "flows/text/buf.h"
#include "gateway/json.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_parse(void)
{
	static const struct { const char *text, *says; } bad[] = {
		{ "", "line 1: empty" },
		{ "{\n\"a\": 1,\n\"a\": 2}", "line 3: a key stands twice" },
		{ "{\n\"a\": 1,\n", "ends too early" },
		{ "{\n\"a\": \"x\ny\"}", "line 2: not valid JSON" },
		{ "{} x", "line 1: not valid JSON" },
		{ "{\"a\": \"\xff\"}", "line 1: not valid JSON" },
		{ "{\"a\": \"\\ud800\"}", "line 1: not valid JSON" },
		{ "{\"a\\u0000b\": 1}", "line 1: not valid JSON" },
		{ "\"text\"", "line 1: not valid JSON" },
		{ "{\"a\": 123456789012345678901234567890}", "line 1: not valid JSON" },
		{ "{'a': 1}", "line 1: not valid JSON" },
		{ "{\"a\": 1,}", "line 1: not valid JSON" },
		{ "{\"a\": NaN}", "line 1: not valid JSON" },
		{ "{\"a\": 1} // note", "line 1: not valid JSON" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = { .text = "" };
		check_begin("json_parse refuses bad text %zu", i);
		json_t *value = json_parse(str_of(bad[i].text), &err);
		CHECK(value == NULL);
		if (!strstr(err.text, bad[i].says))
			check_fail(__FILE__, __LINE__, "says \"%s\", not \"%s\"", err.text, bad[i].says);
		json_decref(value);
	}

	check_begin("a byte order mark is passed over, once and only at the beginning");
	json_t *marked = json_parse(STR("\xEF\xBB\xBF{\"a\": 1}"), NULL);
	CHECK(json_integer_value(json_object_get(marked, "a")) == 1);
	json_decref(marked);
	CHECK(json_parse(STR("\xEF\xBB\xBF\xEF\xBB\xBF{}"), NULL) == NULL && json_parse(STR("\xEF\xBB\xBF"), NULL) == NULL);

	check_begin("an error of json_parse never repeats the text");
	struct err err;
	CHECK(json_parse(STR("{\"token\": secretword}"), &err) == NULL);
	CHECK(strstr(err.text, "secretword") == NULL);
	CHECK(json_parse(STR("{\"secretword\": 1, \"secretword\": 2}"), &err) == NULL);
	CHECK(strstr(err.text, "secretword") == NULL);
	CHECK(json_parse(STR("{"), NULL) == NULL);
}

static json_t *parse_nested(size_t levels)
{
	char text[4096];
	struct buf b = buf_over(text, sizeof text);
	for (size_t i = 0; i < levels; i++)
		buf_put_char(&b, '[');
	buf_put_z(&b, "\"]]]\\\"[[[\"");
	for (size_t i = 0; i < levels; i++)
		buf_put_char(&b, ']');
	return json_parse(buf_str(&b), NULL);
}

static void test_limits(void)
{
	check_begin("nesting is bounded, and brackets inside strings are not nesting");
	json_t *value = parse_nested(JSON_DEPTH_MAX);
	CHECK(value != NULL);
	json_decref(value);
	value = parse_nested(JSON_DEPTH_MAX + 1);
	CHECK(value == NULL);
	json_decref(value);

	check_begin("size is bounded");
	char *large = malloc(JSON_TEXT_MAX + 1);
	if (!large) {
		CHECK(large != NULL);
		return;
	}
	memset(large, ' ', JSON_TEXT_MAX + 1);
	large[0] = '[', large[1] = ']';
	value = json_parse((struct str){ large, JSON_TEXT_MAX }, NULL);
	CHECK(value != NULL);
	json_decref(value);
	value = json_parse((struct str){ large, JSON_TEXT_MAX + 1 }, NULL);
	CHECK(value == NULL);
	json_decref(value);
	free(large);
}

static void test_strings(void)
{
	check_begin("strings keep their length, NUL included");
	json_t *value = json_parse(STR("{\"a\": \"x\\u0000y\", \"n\": 5}"), NULL);
	CHECK_STR(json_get_str(value, "a"), STR("x\0y"));
	CHECK(json_get_str(value, "n").at == NULL);
	CHECK(json_get_str(value, "none").at == NULL);
	CHECK(json_get_str(NULL, "none").at == NULL);
	CHECK(json_str(NULL).at == NULL);

	check_begin("json_put_str repairs invalid UTF-8 and leaves out what is absent");
	json_put_str(value, "bad", STR("a\xff" "b"));
	CHECK_STR(json_get_str(value, "bad"), STR("a\xEF\xBF\xBD" "b"));
	json_put_str(value, "absent", (struct str){ NULL, 0 });
	CHECK(json_object_get(value, "absent") == NULL);
	json_put_str(value, "empty", STR(""));
	CHECK_STR(json_get_str(value, "empty"), STR(""));
	json_put_str(value, "ar", STR("مرحبا"));
	CHECK_STR(json_get_str(value, "ar"), STR("مرحبا"));
	json_decref(value);
}

static const char sample[] = "{\n"
			     " \"//\": \"a \\\"note\\\" { [ \\\\\",\n"
			     " \"n\": -1.5e3, \"t\": true,\n"
			     " \"channels\": [\n"
			     "  {\"id\": \"a\", \"token\": \"x\"},\n"
			     "  [1, [2, {\"deep\": 3}], \"]\"],\n"
			     "  {\"id\":\n"
			     "     \"c\",\n"
			     "   \"token\": \"y\"}\n"
			     " ],\n"
			     " \"a.b\": {\"c\": 1},\n"
			     " \"a\": {\"b\": 2,\n"
			     "   \"empty\": {}, \"none\": [],\n"
			     "   \"last\": null}\n"
			     "}\n";

static void test_lines(void)
{
	static const struct { const char *path; unsigned line; } where[] = {
		{ "", 1 }, { "//", 2 }, { "n", 3 }, { "t", 3 }, { "channels", 4 }, { "channels[0]", 5 },
		{ "channels[0].token", 5 }, { "channels[1]", 6 }, { "channels[1][1][1].deep", 6 },
		{ "channels[2]", 7 }, { "channels[2].id", 8 }, { "channels[2].token", 9 }, { "a.b.c", 11 },
		{ "a.b", 11 }, { "a.empty", 13 }, { "a.last", 14 }, { "channels[3]", 0 }, { "channels[x]", 0 },
		{ "channels[0", 0 }, { "channels[0].nope", 0 }, { "nope", 0 }, { "n.x", 0 }, { "a.empty.x", 0 },
		{ "a.none[0]", 0 }, { "[0]", 0 }, { "chan", 0 },
	};
	check_begin("the sample is JSON");
	json_t *value = json_parse(str_of(sample), NULL);
	CHECK(value != NULL);
	json_decref(value);
	for (size_t i = 0; i < sizeof where / sizeof where[0]; i++) {
		check_begin("json_line_of %s", where[i].path);
		CHECK_INT(json_line_of(str_of(sample), where[i].path), where[i].line);
	}
	check_begin("json_line_of reads no further than any prefix of the text");
	for (size_t len = 0; len < sizeof sample - 1; len++) {
		char *copy = malloc(len + 1); /* of the exact size, so that a sanitizer sees the byte behind it */
		if (!copy)
			continue;
		char *tight = realloc(copy, len ? len : 1);
		copy = tight ? tight : copy;
		memcpy(copy, sample, len);
		for (size_t i = 0; i < sizeof where / sizeof where[0]; i++)
			(void)json_line_of((struct str){ copy, len }, where[i].path);
		free(copy);
	}
}

int main(void)
{
	test_parse();
	test_limits();
	test_strings();
	test_lines();
	return check_end();
}
