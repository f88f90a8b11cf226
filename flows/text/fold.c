#include "flows/text/fold.h"

#include "flows/text/code_point.h"
#include "flows/text/normal.h"
#include "flows/text/utf8.h"

#include <assert.h>
#include <errno.h>
#include <utf8proc.h>

/* ---- text.md 3.1, steps 2 and 3: what is stored */

/* Invisible in an answer: soft hyphen, zero width, directional marks, variation selectors, the keycap's frame. */
static bool is_invisible(int32_t c)
{
	return c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || c == 0x2060 ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x20E3 || c == 0xFE0E || c == 0xFE0F || c == 0xFEFF;
}

static bool is_space(int32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x1680 || c == 0x2028 || c == 0x2029;
}

static int32_t inbound(int32_t c)
{
	if (c >= ' ' && c < 0x7F)
		return c;
	if (is_space(c))
		return ' ';
	if (c < 0xA0 || is_invisible(c))
		return NORMAL_DROP;
	return c;
}

/* Writes what it is given with white space as one space and none at the ends. */
struct spacer {
	struct buf *out;
	size_t start;
	bool pending;
};

static void spacer_put(struct spacer *s, int32_t c)
{
	if (is_space(c)) {
		s->pending = s->out->len > s->start;
		return;
	}
	if (s->pending)
		buf_put_char(s->out, ' ');
	s->pending = false;
	if (c < 0x80)
		buf_put_char(s->out, (char)c);
	else
		buf_put_code_point(s->out, (uint32_t)c);
}

static int32_t ascii_digit(int32_t c)
{
	int value = c < 0x80 ? -1 : digit_value(c);
	return value < 0 ? c : '0' + value;
}

int text_normalise(struct str in, struct buf *out)
{
	struct normal stream = { .rest = in, .form = NORMAL_NFKC, .map = inbound };
	struct spacer spacer = { .out = out, .start = out->len };
	NORMAL_UNREAD int32_t chunk[NORMAL_CHUNK];
	int count;
	while ((count = normal_next(&stream, chunk)) > 0)
		for (int i = 0; i < count; i++)
			spacer_put(&spacer, ascii_digit(chunk[i]));
	return count < 0 || out->full ? -ENOBUFS : 0;
}

/* ---- step 4: what is compared */

struct folder {
	struct spacer spacer;
	int32_t last;   /* letter written last */
	unsigned times; /* in a row, also those that were not written */
};

static bool is_apostrophe(int32_t c)
{
	return c == '\'' || c == '`' || c == 0x2018 || c == 0x2019 || c == 0x201B || c == 0x2032 || c == 0x2B9 ||
	       c == 0x2BB || c == 0x2BC || c == 0x2C8 || c == 0x5F3 || c == 0xA78C;
}

/* Letters that people write for one another and that neither case folding nor NFKD brings together. */
static int32_t plain_letter(int32_t c)
{
	static const int32_t pairs[][2] = {
		{ 0x0111, 'd' }, { 0x0127, 'h' }, { 0x0131, 'i' }, { 0x0142, 'l' }, { 0x014B, 'n' }, { 0x00F8, 'o' },
		{ 0x01A5, 'p' }, { 0x0199, 'k' }, { 0x01B4, 'y' }, { 0x01DD, 'e' }, { 0x0253, 'b' }, { 0x0254, 'o' },
		{ 0x0256, 'd' }, { 0x0257, 'd' }, { 0x0259, 'e' }, { 0x025B, 'e' }, { 0x0260, 'g' }, { 0x0263, 'g' },
		{ 0x0269, 'i' }, { 0x0272, 'n' }, { 0x028B, 'v' },
		{ 0x0671, 0x0627 }, /* alef wasla: alef */
		{ 0x0649, 0x064A }, { 0x06CC, 0x064A }, { 0x06D0, 0x064A }, /* alef maksura, Farsi yeh, e: yeh */
		{ 0x0629, 0x0647 }, /* teh marbuta: heh */
		{ 0x06A9, 0x0643 }, { 0x06AF, 0x0643 }, /* keheh, gaf: kaf */
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (pairs[i][0] == c)
			return pairs[i][1];
	return c;
}

/* A letter three or more times is one ("laaaa"), twice is twice ("waaw"). */
static void put_letter(struct folder *f, int32_t c)
{
	struct buf *out = f->spacer.out;
	f->times = f->last == c ? f->times + 1 : 1;
	f->last = c;
	if (f->times <= 2) {
		spacer_put(&f->spacer, c);
	} else if (f->times == 3 && !out->full) {
		do
			out->len--;
		while (((unsigned char)out->at[out->len] & 0xC0) == 0x80);
	}
}

static void put_other(struct folder *f, int32_t c)
{
	f->last = 0;
	spacer_put(&f->spacer, c);
}

static void put_ascii(struct folder *f, int32_t c)
{
	if (c >= 'A' && c <= 'Z')
		put_letter(f, c - 'A' + 'a');
	else if (c >= 'a' && c <= 'z')
		put_letter(f, c);
	else if (c >= '0' && c <= '9')
		put_other(f, c);
	else if (!is_apostrophe(c))
		put_other(f, ' ');
}

/* One code point that case folding and NFKD have already been applied to. */
static void put_folded(struct folder *f, int32_t c)
{
	utf8proc_category_t category = c < 0x80 ? UTF8PROC_CATEGORY_CC : utf8proc_category(c);
	if (c < 0x80) {
		put_ascii(f, c);
	} else if (c == 0x153 || c == 0xE6) {
		put_letter(f, c == 0xE6 ? 'a' : 'o');
		put_letter(f, 'e');
	} else if (category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME || c == 0x640 ||
		   is_apostrophe(c)) {
		return; /* a mark, tatweel */
	} else if (is_letter(c)) {
		put_letter(f, plain_letter(c));
	} else if (category >= UTF8PROC_CATEGORY_MC && category <= UTF8PROC_CATEGORY_NO) {
		put_other(f, c);
	} else {
		put_other(f, ' ');
	}
}

static void fold_one(struct folder *f, int32_t c)
{
	int32_t parts[NORMAL_CHUNK / NORMAL_RUN];
	int boundary = 0;
	utf8proc_ssize_t count =
		utf8proc_decompose_char(c, parts, sizeof parts / sizeof *parts,
					UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD,
					&boundary);
	assert(count >= 0 && (size_t)count <= sizeof parts / sizeof *parts);
	for (int i = 0; i < count; i++)
		put_folded(f, ascii_digit(parts[i]));
}

int text_fold(struct str in, struct buf *out)
{
	struct normal stream = { .rest = in, .form = NORMAL_NFKC, .map = inbound };
	struct folder folder = { .spacer = { .out = out, .start = out->len } };
	NORMAL_UNREAD int32_t chunk[NORMAL_CHUNK];
	int count;
	while ((count = normal_next(&stream, chunk)) > 0)
		for (int i = 0; i < count; i++) {
			if (chunk[i] < 0x80)
				put_ascii(&folder, chunk[i]);
			else
				fold_one(&folder, ascii_digit(chunk[i]));
		}
	return count < 0 || out->full ? -ENOBUFS : 0;
}
