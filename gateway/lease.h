/* An assignment is a lease (console.md 1.2, 1.3.6): while the person has not been counselled yet, or waits for an answer, whoever
 * has the case does something about it within so many office hours, or it goes back to the queue.  Later on, when nobody
 * waits, a case may rest with its counsellor for weeks. */
#ifndef GATEWAY_LEASE_H
#define GATEWAY_LEASE_H

#include "gateway/gateway.h"

/* Inside an item, now and then: gives back what is over, some at a time. */
int lease_sweep(struct gateway *g, int64_t now_ms) __attribute__((warn_unused_result));

#endif
