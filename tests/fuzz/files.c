/* Files that others write: instruments and weights, a country's holidays, a time zone of the system, the configuration.  Each is
 * read or refused with a reason; what was read keeps the promises of its header. */
#include "flows/score.h"
#include "gateway/config.h"
#include "gateway/quiet.h"
#include "gateway/zone.h"

#include "tests/fuzz/fuzz.h"

#define HOUR_MS ((int64_t)3600 * 1000)

static void weights(struct str bytes)
{
	struct weights w;
	struct err err = { .text = "" };
	struct score score;
	struct scored_answer answers[] = { { STR("Q1"), STR("1") }, { STR("Q2"), STR("5") }, { STR("Q2"), STR("0") } };
	if (weights_load(&w, (struct source){ STR("weights.json"), bytes }, &err) != 0) {
		FUZZ_CHECK(err.text[0]);
		return;
	}
	const struct instrument *instrument = weights_for_wave(&w, STR("M1"));
	if (instrument) {
		score_compute(instrument, answers, 3, &score);
		(void)score_band(&w, score.composite);
		(void)score_is_low(&w, &score);
	}
	weights_free(&w);
}

static void holidays(struct str bytes)
{
	struct holidays h = { .count = 0 };
	struct err err = { .text = "" };
	if (holidays_parse(STR("holidays.txt"), bytes, &h, &err) != 0) {
		FUZZ_CHECK(strstr(err.text, "holidays.txt:") && h.count == 0);
		return;
	}
	for (size_t i = 0; i < h.count; i++)
		FUZZ_CHECK(holidays_has(&h, h.days[i]) && (i == 0 || h.days[i - 1] < h.days[i]));
}

/* Whatever the zone says: what is permitted is not before what was asked, and is permitted when asked again. */
static void zone(struct str bytes)
{
	static const int64_t asked_s[] = { 0, 951782400, 1804000000, 4102444800 };
	static struct zone z;
	struct country country = { .quiet = { 19 * 60, 9 * 60 } };
	if (zone_parse(bytes, &z) != 0)
		return;
	FUZZ_CHECK(z.count <= ZONE_SPANS_MAX);
	for (size_t i = 0; i < sizeof asked_s / sizeof *asked_s; i++) {
		(void)zone_instant(&z, asked_s[i]);
		int64_t next = quiet_next(&country, &z, NULL, asked_s[i] * 1000);
		FUZZ_CHECK(next < 0 || (next >= asked_s[i] * 1000 && quiet_next(&country, &z, NULL, next) == next));
	}
}

static void count_problem(const char *line, void *user)
{
	FUZZ_CHECK(line[0]);
	++*(size_t *)user;
}

static void config(struct str bytes)
{
	static struct config c;
	size_t problems = 0;
	if (config_parse(&c, "wasl.json", bytes, count_problem, &problems) == 0)
		config_free(&c);
	else
		FUZZ_CHECK(problems > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(struct str) = { weights, holidays, zone, config };
	if (size < 1)
		return 0;
	readers[data[0] % 4]((struct str){ (const char *)data + 1, size - 1 });
	return 0;
}
