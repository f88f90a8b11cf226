#include "flows/text/segment.h"

#include "flows/text/utf8.h"
#include "tests/unit/vectors.h"

#include <errno.h>
#include <string.h>

static struct segments plan;

static void check_sizes(const json_t *want, const size_t *got)
{
	const json_t *value;
	size_t i;
	CHECK_INT(json_array_size(want), plan.count);
	json_array_foreach(want, i, value)
		CHECK_INT(got[i], json_integer_value(value));
}

static void vectors(void)
{
	json_t *root = vectors_load("segmentation.json");
	const json_t *c;
	size_t i;
	json_array_foreach(json_object_get(root, "cases"), i, c) {
		check_begin("segmentation %s", vector_id(c));
		CHECK_INT(segment_plan(vector_str(c, "text"), &plan), 0);
		CHECK_STR(str_of(encoding_name(plan.encoding)), vector_str(c, "encoding"));
		CHECK_INT(plan.count, vector_int(c, "segments"));
		check_sizes(json_object_get(c, "units"), plan.units);
		check_sizes(json_object_get(c, "starts"), plan.starts);
	}
	json_array_foreach(json_object_get(root, "disagreements"), i, c) {
		const json_t *standard = json_object_get(c, "by_standard");
		check_begin("segmentation %s, by the standard", vector_id(c));
		CHECK_INT(segment_plan(vector_str(c, "text"), &plan), 0);
		CHECK_STR(str_of(encoding_name(plan.encoding)), vector_str(standard, "encoding"));
		check_sizes(json_object_get(standard, "units"), plan.units);
	}
	json_decref(root);
}

static void screens(void)
{
	json_t *root = vectors_load("ussd_limits.json");
	const json_t *c;
	size_t i;
	json_array_foreach(json_object_get(root, "cases"), i, c) {
		enum encoding encoding;
		struct str text = vector_str(c, "text");
		check_begin("ussd_limits %s", vector_id(c));
		CHECK_INT(text_units(text, &encoding), vector_int(c, "units"));
		CHECK_STR(str_of(encoding_name(encoding)), vector_str(c, "encoding"));
		CHECK_INT(text_fits(text, (struct screen_limit){ 182, 80 }),
			  json_is_true(json_object_get(c, "fits_160_octets_map_limit")));
		CHECK_INT(text_fits(text, (struct screen_limit){ 160, 70 }),
			  json_is_true(json_object_get(c, "fits_conservative")));
	}
	json_decref(root);
}

static struct str many(const char *piece, size_t times)
{
	static char text[300 * 160 * 2];
	size_t len = strlen(piece);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * len, piece, len);
	return (struct str){ text, times * len };
}

static size_t count_of(struct str text)
{
	CHECK_INT(segment_plan(text, &plan), 0);
	return plan.count;
}

static void claims(void)
{
	static char letters[400];
	memset(letters, 'a', sizeof letters);
	check_begin("text.md 0.1: one character decides the price: 151 septets are 1 SMS, with one c cedilla 3");
	CHECK_INT(count_of((struct str){ letters, 151 }), 1);
	letters[149] = '\xC3', letters[150] = '\xA7';
	CHECK_INT(count_of((struct str){ letters, 152 }), 3);
	letters[149] = letters[150] = 'a';
	check_begin("text.md 0.1: 301 characters are 2 SMS, with one c cedilla 5");
	CHECK_INT(count_of((struct str){ letters, 301 }), 2);
	letters[299] = '\xC3', letters[300] = '\xA7';
	letters[301] = 'a';
	CHECK_INT(count_of((struct str){ letters, 302 }), 5);
	check_begin("text.md 0.2: the count is a walk: 229 euro signs are 4 SMS, not ceil(458/153) = 3");
	CHECK_INT(count_of(many("€", 229)), 4);
	check_begin("text.md 0.2: 67 emoji are 134 units and 3 SMS, not ceil(134/67) = 2");
	CHECK_INT(count_of(many("😀", 67)), 3);
	CHECK_INT(plan.units[0], 66);
	CHECK_INT(plan.units[2], 2);
	check_begin("text.md 0.5: Arabic is UCS-2: 70 characters are one SMS, 71 are two");
	CHECK_INT(count_of(many("ا", 70)), 1);
	CHECK_INT(count_of(many("ا", 71)), 2);
	CHECK(text_fits(many("ا", 80), (struct screen_limit){ 182, 80 }));
	CHECK(!text_fits(many("ا", 81), (struct screen_limit){ 182, 80 }));
}

static void limits(void)
{
	check_begin("the empty text is one segment of no units");
	CHECK_INT(count_of(STR("")), 1);
	CHECK_INT(plan.units[0], 0);
	check_begin("255 parts are the most: 39,015 septets");
	CHECK_INT(count_of(many("a", 255 * 153)), 255);
	CHECK_INT(segment_plan(many("a", 255 * 153 + 1), &plan), -EMSGSIZE);
	check_begin("a malformed byte counts as the U+FFFD that it becomes");
	CHECK_INT(count_of(STR("a\xFF")), 1);
	CHECK_INT(plan.encoding, ENCODING_UCS2);
	CHECK_INT(plan.units[0], 2);
}

int main(void)
{
	vectors();
	screens();
	claims();
	limits();
	return check_end();
}
