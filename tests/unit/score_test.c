/* Scores: the vectors of domain.md 3.3, what must hold for any answers and weights, and the loader's words. */
#include "flows/embedded.h"
#include "flows/score.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct weights weights;

static struct str embedded_weights(void)
{
	for (const struct embedded_file *f = flow_files; f->name; f++)
		if (strcmp(f->name, "weights.json") == 0)
			return (struct str){ f->bytes, f->len };
	return STR("");
}

static uint64_t seed = 88172645463325252u;

static unsigned below(unsigned n)
{
	seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
	return (unsigned)(seed % n);
}

/* "24305x": an answer a letter, x = none at all. */
static struct score score_of(const struct instrument *in, const char *digits)
{
	static const char *const names[] = { "Q1", "Q2", "Q3", "Q4", "Q5", "Q6" };
	struct scored_answer answers[6];
	struct score score;
	size_t count = 0;
	for (size_t i = 0; digits[i]; i++)
		if (digits[i] != 'x')
			answers[count++] = (struct scored_answer){ str_of(names[i]), { digits + i, 1 } };
	score_compute(in, answers, count, &score);
	return score;
}

static void expect(const char *digits, const char *want)
{
	char got[80] = "";
	size_t len = 0;
	struct score s = score_of(weights_for_wave(&weights, STR("M3")), digits);
	check_begin("SMS8: %s -> %s", digits, want);
	for (int d = 0; d < DIMENSIONS; d++)
		len += (size_t)(s.known[d] ? snprintf(got + len, sizeof got - len, "%.3f ", s.dimension[d]) :
					     snprintf(got + len, sizeof got - len, "- "));
	(void)(s.composite_known ? snprintf(got + len, sizeof got - len, "%.3f", s.composite) :
				   snprintf(got + len, sizeof got - len, "-"));
	CHECK_STR(str_of(got), str_of(want));
}

static void test_vectors(void)
{
	expect("111111", "1.000 1.000 1.000 1.000");
	expect("555555", "0.000 0.000 0.000 0.000");
	expect("243051", "0.500 0.500 0.500 0.500");
	expect("330033", "0.500 - 0.500 -");
	expect("xxxxxx", "- - - -");
	expect("12xx34", "0.875 - 0.375 -");
	expect("1x2x3x", "1.000 0.750 0.500 0.750");
	expect("916171", "1.000 1.000 1.000 1.000"); /* what no scale has is no answer */
}

static void test_later_stands(void)
{
	struct score s;
	const struct instrument *in = weights_for_wave(&weights, STR("M3"));
	struct scored_answer answers[] = { { STR("Q1"), STR("5") }, { STR("Q2"), STR("5") }, { STR("Q1"), STR("1") } };
	check_begin("a corrected answer stands in the place of the first");
	score_compute(in, answers, 3, &s);
	CHECK(s.known[DIM_ECONOMIC] && s.dimension[DIM_ECONOMIC] == 0.5);
	CHECK_INT(s.answered, 2);
	check_begin("a correction to 'skip' takes the answer away");
	answers[2].value = STR("0");
	score_compute(in, answers, 3, &s);
	CHECK(s.known[DIM_ECONOMIC] && s.dimension[DIM_ECONOMIC] == 0.0);
	CHECK_INT(s.answered, 1);
}

static void random_digits(char digits[7])
{
	for (int i = 0; i < 6; i++)
		digits[i] = "x012345"[below(7)];
	digits[6] = '\0';
}

/* Weights as IOM's sheet may have them: any above 0. */
static struct instrument any_weights(void)
{
	struct instrument in = *weights_for_wave(&weights, STR("M3"));
	for (size_t i = 0; i < in.items_count; i++)
		in.items[i].weight = 0.1 + below(100) / 10.0;
	for (int d = 0; d < DIMENSIONS; d++)
		in.dimension_weight[d] = 0.1 + below(100) / 10.0;
	return in;
}

static bool in_range(const struct score *s)
{
	for (int d = 0; d < DIMENSIONS; d++)
		if (s->known[d] && !(s->dimension[d] >= 0 && s->dimension[d] <= 1))
			return false;
	return !s->composite_known || (s->composite >= 0 && s->composite <= 1);
}

