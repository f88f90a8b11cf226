/* Was this SMS here before?  By the vendor's id; without one by the vendor's time, the numbers and the words; without a time, too,
 * by numbers and words for some seconds, and for ever where it came out of an inbox, which may show it again at any time.
 * The keys are keyed hashes (db/seen.h): nothing of the message stands in them. */
#ifndef GATEWAY_STEP_SEEN_H
#define GATEWAY_STEP_SEEN_H

#include "gateway/step.h"

/* 1: out->what is STEP_DUPLICATE, out->replay what was answered; 0: new, out->seen_key is what its answer must be kept under;
 * or an error of the db floor. */
int step_sms_seen(struct gateway *g, const struct channel *channel, const struct event *event, int64_t now_ms,
		  struct step_result *out) __attribute__((warn_unused_result));

#endif
