#include "flows/text/transliterate.h"

#include "flows/text/arabic.h"
#include "flows/text/gsm7.h"
#include "flows/text/normal.h"
#include "flows/text/utf8.h"

#include <errno.h>
#include <utf8proc.h>

struct replacement {
	int32_t from;
	uint16_t at, len; /* in the pool */
};

struct override_list {
	char lang[4];
	const struct replacement *entry;
	size_t count;
};

#include "flows/text/transliterate_table.inc"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- the table */

static const struct replacement *find(const struct replacement *table, size_t count, int32_t c)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (table[middle].from < c)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && table[low].from == c ? &table[low] : NULL;
}

/* "ff-GN" and "ff" are the same here. */
static const struct override_list *overrides_of(struct str lang)
{
	struct str rest = lang, primary = lang;
	if (lang.len > 0)
		(void)str_split(&rest, '-', &primary);
	for (size_t i = 0; i < COUNT(override_lists); i++)
		if (str_eq_z(primary, override_lists[i].lang))
			return &override_lists[i];
	return NULL;
}

static struct str pooled(const struct replacement *r)
{
	return (struct str){ replacement_pool + r->at, r->len };
}

static const struct replacement *replacement_of(int32_t c, const struct override_list *own, bool *is_own)
{
	const struct replacement *r = own ? find(own->entry, own->count, c) : NULL;
	*is_own = r != NULL;
	return r ? r : find(replacements, COUNT(replacements), c);
}

struct str transliteration_of(int32_t c, struct str lang)
{
	bool own;
	const struct replacement *r = replacement_of(c, overrides_of(lang), &own);
	return r ? pooled(r) : (struct str){ NULL, 0 };
}

/* ---- cleaning */

/* Marks that dictate vowels; madda and hamza above and below (U+0653..0655) belong to letters and stay. */
static bool is_haraka(int32_t c)
{
	return (c >= 0x64B && c <= 0x652) || (c >= 0x656 && c <= 0x65F) || c == 0x670;
}

static int32_t clean(int32_t c)
{
	if (c >= ' ' && c < 0x7F)
		return c;
	if (c == '\t')
		return ' ';
	if (c == 0x0B || c == 0x85)
		return '\n';
	if (c == '\n' || c == '\r' || c == '\f')
		return c;
	if (c < 0xA0 || c == 0x640 || is_haraka(c))
		return NORMAL_DROP;
	return c;
}

struct writer {
	struct buf *out;
	const struct override_list *own;
	enum transliteration policy;
	size_t returns;     /* CRs held back: before LF they vanish */
	bool after_quote;   /* a guillemet opened: one space behind it vanishes */
	int32_t space;      /* held back: before a closing guillemet it vanishes; 0: none */
	int32_t last;       /* letter of `own` that was written last, with its doubling still open; 0: none */
};

static bool is_space(int32_t c)
{
	return c == ' ' || c == 0xA0 || c == 0x202F || c == 0x2009;
}

/* ---- GSM-7 */

static bool same_letter(int32_t a, int32_t b)
{
	return a == b || utf8proc_tolower(a) == utf8proc_tolower(b);
}

/* Guinea's typewriters doubled the first consonant only: ɗɗ is ddh.  So "dh" loses its h when another follows. */
static void close_double(struct writer *w, int32_t c)
{
	if (w->last && same_letter(w->last, c) && !w->out->full)
		w->out->len--;
	w->last = 0;
}

/* Leaves no trace, so it must not part a CR from its LF or a guillemet from its space either. */
static bool vanishes(const struct writer *w, int32_t c)
{
	bool own;
	if (c < 0x80 || gsm7_width(c) > 0)
		return false;
	const struct replacement *r = replacement_of(c, w->own, &own);
	return r ? r->len == 0 : w->policy == TRANSLITERATE_ALWAYS && utf8proc_category(c) == UTF8PROC_CATEGORY_MN;
}

