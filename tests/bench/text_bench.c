/* What text costs: microseconds a message, best of several rounds.
 *
 *     make VARIANT=release build/release/tests/bench/text_bench && build/release/tests/bench/text_bench
 *
 * One JSON object a line, so that tests/bench can put them beside the cost of one durable step (goal: under 5 %). */
#include "flows/embedded.h"
#include "flows/match.h"
#include "flows/text/fold.h"
#include "flows/text/paginate.h"
#include "flows/text/phone.h"
#include "flows/text/segment.h"
#include "flows/text/transliterate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 9, TIMES = 2000 };

#define S(literal) { literal, sizeof(literal) - 1 }
static const struct str codes[] = { S("fr"), S("ar"), S("en"), S("es") };
static const int numbers[] = { 1, 2, 3, 4, 5, 6, 7 };
static const struct str labels[] = { S("Guinée"), S("Sénégal"), S("Mali"), S("Côte d'Ivoire"), S("Cameroun"), S("Congo"),
				     S("Autre pays") };
static struct arena arena;
static struct words words;
static struct phone_plan plan;
static char long_text[2048];
static volatile int sink;

static struct str embedded(const char *name)
{
	for (const struct embedded_file *f = flow_files; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return (struct str){ f->bytes, f->len };
	return STR("");
}

static void answer(struct str input)
{
	const struct question q = { .numbers = numbers, .labels = labels, .options = 7, .yes_no = true };
	struct answer out;
	match_answer(&words, input, &q, codes, 4, 0, &out);
	sink += (int)out.kind;
}

/* 160 characters that a person might write; nothing of it is a keyword, so that everything is tried. */
static void answer_french(void)
{
	answer(STR("Bonjour, je voudrais rentrer au pays avec ma femme et mes deux enfants, je suis à Tanger et je n'ai plus "
		   "rien, appelez-moi s'il vous plaît demain matin, merci beaucoup."));
}

static void answer_arabic(void)
{
	answer(STR("السلام عليكم، أريد العودة إلى بلدي مع زوجتي وأطفالي الاثنين، أنا في طنجة وليس لدي أي شيء، اتصلوا بي غدا "
		   "صباحا من فضلكم على هذا الرقم وشكرا جزيلا لكم على المساعدة ."));
}

static void answer_digit(void)
{
	answer(STR("٣."));
}

static void outbound(struct str text)
{
	static struct segments plan_out;
	char storage[2048];
	struct buf out = buf_over(storage, sizeof storage);
	enum encoding encoding;
	sink += transliterate(text, STR("fr"), TRANSLITERATE_AUTO, &out, &encoding);
	sink += segment_plan(buf_str(&out), &plan_out);
}

static void outbound_french(void)
{
	outbound(str_of(long_text));
}

static void outbound_arabic(void)
{
	outbound(STR("هذه الخدمة مجانية وسرية. لن يطلب منك أحد المال. يمكنك التوقف في أي وقت. مستشار يتصل بك خلال ٤٨ ساعة. إذا طلب "
		     "منك أحد المال فهذا احتيال، اتصل بنا على 0537652881 من الاثنين إلى الجمعة. هذه الخدمة مجانية وسرية. لن يطلب "
		     "منك أحد المال. يمكنك التوقف في أي وقت. مستشار يتصل بك غدا."));
}

static void screen(void)
{
	static const struct str lines[] = { S("1 Guinée"), S("2 Sénégal"), S("3 Mali"), S("4 Cote d'Ivoire"), S("5 Cameroun"),
					    S("6 Congo"), S("7 Autre pays") };
	static const struct nav_lines nav = { S("98 Suite"), S("99 Retour"), S("99 Retour"), false };
	struct pages pages;
	size_t mark = arena_mark(&arena);
	sink += paginate(STR("Dans quel pays voulez-vous rentrer?"), lines, 7, (struct screen_limit){ 160, 80 }, &nav, &arena,
			 &pages, NULL);
	arena_back(&arena, mark);
}

static void number(void)
{
	struct phone out;
	phone_parse(&plan, STR("+212 6 50 12 34 56"), STR("MA"), &out);
	sink += (int)out.kind;
}

static double now_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void measure(const char *what, void (*function)(void))
{
	double best = 1e18;
	for (int round = 0; round < ROUNDS; round++) {
		double start = now_us();
		for (int i = 0; i < TIMES; i++)
			function();
		double each = (now_us() - start) / TIMES;
		best = each < best ? each : best;
	}
	printf("{\"text\": \"%s\", \"us\": %.2f}\n", what, best);
}

int main(void)
{
	static const char sentence[] = "Votre demande a été reçue à l'hôpital de Tanger, « n° 48217035 » : un conseiller vous "
				       "rappelle sous 5 jours. ";
	struct err err = { .text = "" };
	if (arena_new(&arena, 1 << 20) != 0 ||
	    words_load(&words, embedded("keywords.tsv"), embedded("words.tsv"), codes, 4, &arena, &err) != 0 ||
	    phone_plan_load(&plan, embedded("phones.tsv"), &arena, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	struct buf b = buf_over(long_text, sizeof long_text - 1);
	for (int i = 0; i < 3; i++)
		buf_put_z(&b, sentence);
	measure("fold and match, 160 characters, French free text", answer_french);
	measure("fold and match, 160 characters, Arabic free text", answer_arabic);
	measure("fold and match, an Arabic digit", answer_digit);
	measure("transliterate and segment, 300 characters, French", outbound_french);
	measure("transliterate and segment, 300 characters, Arabic", outbound_arabic);
	measure("paginate a question of seven countries", screen);
	measure("a phone number", number);
	return 0;
}
