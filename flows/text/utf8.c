#include "flows/text/utf8.h"

int32_t utf8_next(const char **at, const char *end)
{
	const unsigned char *p = (const unsigned char *)*at;
	size_t left = (size_t)(end - *at);
	unsigned char lead = p[0];
	unsigned char low = 0x80, high = 0xBF; /* range of the second byte: shuts out overlong forms and surrogates */
	size_t len;
	int32_t c;

	*at += 1;
	if (lead < 0x80)
		return lead;
	if (lead >= 0xC2 && lead <= 0xDF) {
		len = 2, c = lead & 0x1F;
	} else if (lead >= 0xE0 && lead <= 0xEF) {
		len = 3, c = lead & 0x0F;
		if (lead == 0xE0)
			low = 0xA0;
		if (lead == 0xED)
			high = 0x9F;
	} else if (lead >= 0xF0 && lead <= 0xF4) {
		len = 4, c = lead & 0x07;
		if (lead == 0xF0)
			low = 0x90;
		if (lead == 0xF4)
			high = 0x8F;
	} else {
		return -1;
	}
	for (size_t i = 1; i < len; i++) {
		if (i >= left || p[i] < low || p[i] > high)
			return -1;
		c = c << 6 | (p[i] & 0x3F);
		low = 0x80, high = 0xBF;
		*at += 1;
	}
	return c;
}

bool utf8_valid(struct str s)
{
	const char *at = s.at, *end = s.at + s.len;
	while (at < end)
		if (utf8_next(&at, end) < 0)
			return false;
	return true;
}

bool utf8_repair(struct str s, struct buf *out)
{
	const char *at = s.at, *end = s.at + s.len;
	bool valid = true;
	while (at < end) {
		const char *from = at;
		if (utf8_next(&at, end) >= 0) {
			buf_put(out, str_span(from, at));
		} else {
			valid = false;
			buf_put_code_point(out, UTF8_REPLACEMENT);
		}
	}
	return valid;
}

size_t utf8_count(struct str s)
{
	const char *at = s.at, *end = s.at + s.len;
	size_t n = 0;
	for (; at < end; n++)
		(void)utf8_next(&at, end);
	return n;
}
