/* Is it this person?  A reference, a secret code, a year of birth against what is stored (domain.md 5, decision 8).
 *
 * Five wrong tries in 24 hours lock, counted per number and per case.  A reference that nobody has is asked for its code like any
 * other, so that trying numbers teaches nothing. */
#ifndef GATEWAY_PROOF_H
#define GATEWAY_PROOF_H

#include "gateway/circumstances.h"

enum { PROOF_TRIES_MAX = 5 };

/* Judges what was typed, counts a wrong try, and sets c->facts.proof; nothing where the open question proves nothing.
 * who's count follows: several inputs may come in one hop.  Runs inside the item: the count holds when the step does. */
int proof_judge(struct gateway *g, struct contact *who, const struct conversation *talk, struct str typed, int64_t now_ms,
		struct circumstances *c) __attribute__((warn_unused_result));

#endif
