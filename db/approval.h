/* Approvals: what one person of the staff asked for and another has to decide (domain.md 6.1, four eyes).
 *
 * A row is never deleted.  Payload and reasons are sealed with the person's key (an erasure takes them along) or, where no
 * person is concerned, with the vault's own.  Who may decide is said in gateway/approval.h; here it is only stored. */
#ifndef DB_APPROVAL_H
#define DB_APPROVAL_H

#include "db/db.h"

enum { STAFF_NAME_LEN = 31 };

struct approval {
	int64_t approval_id, contact_id;       /* contact_id 0: nobody's */
	char kind[16], object[64];
	char state[12];                        /* REQUESTED APPROVED REFUSED EXPIRED USED */
	char requested_by[STAFF_NAME_LEN + 1], decided_by[STAFF_NAME_LEN + 1];
	int64_t requested_at, expires_at, decided_at; /* decided_at 0: not yet */
	struct str payload, reason;            /* unsealed into the batch's arena; payload is JSON */
};

/* Stores a request: kind, object, contact_id, requested_by, requested_at, expires_at, payload and reason are read,
 * approval_id is set. */
int approval_add(struct db *db, struct approval *a) __attribute__((warn_unused_result));
int approval_by_id(struct db *db, int64_t approval_id, struct approval *out) __attribute__((warn_unused_result)); /* 1, 0, error */
/* Is one of this kind and object still open (REQUESTED)?  1, 0, error. */
int approval_is_open(struct db *db, struct str kind, struct str object) __attribute__((warn_unused_result));
/* APPROVED or REFUSED, by whom and why. */
int approval_set_state(struct db *db, const struct approval *a, const char *state, struct str by, struct str why, int64_t now_ms)
	__attribute__((warn_unused_result));
int approval_used(struct db *db, int64_t approval_id) __attribute__((warn_unused_result));
/* Requests and unused permissions whose time is over become EXPIRED.  Ids of at most max of them; returns how many. */
int approvals_expire(struct db *db, int64_t now_ms, int64_t *ids, int max) __attribute__((warn_unused_result));

#endif
