/* Who the exhaustive walk begins with: a phone, a language, what is known of the person, what the world is like. */
#ifndef TESTS_WALK_ROOTS_H
#define TESTS_WALK_ROOTS_H

#include "flows/world.h"

/* Calls fn with each person in turn, once by USSD and once by SMS; the world is fn's to change. */
typedef void root_fn(struct world *w, enum mode mode, const char *who, void *user);
void roots_each(const struct book *book, root_fn *fn, void *user);

#endif
