/* The way out, in this process: stands where gateway/sender.c stands, takes every call, says "accepted", and keeps what was
 * sent. */
#ifndef TESTS_SIMULATION_SINK_H
#define TESTS_SIMULATION_SINK_H

#include "flows/text/str.h"

#include <stdint.h>

/* Called for each SMS as it leaves; to: E.164. */
typedef void sink_fn(struct str to, struct str text, void *user);
void sink_watch(sink_fn *fn, void *user);
/* Gives the answers of the calls that were taken; how many. */
unsigned sink_answer(void);

#endif
