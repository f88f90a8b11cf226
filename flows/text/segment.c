#include "flows/text/segment.h"

#include "flows/text/gsm7.h"
#include "flows/text/utf8.h"

#include <errno.h>

/* TS 23.040 9.2.3.24.1: one message, and each part of a concatenated one with an 8-bit reference. */
static const size_t whole[] = { [ENCODING_GSM7] = 160, [ENCODING_UCS2] = 70 };
static const size_t part[] = { [ENCODING_GSM7] = 153, [ENCODING_UCS2] = 67 };

const char *encoding_name(enum encoding e)
{
	return e == ENCODING_GSM7 ? "GSM-7" : "UCS-2";
}

static size_t width(int32_t c, enum encoding e)
{
	if (e == ENCODING_GSM7)
		return gsm7_width(c);
	return c > 0xFFFF ? 2 : 1; /* a surrogate pair; a malformed byte (-1) goes out as U+FFFD */
}

size_t text_units(struct str text, enum encoding *encoding)
{
	const char *at = text.at, *end = text.at + text.len;
	size_t gsm7 = 0, ucs2 = 0;
	bool all_gsm7 = true;
	while (at < end) {
		int32_t c = utf8_next(&at, end);
		size_t septets = gsm7_width(c);
		all_gsm7 = all_gsm7 && septets > 0;
		gsm7 += septets;
		ucs2 += width(c, ENCODING_UCS2);
	}
	*encoding = all_gsm7 ? ENCODING_GSM7 : ENCODING_UCS2;
	return all_gsm7 ? gsm7 : ucs2;
}

bool text_fits(struct str text, struct screen_limit limit)
{
	enum encoding encoding;
	size_t units = text_units(text, &encoding);
	return units <= (encoding == ENCODING_GSM7 ? limit.gsm7 : limit.ucs2);
}

int segment_plan(struct str text, struct segments *out)
{
	const char *at = text.at, *end = text.at + text.len;
	size_t total = text_units(text, &out->encoding);
	size_t most = total <= whole[out->encoding] ? whole[out->encoding] : part[out->encoding];
	size_t last = 0;
	out->units[0] = out->starts[0] = 0;
	for (size_t index = 0; at < end; index++) {
		size_t units = width(utf8_next(&at, end), out->encoding);
		if (out->units[last] + units > most) {
			if (++last == SEGMENTS_MAX)
				return -EMSGSIZE;
			out->starts[last] = index;
			out->units[last] = 0;
		}
		out->units[last] += units;
	}
	out->count = last + 1;
	return 0;
}
