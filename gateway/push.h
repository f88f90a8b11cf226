/* The gateway writes first: a conversation begins at a state of its definition, the person reads a quiet SMS and may answer it.
 *
 * Inside an item of the batch.  Only texts of kind Q leave this way (flow check holds it, and push_begin() refuses others);
 * nothing to numbers that are not ACTIVE, to who said STOP, "do not call me", whose texts are paused; nor to minors and protected
 * persons, unless their staff said that it is safe.  Whether it is the hour, and how many such texts are allowed, is the schedule's
 * business. */
#ifndef GATEWAY_PUSH_H
#define GATEWAY_PUSH_H

#include "db/contact.h"
#include "gateway/gateway.h"

struct push {
	struct str flow_state;          /* "checkin:INVITE" */
	struct binding vars[6];         /* date, time, place … */
	size_t vars_count;
	int64_t due_ms, expires_ms;     /* not before, not after; 0: at once, the configuration's outbox_expire_hours */
	bool must_arrive;               /* an appointment, a warning: else it is said once only (failures.md O2) */
	bool answer;                    /* belongs to what the person asked for a moment ago: not "first", any kind of text */
};

enum push_result {
	PUSH_QUEUED,
	PUSH_LATER,      /* a conversation is going on: not into the middle of it */
	PUSH_NO_NUMBER,  /* no ACTIVE number */
	PUSH_NO_CHANNEL, /* no channel of the number's country sends SMS */
	PUSH_FORBIDDEN,  /* STOP, NO_CALL, paused, a minor, protected */
};

/* *message_id: of the queued text, 0 where none.  A result of enum push_result, or an error of the db floor. */
int push_begin(struct gateway *g, int64_t contact_id, const struct push *push, int64_t now_ms, int64_t *message_id)
	__attribute__((warn_unused_result));
/* Of a result that is not PUSH_QUEUED, for staff: why nothing was sent. */
const char *push_why(int result);
/* The channel that reaches a number of this country; the one the person used last where it does.  NULL: none. */
const struct channel *push_channel(const struct config *config, struct str country, struct str last_used);

#endif
