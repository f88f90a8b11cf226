/* Parts of a long SMS, from vendors that hand them over one by one, in any order: kept sealed until all are there.
 *
 * A set is what has channel, both numbers, reference and number of parts in common.  Nothing is ever dropped: a part that
 * stands there already with another message is a message of its own; after PARTS_WAIT_MS what came is taken as it is. */
#ifndef DB_PARTS_H
#define DB_PARTS_H

#include "db/db.h"

enum {
	PARTS_MAX = 32,
	PART_BYTES_MAX = 1024, /* of its text: 153 septets or 67 UCS-2 units are at most 459 bytes of UTF-8 */
	PARTS_WAIT_MS = 10 * 60 * 1000,
};

struct message_part {
	struct str channel, from, to, ref, text; /* from: E.164 */
	unsigned part, parts;                    /* part 1 to parts, parts 2 to PARTS_MAX */
	int64_t ts_ms, now_ms;
};

/* 1: this was the last, *joined (the item's arena) is the whole; 0: it waits; -EEXIST: that part stands there already;
 * or an error. */
int part_add(struct db *db, const struct message_part *part, struct str *joined) __attribute__((warn_unused_result));

/* The oldest set that waits since before_ms: what came of it, in order; then it is gone from the table.
 * 1 with channel, from, to, ts_ms and text in the item's arena; 0: none; or an error. */
int parts_overdue(struct db *db, int64_t before_ms, struct message_part *out) __attribute__((warn_unused_result));

/* Sessions by the vendor's id alone, at: when it was heard of last, or closed by us and not yet ended by the vendor.
 * find: 1 there is one that is not older, 0 none. */
enum { OPEN_SESSION_CLOSED = 1 };
int open_session_put(struct db *db, struct str channel, struct str session, int64_t now_ms)
	__attribute__((warn_unused_result));
int open_session_end(struct db *db, struct str channel, struct str session) __attribute__((warn_unused_result));
int open_session_find(struct db *db, struct str channel, struct str session, int64_t since_ms)
	__attribute__((warn_unused_result));
int open_sessions_purge(struct db *db, int64_t before_ms) __attribute__((warn_unused_result));

#endif
