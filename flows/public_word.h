/* The six words a person may hear about the own case (domain.md 2.8, 6.2): internal statuses are finer, and what is negative or
 * sensitive is never told by a text. */
#ifndef FLOWS_PUBLIC_WORD_H
#define FLOWS_PUBLIC_WORD_H

#include "flows/text/str.h"

/* "received", "trying", "progress", "waiting", "callus" or "closed".  A status nobody knows is "callus": a person says it. */
struct str public_word(struct str case_status);

#endif
