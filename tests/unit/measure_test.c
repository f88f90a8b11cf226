/* What texts and walks cost, against figures counted by hand. */
#include "flows/embedded.h"
#include "flows/load.h"
#include "flows/measure.h"
#include "flows/world.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct book book;
static const struct screen_limit screen = { 160, 80 };

#define TEN "abcdefghi "
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define DIGITS(text) "\"fr\": \"" text "\", \"ar\": \"" text "\", \"en\": \"" text "\", \"es\": \"" text "\""

/* ONE, fr: 151 characters with a ç and two options of 4: 159 in GSM-7 (1 SMS), 159 in UCS-2 (67 + 67 + 25: 3 SMS).
 * TWO: 199 characters and one option: 203 (153 + 50: 2 SMS; 2 screens).  THREE, by USSD only: 1 screen.  The end: 12.
 * THREE's second option goes back to ONE, FOUR is left for another conversation. */
static const char visit[] =
	"{\"flow\": \"visit\", \"title\": \"V\", \"initial\": \"ONE\", \"states\": {"
	"\"ONE\": {\"ask\": {\"key\": \"v.one\", \"kind\": \"N\","
	" \"fr\": \"" HUNDRED TEN TEN TEN TEN "abcdefgh ça\", \"ar\": \"واحد\", \"en\": \"one\", \"es\": \"uno\"},"
	" \"options\": [{\"1\": \"A\", " DIGITS("a") "}, {\"2\": \"B\", " DIGITS("b") ", \"go\": \"TWO\"}], \"go\": \"END\"},"
	"\"TWO\": {\"ask\": {\"key\": \"v.two\", \"kind\": \"N\", " DIGITS(HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN "abcdefghi") "},"
	" \"options\": [{\"1\": \"A\", " DIGITS("a") "}], \"next\": [{\"when\": {\"mode\": \"sms\"}, \"go\": \"END\"}, {\"go\": \"THREE\"}]},"
	"\"THREE\": {\"ask\": {\"key\": \"v.three\", \"kind\": \"N\", " DIGITS("three") "},"
	" \"options\": [{\"1\": \"A\", " DIGITS("a") "}, {\"2\": \"B\", " DIGITS("b") ", \"go\": \"ONE\"},"
	" {\"3\": \"C\", " DIGITS("c") ", \"go\": \"entry\"}], \"go\": \"END\"},"
	"\"END\": {\"final\": true, \"say\": {\"key\": \"v.end\", \"kind\": \"N\", " DIGITS("Merci a tous") "}}}}";

static void load(void)
{
	struct source sources[33];
	size_t count = 0;
	struct err err = { .text = "" };
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++)
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
	sources[count++] = (struct source){ STR("visit.json"), str_of(visit) };
	if (book_load(&book, sources, count, NULL, &err)) {
		printf("%s\n", err.text);
		exit(1);
	}
}

/* ---- texts */

struct wanted {
	const char *key, *language;
	struct text_cost cost;
	size_t found, rows, too_long;
	char flips[8], cheaper[8];
};

static void look_at(const struct text_cost *cost, void *user)
{
	struct wanted *w = user;
	w->rows++;
	w->too_long += (cost->sent.segments == 0 && cost->sent.screens == 0) || cost->sent.segments > 3;
	if (!str_eq_z(cost->key, w->key) || !str_eq_z(cost->language, w->language))
		return;
	w->found++;
	w->cost = *cost;
	CHECK(str_copy(cost->flips, w->flips, sizeof w->flips));
	CHECK(str_copy(cost->cheaper, w->cheaper, sizeof w->cheaper));
}

static struct wanted cost_of(const char *key, const char *language)
{
	struct wanted w = { .key = key, .language = language };
	CHECK_INT(book_measure(&book, screen, look_at, &w), 0);
	CHECK_INT(w.found, 1);
	return w;
}

static void check_size(struct text_size got, enum encoding encoding, size_t units, size_t segments, size_t screens)
{
	CHECK(got.encoding == encoding);
	CHECK_INT(got.units, units);
	CHECK_INT(got.segments, segments);
	CHECK_INT(got.screens, screens);
}

static void test_texts(void)
{
	check_begin("one ç: 3 SMS as written, 1 as sent, and the cheaper spelling is named");
	struct wanted w = cost_of("v.one", "fr");
	check_size(w.cost.sent, ENCODING_GSM7, 159, 1, 1);
	check_size(w.cost.written, ENCODING_UCS2, 159, 3, 2); /* its first screen is GSM-7, the ç is on the second */
	CHECK_STR(str_of(w.flips), STR("ç"));
	CHECK_STR(str_of(w.cheaper), STR("c"));
	check_begin("Arabic has no other spelling; 4 letters and two options of 4 are 12 units");
	w = cost_of("v.one", "ar");
	check_size(w.cost.sent, ENCODING_UCS2, 12, 1, 1);
	CHECK_STR(str_of(w.flips), STR("و"));
	CHECK(w.cost.cheaper.at == NULL);
	check_begin("a text in GSM-7 names no character; the shipped rr.sex, counted by hand");
	w = cost_of("rr.sex", "fr"); /* "Vous etes:" and three lines of 10, 11 and 17 */
	CHECK_STR(str_of(w.flips), STR(""));
	CHECK(w.cost.sent.encoding == ENCODING_GSM7 && w.cost.sent.segments == 1 && w.cost.sent.screens == 1);
	CHECK(w.cost.sent.units == w.cost.written.units);
	check_begin("every text is listed in every language, and none is too long");
	CHECK(w.rows > 65 * 4);
	CHECK_INT(w.rows % book.languages_count, 0);
	CHECK_INT(w.too_long, 0);
}

