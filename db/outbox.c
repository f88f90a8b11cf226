#include "db/outbox.h"

#include <errno.h>
#include <string.h>

int outbox_add(struct db *db, int64_t message_id, struct str channel, int rank, int64_t due_ms, int64_t expires_ms)
{
	struct query q = db_query(db, SQL_OUTBOX_ADD);
	bind_i64(&q, message_id);
	bind_text(&q, channel);
	bind_i64(&q, rank);
	bind_i64(&q, due_ms);
	bind_i64_or_null(&q, expires_ms, expires_ms != 0);
	return db_run(&q);
}

int outbox_due(struct db *db, struct str channel, int64_t now_ms, int worst, struct outbox_item *items, int max)
{
	int n = 0, rc;
	struct query q = db_query(db, SQL_OUTBOX_DUE);
	bind_text(&q, channel);
	bind_i64(&q, now_ms);
	bind_i64(&q, worst);
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1) {
		struct str class = col_str(&q, 5);
		items[n++] = (struct outbox_item){ .message_id = col_i64(&q, 0), .expires_at = col_i64(&q, 1),
			.contact_id = col_i64(&q, 2), .point_id = col_i64(&q, 3), .attempts = (unsigned)col_i64(&q, 4),
			.created_at = col_i64(&q, 6), .once_only = str_eq_z(class, "once_only"),
			.must_arrive = str_eq_z(class, "must_arrive"), .question = str_eq_z(class, "question"),
			.first = col_i64(&q, 7) != OUTBOX_ANSWER };
	}
	return rc < 0 ? rc : n;
}

int outbox_next_due(struct db *db, struct str channel, int worst, int64_t *due_ms)
{
	struct query q = db_query(db, SQL_OUTBOX_NEXT_DUE);
	bind_text(&q, channel);
	bind_i64(&q, worst);
	return db_number(&q, due_ms);
}

static int set_status(struct db *db, enum sql_name how, int64_t message_id, const char *status, const char *reason)
{
	struct query q = db_query(db, how);
	bind_z(&q, status);
	bind_z(&q, reason);
	bind_i64(&q, message_id);
	return db_run(&q);
}

int outbox_parked(struct db *db, int64_t *count)
{
	struct query q = db_query(db, SQL_OUTBOX_PARKED_COUNT);
	int rc = db_number(&q, count);
	return rc < 0 ? rc : 0;
}

int outbox_parked_release(struct db *db, int64_t *count)
{
	int n;
	struct query q = db_query(db, SQL_OUTBOX_UNPARK);
	int rc = db_run_changes(&q, &n);
	*count = n;
	return rc;
}

int outbox_parked_drop(struct db *db, int64_t *count)
{
	for (*count = 0;; ++*count) {
		int64_t message_id;
		struct query q = db_query(db, SQL_OUTBOX_PARKED_NEXT);
		int rc = db_number(&q, &message_id);
		if (rc != 1)
			return rc;
		rc = outbox_give_up(db, message_id, "cancelled", "restored");
		if (rc != 0)
			return rc;
	}
}

int outbox_start(struct db *db, int64_t message_id)
{
	int rc = db_run_id(db, SQL_MESSAGE_ATTEMPT, message_id);
	return rc == 0 ? db_run_id(db, SQL_OUTBOX_START, message_id) : rc;
}

int outbox_hand_out(struct db *db, int64_t message_id, int64_t confirm_by_ms)
{
	int rc = db_run_id(db, SQL_MESSAGE_ATTEMPT, message_id);
	if (rc != 0)
		return rc;
	struct query q = db_query(db, SQL_OUTBOX_HANDED);
	bind_i64(&q, confirm_by_ms);
	bind_i64(&q, message_id);
	return db_run(&q);
}

int outbox_wait(struct db *db, int64_t message_id, int64_t due_ms)
{
	struct query q = db_query(db, SQL_OUTBOX_LATER);
	bind_i64(&q, due_ms);
	bind_i64(&q, message_id);
	return db_run(&q);
}

int outbox_retry(struct db *db, int64_t message_id, const char *reason, int64_t due_ms)
{
	int rc = outbox_wait(db, message_id, due_ms);
	return rc == 0 ? set_status(db, SQL_MESSAGE_UNFINISHED, message_id, "queued", reason) : rc;
}

