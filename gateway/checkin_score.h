/* A completed check-in is scored by the instrument of its wave, and what the score says by itself becomes work for people
 * (domain.md 3.3, 3.4).  What single answers say is ordered by the conversation's definition. */
#ifndef GATEWAY_CHECKIN_SCORE_H
#define GATEWAY_CHECKIN_SCORE_H

#include "db/checkin.h"
#include "gateway/casework.h"

/* A wave without an instrument has no score.  0 or an error of the db floor. */
int checkin_score(struct casework *work, const struct checkin *checkin) __attribute__((warn_unused_result));

#endif
