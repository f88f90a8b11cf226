/* An administrator's table is taken or refused with file and line, whatever it holds; what was taken can be used. */
#include "flows/match.h"
#include "flows/text/phone.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>

#define S(literal) { literal, sizeof(literal) - 1 }
static const struct str codes[] = { S("fr"), S("ar") };
static struct arena arena;

static void check(int rc, const struct err *err)
{
	FUZZ_CHECK(rc == 0 || rc == -ENOMEM || (rc == -EINVAL && strstr(err->text, ".tsv")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char table[1 << 17];
	static const char *const heads[] = { "country\tcode\ttrunk\tprefixes\tnumbers\n", "kind\tlang\tforms\n",
					     "action\tlang\tforms\n" };
	struct err err = { .text = "" };
	if (size < 2 || size > 1 << 15 || (!arena.block && arena_new(&arena, 1 << 22) != 0))
		return 0;
	struct buf b = buf_over(table, sizeof table);
	unsigned which = data[0] % 4;
	if (which < 3)
		buf_put_z(&b, heads[which]);
	buf_put(&b, (struct str){ (const char *)data + 1, size - 1 });
	arena_reset(&arena);
	struct phone_plan plan;
	struct phone phone;
	struct words words;
	struct answer answer;
	int rc = phone_plan_load(&plan, buf_str(&b), &arena, &err);
	check(rc, &err);
	if (rc == 0)
		phone_parse(&plan, STR("+212650123456"), STR("MA"), &phone);
	bool keywords = which == 2;
	rc = words_load(&words, keywords ? buf_str(&b) : fuzz_embedded("keywords.tsv"),
			keywords ? fuzz_embedded("words.tsv") : buf_str(&b), codes, 2, &arena, &err);
	check(rc, &err);
	if (rc == 0)
		match_answer(&words, STR("oui stop 1 merci"), NULL, codes, 2, 0, &answer);
	return 0;
}
