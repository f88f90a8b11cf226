/* The segments add up to the text, none is too large, none cuts a character; what is encoded is decoded. */
#include "flows/text/segment.h"

#include "flows/text/gsm7.h"
#include "tests/fuzz/fuzz.h"

enum { CAP = 1 << 16 };

static void round_trip(struct str text)
{
	static unsigned char septets[CAP];
	static char decoded[CAP * 3];
	size_t count = 0;
	struct buf b = buf_over(decoded, sizeof decoded);
	FUZZ_CHECK(gsm7_encode(text, septets, sizeof septets, &count) == 0);
	FUZZ_CHECK(gsm7_decode(septets, count, &b) == 0);
	FUZZ_CHECK(str_eq(buf_str(&b), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char storage[CAP];
	static struct segments plan;
	static const size_t most[2][2] = { { 160, 153 }, { 70, 67 } };
	if (size > CAP / 3)
		return 0;
	/* Often enough the text is the input's septets. */
	struct buf from_septets = buf_over(storage, sizeof storage);
	struct str text;
	if (size > 0 && data[0] & 1) {
		FUZZ_CHECK(gsm7_decode(data, size, &from_septets) == 0);
		text = buf_str(&from_septets);
	} else {
		text = fuzz_text(data, size, storage, sizeof storage);
	}
	enum encoding encoding;
	size_t total = text_units(text, &encoding), sum = 0;
	int rc = segment_plan(text, &plan);
	FUZZ_CHECK(rc == 0 || total > 66 * SEGMENTS_MAX);
	if (rc != 0)
		return 0;
	FUZZ_CHECK(plan.encoding == encoding && plan.count >= 1 && plan.starts[0] == 0);
	for (size_t i = 0; i < plan.count; i++) {
		FUZZ_CHECK(plan.units[i] <= most[encoding][plan.count > 1]);
		FUZZ_CHECK(plan.count == 1 || plan.units[i] > 0);
		FUZZ_CHECK(i == 0 || plan.starts[i] > plan.starts[i - 1]);
		sum += plan.units[i];
	}
	FUZZ_CHECK(sum == total);
	FUZZ_CHECK(text.len == 0 || plan.starts[plan.count - 1] < utf8_count(text));
	if (encoding == ENCODING_GSM7)
		round_trip(text);
	return 0;
}
