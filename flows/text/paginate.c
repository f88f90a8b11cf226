#include "flows/text/paginate.h"

#include "flows/text/buf.h"
#include "flows/text/code_point.h"
#include "flows/text/gsm7.h"
#include "flows/text/utf8.h"

#include <errno.h>

/* ---- sizes, added up so that every character is counted once */

struct size {
	size_t gsm7, ucs2; /* units in either alphabet */
	bool all_gsm7;
};

static struct size size_of(struct str text)
{
	const char *at = text.at, *end = text.at + text.len;
	struct size s = { .all_gsm7 = true };
	while (at < end) {
		int32_t c = utf8_next(&at, end);
		unsigned septets = gsm7_width(c);
		s.all_gsm7 = s.all_gsm7 && septets > 0;
		s.gsm7 += septets;
		s.ucs2 += c > 0xFFFF ? 2 : 1;
	}
	return s;
}

static struct size plus(struct size a, struct size b)
{
	return (struct size){ a.gsm7 + b.gsm7, a.ucs2 + b.ucs2, a.all_gsm7 && b.all_gsm7 };
}

static bool fits(struct size s, struct screen_limit limit)
{
	return s.all_gsm7 ? s.gsm7 <= limit.gsm7 : s.ucs2 <= limit.ucs2;
}

/* ---- pieces: the words of the title, then the options */

struct screen {
	struct str title;
	const struct str *options;
	size_t options_count;
	struct screen_limit limit;
	const struct nav_lines *nav;
	bool back;      /* show nav->back */
	bool sentences; /* prefer to cut the title behind one */
	bool numbers;   /* a space between two digits is a place to cut, too */
};

struct place { /* before which piece */
	size_t title; /* bytes of the title that are used up */
	size_t option;
};

struct piece {
	struct str gap, text; /* gap: what stands before it, unless the page begins with it */
	struct place behind;
	bool ends_sentence;
};

static bool is_gap(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool digit_before(struct str text, size_t at)
{
	size_t from = at;
	while (from > 0 && ((unsigned char)text.at[--from] & 0xC0) == 0x80)
		;
	const char *p = text.at + from;
	return from < at && digit_value(utf8_next(&p, text.at + at)) >= 0;
}

static bool digit_at(struct str text, size_t at)
{
	const char *p = text.at + at;
	return at < text.len && digit_value(utf8_next(&p, text.at + text.len)) >= 0;
}

static size_t word_end(const struct screen *s, size_t at)
{
	struct str title = s->title;
	while (at < title.len) {
		bool number = title.at[at] == ' ' && digit_before(title, at) && digit_at(title, at + 1);
		if (is_gap(title.at[at]) && (!number || s->numbers))
			break;
		at++;
	}
	return at;
}

static bool ends_sentence(struct str word, struct str rest)
{
	static const char *const ends[] = { ".", "!", "?", ":", "…", "؟", "۔" };
	static const char *const closing[] = { "\"", "'", ")", "»", "”", "’" };
	if (rest.len > 0 && rest.at[0] == '\n')
		return true;
	for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
		if (str_ends(word, str_of(closing[i]))) {
			word.len -= str_of(closing[i]).len;
			break;
		}
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_ends(word, str_of(ends[i])))
			return true;
	return false;
}

/* false: there is no piece behind. */
static bool next_piece(const struct screen *s, struct place at, struct piece *p)
{
	size_t from = at.title;
	while (from < s->title.len && is_gap(s->title.at[from]))
		from++;
	*p = (struct piece){ .behind = at };
	if (from < s->title.len) {
		size_t end = word_end(s, from);
		p->gap = str_slice(s->title, at.title, from);
		p->text = str_slice(s->title, from, end);
		p->behind.title = end;
		p->ends_sentence = ends_sentence(p->text, str_from(s->title, end));
		return true;
	}
	if (at.option == s->options_count)
		return false;
	p->gap = STR("\n");
	p->text = s->options[at.option];
	p->behind = (struct place){ s->title.len, at.option + 1 };
	return true;
}

static bool in_title(const struct screen *s, struct place at)
{
	struct piece p;
	return next_piece(s, at, &p) && p.behind.option == 0;
}

/* ---- one page */

struct page_nav {
	struct str line[2];
};

static struct page_nav nav_of(const struct screen *s, size_t page, bool last)
{
	struct page_nav n = { { STR(""), STR("") } };
	if (!last)
		n.line[0] = s->nav->more;
	if (page > 0)
		n.line[1] = s->nav->prev;
	else if (s->back)
		n.line[1] = s->nav->back;
	return n;
}

static struct size nav_size(const struct page_nav *n)
{
	struct size total = { .all_gsm7 = true };
	for (size_t i = 0; i < 2; i++)
		if (n->line[i].len > 0)
			total = plus(total, plus(size_of(STR("\n")), size_of(n->line[i])));
	return total;
}

