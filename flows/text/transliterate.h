/* What goes out: cleaned, NFC, and GSM-7 where that loses nothing essential: all or nothing (text.md 1.4).
 *
 * Cleaned: controls that must never reach an encoder are gone (U+0000, U+001B …), a tabulator is a space, CR LF is LF;
 * Arabic has no harakat and no tatweel, and phone numbers in it stand as old phones show them: no spaces or hyphens
 * inside, 00 for + (text.md 1.8).  Then each character outside GSM-7 is replaced by its entry of the table.  When one
 * has no entry the cleaned NFC text goes out as UCS-2, accents intact.
 *
 * Apply it to the whole final text, placeholders filled: one character of a name decides the price.  Doing it twice
 * changes nothing. */
#ifndef FLOWS_TEXT_TRANSLITERATE_H
#define FLOWS_TEXT_TRANSLITERATE_H

#include "flows/text/buf.h"
#include "flows/text/segment.h"

enum transliteration {
	TRANSLITERATE_AUTO,   /* the rule above */
	TRANSLITERATE_ALWAYS, /* characters without an entry become "?": for operators that pass GSM-7 only */
	TRANSLITERATE_NEVER,  /* cleaned and NFC only */
};

/* lang: ISO 639 code for the overrides ("ff", also "ff-GN"), or empty.  Writes behind what out holds.  0, or -ENOBUFS
 * when out is full or a letter stands under hundreds of marks. */
int transliterate(struct str text, struct str lang, enum transliteration policy, struct buf *out,
		  enum encoding *encoding) __attribute__((warn_unused_result));

/* The table's replacement of one character outside GSM-7, for hints to authors ("write c for ç").  at == NULL: none. */
struct str transliteration_of(int32_t code_point, struct str lang);

#endif
