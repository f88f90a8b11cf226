/* A phone's screen in a terminal: 22 columns, 9 lines, framed; what stands further down is where a phone scrolls to.
 *
 * Lines are broken at spaces, a longer word where the screen ends.  A line whose first letter is written from right to
 * left stands on the right; the order of its letters is left to the terminal.  Nothing of a text ever steers the
 * terminal: control characters and those that turn the direction are drawn as U+FFFD. */
#ifndef GATEWAY_HANDSET_SCREEN_H
#define GATEWAY_HANDSET_SCREEN_H

#include "flows/text/str.h"

#include <stdio.h>

enum { SCREEN_COLUMNS = 22, SCREEN_LINES = 9 };

struct screen_wrap { /* a text on its way to lines */
	struct str text, paragraph;
	bool inside, right; /* of a paragraph */
	size_t columns;
};

struct screen_line {
	struct str text; /* a part of the whole, without the space it was broken at */
	size_t columns;
	bool right;
};

struct screen_wrap screen_wrap(struct str text, size_t columns); /* columns: 2 or more */
bool screen_wrap_next(struct screen_wrap *wrap, struct screen_line *line); /* false: there is no more */

/* One line, safe for a terminal; returns its columns. */
size_t screen_put(FILE *to, struct str line);
/* All lines between a frame.  colour: the frame is dim. */
void screen_draw(FILE *to, struct str text, bool colour);

#endif