/* Pieces from `from` on, as many as fit beside the navigation.  Returns where the page ends; *all: nothing is left. */
static struct place fill(const struct screen *s, struct place from, const struct page_nav *nav, bool *all)
{
	struct size size = nav_size(nav), reserved = size;
	struct place at = from, sentence = from;
	struct size at_sentence = size;
	struct piece p;
	while (next_piece(s, at, &p)) {
		bool first = at.title == from.title && at.option == from.option;
		struct size with = plus(size, size_of(p.text));
		if (!first)
			with = plus(with, size_of(p.gap));
		if (!fits(with, s->limit))
			break;
		size = with;
		at = p.behind;
		if (p.ends_sentence)
			sentence = at, at_sentence = size;
	}
	*all = !next_piece(s, at, &p);
	/* A sentence that would leave half of the page empty is cut at a word. */
	bool half = 2 * (at_sentence.ucs2 - reserved.ucs2) >= size.ucs2 - reserved.ucs2;
	if (s->sentences && !*all && in_title(s, at) && sentence.title > from.title && half)
		return sentence;
	return at;
}

struct layout {
	size_t count;
	struct place end[PAGES_MAX];
};

static int lay_out(const struct screen *s, struct layout *out, struct str *culprit)
{
	struct place at = { 0, 0 };
	struct piece p = { .gap = STR("") };
	out->count = 0;
	do {
		bool all;
		struct page_nav nav = nav_of(s, out->count, true);
		struct place end = fill(s, at, &nav, &all);
		if (!all) {
			nav = nav_of(s, out->count, false);
			end = fill(s, at, &nav, &all);
		}
		bool moved = end.title != at.title || end.option != at.option;
		if (next_piece(s, at, &p) && (!moved || out->count == PAGES_MAX)) {
			*culprit = p.text;
			return -EMSGSIZE;
		}
		if (out->count == 0 && !next_piece(s, at, &p) && !fits(nav_size(&nav), s->limit)) {
			*culprit = nav.line[1];
			return -EMSGSIZE;
		}
		out->end[out->count++] = at = end;
	} while (next_piece(s, at, &p));
	return 0;
}

/* ---- all pages */

static struct str page_text(const struct screen *s, struct place from, struct place end, size_t page, bool last,
			    struct arena *arena)
{
	struct page_nav nav = nav_of(s, page, last);
	struct str title = str_trim(str_slice(s->title, from.title, end.title));
	size_t cap = title.len + nav.line[0].len + nav.line[1].len + 2;
	for (size_t i = from.option; i < end.option; i++)
		cap += s->options[i].len + 1;
	struct buf b = buf_new(arena, cap);
	buf_put(&b, title);
	for (size_t i = from.option; i < end.option; i++) {
		if (b.len > 0)
			buf_put_char(&b, '\n');
		buf_put(&b, s->options[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		if (nav.line[i].len == 0)
			continue;
		if (b.len > 0)
			buf_put_char(&b, '\n');
		buf_put(&b, nav.line[i]);
	}
	return b.full ? (struct str){ NULL, 0 } : buf_str(&b);
}

/* Cuts at sentences where that costs no page more than cutting at words. */
static int lay_out_best(struct screen *s, struct layout *out, struct str *culprit)
{
	struct layout words;
	s->sentences = false;
	int rc = lay_out(s, &words, culprit);
	if (rc != 0)
		return rc;
	s->sentences = true;
	if (lay_out(s, out, culprit) != 0 || out->count > words.count)
		*out = words;
	return 0;
}

/* Most screens: title, options and the way back on one page, so there is nothing to cut. */
static bool one_page(const struct screen *s)
{
	struct page_nav nav = nav_of(s, 0, true);
	struct str title = str_trim(s->title);
	struct size gap = size_of(STR("\n")), size = plus(nav_size(&nav), size_of(title));
	for (size_t i = 0; i < s->options_count; i++) {
		size = plus(size, size_of(s->options[i]));
		if (i > 0 || title.len > 0)
			size = plus(size, gap);
	}
	return fits(size, s->limit);
}

/* With the way back on the first page, unless that costs a page and the caller minds. */
static int lay_out_screen(struct screen *s, struct layout *out, struct str *culprit)
{
	struct layout without = { 0 };
	s->back = true;
	if (one_page(s)) {
		*out = (struct layout){ .count = 1, .end = { { s->title.len, s->options_count } } };
		return 0;
	}
	int rc = lay_out_best(s, out, culprit);
	if (!s->nav->back_if_fits || s->nav->back.len == 0)
		return rc;
	s->back = false;
	int rc_without = lay_out_best(s, &without, culprit);
	s->back = rc == 0 && (rc_without != 0 || out->count <= without.count);
	if (s->back)
		return 0;
	*out = without;
	return rc_without;
}

int paginate(struct str title, const struct str *options, size_t options_count, struct screen_limit limit,
	     const struct nav_lines *nav, struct arena *arena, struct pages *out, struct str *culprit)
{
	struct screen s = { title, options, options_count, limit, nav, .back = true, .numbers = false };
	struct layout layout = { 0 };
	struct str unfit = STR("");
	int rc = lay_out_screen(&s, &layout, &unfit);
	if (rc != 0) {
		s.numbers = true;
		rc = lay_out_screen(&s, &layout, &unfit);
	}
	if (rc != 0) {
		if (culprit)
			*culprit = unfit;
		return rc;
	}
	struct place from = { 0, 0 };
	out->count = layout.count;
	for (size_t i = 0; i < layout.count; i++) {
		out->page[i] = page_text(&s, from, layout.end[i], i, i + 1 == layout.count, arena);
		if (!out->page[i].at)
			return -ENOMEM;
		from = layout.end[i];
	}
	return 0;
}
