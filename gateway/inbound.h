/* A callback from an aggregator: routed, proved, decoded, put into the batch, answered after the commit.
 *
 * /cb/<channel id>/<token>/<hook>.  Whoever fails to prove itself gets 404 and nothing else: no row, only a counter. */
#ifndef GATEWAY_INBOUND_H
#define GATEWAY_INBOUND_H

#include "gateway/gateway.h"
#include "gateway/step.h"

enum inbound_outcome { /* what `explain` prints */
	INBOUND_ACCEPT, INBOUND_IGNORE, INBOUND_DUPLICATE, INBOUND_PARK, INBOUND_UNADDRESSABLE, INBOUND_MALFORMED,
	INBOUND_UNAUTHORISED,
};

struct inbound_trace { /* alive during the call of gateway->observe */
	enum inbound_outcome outcome;
	unsigned http;
	const char *why;             /* NULL, or a few words */
	const struct decoded *decoded; /* NULL before it was understood */
	const struct step_result *steps; /* one an event; NULL unless the events were carried out */
};

const char *inbound_outcome_name(enum inbound_outcome o);

/* The handler of the webhook listener for paths under /cb/. */
void inbound_handle(struct gateway *g, struct http_request *request);

/* Events that were fetched, not posted (gateway/poller.c): carried out inside the caller's own item.
 * 0 or an error of the db floor. */
int inbound_take(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
	__attribute__((warn_unused_result));

#endif
