/* Referrals: who was sent where, and what came of it.  Codes and dates only; that the person agreed to share is checked above. */
#ifndef DB_REFERRAL_H
#define DB_REFERRAL_H

#include "db/cases.h"

struct referral {
	int64_t referral_id;                      /* set by referral_add() */
	struct str ref, service, organisation, feedback_due, by; /* feedback_due: YYYY-MM-DD or empty */
};

int referral_add(struct db *db, struct referral *r, int64_t now_ms) __attribute__((warn_unused_result));
/* The case of a referral.  1, 0, error. */
int referral_case(struct db *db, int64_t referral_id, char ref[REF_LEN + 1]) __attribute__((warn_unused_result));
int referral_outcome(struct db *db, int64_t referral_id, struct str outcome, int64_t now_ms) __attribute__((warn_unused_result));

#endif
