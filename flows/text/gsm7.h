/* The GSM 7-bit default alphabet with its extension table (3GPP TS 23.038 6.2.1, 6.2.1.1).
 *
 * Septets stand one a byte: aggregators pack them, or take UTF-8.  No national tables: no French or Arabic one exists and
 * old phones show other letters (text.md 1.2).  0x09 is capital C with cedilla, 0x60 an inverted question mark; U+001B is
 * no character: it can never reach an encoder. */
#ifndef FLOWS_TEXT_GSM7_H
#define FLOWS_TEXT_GSM7_H

#include "flows/text/buf.h"

enum {
	GSM7_ESCAPE = 0x1B,
};

/* Septets of a code point: 1, 2 (behind the escape) or 0 when the alphabet does not have it. */
unsigned gsm7_width(int32_t code_point);

/* *count septets into septets[cap].  0; -EILSEQ when a character is not in the alphabet, -ENOBUFS when full. */
int gsm7_encode(struct str text, unsigned char *septets, size_t cap, size_t *count) __attribute__((warn_unused_result));
/* What a phone shows (6.2.1.1): escape and an unknown code is the character of the main table; an escape before an
 * escape or at the end is a space.  Bit 7 of a septet is ignored.  0, or -ENOBUFS. */
int gsm7_decode(const unsigned char *septets, size_t count, struct buf *out) __attribute__((warn_unused_result));

#endif
