#include "flows/text/gsm7.h"

#include "flows/text/utf8.h"

#include <errno.h>
#include <string.h>

#include "flows/text/gsm7_table.inc"

enum { NONE = 0xFF, EXTENDED = 0x80 };

#define COUNT(table) (sizeof(table) / sizeof *(table))

static unsigned septet_of(int32_t c)
{
	if (c < 0)
		return NONE;
	if (c < 256)
		return gsm7_of_latin[c];
	for (size_t i = 0; i < COUNT(gsm7_of_other); i++)
		if (gsm7_of_other[i][0] == (uint32_t)c)
			return gsm7_of_other[i][1];
	return NONE;
}

unsigned gsm7_width(int32_t c)
{
	unsigned septet = septet_of(c);
	if (septet == NONE)
		return 0;
	return septet & EXTENDED ? 2 : 1;
}

int gsm7_encode(struct str text, unsigned char *septets, size_t cap, size_t *count)
{
	const char *at = text.at, *end = text.at + text.len;
	size_t n = 0;
	while (at < end) {
		unsigned septet = septet_of(utf8_next(&at, end));
		size_t width = septet & EXTENDED ? 2 : 1;
		if (septet == NONE)
			return -EILSEQ;
		if (width > cap - n)
			return -ENOBUFS;
		if (width == 2)
			septets[n++] = GSM7_ESCAPE;
		septets[n++] = (unsigned char)(septet & ~(unsigned)EXTENDED);
	}
	*count = n;
	return 0;
}

static uint32_t behind_escape(unsigned septet)
{
	if (septet == GSM7_ESCAPE) /* announces a table that no phone has */
		return ' ';
	for (size_t i = 0; i < COUNT(gsm7_extension); i++)
		if (gsm7_extension[i][0] == septet)
			return gsm7_extension[i][1];
	return gsm7_basic[septet];
}

int gsm7_decode(const unsigned char *septets, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		unsigned septet = septets[i] & 0x7F;
		uint32_t c = gsm7_basic[septet];
		if (septet == GSM7_ESCAPE) {
			i++;
			c = i < count ? behind_escape(septets[i] & 0x7F) : ' ';
		}
		buf_put_code_point(out, c);
	}
	return out->full ? -ENOBUFS : 0;
}
