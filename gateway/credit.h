/* What credit is left with each aggregator that tells it: asked for every credit_seconds, kept as text, shown in the
 * channels' health.  A question that is not answered changes nothing: what was known stays, with its time. */
#ifndef GATEWAY_CREDIT_H
#define GATEWAY_CREDIT_H

#include "gateway/gateway.h"

enum { CREDIT_MAX = 65 };

struct credits;

int credits_start(struct gateway *g, struct credits **out) __attribute__((warn_unused_result));
void credits_stop(struct credits *credits); /* the memory is the caller's to free, after the sender's end */

/* From the database alone.  false: not known. */
bool credit_known(struct db *db, const struct channel *channel, char text[CREDIT_MAX], int64_t *at_ms);

#endif