static void test_properties(void)
{
	bool range = true, monotone = true, missing = true, whole = true;
	for (int run = 0; run < 20000; run++) {
		char digits[7], better[7];
		struct instrument in = any_weights();
		random_digits(digits);
		struct score s = score_of(&in, digits);
		range = range && in_range(&s);
		whole = whole && s.composite_known == (s.known[0] && s.known[1] && s.known[2]);
		memcpy(better, digits, sizeof better);
		unsigned i = below(6);
		if (digits[i] >= '2') {
			better[i]--;
			struct score t = score_of(&in, better);
			for (int d = 0; d < DIMENSIONS; d++)
				monotone = monotone && s.known[d] == t.known[d] && t.dimension[d] >= s.dimension[d] - 1e-12;
			monotone = monotone && t.composite >= s.composite - 1e-12;
		}
		better[i] = 'x';
		struct score without = score_of(&in, better);
		better[i] = '0';
		struct score skipped = score_of(&in, better);
		for (int d = 0; d < DIMENSIONS; d++)
			missing = missing && without.known[d] == skipped.known[d] && without.dimension[d] == skipped.dimension[d];
		missing = missing && without.answered <= s.answered;
	}
	check_begin("any answers, any weights: a score is between 0 and 1");
	CHECK(range);
	check_begin("any answers, any weights: a better answer never lowers a score");
	CHECK(monotone);
	check_begin("skipped is the same as never asked");
	CHECK(missing);
	check_begin("the composite is known when all three are, and only then");
	CHECK(whole);
}

static void test_bands(void)
{
	const struct instrument *in = weights_for_wave(&weights, STR("M3"));
	struct score low = score_of(in, "555545"), middle = score_of(in, "333333"), high = score_of(in, "111112"),
		     none = score_of(in, "11xx11");
	check_begin("bands: below 0.33 is low, above 0.66 high, a limit itself in the middle");
	CHECK_INT(score_band(&weights, low.composite), BAND_LOW);
	CHECK_INT(score_band(&weights, middle.composite), BAND_MIDDLE);
	CHECK_INT(score_band(&weights, high.composite), BAND_HIGH);
	CHECK_INT(score_band(&weights, 0.32999999999999996), BAND_MIDDLE);
	CHECK_INT(score_band(&weights, 0.6600000000000001), BAND_MIDDLE);
	check_begin("a composite that is not known is not low");
	CHECK(score_is_low(&weights, &low) && !score_is_low(&weights, &middle) && !score_is_low(&weights, &none));
	check_begin("a fall of exactly 0.25 in one dimension counts, a rise does not, an unknown one does not");
	struct score before = score_of(in, "223333"), after = score_of(in, "333311");
	CHECK(score_fell(&weights, &before, &after));
	struct score as_usual = score_of(in, "333333");
	CHECK(!score_fell(&weights, &as_usual, &before));
	struct score all = score_of(in, "111111"), few = score_of(in, "11xx11");
	CHECK(!score_fell(&weights, &all, &few));
	struct score small = score_of(in, "233333");
	CHECK(!score_fell(&weights, &before, &small));
}

static void test_waves(void)
{
	check_begin("the first two check-ins have no score, the later ones are scored by SMS8");
	CHECK(weights_for_wave(&weights, STR("ARR")) == NULL);
	CHECK(weights_for_wave(&weights, STR("M1")) == NULL);
	const struct instrument *in = weights_for_wave(&weights, STR("M12"));
	CHECK(in && str_eq_z(in->id, "SMS8-v1") && in->weights_version.len > 0);
	check_begin("SMS8 is nowhere called RSS");
	for (size_t i = 0; i < weights.instruments_count; i++)
		CHECK(!str_starts(weights.instruments[i].id, STR("RSS")));
}

/* ---- the loader */

#define ITEM "\"a\": {\"dimension\": \"economic\", \"weight\": 2,\n\"worth\": {\"YES\": 1, \"TRAINING\": 1, \"NO\": 0}}"
#define HEAD "{\"instruments\": {\n\"RSS-2018\": {\"weights_version\": \"sheet-3\", \"waves\": [\"M6\"],\n"
#define ONLY_E "\"dimensions\": {\"economic\": 1},\n"
#define TAIL "},\n\"bands\": {\"low_below\": 0.33, \"high_above\": 0.66},\n" \
	     "\"alerts\": {\"composite_below\": 0.33, \"fall_at_least\": 0.25, \"same_answers_seconds\": 20}}"

static void refuse(const char *json, const char *want)
{
	struct weights w;
	struct err err = { .text = "" };
	check_begin("refused: %s", want);
	int rc = weights_load(&w, (struct source){ STR("w.json"), str_of(json) }, &err);
	CHECK_INT(rc, -EINVAL);
	if (!strstr(err.text, want))
		check_fail(__FILE__, __LINE__, "said instead: %s", err.text);
	if (rc == 0)
		weights_free(&w);
}