/* ---- walks */

static struct walk_cost walk_of(const char *flow, const char *language, enum mode mode)
{
	static struct walk_cost cost;
	const struct flow *f = book_flow(&book, str_of(flow), STR(""));
	CHECK(f != NULL);
	if (f)
		CHECK_INT(flow_cost(&book, f, book_language(&book, str_of(language)), mode, screen, &cost), 0);
	return cost;
}

static void check_walk(const struct walk_cost *cost, size_t least, const char *cheapest, size_t most, const char *dearest)
{
	char storage[1024];
	struct buf names = buf_over(storage, sizeof storage);
	CHECK_INT(cost->least, least);
	CHECK_INT(cost->most, most);
	for (size_t i = 0; i < cost->cheapest_count; i++)
		buf_put(&names, cost->cheapest[i]->name), buf_put_char(&names, ' ');
	CHECK_STR(buf_str(&names), str_of(cheapest));
	buf_clear(&names);
	for (size_t i = 0; i < cost->dearest_count; i++)
		buf_put(&names, cost->dearest[i]->name), buf_put_char(&names, ' ');
	CHECK_STR(buf_str(&names), str_of(dearest));
}

static void test_walks(void)
{
	check_begin("SMS: ONE and the end are 1 each, TWO is 2");
	struct walk_cost cost = walk_of("visit", "fr", MODE_SMS);
	check_walk(&cost, 2, "ONE END ", 4, "ONE TWO END ");
	check_begin("USSD: TWO takes 2 screens, THREE one more; nobody goes back to ONE, nobody leaves for the menu");
	cost = walk_of("visit", "fr", MODE_USSD);
	check_walk(&cost, 2, "ONE END ", 5, "ONE TWO THREE END ");
	check_begin("shipped: a call asked for by SMS is two messages in every language; a return asked for is 12 at least");
	for (size_t l = 0; l < book.languages_count; l++) {
		cost = walk_of("counsellor", book.languages[l].at, MODE_SMS);
		CHECK_INT(cost.least, 2);
	}
	cost = walk_of("return_request", "fr", MODE_SMS);
	CHECK_INT(cost.least, 12); /* AGE SAFE URGENT COUNTRY CITY GROUP SEX DOCS CALLLANG CALLTIME CONFIRM DONE */
	CHECK(cost.dearest_count > 18 && str_eq_z(cost.dearest[cost.dearest_count - 1]->name, "DONE"));
}

static size_t price_of(const struct outcome *out, enum mode mode)
{
	struct segments segments;
	if (!out || out->reply == REPLY_NONE)
		return 0;
	if (mode == MODE_USSD)
		return 1;
	return segment_plan(out->text, &segments) ? SEGMENTS_MAX : segments.count;
}

/* Somebody really walks it: what it costs lies between the two. */
static void test_walked(enum mode mode, const char *language)
{
	static const char *const answers[] = { "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1" };
	static struct world w; /* large */
	struct walk_cost cost = walk_of("return_request", language, mode);
	check_begin("a walk of the engine costs no less and no more: %s, %s", mode == MODE_SMS ? "SMS" : "USSD", language);
	CHECK_INT(world_init(&w, &book), 0);
	w.language = book_language(&book, str_of(language));
	const struct outcome *out = world_step(&w, mode, INPUT_BEGIN, STR("return_request"));
	size_t paid = price_of(out, mode);
	for (size_t i = 0; out && i < sizeof answers / sizeof answers[0] && out->reply == REPLY_CONTINUE; i++) {
		out = world_step(&w, mode, INPUT_TEXT, str_of(answers[i]));
		paid += price_of(out, mode);
	}
	CHECK(out && out->reply == REPLY_END && str_starts(out->text_key, STR("rr.done")));
	if (paid < cost.least || paid > cost.most)
		check_fail(__FILE__, __LINE__, "%zu is not between %zu and %zu", paid, cost.least, cost.most);
	world_release(&w);
}

int main(void)
{
	load();
	test_texts();
	test_walks();
	for (size_t l = 0; l < book.languages_count; l++) {
		test_walked(MODE_USSD, book.languages[l].at);
		test_walked(MODE_SMS, book.languages[l].at);
	}
	book_free(&book);
	return check_end();
}
