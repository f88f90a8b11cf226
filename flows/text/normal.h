/* Unicode normal forms as a stream: one chunk of code points at a time, so that a text of any length needs no memory.
 *
 * A chunk ends only before a code point that no other can compose or change places with.  Text without such a point
 * for NORMAL_RUN code points (a letter under hundreds of marks) is refused. */
#ifndef FLOWS_TEXT_NORMAL_H
#define FLOWS_TEXT_NORMAL_H

#include "flows/text/str.h"

enum {
	NORMAL_DROP = -1,
	NORMAL_RUN = 256,
	NORMAL_CHUNK = NORMAL_RUN * 18, /* U+FDFA becomes 18 code points under NFKC */
};

enum normal_form { NORMAL_NFC, NORMAL_NFKC };

struct normal {
	struct str rest;
	enum normal_form form;
	int32_t (*map)(int32_t code_point); /* before normalising: another code point, or NORMAL_DROP */
};

/* The build zeroes locals (Makefile, HARDEN); a chunk is large, and only what normal_next() counted is ever read. */
#define NORMAL_UNREAD __attribute__((uninitialized))

/* Fills chunk with at least one code point, if any are left.  Returns how many, 0 at the end, or -E2BIG. */
int normal_next(struct normal *n, int32_t chunk[NORMAL_CHUNK]) __attribute__((warn_unused_result));

#endif
