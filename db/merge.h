/* Two contacts that are one person become one (domain.md 6.1): a second phone, a request out of a file.
 *
 * Everything that hangs on the one is sealed anew with the key of the other and hangs on that; then the key of the first is
 * destroyed and its row is gone.  Cases keep their references, numbers their state.  The stricter answer holds: STOP, no calls,
 * paused texts, a consent that one of them refused or took back.  What is found by the schema (db/links.h), not by a list: a
 * table of tomorrow goes along.  contact_was remembers the number that exports knew, and a keyed hash for a later erasure. */
#ifndef DB_MERGE_H
#define DB_MERGE_H

#include "db/db.h"

enum merge_obstacle {
	MERGE_FREE,
	MERGE_NOBODY,          /* one of them is not there, or not any more */
	MERGE_SAME,            /* they are one person already */
	MERGE_NO_CONSENT,      /* one never agreed to anything: that goes by itself (domain.md D1) */
	MERGE_NUMBER_OPEN,     /* a change of number is open, a number is frozen: it is decided first */
	MERGE_DECISION_OPEN,   /* another request about one of them waits for a second person */
	MERGE_PROTECTED,       /* one of them is with protection, the other is not */
	MERGE_MESSAGE_LEAVING, /* for seconds */
};

/* but_approval: the request that is being carried out; 0: none. */
int merge_obstacle(struct db *db, int64_t into, int64_t from, int64_t but_approval, enum merge_obstacle *out)
	__attribute__((warn_unused_result));
/* Part of a batch's item; what anything but 0 leaves behind must be undone.  -ENOENT: one is not there; -EEXIST: a table still
 * names the one that went. */
int merge_people(struct db *db, int64_t into, int64_t from, struct str by, int64_t now_ms) __attribute__((warn_unused_result));

#endif
