/* What the dialects have in common: reading fields that strangers filled in, writing plain answers.
 *
 * All results live in the arena or in static memory.  Nothing here fails on what a stranger sent: unreadable is a value
 * (0, "", false), only an arena that is used up is an error. */
#ifndef GATEWAY_CHANNELS_DIALECT_H
#define GATEWAY_CHANNELS_DIALECT_H

#include "gateway/channels/channel.h"

enum { DIALECT_ID_MAX = 200, DIALECT_WORD_MAX = 64 };

/* Nothing but its kind: every text in it is "", none is NULL. */
void dialect_event_init(struct event *event, enum event_kind kind);

/* *text: the bytes as valid UTF-8; *raw: the bytes themselves when they were not, else empty.  0 or -ENOMEM. */
int dialect_text(struct arena *arena, struct str bytes, struct str *text, struct str *raw)
	__attribute__((warn_unused_result));

/* Fills from and from_raw of the event.  A space before the digits was a "+" that the sender forgot to escape: in a
 * form body a bare "+" is a space (WHATWG URL 5.1).  0 or -ENOMEM. */
int dialect_sender(const struct channel *channel, const struct phone_plan *phones, struct str given,
		   struct arena *arena, struct event *event) __attribute__((warn_unused_result));

/* An id we can store and compare: printable ASCII without spaces, at most DIALECT_ID_MAX bytes, also none. */
bool dialect_id_ok(struct str id);
/* A vendor's word for logs and columns: the word, or "" when it is not printable ASCII of at most DIALECT_WORD_MAX. */
struct str dialect_word(struct str word);

/* "2017-05-03T06:04:45Z", "2026-03-19T08:34:18.445+01:00", "2026-03-11 09:14:05" (UTC where no offset stands).
 * Milliseconds since 1970 UTC, or 0: unreadable. */
int64_t dialect_time(struct str written);
/* The same, or a count since 1970 UTC: of seconds (9 or 10 digits), of milliseconds (12 or 13). */
int64_t dialect_instant(struct str written);

/* "text/plain; charset=utf-8" is a "text/plain"; letters' case does not count (RFC 9110 8.3.1). */
bool dialect_media_type_is(struct str content_type, const char *type);

/* The request is malformed; 0, for `return dialect_malformed(…)`. */
int dialect_malformed(struct decoded *out, const char *why);
/* text/plain in UTF-8.  Empty out first. */
void dialect_answer(struct http_response *out, unsigned status, struct str body);

#endif
