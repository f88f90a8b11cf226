#include "gateway/channels/charset.h"

#include "flows/text/gsm7.h"
#include "flows/text/utf8.h"

#include <errno.h>

enum charset charset_named(struct str name)
{
	static const struct {
		const char *name;
		enum charset charset;
	} names[] = {
		{ "UTF-8", CHARSET_UTF_8 },          { "UTF8", CHARSET_UTF_8 },
		{ "US-ASCII", CHARSET_UTF_8 },       { "ASCII", CHARSET_UTF_8 },
		{ "ISO-8859-1", CHARSET_LATIN_1 },   { "ISO8859-1", CHARSET_LATIN_1 },
		{ "LATIN1", CHARSET_LATIN_1 },       { "ISO-8859-15", CHARSET_LATIN_1 },
		{ "WINDOWS-1252", CHARSET_LATIN_1 }, { "CP1252", CHARSET_LATIN_1 },
		{ "UTF-16BE", CHARSET_UTF_16BE },    { "UTF-16", CHARSET_UTF_16BE },
		{ "UCS-2", CHARSET_UTF_16BE },       { "UCS-2BE", CHARSET_UTF_16BE },
		{ "GSM", CHARSET_GSM_7 },            { "GSM-7", CHARSET_GSM_7 },
		{ "GSM0338", CHARSET_GSM_7 },        { "GSM-03.38", CHARSET_GSM_7 },
		{ "binary", CHARSET_BINARY },        { "8-BIT", CHARSET_BINARY },
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq_nocase(name, str_of(names[i].name)))
			return names[i].charset;
	return CHARSET_UNKNOWN;
}

/* WHATWG Encoding, index windows-1252, 0x80 to 0x9F; its five holes are controls there. */
static const uint16_t upper_half[32] = {
	0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D,
	0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D,
	0x017E, 0x0178,
};

static void put_latin_1(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.at[i];
		buf_put_code_point(out, c >= 0x80 && c < 0xA0 ? upper_half[c - 0x80] : c);
	}
}

static uint32_t unit_at(struct str bytes, size_t i)
{
	return i + 1 < bytes.len ? (uint32_t)(unsigned char)bytes.at[i] << 8 | (unsigned char)bytes.at[i + 1] : 0;
}

/* Half a pair and half a unit become U+FFFD.  false when there was one. */
static bool put_utf_16be(struct buf *out, struct str bytes)
{
	bool whole = bytes.len % 2 == 0;
	size_t i = bytes.len >= 2 && unit_at(bytes, 0) == 0xFEFF ? 2 : 0;
	for (; i + 1 < bytes.len; i += 2) {
		uint32_t unit = unit_at(bytes, i), next = unit_at(bytes, i + 2);
		if (unit >= 0xD800 && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000) {
			buf_put_code_point(out, 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00));
			i += 2;
		} else if (unit >= 0xD800 && unit < 0xE000) {
			buf_put_code_point(out, UTF8_REPLACEMENT);
			whole = false;
		} else {
			buf_put_code_point(out, unit);
		}
	}
	if (bytes.len % 2)
		buf_put_code_point(out, UTF8_REPLACEMENT);
	return whole;
}

int charset_decode(enum charset charset, struct str bytes, struct arena *arena, struct str *text, struct str *raw)
{
	bool whole = true;
	if (charset == CHARSET_UTF_8 || charset == CHARSET_BINARY || charset == CHARSET_UNKNOWN)
		return dialect_text(arena, bytes, text, raw);
	struct buf out = buf_new(arena, 3 * bytes.len + 3); /* no byte becomes more than three */
	if (charset == CHARSET_LATIN_1)
		put_latin_1(&out, bytes);
	else if (charset == CHARSET_UTF_16BE)
		whole = put_utf_16be(&out, bytes);
	else if (gsm7_decode((const unsigned char *)bytes.at, bytes.len, &out) != 0)
		return -ENOMEM;
	if (out.full)
		return -ENOMEM;
	*text = buf_str(&out);
	*raw = whole ? STR("") : bytes;
	return 0;
}

void charset_put_utf16be_hex(struct buf *out, struct str text)
{
	const char *at = text.at, *end = text.at + text.len;
	while (at < end) {
		int32_t next = utf8_next(&at, end);
		uint32_t c = next < 0 ? UTF8_REPLACEMENT : (uint32_t)next;
		if (c >= 0x10000)
			buf_printf(out, "%04x%04x", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + ((c - 0x10000) & 0x3FF));
		else
			buf_printf(out, "%04x", c);
	}
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool charset_unhex(struct str hex, struct arena *arena, struct str *bytes)
{
	char *out = arena_alloc(arena, hex.len / 2 + 1);
	*bytes = STR("");
	if (!out || hex.len % 2)
		return false;
	for (size_t i = 0; i < hex.len; i += 2) {
		int high = digit_of(hex.at[i]), low = digit_of(hex.at[i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (char)(unsigned char)(high << 4 | low);
	}
	*bytes = (struct str){ out, hex.len / 2 };
	return true;
}
