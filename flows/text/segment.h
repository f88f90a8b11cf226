/* How many SMS a text is, and how large a USSD screen, exactly as the network counts.
 *
 * GSM-7 units are septets (an extension character is two), UCS-2 units are UTF-16 code units.  160/153 and 70/67
 * (3GPP TS 23.040 9.2.3.24.1 with an 8-bit reference); no cut inside an escape pair or a surrogate pair, so the count
 * is a walk, never a division.  USSD: at most 182 septets or 80 UCS-2 units (TS 23.038 5; 160 octets). */
#ifndef FLOWS_TEXT_SEGMENT_H
#define FLOWS_TEXT_SEGMENT_H

#include "flows/text/str.h"

enum encoding { ENCODING_GSM7, ENCODING_UCS2 };

enum { SEGMENTS_MAX = 255 };

struct segments {
	enum encoding encoding;
	size_t count;
	size_t units[SEGMENTS_MAX];  /* of each segment */
	size_t starts[SEGMENTS_MAX]; /* index of the code point each segment begins with */
};

/* What one screen may hold; 160 and 80 unless the channel says otherwise. */
struct screen_limit {
	unsigned gsm7, ucs2;
};

const char *encoding_name(enum encoding e); /* "GSM-7", "UCS-2" */

/* 0, or -EMSGSIZE when more than SEGMENTS_MAX would be needed.  The empty text is one segment of 0 units. */
int segment_plan(struct str text, struct segments *out) __attribute__((warn_unused_result));
/* Units of the whole text without regard to segments. */
size_t text_units(struct str text, enum encoding *encoding);
bool text_fits(struct str text, struct screen_limit limit);

#endif
