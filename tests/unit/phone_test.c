#include "flows/text/phone.h"

#include "flows/embedded.h"
#include "tests/unit/vectors.h"

#include <errno.h>
#include <string.h>

static struct arena arena;
static struct phone_plan plan;

static struct str embedded(const char *name)
{
	for (const struct embedded_file *f = flow_files; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return (struct str){ f->bytes, f->len };
	return STR("");
}

static struct phone parse(const char *input, const char *country)
{
	struct phone out;
	phone_parse(&plan, str_of(input), str_of(country), &out);
	return out;
}

static void check_e164(const char *input, const char *country, const char *want)
{
	struct phone out = parse(input, country);
	if (strcmp(out.e164, want) != 0)
		check_fail(__FILE__, __LINE__, "%s in %s is \"%s\" (%s), not \"%s\"", input, country, out.e164,
			   out.reason ? out.reason : "", want);
	CHECK_INT(out.kind == PHONE_E164, *want != '\0');
	CHECK_INT(out.reason == NULL, *want != '\0');
}

static void vector_case(const json_t *c)
{
	struct phone out;
	struct str want = vector_str(c, "e164");
	check_begin("phones %s", vector_id(c));
	phone_parse(&plan, vector_str(c, "input"), vector_str(c, "country"), &out);
	CHECK_STR(str_of(out.e164), want.at ? want : STR(""));
	CHECK_INT(out.kind == PHONE_E164, want.at != NULL);
}

static void vectors(void)
{
	json_t *root = vectors_load("phones.json");
	const json_t *c;
	size_t i;
	json_array_foreach(json_object_get(root, "cases"), i, c)
		vector_case(c);
	json_array_foreach(json_object_get(root, "disagreements"), i, c)
		vector_case(c); /* "++": text.md 4 says invalid */
	json_decref(root);
}

/* Each country's example, in the forms that people use. */
static void examples(void)
{
	json_t *root = vectors_load("phone_table.json");
	const json_t *c;
	size_t i;
	json_array_foreach(json_object_get(root, "countries"), i, c) {
		char input[64], want[32];
		const char *iso = json_string_value(json_object_get(c, "iso"));
		const char *code = json_string_value(json_object_get(c, "cc"));
		const char *mobile = json_string_value(json_object_get(c, "example_mobile"));
		const char *trunk = json_string_value(json_object_get(c, "trunk"));
		check_begin("text.md 0.10: numbers of %s", iso);
		if (!mobile)
			continue;
		(void)snprintf(want, sizeof want, "+%s%s", code, mobile);
		check_e164(want, "", want);
		check_e164(want, "MA", want);
		(void)snprintf(input, sizeof input, "00 %s %s", code, mobile);
		check_e164(input, iso, want);
		(void)snprintf(input, sizeof input, "%s%s", code, mobile);
		check_e164(input, iso, want);
		check_e164(input, "", want);
		check_e164(mobile, iso, want);
		(void)snprintf(input, sizeof input, "%s%s", trunk ? trunk : "0", mobile);
		/* In Italy a 0 in front makes a landline of it; Gabon drops it from its old numbers. */
		if (strcmp(iso, "IT") != 0 && strcmp(iso, "GA") != 0)
			check_e164(input, iso, trunk ? want : "");
	}
	json_decref(root);
}

static void renumbered(void)
{
	check_begin("text.md 0.10: Benin has ten digits since November 2024, the eight of before are dead");
	check_e164("0195123456", "BJ", "+2290195123456");
	check_e164("95123456", "BJ", "");
	check_begin("Cote d'Ivoire: ten digits, the leading 0 stays");
	check_e164("+225 07 07 12 34 56", "", "+2250707123456");
	check_e164("+225 07 12 34 56", "", "");
	check_begin("a 0 that no plan has is not dropped");
	check_e164("0601123456", "GN", "");
	check_e164("+2240601123456", "", "");
	check_begin("+33 (0)6 and +3306 are understood");
	check_e164("+33 (0)6 12 34 56 78", "FR", "+33612345678");
	check_e164("+33 06 12 34 56 78", "MA", "+33612345678");
	check_begin("extensions and URIs");
	check_e164("+224 601 12 34 56 ext. 12", "GN", "+224601123456");
	check_e164("+224601123456x5", "GN", "+224601123456");
	check_e164("tel:+224-601-12-34-56;ext=5", "", "+224601123456");
	check_e164("+224601123456;ext=5", "", "+224601123456");
	check_e164("601123456;621000000", "GN", "");
	check_begin("Arabic digits, directional marks, an emoji in front");
	check_e164("\u200e+٢٢٤ ٦٠١ ١٢٣٤٥٦\u200f", "", "+224601123456");
	check_e164("☎ 06 50 12 34 56", "MA", "+212650123456");
	check_begin("other countries' prefixes: 011 in the United States, 009 in Nigeria");
	check_e164("011224601123456", "US", "+224601123456");
	check_e164("009224601123456", "NG", "+224601123456");
	check_begin("international freephone is a number of no country");
	check_e164("+800 1234 5678", "GN", "+80012345678");
	CHECK_STR(str_of(parse("+80012345678", "").country), STR("ZZ"));
	check_begin("never more than the 15 digits of E.164");
	check_e164("+49 1512 3456789012", "", "");
}

static void other_kinds(void)
{
	check_begin("short codes and senders' names are addresses of another type");
	CHECK_INT(parse("1234", "MA").kind, PHONE_SHORT_CODE);
	CHECK_INT(parse("77777", "GN").kind, PHONE_SHORT_CODE);
	CHECK_INT(parse("Orange", "GN").kind, PHONE_ALPHANUMERIC);
	CHECK_INT(parse("INFO 24", "GN").kind, PHONE_ALPHANUMERIC);
	CHECK_INT(parse("Orange Money Guinee", "GN").kind, PHONE_INVALID);
	CHECK_INT(parse("وصل", "GN").kind, PHONE_INVALID);
	CHECK_INT(parse("12", "MA").kind, PHONE_INVALID);
	CHECK_INT(parse("+144", "MA").kind, PHONE_INVALID);
	check_begin("a reason never holds the number");
	CHECK(strpbrk(parse("+224601", "").reason, "0123456789") == NULL);
	CHECK(strcmp(parse("*144#", "GN").e164, "") == 0);
	check_begin("the country of a number is its plan's");
	CHECK_STR(str_of(parse("+212650123456", "GN").country), STR("MA"));
	CHECK_STR(str_of(parse("+15062345678", "CA").country), STR("CA"));
	CHECK_STR(str_of(parse("+15062345678", "GN").country), STR("US"));
	CHECK_STR(str_of(parse("144", "GN").country), STR(""));
}

static void check_network(const char *input, const char *e164, const char *country)
{
	struct phone out;
	phone_parse_network(&plan, str_of(input), &out);
	CHECK_STR(str_of(out.e164), str_of(e164));
	CHECK_STR(str_of(out.country), str_of(country));
}

static void networks(void)
{
	struct phone out;
	check_begin("what a network delivers: international digits with or without a plus");
	check_network("212650123456", "+212650123456", "MA");
	check_network("+212650123456", "+212650123456", "MA");
	check_network("00212650123456", "+212650123456", "MA");
	check_begin("a number that its plan does not have yet, or of a country without a plan, exists all the same");
	check_network("22912345678", "+22912345678", "BJ");
	check_network("+8613800138000", "+8613800138000", "");
	phone_parse_network(&plan, STR("8080"), &out);
	CHECK_INT(out.kind, PHONE_SHORT_CODE);
	phone_parse_network(&plan, STR("Inwi"), &out);
	CHECK_INT(out.kind, PHONE_ALPHANUMERIC);
	phone_parse_network(&plan, STR("0650123456"), &out);
	CHECK_INT(out.kind, PHONE_INVALID);
	phone_parse_network(&plan, STR("+1234567890123456"), &out);
	CHECK_INT(out.kind, PHONE_INVALID);
}

static void check_load(const char *row, const char *says)
{
	char text[256];
	struct err err = { .text = "" };
	struct phone_plan other = { 0 };
	size_t mark = arena_mark(&arena);
	(void)snprintf(text, sizeof text, "# head\ncountry\tcode\ttrunk\tprefixes\tnumbers\nMA\t212\t0\t-\t[5-8]xxxxxxxx\n%s\n", row);
	CHECK_INT(phone_plan_load(&other, str_of(text), &arena, &err), *says ? -EINVAL : 0);
	if (!strstr(err.text, says))
		check_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", err.text, says);
	arena_back(&arena, mark);
}

static void loading(void)
{
	check_begin("an administrator's mistake is named with its line");
	check_load("XX\t99\t-\t-\t1xxxx [23]x{3,5} # no comment here", "phones.tsv:4: not a form of numbers: \"#\"");
	check_load("XX\t99\t-\t-\t1xxxx [23]x{3,5}", "");
	check_load("MA\t212\t-\t-\t1xxxx", "phones.tsv:4: the country stands here twice: \"MA\"");
	check_load("X\t99\t-\t-\t1xxxx", "phones.tsv:4: not a country code");
	check_load("XX\t099\t-\t-\t1xxxx", "phones.tsv:4: not a calling code");
	check_load("XX\t99\tzero\t-\t1xxxx", "phones.tsv:4: a trunk prefix");
	check_load("XX\t99\t-\t0,-\t1xxxx", "phones.tsv:4: an international prefix");
	check_load("XX\t99\t-\t-\t", "phones.tsv:4: not a form of numbers");
	check_load("XX\t99\t-\t-\t[5-3]x", "phones.tsv:4: not a form of numbers");
	check_load("XX\t99\t-\t-\t[5x", "phones.tsv:4: not a form of numbers");
	check_load("XX\t99\t-\t-\tx{3,5}x", "phones.tsv:4: not a form of numbers");
	check_load("XX\t99\t-\t-", "phones.tsv:4: 4 columns, not 5");
	check_begin("an arena that is too small is reported");
	struct arena small;
	struct err err;
	CHECK_INT(arena_new(&small, 64), 0);
	CHECK_INT(phone_plan_load(&(struct phone_plan){ 0 }, embedded("phones.tsv"), &small, &err), -ENOMEM);
	arena_free(&small);
}

int main(void)
{
	struct err err = { .text = "" };
	if (arena_new(&arena, 1 << 20) != 0 || phone_plan_load(&plan, embedded("phones.tsv"), &arena, &err) != 0) {
		printf("%s\n", err.text);
		return 1;
	}
	vectors();
	examples();
	renumbered();
	other_kinds();
	networks();
	loading();
	arena_free(&arena);
	return check_end();
}
