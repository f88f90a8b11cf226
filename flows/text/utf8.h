/* UTF-8, strict (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef FLOWS_TEXT_UTF8_H
#define FLOWS_TEXT_UTF8_H

#include "flows/text/buf.h"

#define UTF8_REPLACEMENT 0xFFFDu

bool utf8_valid(struct str s);

/* Decodes the code point at *at (which must be < end), moves *at behind it.  On a malformed sequence moves *at behind
 * the bytes that a decoder replaces by one U+FFFD (Unicode 15, 3.9, "maximal subpart") and returns -1. */
int32_t utf8_next(const char **at, const char *end);

/* Writes s with every malformed sequence as U+FFFD.  true when s was valid already. */
bool utf8_repair(struct str s, struct buf *out);

size_t utf8_count(struct str s); /* code points; a malformed sequence counts as one */

#endif