static void test_loader(void)
{
	struct weights w;
	struct err err = { .text = "" };
	struct score s;
	check_begin("another instrument is loaded with its own items, answers by code");
	CHECK_INT(weights_load(&w, (struct source){ STR("w.json"), STR(HEAD ONLY_E "\"items\": {" ITEM "}}" TAIL) }, &err), 0);
	CHECK_STR(str_of(err.text), STR(""));
	const struct instrument *in = weights_for_wave(&w, STR("M6"));
	if (in) {
		struct scored_answer yes = { STR("a"), STR("TRAINING") }, dont_know = { STR("a"), STR("DONT_KNOW") };
		score_compute(in, &yes, 1, &s);
		CHECK(s.known[0] && s.dimension[0] == 1.0 && s.composite_known && s.composite == 1.0);
		score_compute(in, &dont_know, 1, &s);
		CHECK(!s.known[0] && !s.composite_known);
	} else {
		check_fail(__FILE__, __LINE__, "no instrument for M6");
	}
	weights_free(&w);
	refuse("{\"instruments\": {\n", "w.json:2: not valid JSON");
	refuse(HEAD ONLY_E "\"items\": {\n\"a\": {\"dimension\": \"money\", \"weight\": 1, \"best\": 1, \"worst\": 5}}}" TAIL,
	       "w.json:5: instruments.RSS-2018.items.a.dimension: must be \"economic\", \"social\" or \"psychosocial\"");
	refuse(HEAD ONLY_E "\"items\": {\n\"a\": {\"dimension\": \"economic\",\n\"weight\": \"2\", \"best\": 1, \"worst\": 5}}}" TAIL,
	       "w.json:6: instruments.RSS-2018.items.a.weight: must be a number from 0 to 1000, without quotes");
	refuse(HEAD ONLY_E "\"items\": {\n\"a\": {\"dimension\": \"economic\",\n\"weight\": 0, \"best\": 1, \"worst\": 5}}}" TAIL,
	       "must be above 0; an item that does not count is left out");
	refuse(HEAD ONLY_E "\"items\": {\n\"a\": {\"dimension\": \"economic\", \"weight\": 1, \"best\": 1}}}" TAIL,
	       "w.json:5: instruments.RSS-2018.items.a: does not say what its answers are worth");
	refuse(HEAD ONLY_E "\"items\": {\n\"a\": {\"dimension\": \"economic\", \"weight\": 1, \"worth\": {\"1\": 2}}}}" TAIL,
	       "items.a.worth.1: an answer is worth a number from 0 (worst) to 1 (best)");
	refuse(HEAD ONLY_E "\"items\": {\n\"a\": {\"dimension\": \"social\", \"weight\": 1, \"best\": 1, \"worst\": 5}}}" TAIL,
	       "instruments.RSS-2018: \"dimensions\" has economic, but no question is of it");
	refuse(HEAD "\"dimensions\": {\"economics\": 1},\n\"items\": {" ITEM "}}" TAIL, "did you mean \"economic\"?");
	refuse(HEAD ONLY_E "\"items\": {" ITEM ", \"A\": {\"dimension\": \"economic\", \"weight\": 1, \"best\": 1, \"worst\": 5}}}" TAIL,
	       "items.A: stands here twice");
	refuse("{\"instruments\": {\"x\": {\"weights_version\": \"1\", \"waves\": [\"M6\"], " ONLY_E "\"items\": {" ITEM "}},\n"
	       "\"y\": {\"weights_version\": \"1\", \"waves\": [\"M6\"], " ONLY_E "\"items\": {" ITEM "}}" TAIL,
	       "instruments.y.waves[0]: the check-in M6 is scored by x already");
	refuse("{\"instruments\": {\"x\": {" ONLY_E "\"items\": {" ITEM "}}" TAIL, "instruments.x: \"weights_version\" is missing");
	refuse("{\"instruments\": {}}", "must hold 1 to 8 instruments");
}

int main(void)
{
	struct err err = { .text = "" };
	if (weights_load(&weights, (struct source){ STR("weights.json"), embedded_weights() }, &err) != 0) {
		(void)printf("%s\n0 passed, 1 failed\n", err.text);
		return EXIT_FAILURE;
	}
	test_vectors();
	test_later_stands();
	test_properties();
	test_bands();
	test_waves();
	test_loader();
	weights_free(&weights);
	return check_end();
}
