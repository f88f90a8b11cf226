/* "Send a check-in now", asked for by a person of the staff from a case: the wave that is due within a week is brought forward,
 * else one beside the waves (SPONT).  The rules are the schedule's own: what keeps somebody from being asked keeps them from being
 * asked now, and quiet hours and limits put it off. */
#ifndef GATEWAY_SCHEDULE_NOW_H
#define GATEWAY_SCHEDULE_NOW_H

#include "db/cases.h"
#include "gateway/gateway.h"
#include "gateway/json.h"

struct checkin_now {
	char wave[8];        /* that would be, or was, sent; of "open": that waits for its answer */
	int64_t at_ms;       /* when the text leaves; 0: not at all */
	const char *waits;   /* "quiet_hours", "limit", "conversation"; in the outbox "outbound", "schedule"; NULL: nothing */
	const char *why_not; /* a word for programs, see openapi.json; NULL: it leaves */
	const char *reason;  /* the same as a sentence; NULL */
};

/* Looks and changes nothing.  1; 0: no such case; or an error. */
int schedule_now_look(struct gateway *g, struct str ref, int64_t now_ms, struct checkin_now *out)
	__attribute__((warn_unused_result));
/* Does it, inside an item; what is not to be (out->why_not) has changed nothing that counts and is the caller's to undo. */
int schedule_now(struct gateway *g, struct str ref, int64_t now_ms, struct checkin_now *out) __attribute__((warn_unused_result));
/* {"wave", "at", "waits", "why_not"}; absent is null. */
json_t *checkin_now_json(const struct checkin_now *now);

#endif