static bool write_gsm7(struct writer *w, int32_t c)
{
	bool own = false;
	const struct replacement *r = NULL;
	if (gsm7_width(c) == 0 || w->own)
		r = replacement_of(c, w->own, &own);
	if (gsm7_width(c) > 0 && !own) {
		w->last = 0;
		buf_put_code_point(w->out, (uint32_t)c);
		return true;
	}
	if (r) {
		close_double(w, c);
		buf_put(w->out, pooled(r));
		w->last = own && r->len == 2 && str_eq_z(STR("ff"), w->own->lang) ? c : 0;
		return true;
	}
	if (w->policy != TRANSLITERATE_ALWAYS)
		return false;
	w->last = 0;
	buf_put_char(w->out, '?');
	return true;
}

/* Spaces inside guillemets, CRs before LF; then the character itself.  false: it has no entry. */
static bool put_gsm7(struct writer *w, int32_t c)
{
	bool swallow = w->after_quote && is_space(c);
	w->after_quote = c == 0xAB;
	if (swallow)
		return true;
	if (w->space && c != 0xBB && !write_gsm7(w, w->space))
		return false;
	w->space = 0;
	if (is_space(c)) {
		w->space = c;
		return true;
	}
	return write_gsm7(w, c);
}

static bool put_returns(struct writer *w, int32_t c)
{
	if (c == '\r') {
		w->returns++;
		return true;
	}
	for (; w->returns > 0; w->returns--)
		if (c != '\n' && !put_gsm7(w, '\r'))
			return false;
	return put_gsm7(w, c);
}

/* 1: all of it is in out; 0: a character has no entry; -ENOBUFS. */
static int to_gsm7(struct str text, struct writer *w)
{
	struct normal stream = { .rest = text, .form = NORMAL_NFC, .map = clean };
	NORMAL_UNREAD int32_t chunk[NORMAL_CHUNK];
	int count;
	while ((count = normal_next(&stream, chunk)) > 0)
		for (int i = 0; i < count; i++)
			if (!vanishes(w, chunk[i]) && !put_returns(w, chunk[i]))
				return 0;
	for (; w->returns > 0; w->returns--)
		(void)put_gsm7(w, '\r');
	if (w->space)
		(void)write_gsm7(w, w->space);
	return count < 0 || w->out->full ? -ENOBUFS : 1;
}

/* ---- UCS-2 */

static int to_ucs2(struct str text, struct buf *out)
{
	struct normal stream = { .rest = text, .form = NORMAL_NFC, .map = clean };
	struct number_joiner joiner = { .out = out, .active = text_has_arabic(text) };
	NORMAL_UNREAD int32_t chunk[NORMAL_CHUNK];
	size_t returns = 0;
	int count;
	while ((count = normal_next(&stream, chunk)) > 0)
		for (int i = 0; i < count; i++) {
			if (chunk[i] == '\r') {
				returns++;
				continue;
			}
			for (; returns > 0; returns--)
				if (chunk[i] != '\n')
					number_joiner_put(&joiner, '\r');
			number_joiner_put(&joiner, chunk[i]);
		}
	for (; returns > 0; returns--)
		number_joiner_put(&joiner, '\r');
	number_joiner_end(&joiner);
	return count < 0 || out->full ? -ENOBUFS : 0;
}

/* Nothing to clean, to compose or to replace: most texts.  Below U+0100 what is in GSM-7 composes with nothing before it. */
static bool is_plain(struct str text, const struct override_list *own)
{
	const char *at = text.at, *end = text.at + text.len;
	while (at < end) {
		int32_t c = utf8_next(&at, end);
		bool kept = c >= 0x80 ? c < 0x100 && !own : c >= ' ' || c == '\n';
		if (!kept || gsm7_width(c) == 0)
			return false;
	}
	return true;
}

int transliterate(struct str text, struct str lang, enum transliteration policy, struct buf *out, enum encoding *encoding)
{
	const struct buf before = *out;
	const struct override_list *own = overrides_of(lang);
	if (is_plain(text, own)) {
		buf_put(out, text);
		*encoding = ENCODING_GSM7;
		return out->full ? -ENOBUFS : 0;
	}
	if (policy != TRANSLITERATE_NEVER) {
		struct writer w = { .out = out, .own = own, .policy = policy };
		int rc = to_gsm7(text, &w);
		if (rc != 0) {
			*encoding = ENCODING_GSM7;
			return rc < 0 ? rc : 0;
		}
		*out = before;
	}
	int rc = to_ucs2(text, out);
	(void)text_units(str_from(buf_str(out), before.len), encoding);
	return rc;
}
