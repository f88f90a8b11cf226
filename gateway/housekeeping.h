/* What must happen although nobody asks: people without consent are forgotten, answers kept for repetition expire, reports
 * that belong to nothing go.  A timer adds a batch item; each does a little and comes again while there is more. */
#ifndef GATEWAY_HOUSEKEEPING_H
#define GATEWAY_HOUSEKEEPING_H

#include "gateway/gateway.h"

struct housekeeping;

int housekeeping_start(struct gateway *g, struct housekeeping **out) __attribute__((warn_unused_result));
void housekeeping_stop(struct housekeeping *h);
/* Now, not in half a minute: something was erased, its last bytes go (db_scrub()). */
void housekeeping_hurry(struct gateway *g);

#endif
