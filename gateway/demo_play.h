/* Plays the demo's people into an empty database: what they typed and wrote, what staff did and what the gateway did by itself
 * go through the same engine, acts and schedule as in the daemon, with the clock put back to the day on which it happened.
 *
 * One item of the batch: all of them are there, or nobody is. */
#ifndef GATEWAY_DEMO_PLAY_H
#define GATEWAY_DEMO_PLAY_H

#include "gateway/demo_script.h"
#include "gateway/gateway.h"

/* On the line thread, before the loop turns.  0, or an error with err. */
int demo_play(struct gateway *g, const struct demo_script *script, struct err *err) __attribute__((warn_unused_result));

#endif
