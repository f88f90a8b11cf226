/* The terminal phone's SMS inbox: what the demo's sink holds for a number, asked over state/control.sock.
 *
 * Only the demo has one; what a real gateway sends goes to the aggregator and to a real phone, where nobody here sees it. */
#ifndef GATEWAY_HANDSET_INBOX_H
#define GATEWAY_HANDSET_INBOX_H

#include "gateway/config.h"

enum inbox_kind {
	INBOX_DEMO,     /* the daemon is the demo */
	INBOX_ELSEWHERE, /* a daemon runs, and it is not the demo */
	INBOX_NO_DAEMON,
	INBOX_UNKNOWN,  /* nobody may ask: the socket is another user's */
};

struct inbox {
	char state[4096];
	struct str number;
	int64_t seen; /* what came after this is new */
};

typedef void inbox_message(struct str text, int64_t at_ms, void *user);

/* Messages with a number above `after`, oldest first; moves seen.  *count: how many there were. */
enum inbox_kind inbox_read(struct inbox *inbox, int64_t after, size_t *count, inbox_message *each, void *user);

#endif
