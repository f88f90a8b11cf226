/* What still has to leave.  An outbound SMS is one row in `message` (db/message.h) and, until it is final, one in `outbox`:
 * waiting, under way, or parked by a restore until somebody decides. */
#ifndef DB_OUTBOX_H
#define DB_OUTBOX_H

#include "db/db.h"

struct outbox_item {
	int64_t message_id, contact_id, point_id, expires_at, created_at;
	unsigned attempts;
	bool once_only, must_arrive;
	bool question;           /* of a conversation: worth nothing behind a newer one */
	bool first;              /* nobody asked for it: of rank OUTBOX_FIRST */
};

enum { OUTBOX_ANSWER = 0, OUTBOX_FIRST = 1 }; /* rank: answers before what we send first */

int outbox_add(struct db *db, int64_t message_id, struct str channel, int rank, int64_t due_ms, int64_t expires_ms)
	__attribute__((warn_unused_result));
/* Due and not under way, of rank worst or better, best rank first; at most max.  Returns how many. */
int outbox_due(struct db *db, struct str channel, int64_t now_ms, int worst, struct outbox_item *items, int max)
	__attribute__((warn_unused_result));
/* Later, without counting an attempt. */
int outbox_wait(struct db *db, int64_t message_id, int64_t due_ms) __attribute__((warn_unused_result));
/* 1, 0, error. */
int outbox_next_due(struct db *db, struct str channel, int worst, int64_t *due_ms) __attribute__((warn_unused_result));
/* "Attempt n started": committed before the first byte leaves. */
int outbox_start(struct db *db, int64_t message_id) __attribute__((warn_unused_result));
/* The same, for a phone that has until `confirm_by_ms` to say that it has the message. */
int outbox_hand_out(struct db *db, int64_t message_id, int64_t confirm_by_ms) __attribute__((warn_unused_result));
/* What was handed out on this channel and not confirmed in time becomes unknown.  Returns how many. */
int outbox_unconfirmed(struct db *db, struct str channel, int64_t now_ms) __attribute__((warn_unused_result));
/* 1: its attempt was started and has no result yet; 0; or an error. */
int outbox_is_under_way(struct db *db, int64_t message_id, struct str channel) __attribute__((warn_unused_result));
int outbox_retry(struct db *db, int64_t message_id, const char *reason, int64_t due_ms) __attribute__((warn_unused_result));
/* Final without success: "failed", "expired", "rejected", "unknown", "cancelled".  What a report has settled meanwhile
 * stays, here and in outbox_retry(). */
int outbox_give_up(struct db *db, int64_t message_id, const char *status, const char *reason)
	__attribute__((warn_unused_result));
/* After a crash: every row under way becomes unknown (failures.md O3).  Returns how many. */
int outbox_interrupted(struct db *db) __attribute__((warn_unused_result));
/* After a restore what waited then is parked: how many, let them go, or give them up ("cancelled").  *count: how many. */
int outbox_parked(struct db *db, int64_t *count) __attribute__((warn_unused_result));
int outbox_parked_release(struct db *db, int64_t *count) __attribute__((warn_unused_result));
int outbox_parked_drop(struct db *db, int64_t *count) __attribute__((warn_unused_result));
int outbox_cancel_for_number(struct db *db, const unsigned char index[VAULT_INDEX_LEN], const char *reason)
	__attribute__((warn_unused_result));
/* What the gateway would send first to this person; answers stay. */
int outbox_cancel_automatic(struct db *db, int64_t contact_id, const char *reason) __attribute__((warn_unused_result));
int outbox_count(struct db *db, struct str channel, int64_t *out) __attribute__((warn_unused_result)); /* channel empty: all */
int outbox_oldest(struct db *db, int64_t *due_ms) __attribute__((warn_unused_result)); /* 1, 0, error */

/* Whether this person was asked something newer since; 1, 0, error. */
int outbox_newer_question(struct db *db, const struct outbox_item *item) __attribute__((warn_unused_result));

/* An older answer to this person that has not left this channel yet: when it is due (ms).  1, 0, error. */
int outbox_earlier(struct db *db, const struct outbox_item *item, int64_t *due_ms) __attribute__((warn_unused_result));

#endif
