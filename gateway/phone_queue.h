/* The outbox of a channel whose phone comes for its messages (SMSSync, EnvayaSMS) instead of being called.
 *
 * Handing out is an attempt: it is committed before the reply leaves, in the same item.  The row counts as under way until
 * the phone says that it has it; after a restart it is unknown, as any other. */
#ifndef GATEWAY_PHONE_QUEUE_H
#define GATEWAY_PHONE_QUEUE_H

#include "gateway/gateway.h"

enum { PHONE_QUEUE_MAX = 10 };

/* What is due, at most PHONE_QUEUE_MAX; out lives in the item's arena.  0 or an error of the db floor. */
int phone_queue_hand_out(struct gateway *g, const struct channel *channel, struct queued_message **out, size_t *count)
	__attribute__((warn_unused_result));
/* The phone has it.  What is not ours, or not under way, is no error. */
int phone_queue_taken(struct gateway *g, const struct channel *channel, struct str uuid)
	__attribute__((warn_unused_result));

#endif
