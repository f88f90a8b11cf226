/* An SMS that is kept and not answered: more than the limit, the same words again and again, a country outside the programme.  A
 * cry for help in it raises the alert it would raise in a conversation, once an hour for a person (failures.md P12). */
#ifndef GATEWAY_STEP_OVERHEARD_H
#define GATEWAY_STEP_OVERHEARD_H

#include "db/contact.h"
#include "gateway/gateway.h"

int step_overheard(struct gateway *g, const struct channel *channel, struct contact *who, const struct event *event,
		   int64_t now_ms) __attribute__((warn_unused_result));

#endif
