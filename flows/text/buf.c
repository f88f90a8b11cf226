#include "flows/text/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct buf buf_over(void *storage, size_t cap)
{
	return (struct buf){ .at = storage, .cap = cap };
}

struct buf buf_new(struct arena *a, size_t cap)
{
	struct buf b = { .at = arena_alloc(a, cap), .cap = cap };
	if (!b.at)
		b = (struct buf){ .full = true };
	return b;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = b->at == NULL;
}

struct str buf_str(const struct buf *b)
{
	return (struct str){ b->at ? b->at : "", b->len };
}

void buf_put(struct buf *b, struct str s)
{
	if (b->full || s.len > b->cap - b->len) {
		b->full = true;
		return;
	}
	if (s.len)
		memcpy(b->at + b->len, s.at, s.len);
	b->len += s.len;
}

void buf_put_z(struct buf *b, const char *z)
{
	buf_put(b, str_of(z));
}

void buf_put_char(struct buf *b, char c)
{
	buf_put(b, (struct str){ &c, 1 });
}

void buf_put_code_point(struct buf *b, uint32_t c)
{
	char u[4];
	size_t n = 0;
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
		b->full = true;
		return;
	}
	if (c < 0x80) {
		u[n++] = (char)c;
	} else if (c < 0x800) {
		u[n++] = (char)(0xC0 | (c >> 6));
		u[n++] = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		u[n++] = (char)(0xE0 | (c >> 12));
		u[n++] = (char)(0x80 | ((c >> 6) & 0x3F));
		u[n++] = (char)(0x80 | (c & 0x3F));
	} else {
		u[n++] = (char)(0xF0 | (c >> 18));
		u[n++] = (char)(0x80 | ((c >> 12) & 0x3F));
		u[n++] = (char)(0x80 | ((c >> 6) & 0x3F));
		u[n++] = (char)(0x80 | (c & 0x3F));
	}
	buf_put(b, (struct str){ u, n });
}

void buf_put_i64(struct buf *b, int64_t n)
{
	buf_printf(b, "%lld", (long long)n);
}

void buf_put_hex(struct buf *b, const void *bytes, size_t len)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *p = bytes;
	for (size_t i = 0; i < len; i++) {
		buf_put_char(b, digit[p[i] >> 4]);
		buf_put_char(b, digit[p[i] & 15]);
	}
}

void buf_printf(struct buf *b, const char *format, ...)
{
	char piece[512];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(piece, sizeof piece, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof piece)
		b->full = true;
	else
		buf_put(b, (struct str){ piece, (size_t)n });
}
