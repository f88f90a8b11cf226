#include "flows/text/normal.h"

#include "flows/text/utf8.h"

#include <assert.h>
#include <errno.h>
#include <utf8proc.h>

/* Does a new chunk begin safely before c?  Beginners neither decompose, nor carry a combining class, nor compose with
 * what stands before them.  Indic vowel signs and Hangul jamo do the last without a class, so their blocks never
 * begin a chunk; their texts have spaces. */
static bool begins_chunk(int32_t c)
{
	if (c < 0x300)
		return true;
	if ((c >= 0x900 && c < 0x1200) || (c >= 0x1B00 && c < 0x1C00) || (c >= 0x11000 && c < 0x12000))
		return false;
	const utf8proc_property_t *property = utf8proc_get_property(c);
	return property->combining_class == 0 && property->decomp_seqindex == UINT16_MAX && c != 0x3099 && c != 0x309A;
}

/* The next run of code points that must be normalised together, mapped.  Returns how many, or -E2BIG. */
static int next_run(struct normal *n, int32_t run[NORMAL_RUN])
{
	const char *at = n->rest.at, *end = n->rest.at + n->rest.len;
	int count = 0;
	while (at < end) {
		const char *behind = at;
		int32_t c = utf8_next(&behind, end);
		c = n->map(c < 0 ? (int32_t)UTF8_REPLACEMENT : c);
		if (c != NORMAL_DROP) {
			if (count > NORMAL_RUN / 4 && begins_chunk(c))
				break;
			if (count == NORMAL_RUN)
				return -E2BIG;
			run[count++] = c;
		}
		at = behind;
	}
	n->rest = str_span(at, end);
	return count;
}

static bool all_ascii(const int32_t *run, int count)
{
	int32_t bits = 0;
	for (int i = 0; i < count; i++)
		bits |= run[i];
	return bits < 0x80;
}

static int decompose(const int32_t *run, int count, utf8proc_option_t options, int32_t chunk[NORMAL_CHUNK])
{
	utf8proc_ssize_t len = 0;
	for (int i = 0; i < count; i++) {
		int boundary = 0;
		utf8proc_ssize_t added =
			utf8proc_decompose_char(run[i], chunk + len, NORMAL_CHUNK - len, options, &boundary);
		assert(added >= 0 && added <= NORMAL_CHUNK - len);
		len += added;
	}
	return (int)len;
}

static int combining_class(int32_t c)
{
	return c < 0x300 ? 0 : utf8proc_get_property(c)->combining_class;
}

/* Unicode 3.11 D109: marks in the order of their classes, those of one class as they came. */
static void order_marks(int32_t *chunk, int count)
{
	for (int i = 1; i < count; i++) {
		int32_t c = chunk[i];
		int class = combining_class(c), to = i;
		if (class == 0)
			continue;
		for (; to > 0 && combining_class(chunk[to - 1]) > class; to--)
			chunk[to] = chunk[to - 1];
		chunk[to] = c;
	}
}

int normal_next(struct normal *n, int32_t chunk[NORMAL_CHUNK])
{
	NORMAL_UNREAD int32_t run[NORMAL_RUN];
	int count = next_run(n, run);
	if (count <= 0)
		return count;
	if (all_ascii(run, count)) {
		for (int i = 0; i < count; i++)
			chunk[i] = run[i];
		return count;
	}
	utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	if (n->form == NORMAL_NFKC)
		options |= UTF8PROC_COMPAT;
	count = decompose(run, count, options, chunk);
	order_marks(chunk, count);
	utf8proc_ssize_t left = utf8proc_normalize_utf32(chunk, count, options);
	assert(left >= 0);
	return (int)left;
}
