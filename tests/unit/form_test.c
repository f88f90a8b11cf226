/* gateway/form: decoding, its ceilings, and decode(encode(x)) = x for random bytes. */
#include "gateway/form.h"
#include "tests/unit/check.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;
static struct form form;

static int decode(struct str body)
{
	arena_reset(&arena);
	return form_decode(body, &arena, &form);
}

static void fields(void)
{
	check_begin("what Africa's Talking sends");
	CHECK_INT(decode(STR("sessionId=ATUid_1&phoneNumber=%2B212612345678&serviceCode=*384*1%23&text=1*2")), 0);
	CHECK_INT(form.count, 4);
	CHECK_STR(form_get(&form, "phoneNumber"), STR("+212612345678"));
	CHECK_STR(form_get(&form, "serviceCode"), STR("*384*1#"));
	CHECK_STR(form_get(&form, "text"), STR("1*2"));

	check_begin("plus is a space, %%2B a plus, UTF-8 stays bytes, NUL is carried");
	CHECK_INT(decode(STR("a=1+2%2B3&b=%D9%86%d8%b9%D9%85&c=x%00y&d=\xd9\x86")), 0);
	CHECK_STR(form_get(&form, "a"), STR("1 2+3"));
	CHECK_STR(form_get(&form, "b"), STR("نعم"));
	CHECK_STR(form_get(&form, "c"), STR("x\0y"));
	CHECK_STR(form_get(&form, "d"), STR("\xd9\x86"));

	check_begin("empty body, empty pieces, no value, no name, '=' in the value, the first of two");
	CHECK_INT(decode(STR("")), 0);
	CHECK_INT(form.count, 0);
	CHECK_INT(decode(STR("&&a&=b&c=d=e&c=f&")), 0);
	CHECK_INT(form.count, 4);
	CHECK_STR(form_get(&form, "a"), STR(""));
	CHECK(form_get(&form, "a").at != NULL);
	CHECK_STR(form_get(&form, ""), STR("b"));
	CHECK_STR(form_get(&form, "c"), STR("d=e"));
	CHECK(form_get(&form, "missing").at == NULL);
}

static void refused(void)
{
	static const char *const bad[] = { "a=%", "a=%1", "a=%zz", "a=%1g", "%=b", "a=1&b=%%", "a=% 1", "a=%+1" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		check_begin("bad escape %s", bad[i]);
		CHECK_INT(decode(str_of(bad[i])), -EINVAL);
	}
	check_begin("128 fields are taken, 129 refused");
	char many[4 * (FORM_FIELDS_MAX + 1)];
	for (size_t i = 0; i <= FORM_FIELDS_MAX; i++)
		memcpy(many + 4 * i, "a=1&", 4);
	CHECK_INT(decode((struct str){ many, 4 * (size_t)FORM_FIELDS_MAX }), 0);
	CHECK_INT(form.count, FORM_FIELDS_MAX);
	CHECK_INT(decode((struct str){ many, sizeof many }), -E2BIG);

	check_begin("a full arena is refused");
	struct arena small;
	int error = arena_new(&small, 64);
	assert(!error);
	CHECK_INT(form_decode((struct str){ many, sizeof many }, &small, &form), -ENOMEM);
	arena_free(&small);
}

static void round_trip(void)
{
	check_begin("decode(encode(x)) = x");
	srand(42);
	for (int round = 0; round < 2000; round++) {
		char storage[8192], raw[10][64], names[10][8];
		struct str value[10];
		struct buf out = buf_over(storage, sizeof storage);
		size_t n = (size_t)rand() % 10;
		for (size_t i = 0; i < n; i++) {
			value[i] = (struct str){ raw[i], (size_t)rand() % sizeof raw[i] };
			for (size_t k = 0; k < value[i].len; k++)
				raw[i][k] = (char)(rand() % 3 ? rand() : "&=+% *#"[rand() % 7]);
			(void)snprintf(names[i], sizeof names[i], "%zu &=", i);
			form_put(&out, names[i], value[i]);
		}
		CHECK(!out.full);
		CHECK_INT(decode(buf_str(&out)), 0);
		CHECK_INT(form.count, n);
		for (size_t i = 0; i < n && i < form.count; i++)
			CHECK(str_eq(form_get(&form, names[i]), value[i]));
	}
	check_begin("escapes as browsers do");
	char storage[64];
	struct buf out = buf_over(storage, sizeof storage);
	form_put(&out, "to", STR("+212 6*-._~é"));
	CHECK_STR(buf_str(&out), STR("to=%2B212+6*-._%7E%C3%A9"));
	struct buf tiny = buf_over(storage, 4);
	form_put(&tiny, "to", STR("12"));
	CHECK(tiny.full);
}

static void hostile(void)
{
	check_begin("random bytes never crash, and what is taken is never longer than the body");
	srand(43);
	for (int round = 0; round < 20000; round++) {
		char raw[80];
		size_t len = (size_t)rand() % sizeof raw, total = 0;
		for (size_t i = 0; i < len; i++)
			raw[i] = (char)(rand() % 2 ? rand() : "&=+%1aF"[rand() % 7]);
		if (decode((struct str){ raw, len }))
			continue;
		for (size_t i = 0; i < form.count; i++)
			total += form.field[i].name.len + form.field[i].value.len;
		CHECK(total <= len);
	}
}

int main(void)
{
	int error = arena_new(&arena, 1 << 20);
	assert(!error);
	fields();
	refused();
	round_trip();
	hostile();
	arena_free(&arena);
	return check_end();
}
