/* Numbers inside Arabic text (text.md 1.8).  The bidirectional algorithm shows "+224…" as "224…+" and "06 12 34" as
 * "34 12 06", so a phone number is written with 00 and without separators. */
#ifndef FLOWS_TEXT_ARABIC_H
#define FLOWS_TEXT_ARABIC_H

#include "flows/text/buf.h"

bool text_has_arabic(struct str text); /* a letter that is written from right to left */

/* Copies text one code point after another, holding back what may be a phone number until it is known to be one. */
struct number_joiner {
	struct buf *out;
	bool active; /* false: everything is copied as it is */
	bool inside_word; /* the code point before the run is a letter, a digit or one of * # / */
	size_t len;
	char run[40];
};

void number_joiner_put(struct number_joiner *j, int32_t code_point);
void number_joiner_end(struct number_joiner *j);

#endif
