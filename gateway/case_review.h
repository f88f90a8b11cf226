/* A request that has just been sent: does a person have to look at it (domain.md 2.5)?  A family in need, or somebody who
 * registers others.  Only an alert; nothing is decided. */
#ifndef GATEWAY_CASE_REVIEW_H
#define GATEWAY_CASE_REVIEW_H

#include "gateway/casework.h"

int case_review(struct casework *work) __attribute__((warn_unused_result));

#endif
