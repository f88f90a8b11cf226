/* A number is "+" and 7 to 15 digits, and reading it again gives it again; nothing else has one. */
#include "flows/text/phone.h"

#include "tests/fuzz/fuzz.h"

static struct arena arena;
static struct phone_plan plan;

static void check(const struct phone *p)
{
	size_t len = strlen(p->e164);
	if (p->kind != PHONE_E164) {
		FUZZ_CHECK(len == 0 && p->reason);
		return;
	}
	FUZZ_CHECK(!p->reason && len >= 8 && len <= 16 && p->e164[0] == '+');
	FUZZ_CHECK(strspn(p->e164 + 1, "0123456789") == len - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char storage[1 << 16];
	static const char *const countries[] = { "GN", "MA", "FR", "CI", "BJ", "IT", "US", "DE", "CV", "" };
	struct err err;
	if (!arena.block && (arena_new(&arena, 1 << 18) != 0 || phone_plan_load(&plan, fuzz_embedded("phones.tsv"), &arena, &err)))
		abort();
	if (size < 1 || size > 4096)
		return 0;
	struct str country = str_of(countries[data[0] % 10]);
	struct str text = fuzz_text(data + 1, size - 1, storage, sizeof storage);
	struct phone first, again;
	phone_parse(&plan, text, country, &first);
	check(&first);
	if (first.kind == PHONE_E164) {
		phone_parse(&plan, str_of(first.e164), STR(""), &again);
		FUZZ_CHECK(strcmp(first.e164, again.e164) == 0);
		phone_parse(&plan, str_of(first.e164), country, &again);
		FUZZ_CHECK(strcmp(first.e164, again.e164) == 0 && strcmp(first.country, again.country) == 0);
	}
	phone_parse_network(&plan, text, &first);
	check(&first);
	if (first.kind == PHONE_E164) {
		phone_parse_network(&plan, str_of(first.e164), &again);
		FUZZ_CHECK(strcmp(first.e164, again.e164) == 0 && strcmp(first.country, again.country) == 0);
	}
	return 0;
}
