/* The numbering plans that are built into the program, for tests that read phone numbers. */
#ifndef TESTS_UNIT_PLAN_H
#define TESTS_UNIT_PLAN_H

#include "flows/text/phone.h"

/* Lives in the arena.  Never fails: it dies instead. */
struct phone_plan plan_built_in(struct arena *arena);

#endif
