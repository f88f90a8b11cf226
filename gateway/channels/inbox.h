/* Inboxes that are asked for by time and answer newest first, in pages (Twilio, smsgate): what their fetches share.
 *
 * A cursor is "" (everything that is there), "SINCE", or in the middle of a series of pages "SINCE.PAGE.TOKEN.NEWEST"; times
 * in ms since 1970 UTC.  The next series begins INBOX_OVERLAP_MS before the newest message seen, because messages may
 * stand in the list a little later than their time says; what comes twice is found by its id and causes nothing. */
#ifndef GATEWAY_CHANNELS_INBOX_H
#define GATEWAY_CHANNELS_INBOX_H

#include "gateway/channels/inlet.h"

enum { INBOX_OVERLAP_MS = 60 * 1000, INBOX_TOKEN_MAX = 64 };

struct inbox_cursor {
	int64_t since_ms;  /* 0: from the beginning */
	uint64_t page;     /* 0: the first of a series */
	struct str token;  /* the vendor's word for the page; "-": none */
	int64_t newest_ms; /* of the pages before */
};

/* 0, or -EINVAL: not one of ours. */
int inbox_cursor_read(struct str text, struct inbox_cursor *out) __attribute__((warn_unused_result));
/* "2026-03-11T09:14:25Z", with the milliseconds where `fraction`. */
void inbox_put_time(struct buf *out, int64_t ms, bool fraction);

struct inbox_page { /* how one vendor's page is read */
	/* Where the entries stand in the answer; sets more and token.  0 or -ENOMEM. */
	int (*list)(struct inbox_page *page, const json_t *body, struct arena *arena, const json_t **entries);
	/* One entry: an event, a parked one, or nothing.  *at_ms: its time; 0: none.  0 or -ENOMEM. */
	int (*read)(struct inlet *in, const json_t *entry, int64_t *at_ms);
	size_t most;       /* entries; more make the page malformed */
	bool more;         /* another page follows */
	struct str token;  /* and this is its word */
};
/* polled() of struct adapter by `page`, which it fills: the entries oldest first, and the cursor behind them. */
int inbox_polled(struct inbox_page *page, const struct channel *channel, struct str cursor, const struct http_result *result,
		 const struct phone_plan *phones, struct arena *arena, struct decoded *out, struct event **parked,
		 size_t *parked_count, struct str *next_cursor) __attribute__((warn_unused_result));

#endif