int outbox_give_up(struct db *db, int64_t message_id, const char *status, const char *reason)
{
	int rc = db_run_id(db, SQL_OUTBOX_DONE, message_id);
	return rc == 0 ? set_status(db, SQL_MESSAGE_UNFINISHED, message_id, status, reason) : rc;
}

/* Ids first, changes after: a statement is not changed under its own feet. */
static int list_ids(struct query *q, int64_t *ids, int max)
{
	int n = 0, rc = 0;
	while (n < max && (rc = db_row(q)) == 1)
		ids[n++] = col_i64(q, 0);
	if (n == max)
		db_done(q);
	return rc < 0 ? rc : n;
}

static int give_up_all(struct db *db, const int64_t *ids, int n, const char *status, const char *reason)
{
	int rc = n < 0 ? n : 0;
	for (int i = 0; rc == 0 && i < n; i++)
		rc = outbox_give_up(db, ids[i], status, reason);
	return rc;
}

int outbox_interrupted(struct db *db)
{
	int64_t ids[256];
	int total = 0, n;
	do {
		struct query q = db_query(db, SQL_OUTBOX_INTERRUPTED);
		n = list_ids(&q, ids, 256);
		int rc = give_up_all(db, ids, n, "unknown", "interrupted");
		if (rc != 0)
			return rc;
		total += n;
	} while (n == 256);
	return total;
}

int outbox_unconfirmed(struct db *db, struct str channel, int64_t now_ms)
{
	int64_t ids[256];
	struct query q = db_query(db, SQL_OUTBOX_OVERDUE);
	bind_text(&q, channel);
	bind_i64(&q, now_ms);
	int n = list_ids(&q, ids, 256);
	int rc = give_up_all(db, ids, n, "unknown", "not confirmed by the phone");
	return rc == 0 ? n : rc;
}

int outbox_cancel_for_number(struct db *db, const unsigned char index[VAULT_INDEX_LEN], const char *reason)
{
	int64_t ids[256];
	int n;
	do {
		struct query q = db_query(db, SQL_OUTBOX_CANCEL_LIST);
		bind_blob(&q, index, VAULT_INDEX_LEN);
		n = list_ids(&q, ids, 256);
		int rc = give_up_all(db, ids, n, "cancelled", reason);
		if (rc != 0)
			return rc;
	} while (n == 256);
	return 0;
}

int outbox_cancel_automatic(struct db *db, int64_t contact_id, const char *reason)
{
	int64_t ids[256];
	struct query q = db_query(db, SQL_OUTBOX_CANCEL_AUTOMATIC);
	bind_i64(&q, contact_id);
	int n = list_ids(&q, ids, 256); /* the limit of unsolicited texts keeps it far below */
	return give_up_all(db, ids, n, "cancelled", reason);
}

int outbox_count(struct db *db, struct str channel, int64_t *out)
{
	struct query q = db_query(db, channel.len ? SQL_OUTBOX_COUNT_CHANNEL : SQL_OUTBOX_COUNT);
	if (channel.len)
		bind_text(&q, channel);
	int rc = db_number(&q, out);
	return rc < 0 ? rc : 0;
}

int outbox_oldest(struct db *db, int64_t *due_ms)
{
	struct query q = db_query(db, SQL_OUTBOX_OLDEST);
	return db_number(&q, due_ms);
}

int outbox_is_under_way(struct db *db, int64_t message_id, struct str channel)
{
	struct query q = db_query(db, SQL_OUTBOX_UNDER_WAY);
	bind_i64(&q, message_id);
	bind_text(&q, channel);
	int rc = db_row(&q);
	if (rc == 1)
		db_done(&q);
	return rc;
}

/* ---- what else is on its way to the same person */

static int about(struct db *db, enum sql_name name, const struct outbox_item *item, int64_t *out)
{
	struct query q = db_query(db, name);
	bind_i64(&q, item->contact_id);
	bind_i64(&q, item->message_id);
	int rc = db_row(&q);
	*out = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc;
}

int outbox_newer_question(struct db *db, const struct outbox_item *item)
{
	int64_t message_id;
	return about(db, SQL_OUTBOX_NEWER_QUESTION, item, &message_id);
}

int outbox_earlier(struct db *db, const struct outbox_item *item, int64_t *due_ms)
{
	return about(db, SQL_OUTBOX_EARLIER, item, due_ms);
}
