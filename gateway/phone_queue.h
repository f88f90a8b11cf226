/* The outbox of a channel whose phone comes for its messages (SMSSync, EnvayaSMS) instead of being called.
 *
 * Handing out is an attempt: it is committed before the reply leaves, in the same item.  The row counts as under way until
 * the phone says that it has it; after PHONE_CONFIRM_MS, or a restart, it is unknown, as any other, and is never handed
 * out again.  A late word of the phone still settles it. */
#ifndef GATEWAY_PHONE_QUEUE_H
#define GATEWAY_PHONE_QUEUE_H

#include "gateway/gateway.h"

enum {
	PHONE_QUEUE_MAX = 10,
	/* A phone asks every minute or so and confirms at its next call; an hour is a tunnel, a flat battery is more. */
	PHONE_CONFIRM_MS = 60 * 60 * 1000,
};

/* What is due, at most PHONE_QUEUE_MAX; out lives in the item's arena.  0 or an error of the db floor. */
int phone_queue_hand_out(struct gateway *g, const struct channel *channel, struct queued_message **out, size_t *count)
	__attribute__((warn_unused_result));
/* The phone has it.  What is not ours, or not under way, is no error. */
int phone_queue_taken(struct gateway *g, const struct channel *channel, struct str uuid)
	__attribute__((warn_unused_result));
/* What was handed out and not confirmed in time. */
int phone_queue_expire(struct gateway *g, int64_t now_ms) __attribute__((warn_unused_result));

#endif
