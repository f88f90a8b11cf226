/* Bytes of an aggregator to UTF-8: the charsets that Kannel, Jasmin and French aggregators send. */
#ifndef GATEWAY_CHANNELS_CHARSET_H
#define GATEWAY_CHANNELS_CHARSET_H

#include "gateway/channels/dialect.h"

enum charset {
	CHARSET_UTF_8,
	CHARSET_LATIN_1,  /* read as Windows-1252, as all who write "ISO-8859-1" mean it (WHATWG Encoding 4.2) */
	CHARSET_UTF_16BE, /* UCS-2 of SMS with surrogate pairs: Adlam and emoji need them */
	CHARSET_GSM_7,    /* one septet a byte, TS 23.038 6.2.1 */
	CHARSET_BINARY,   /* no text at all */
	CHARSET_UNKNOWN,
};

/* "UTF-8", "utf8", "ISO-8859-1", "WINDOWS-1252", "UTF-16BE", "UCS-2", "GSM", "binary"; letters' case does not count. */
enum charset charset_named(struct str name);

/* *text: valid UTF-8; *raw: the bytes when something in them was unreadable and became U+FFFD, else empty.
 * BINARY and UNKNOWN are read as UTF-8.  0 or -ENOMEM. */
int charset_decode(enum charset charset, struct str bytes, struct arena *arena, struct str *text, struct str *raw)
	__attribute__((warn_unused_result));
/* UTF-16BE of valid UTF-8, as lower-case hex digits. */
void charset_put_utf16be_hex(struct buf *out, struct str text);
/* Hex digits to bytes; false: an odd number of them, or something else. */
bool charset_unhex(struct str hex, struct arena *arena, struct str *bytes);

#endif
