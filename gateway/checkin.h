/* What happens to a check-in while a person answers it (domain.md 3): the row of `checkin` follows. */
#ifndef GATEWAY_CHECKIN_H
#define GATEWAY_CHECKIN_H

#include "gateway/casework.h"

/* what: STARTED, COMPLETED, REFUSED, LATER, WRONG_PERSON, UNPROVED, PROBLEM, SPONTANEOUS.  0 or an error of the db floor. */
int checkin_note(struct casework *work, struct str what) __attribute__((warn_unused_result));

#endif
