/* The message log: every word in and out.  A row is never deleted while its case lives; its status only moves forward. */
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
	const char *class;           /* out: "reply", "question", "must_arrive", "once_only" (failures.md O2, O12) */
	int64_t contact_id, point_id, reply_to; /* 0 = none */
	const char *encoding;        /* out: "GSM-7", "UCS-2" */
	size_t segments;
	int64_t created_at, sent_at;
	struct str text;
};

/* key: of the person, or the vault's own when contact_id is 0. */
int message_add(struct db *db, struct message *message, const struct seal_key *key) __attribute__((warn_unused_result));
/* It is of_id, sent again.  -EEXIST: another one is that already. */
int message_mark_again(struct db *db, int64_t message_id, int64_t of_id) __attribute__((warn_unused_result));
/* The text, unsealed into the batch's arena.  1, 0, error. */
int message_text(struct db *db, int64_t message_id, const struct seal_key *key, struct str *text)
	__attribute__((warn_unused_result));
/* SMS of this person received since. */
int message_count_inbound(struct db *db, int64_t contact_id, int64_t since_ms, int64_t *out)
	__attribute__((warn_unused_result));

/* Whether the newest times SMS received from this person since all say text; 1, 0, error.  *parked: the newest of them was not
 * answered. */
int message_repeats(struct db *db, int64_t contact_id, const struct seal_key *key, struct str text, int64_t since_ms, int times,
		    bool *parked) __attribute__((warn_unused_result));

#endif
