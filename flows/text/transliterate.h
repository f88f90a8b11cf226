/* Makes a text GSM-7 where that loses nothing essential: all or nothing (text.md 1.4).
 *
 * NFC, controls that must never reach an encoder removed (U+0000, U+001B …), harakat and tatweel dropped from Arabic,
 * then each character outside GSM-7 replaced by its entry of the table.  When one character has no entry the cleaned
 * NFC text goes out as UCS-2, accents intact. */
#ifndef FLOWS_TEXT_TRANSLITERATE_H
#define FLOWS_TEXT_TRANSLITERATE_H

#include "flows/text/buf.h"
#include "flows/text/segment.h"

enum transliteration {
	TRANSLITERATE_AUTO,   /* the rule above */
	TRANSLITERATE_ALWAYS, /* characters without an entry become "?": for operators that pass GSM-7 only */
	TRANSLITERATE_NEVER,  /* cleaned and NFC only */
};

/* lang: ISO 639 code for the overrides ("ff"), or empty.  0, or -ENOBUFS when out is full. */
int transliterate(struct str text, struct str lang, enum transliteration policy, struct buf *out,
		  enum encoding *encoding) __attribute__((warn_unused_result));

#endif
