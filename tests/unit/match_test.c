#include "flows/match.h"

#include "flows/embedded.h"
#include "flows/text/buf.h"
#include "tests/unit/vectors.h"

#include <errno.h>
#include <string.h>

static struct arena arena;
static struct words words;
#define S(literal) { literal, sizeof(literal) - 1 }
static const struct str codes[] = {
	S("fr"), S("ar"), S("en"), S("es"), S("ary"), S("wo"), S("ff-GN"), S("ff-SN"), S("mnk"), S("bm"),
};
enum { CODES = sizeof codes / sizeof *codes };

static struct str embedded(const char *name)
{
	for (const struct embedded_file *f = flow_files; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return (struct str){ f->bytes, f->len };
	return STR("");
}

static int language(struct str code)
{
	for (int i = 0; i < CODES; i++)
		if (str_eq(codes[i], code))
			return i;
	return -1;
}

/* "choice 3", "keyword STOP", "nav menu", "yes", "none" */
static const char *spell(const struct answer *a)
{
	static char text[64];
	struct buf b = buf_over(text, sizeof text - 1);
	memset(text, 0, sizeof text);
	if (a->kind == ANSWER_CHOICE)
		buf_printf(&b, "choice %d", a->choice);
	else if (a->kind == ANSWER_KEYWORD && a->keyword != KEYWORD_MENU)
		buf_printf(&b, "keyword %s", keyword_name(a->keyword));
	else if (a->kind == ANSWER_KEYWORD || a->kind == ANSWER_MENU)
		buf_put_z(&b, "nav menu");
	else
		buf_put_z(&b, a->kind == ANSWER_MORE ? "nav more" :
			      a->kind == ANSWER_BACK ? "nav back" :
			      a->kind == ANSWER_YES  ? "yes" :
			      a->kind == ANSWER_NO   ? "no" :
						       "none");
	return text;
}

static const char *expected(const json_t *expect)
{
	static char text[64];
	const json_t *value;
	const char *key;
	json_object_foreach((json_t *)(uintptr_t)expect, key, value) {
		if (json_is_integer(value))
			(void)snprintf(text, sizeof text, "%s %lld", key, (long long)json_integer_value(value));
		else if (json_is_string(value))
			(void)snprintf(text, sizeof text, "%s %s", key, json_string_value(value));
		else
			(void)snprintf(text, sizeof text, "%s", key);
	}
	return text;
}

static void vectors(void)
{
	static const int numbers[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	json_t *root = vectors_load("choice_match.json");
	const json_t *c;
	size_t i;
	json_array_foreach(json_object_get(root, "cases"), i, c) {
		struct answer out;
		struct question q = { .numbers = numbers,
				      .options = (size_t)vector_int(c, "options"),
				      .yes_no = json_is_true(json_object_get(c, "yes_no_question")) };
		check_begin("choice_match %s", vector_id(c));
		match_answer(&words, vector_str(c, "input"), &q, codes, CODES, language(vector_str(c, "lang")), &out);
		CHECK_STR(str_of(spell(&out)), str_of(expected(json_object_get(c, "expect"))));
	}
	json_decref(root);
}

/* The folded forms that the data promise are what our folding makes of the forms. */
static void folded_forms(void)
{
	json_t *root = vectors_load("keywords.json");
	const char *group, *lang;
	json_t *langs, *forms, *form;
	size_t i;
	check_begin("keywords.json: every yes and no is understood in its language");
	json_object_foreach(json_object_get(root, "groups"), group, langs) {
		json_object_foreach(langs, lang, forms) {
			json_array_foreach(forms, i, form) {
				static const int numbers[] = { 1, 2 };
				struct question q = { .numbers = numbers, .options = 2, .yes_no = true };
				struct answer out;
				match_answer(&words, vector_str(form, "form"), &q, codes, CODES, language(str_of(lang)), &out);
				if (strcmp(spell(&out), group) != 0)
					check_fail(__FILE__, __LINE__, "%s %s: %s is %s", lang, group,
						   json_string_value(json_object_get(form, "form")), spell(&out));
			}
		}
	}
	check_begin("keywords.json: every number word counts in its language");
	json_object_foreach(json_object_get(root, "numbers"), lang, langs) {
		json_object_foreach(langs, group, form) {
			static const int numbers[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
			struct question q = { .numbers = numbers, .options = 10 };
			struct answer out;
			match_answer(&words, str_of(group), &q, codes, CODES, language(str_of(lang)), &out);
			if (out.kind != ANSWER_CHOICE || out.choice != vector_int(form, "value"))
				check_fail(__FILE__, __LINE__, "%s %s is %s", lang, group, spell(&out));
		}
	}
	json_decref(root);
}

static const char *answer(const char *input, const struct question *q, const char *lang)
{
	struct answer out;
	match_answer(&words, str_of(input), q, codes, CODES, language(str_of(lang)), &out);
	return spell(&out);
}

#define CHECK_ANSWER(input, q, lang, want) CHECK_STR(str_of(answer(input, q, lang)), STR(want))

static void keywords(void)
{
	static const int numbers[] = { 1, 2, 3 };
	const struct question q = { .numbers = numbers, .options = 3 };
	const struct question yes_no = { .numbers = numbers, .options = 2, .yes_no = true };
	check_begin("every keyword of keywords.tsv has its action, in every language");
	struct str rest = embedded("keywords.tsv"), line, cell[3], form;
	while (str_split(&rest, '\n', &line)) {
		if (line.len == 0 || line.at[0] == '#' || str_starts(line, STR("action")))
			continue;
		for (int i = 0; i < 3; i++)
			(void)str_split(&line, '\t', &cell[i]);
		while (str_split(&cell[2], ',', &form))
			for (int lang = -1; lang < CODES; lang++) {
				struct answer out;
				match_answer(&words, form, &q, codes, CODES, lang, &out);
				enum keyword k = keyword_named(cell[0]);
				if (k == KEYWORD_BACK ? out.kind != ANSWER_BACK :
				    k == KEYWORD_MORE ? out.kind != ANSWER_MORE :
							out.kind != ANSWER_KEYWORD || out.keyword != k)
					check_fail(__FILE__, __LINE__, "%.*s is %s", STR_ARG(form), spell(&out));
			}
	}
	check_begin("a keyword is the whole message, fillers aside");
	CHECK_ANSWER("STOP svp merci", &q, "fr", "keyword STOP");
	CHECK_ANSWER("please stop", &q, "fr", "keyword STOP");
	CHECK_ANSWER("stop stop STOP!!!", &q, "en", "keyword STOP");
	CHECK_ANSWER("stop la guerre", &q, "fr", "none");
	CHECK_ANSWER("arrêt de bus", &q, "fr", "none");
	CHECK_ANSWER("non stop", &q, "fr", "none");
	CHECK_ANSWER("no stop", &q, "en", "none");
	CHECK_ANSWER("nonstop", &q, "en", "none");
	check_begin("two keywords are free text, but a cry for help among them is heard");
	CHECK_ANSWER("aide dossier", &q, "fr", "none");
	CHECK_ANSWER("SOS aide", &q, "fr", "keyword URGENT");
	CHECK_ANSWER("urgent danger", &q, "fr", "keyword URGENT");
	CHECK_ANSWER("non urgent", &q, "fr", "none");
	CHECK_ANSWER("stop urgent", &q, "fr", "none");
	check_begin("a greeting is the menu alone, a filler beside a keyword or a number");
	CHECK_ANSWER("Bonjour", &q, "fr", "nav menu");
	CHECK_ANSWER("salut, merci", &q, "fr", "nav menu");
	CHECK_ANSWER("bonjour aide", &q, "fr", "keyword HELP");
	CHECK_ANSWER("bonjour 2", &q, "fr", "choice 2");
	check_begin("NON answers a yes/no question, elsewhere it is the keyword");
	CHECK_ANSWER("NON", &yes_no, "fr", "no");
	CHECK_ANSWER("NO", &yes_no, "ar", "no");
	CHECK_ANSWER("NON", &q, "fr", "keyword NO");
	check_begin("? and an empty message mean nothing here: the engine asks for them before");
	CHECK_ANSWER("?", &q, "fr", "none");
	CHECK_ANSWER("؟", &q, "ar", "none");
	CHECK_ANSWER("", &q, "fr", "none");
	check_begin("no question open: keywords and keys only");
	CHECK_ANSWER("1", NULL, "fr", "none");
	CHECK_ANSWER("00", NULL, "fr", "nav menu");
	CHECK_ANSWER("stop", NULL, "fr", "keyword STOP");
}

static int language_of(const char *input)
{
	struct answer out;
	match_answer(&words, str_of(input), NULL, codes, CODES, 0, &out);
	CHECK(out.kind == ANSWER_KEYWORD && out.keyword == KEYWORD_LANG);
	return out.language;
}

static void languages(void)
{
	check_begin("a language by its code or its name beside the keyword");
	CHECK_INT(language_of("AR"), 1);
	CHECK_INT(language_of("fr"), 0);
	CHECK_INT(language_of("عربية"), 1);
	CHECK_INT(language_of("LANGUE"), -1);
	CHECK_INT(language_of("langue arabe"), 1);
	CHECK_INT(language_of("language: English please"), 2);
	CHECK_INT(language_of("langue ES"), 3);
	check_begin("a language's name alone is no keyword");
	CHECK_ANSWER("arabe", NULL, "fr", "none");
}

static void labels(void)
{
	static const int numbers[] = { 1, 2, 3, 7 };
	static const struct str names[] = { S("Le Maroc"), S("Annuler"), S("Deux"), S("Côte d’Ivoire") };
	const struct question q = { .numbers = numbers, .labels = names, .options = 4 };
	check_begin("a label answers, with other accents, case, articles and thanks");
	CHECK_ANSWER("cote divoire", &q, "fr", "choice 7");
	CHECK_ANSWER("CÔTE D'IVOIRE svp", &q, "fr", "choice 7");
	CHECK_ANSWER("7. Côte d'Ivoire", &q, "fr", "choice 7");
	CHECK_ANSWER("maroc", &q, "fr", "choice 1");
	CHECK_ANSWER("1 cote divoire", &q, "fr", "none");
	CHECK_ANSWER("cote", &q, "fr", "none");
	check_begin("a label beats a keyword (domain.md, decision 10)");
	CHECK_ANSWER("annuler", &q, "fr", "choice 2");
	CHECK_ANSWER("ANNULER svp", &q, "fr", "choice 2");
	check_begin("a label that is another option's number word is asked again");
	CHECK_ANSWER("deux", &q, "fr", "none");
	CHECK_ANSWER("trois", &q, "fr", "choice 3");
	check_begin("STOP is STOP whatever the labels are");
	const struct str stop[] = { STR("Continuer"), STR("Stop"), { NULL, 0 }, STR("Stop") };
	const struct question risky = { .numbers = numbers, .labels = stop, .options = 4 };
	CHECK_ANSWER("stop", &risky, "fr", "keyword STOP");
	check_begin("two equal labels are asked again");
	const struct str same[] = { STR("Autre"), STR("autre"), { NULL, 0 }, STR("Non") };
	const struct question twice = { .numbers = numbers, .labels = same, .options = 4 };
	CHECK_ANSWER("autre", &twice, "fr", "none");
	CHECK_ANSWER("non", &twice, "fr", "choice 7");
}

static void numbers_and_keys(void)
{
	static const int numbers[] = { 0, 1, 2, 3 };
	const struct question zero = { .numbers = numbers, .options = 4 };
	const struct question q = { .numbers = numbers + 1, .options = 3 };
	check_begin("text.md 0.8: 3afak is never option 3");
	CHECK_ANSWER("3afak", &q, "ary", "none");
	CHECK_ANSWER("3afak", &q, "fr", "none");
	CHECK_ANSWER("la2", &q, "ary", "none");
	CHECK_ANSWER("3 3afak", &q, "ary", "choice 3");
	check_begin("0 is an answer where the state offers it, never navigation");
	CHECK_ANSWER("0", &zero, "fr", "choice 0");
	CHECK_ANSWER("zero", &zero, "fr", "choice 0");
	CHECK_ANSWER("0", &q, "fr", "none");
	check_begin("98, 99 and 00 are keys in every script; * and # are none");
	CHECK_ANSWER("٩٨", &q, "ar", "nav more");
	CHECK_ANSWER("99.", &q, "fr", "nav back");
	CHECK_ANSWER("00", &q, "fr", "nav menu");
	CHECK_ANSWER("000", &zero, "fr", "choice 0");
	CHECK_ANSWER("98 99", &q, "fr", "none");
	CHECK_ANSWER("*", &q, "fr", "none");
	CHECK_ANSWER("#", &q, "fr", "none");
	check_begin("ordinals and number words in the person's language");
	CHECK_ANSWER("1er", &q, "fr", "choice 1");
	CHECK_ANSWER("la 2ème", &q, "fr", "choice 2");
	CHECK_ANSWER("3rd", &q, "en", "choice 3");
	CHECK_ANSWER("2º", &q, "es", "choice 2");
	CHECK_ANSWER("2o", &q, "fr", "none");
	CHECK_ANSWER("tres", &q, "es", "choice 3");
	CHECK_ANSWER("tres", &q, "fr", "none");
	CHECK_ANSWER("n° 2", &q, "fr", "choice 2");
	CHECK_ANSWER("2 deux", &q, "fr", "choice 2");
	CHECK_ANSWER("2 trois", &q, "fr", "none");
	check_begin("what is no number of an option is asked again");
	CHECK_ANSWER("4", &q, "fr", "none");
	CHECK_ANSWER("99999999999999999999", &q, "fr", "none");
	CHECK_ANSWER("0x1", &q, "fr", "none");
	CHECK_ANSWER("1e0", &q, "fr", "none");
	CHECK_ANSWER("1.5", &q, "fr", "none");
	CHECK_ANSWER("l", &q, "fr", "none");
	CHECK_ANSWER("1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", &q, "fr", "none");
}

static void yes_and_no(void)
{
	static const int numbers[] = { 1, 2 };
	const struct question q = { .numbers = numbers, .options = 2, .yes_no = true };
	const struct question other = { .numbers = numbers, .options = 2 };
	check_begin("yes and no only after a yes/no question and in the person's language");
	CHECK_ANSWER("oui", &other, "fr", "none");
	CHECK_ANSWER("la", &q, "fr", "none");
	CHECK_ANSWER("la", &q, "ar", "no");
	CHECK_ANSWER("ah", &q, "fr", "none");
	CHECK_ANSWER("sí", &q, "es", "yes");
	CHECK_ANSWER("1", &q, "fr", "choice 1");
	check_begin("Darija in Latin letters is understood in every language of Morocco");
	CHECK_ANSWER("wakha", &q, "fr", "yes");
	CHECK_ANSWER("wakha", &q, "ar", "yes");
	CHECK_ANSWER("lla", &q, "es", "no");
	check_begin("West African languages go with French");
	CHECK_ANSWER("waaw", &q, "fr", "yes");
	CHECK_ANSWER("O’o", &q, "fr", "no");
	CHECK_ANSWER("o", &q, "fr", "yes");
	check_begin("both, or neither, is asked again");
	CHECK_ANSWER("oui non", &q, "fr", "none");
	CHECK_ANSWER("oui mais non", &q, "fr", "none");
	CHECK_ANSWER("mashi", &q, "ary", "none");
	check_begin("any language: what is yes in one and no in another is asked again");
	CHECK_ANSWER("o", &q, "", "none");
	CHECK_ANSWER("oui", &q, "", "yes");
}

static void check_integer(const char *input, long long want)
{
	int64_t value = -1000;
	if (!match_integer(&words, str_of(input), &value))
		value = -1000;
	if (value != want)
		check_fail(__FILE__, __LINE__, "\"%s\" is %lld, not %lld", input, (long long)value, want);
}

static void integers(void)
{
	enum { NO = -1000 };
	check_begin("one whole number in an answer");
	check_integer("3", 3);
	check_integer("٣", 3);
	check_integer("0", 0);
	check_integer("3 personnes", 3);
	check_integer("3ans", 3);
	check_integer("J'AI 20ANS", 20);
	check_integer("age: 25", 25);
	check_integer("age25", 25);
	check_integer("عندي ٣ اطفال", 3);
	check_integer("deux", 2);
	check_integer("j'ai deux enfants", 2);
	check_integer("20 000", 20000);
	check_integer("1.500", 1500);
	check_integer("1٬000", 1000);
	check_integer("20 20", 20);
	check_integer("-3", -3);
	check_begin("none, or more than one, is asked again");
	check_integer("", NO);
	check_integer("beaucoup", NO);
	check_integer("3afak", NO);
	check_integer("la2", NO);
	check_integer("1-15", NO);
	check_integer("1/1", NO);
	check_integer("1.5", NO);
	check_integer("1,1", NO);
	check_integer("12/03/2025", NO);
	check_integer("20 ou 21", NO);
	check_integer("un ou deux", NO);
	check_integer("0x1", NO);
	check_integer("99999999999999999999", NO);
}

static void check_load(const char *keyword_rows, const char *word_rows, const char *says)
{
	char keyword_text[512], word_text[512];
	struct err err = { .text = "" };
	struct words other;
	size_t mark = arena_mark(&arena);
	(void)snprintf(keyword_text, sizeof keyword_text, "# c\naction\tlang\tforms\n%s", keyword_rows);
	(void)snprintf(word_text, sizeof word_text, "kind\tlang\tforms\n%s", word_rows);
	CHECK_INT(words_load(&other, str_of(keyword_text), str_of(word_text), codes, 4, &arena, &err), *says ? -EINVAL : 0);
	if (!strstr(err.text, says))
		check_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", err.text, says);
	arena_back(&arena, mark);
}

static void loading(void)
{
	check_begin("collisions are errors of the load");
	check_load("STOP\tfr\tarrêt\nHELP\tfr\tARRET\n", "", "\"arret\" stands under STOP and under HELP");
	check_load("STOP\tfr\tarrêt\nHELP\ten\tARRET\n", "", "\"arret\"");
	check_load("", "yes\tfr\to\nno\tfr,en\to\n", "\"o\" stands under yes and under no");
	check_load("", "yes\tfr\to\nno\ten\to\n", "");
	check_load("", "number\tfr\tdeux=2,Deux=3\n", "\"deux\" stands under number");
	check_begin("mistakes are named with file and line");
	check_load("HALT\tfr\tx\n", "", "keywords.tsv:3: no such action: \"HALT\"");
	check_load("STOP\tfr\n", "", "keywords.tsv:3: 2 columns, not 3");
	check_load("STOP\tfr\ta,,b\n", "", "keywords.tsv:3: nothing is left");
	check_load("", "maybe\tfr\tx\n", "words.tsv:2: no such kind");
	check_load("", "number\tfr\tdeux\n", "words.tsv:2: a number is written form=value");
	check_load("", "filler\tfr\ta b c d e\n", "words.tsv:2: the form has more than four words");
	check_load("", "filler\tfr\t\xFF\n", "words.tsv:2: the line is not UTF-8");
	check_begin("an arena that is too small is reported");
	struct arena small;
	struct err err;
	CHECK_INT(arena_new(&small, 4096), 0);
	CHECK_INT(words_load(&(struct words){ 0 }, embedded("keywords.tsv"), embedded("words.tsv"), codes, 4, &small, &err),
		  -ENOMEM);
	arena_free(&small);
}

static bool mentions_help(const char *text)
{
	return match_mentions(&words, str_of(text), KEYWORD_HELP);
}

static void mentions(void)
{
	check_begin("HELP anywhere among other words, in any language, behind an elision; not inside a word");
	CHECK(mentions_help("nous avons besoin d'aide ici"));
	CHECK(mentions_help("Aide !! j\xE2\x80\x99" "ai faim"));
	CHECK(mentions_help("l\xE2\x80\x99" "AIDE"));
	CHECK(mentions_help("please help, no food"));
	CHECK(mentions_help("أريد مساعدة من فضلكم"));
	CHECK(mentions_help("necesito ayuda"));
	CHECK(!mentions_help("il est plaidé"));
	CHECK(!mentions_help("helpless"));
	CHECK(!mentions_help("xxx \xFF 1 2 3"));
	CHECK(!mentions_help(""));
}

int main(void)
{
	struct err err = { .text = "" };
	if (arena_new(&arena, 1 << 20) != 0 ||
	    words_load(&words, embedded("keywords.tsv"), embedded("words.tsv"), codes, CODES, &arena, &err) != 0) {
		printf("%s\n", err.text);
		return 1;
	}
	vectors();
	folded_forms();
	keywords();
	languages();
	labels();
	numbers_and_keys();
	yes_and_no();
	integers();
	mentions();
	loading();
	arena_free(&arena);
	return check_end();
}
