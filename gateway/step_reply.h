/* An answer by SMS on its way into the outbox.  Inside the batch, as step.h. */
#ifndef GATEWAY_STEP_REPLY_H
#define GATEWAY_STEP_REPLY_H

#include "db/contact.h"
#include "db/message.h"
#include "gateway/gateway.h"

/* Counts text, which the engine wrote as the channel carries it, and queues it for who.  m brings case, flow, state,
 * class, reply_to and created_at; the rest is filled in.  More segments than the channel allows: kept as "rejected", never cut. */
int step_reply(struct gateway *g, const struct channel *channel, const struct contact *who, struct str text,
	       struct message *m) __attribute__((warn_unused_result));

#endif
