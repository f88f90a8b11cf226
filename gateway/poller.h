/* An office behind NAT receives through libcurl alone: the aggregator's inbox is fetched every poll_seconds.
 *
 * What came is saved before it is understood.  The messages of a page and the cursor behind them are committed together;
 * a page that cannot be read is kept whole (parked) and the cursor stays.  A message fetched twice is found by its id and
 * causes nothing. */
#ifndef GATEWAY_POLLER_H
#define GATEWAY_POLLER_H

#include "gateway/gateway.h"

struct poller;

int poller_start(struct gateway *g, struct poller **out) __attribute__((warn_unused_result));
void poller_stop(struct poller *poller);

#endif
