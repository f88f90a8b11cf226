/* USSD pages (text.md 2): options keep their number over pages, an option is never split, long texts are cut at
 * sentences, then words; the encoding is decided per page; greedy fill with the navigation lines reserved.
 *
 * Works on what is sent: transliterate first.  A space between two digits is no place to cut, it belongs to a number,
 * unless nothing else helps. */
#ifndef FLOWS_TEXT_PAGINATE_H
#define FLOWS_TEXT_PAGINATE_H

#include "flows/text/arena.h"
#include "flows/text/segment.h"

enum { PAGES_MAX = 32 };

struct nav_lines { /* whole lines as shown, such as "98 Suite"; empty = not shown */
	struct str more;  /* on every page but the last */
	struct str prev;  /* on every page but the first */
	struct str back;  /* on the first page, to the question before */
	bool back_if_fits; /* show `back` only where it costs no further page */
};

struct pages {
	size_t count;
	struct str page[PAGES_MAX];
};

/* options: whole lines ("1 Guinée").  0; -EMSGSIZE when a word or an option alone does not fit a page or there would be
 * more than PAGES_MAX; -ENOMEM.  On -EMSGSIZE *culprit (may be NULL) is the piece that does not fit. */
int paginate(struct str title, const struct str *options, size_t options_count, struct screen_limit limit,
	     const struct nav_lines *nav, struct arena *arena, struct pages *out, struct str *culprit)
	__attribute__((warn_unused_result));

#endif
