/* A person has a new number (domain.md 5): always a request first, and a second pair of eyes before it is true. */
#ifndef GATEWAY_NUMBER_CHANGE_H
#define GATEWAY_NUMBER_CHANGE_H

#include "gateway/casework.h"

/* "This is my new number", said with the number of work->who.  why: HAVE LOST OTHER_PERSON COUNTRY; ref: as typed, "" = lost;
 * proved: the secret code was right.  Warns the old number, or freezes it; a task for a counsellor; two who claim one
 * case: both are frozen and a supervisor looks. */
int number_claim(struct casework *work, struct str why, struct str ref, bool proved) __attribute__((warn_unused_result));
/* NO from the old number: the claim is denied, a person looks. */
int number_deny(struct casework *work) __attribute__((warn_unused_result));
/* Verified by staff and a second person: e164 becomes the number of the case's person; the old ones are OLD, what is queued moves,
 * the secret code is to be agreed anew, "done" goes to the new number.  Inside the approval's item; the audit row is the
 * caller's.
 * -ENOENT: no such case; -EEXIST: another person with a case has that number. */
int number_change(struct gateway *g, struct str ref, struct str e164, struct str country, int64_t now_ms)
	__attribute__((warn_unused_result));
/* Verified and found wrong: claims of the case are closed, what was frozen is as before, the claimant hears "we could not
 * check". */
int number_refuse(struct gateway *g, struct str ref, int64_t now_ms) __attribute__((warn_unused_result));

#endif
