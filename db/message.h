/* The message log (every word in and out) and the outbox (what still has to leave).
 *
 * A row of the log is never deleted while its case lives; its status only moves forward.  An outbound SMS is one row in
 * `message` and, until it is final, one in `outbox`. */
#ifndef DB_MESSAGE_H
#define DB_MESSAGE_H

#include "db/db.h"

/* In SQL, of a received message m: does it ask for a person's answer?  What the gateway answers whole by itself does not: menus,
 * the own status, a check-in (what is grave in it is an alert), a yes to an appointment; unless there was a free text in it
 * that nobody has read yet. */
#define MESSAGE_ASKS \
	"((ifnull(m.flow, '') NOT IN ('entry', 'information', 'status', 'returnee', 'checkin') AND ifnull(m.state, '') <> 'APPOINTMENT')" \
	" OR EXISTS (SELECT 1 FROM main.task r WHERE r.contact_id = m.contact_id AND r.kind = 'READ' AND r.done_at IS NULL" \
	"  AND r.created_at = m.created_at))"

struct message {
	int64_t message_id;          /* set by message_add() */
	bool out, ussd;
	struct str channel, provider_id, case_ref, flow, state, reason;
	const char *status;          /* CONTRACT 5 */
	const char *class;           /* out: "reply", "must_arrive", "once_only" (failures.md O2) */
	int64_t contact_id, point_id, reply_to; /* 0 = none */
	const char *encoding;        /* out: "GSM-7", "UCS-2" */
	size_t segments;
	int64_t created_at, sent_at;
	struct str text;
};

/* key: of the person, or the vault's own when contact_id is 0. */
int message_add(struct db *db, struct message *message, const struct seal_key *key) __attribute__((warn_unused_result));
/* The text, unsealed into the batch's arena.  1, 0, error. */
/* It is of_id, sent again.  -EEXIST: another one is that already. */
int message_mark_again(struct db *db, int64_t message_id, int64_t of_id) __attribute__((warn_unused_result));
int message_text(struct db *db, int64_t message_id, const struct seal_key *key, struct str *text)
	__attribute__((warn_unused_result));
/* SMS of this person received since. */
int message_count_inbound(struct db *db, int64_t contact_id, int64_t since_ms, int64_t *out)
	__attribute__((warn_unused_result));

/* Whether the newest times SMS received from this person since all say text; 1, 0, error.  *parked: the newest of them was not
 * answered. */
int message_repeats(struct db *db, int64_t contact_id, const struct seal_key *key, struct str text, int64_t since_ms, int times,
		    bool *parked) __attribute__((warn_unused_result));

/* ---- outbox */

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
/* ids: the vendor's; more than one: it gave each part of a long message its own. */
int outbox_sent(struct db *db, int64_t message_id, struct str channel, const struct str *ids, size_t count, int64_t now_ms)
	__attribute__((warn_unused_result));
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

/* ---- delivery reports: a state only moves up a rank (failures.md I6, I7) */

enum report_outcome { REPORT_TAKEN, REPORT_LATE, REPORT_CONFLICT, REPORT_HELD };

struct report {
	struct str provider_id;
	struct str client_ref; /* our own reference (the message's number), where the vendor gives it back; else empty.  It
	                        * also finds what has no provider_id: sent, and no answer to it (failures.md O2) */
	const char *status;    /* "sent", "delivered", "failed", "expired", "rejected" */
	struct str reason;
};

/* Of a message in parts: delivered when all are, failed (…) when one is.  *final: the status of the message afterwards. */
int message_report(struct db *db, struct str channel, const struct report *report, int64_t now_ms,
		   enum report_outcome *outcome, char final[16], int64_t *contact_id) __attribute__((warn_unused_result));
/* Held reports of ids that nobody knew in time.  *gone: how many. */
int early_reports_expire(struct db *db, int64_t before_ms, int *gone) __attribute__((warn_unused_result));

#endif
