/* The one door to PCRE2.
 *
 * Patterns are anchored at both ends and matched without JIT, with match, heap and depth limits; a pattern that runs
 * into a limit does not match (text.md 3.5).  Matching is on folded or normalised text, so write [0-9], never \d. */
#ifndef FLOWS_TEXT_PATTERN_H
#define FLOWS_TEXT_PATTERN_H

#include "flows/err.h"

struct pattern; /* compiled; owned by whoever called pattern_new() */

/* Compiles and tries the pattern against hostile strings.  0; -EINVAL with the place and the reason in err; -ENOMEM. */
int pattern_new(struct str source, struct pattern **out, struct err *err) __attribute__((warn_unused_result));
bool pattern_matches(const struct pattern *p, struct str text);
void pattern_free(struct pattern *p);

#endif
