/* Who broke the glass: opened a case that was not theirs, when, until when and why (sealed with the person's key).
 *
 * Every row waits for the look of a second person, who finds it right or wrong; nobody looks at their own. */
#ifndef DB_GLASS_H
#define DB_GLASS_H

#include "db/db.h"

struct glass {
	int64_t staff_id, contact_id, at, until;
	struct str user, ref, reason;
};

/* key: the person's. */
int glass_add(struct db *db, const struct glass *glass, const struct seal_key *key) __attribute__((warn_unused_result));
/* finding: RIGHT or WRONG.  -EALREADY: looked at before, one's own, or none of this number. */
int glass_review(struct db *db, int64_t glass_id, struct str by, struct str finding, int64_t now_ms)
	__attribute__((warn_unused_result));

#endif
