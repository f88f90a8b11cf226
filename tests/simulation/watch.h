/* What must hold: of every text as it leaves, and of the whole database each simulated day. */
#ifndef TESTS_SIMULATION_WATCH_H
#define TESTS_SIMULATION_WATCH_H

#include "flows/text/str.h"

#include <stdbool.h>

void watch_text(struct str to, struct str text, void *user); /* a sink_fn */
void watch_day(void);
void watch_end(void); /* once more, and what takes long */
unsigned watch_broken(void);
void watch_reset(void);

#endif
