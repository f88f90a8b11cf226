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

size_t gsm7_pack(const unsigned char *septets, size_t count, unsigned fill, unsigned char *octets, size_t cap)
{
	size_t bits = count * 7 + fill;
	size_t len = (bits + 7) / 8;
	if (len > cap)
		return 0;
	memset(octets, 0, len);
	for (size_t i = 0; i < count; i++) {
		size_t bit = i * 7 + fill;
		unsigned pair = (septets[i] & 0x7Fu) << (bit % 8);
		octets[bit / 8] = (unsigned char)(octets[bit / 8] | (pair & 0xFF));
		if (pair > 0xFF)
			octets[bit / 8 + 1] = (unsigned char)(pair >> 8);
	}
	return len;
}

size_t gsm7_pack_ussd(const unsigned char *septets, size_t count, unsigned char *octets, size_t cap)
{
	size_t len = gsm7_pack(septets, count, 0, octets, cap);
	if (len == 0)
		return 0;
	if (count % 8 == 7) {
		octets[len - 1] = (unsigned char)(octets[len - 1] | GSM7_CR << 1);
	} else if (count % 8 == 0 && septets[count - 1] == GSM7_CR) {
		if (len == cap)
			return 0;
		octets[len++] = GSM7_CR;
	}
	return len;
}

size_t gsm7_unpack(const unsigned char *octets, size_t len, unsigned fill, unsigned char *septets, size_t count)
{
	size_t n = 0;
	for (; n < count && (n + 1) * 7 + fill <= len * 8; n++) {
		size_t bit = n * 7 + fill;
		unsigned pair = octets[bit / 8];
		if (bit % 8 > 1)
			pair |= (unsigned)octets[bit / 8 + 1] << 8;
		septets[n] = (unsigned char)(pair >> (bit % 8) & 0x7F);
	}
	return n;
}

size_t gsm7_unpack_ussd(const unsigned char *octets, size_t len, unsigned char *septets)
{
	size_t n = gsm7_unpack(octets, len, 0, septets, len * 8 / 7);
	bool fills = n > 0 && n % 8 == 0;                                  /* the last octet */
	bool follows = n > 1 && n % 8 == 1 && septets[n - 2] == GSM7_CR; /* a CR that ended an octet */
	if ((fills || follows) && septets[n - 1] == GSM7_CR)
		n--;
	return n;
}
