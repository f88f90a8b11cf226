#include "db/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void bind_id(struct query *q, int64_t id)
{
	bind_i64_or_null(q, id, id != 0);
}

int message_add(struct db *db, struct message *m, const struct seal_key *key)
{
	m->message_id = db_new_id(db);
	struct query q = db_query(db, SQL_MESSAGE_ADD);
	bind_i64(&q, m->message_id);
	bind_z(&q, m->out ? "out" : "in");
	bind_text(&q, m->channel);
	bind_z(&q, m->ussd ? "ussd" : "sms");
	bind_text_or_null(&q, m->provider_id);
	bind_id(&q, m->contact_id);
	bind_id(&q, m->point_id);
	bind_text_or_null(&q, m->case_ref);
	bind_text_or_null(&q, m->flow);
	bind_text_or_null(&q, m->state);
	bind_z(&q, m->status);
	bind_text_or_null(&q, m->reason);
	bind_z(&q, m->class);
	bind_id(&q, m->reply_to);
	bind_z(&q, m->encoding);
	bind_i64_or_null(&q, (int64_t)m->segments, m->segments != 0);
	bind_i64(&q, m->created_at);
	bind_id(&q, m->sent_at);
	bind_sealed(&q, key, (struct seal_place){ "message.text", m->message_id }, m->text);
	return db_run(&q);
}

int message_text(struct db *db, int64_t message_id, const struct seal_key *key, struct str *text)
{
	struct query q = db_query(db, SQL_MESSAGE_TEXT);
	bind_i64(&q, message_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	rc = col_sealed(&q, 0, key, (struct seal_place){ "message.text", message_id }, text);
	db_done(&q);
	return rc == 0 ? 1 : rc;
}

static int one_number(struct query *q, int64_t *out)
{
	int rc = db_row(q);
	bool null = rc == 1 && col_is_null(q, 0);
	*out = rc == 1 ? col_i64(q, 0) : 0;
	db_done(q);
	return rc < 0 ? rc : rc == 1 && !null;
}

int message_count_inbound(struct db *db, int64_t contact_id, int64_t since_ms, int64_t *out)
{
	struct query q = db_query(db, SQL_MESSAGE_COUNT_IN);
	bind_i64(&q, contact_id);
	bind_i64(&q, since_ms);
	int rc = one_number(&q, out);
	return rc < 0 ? rc : 0;
}

/* ---- outbox */

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

int outbox_due(struct db *db, struct str channel, int64_t now_ms, struct outbox_item *items, int max)
{
	int n = 0, rc;
	struct query q = db_query(db, SQL_OUTBOX_DUE);
	bind_text(&q, channel);
	bind_i64(&q, now_ms);
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1) {
		struct str class = col_str(&q, 5);
		items[n++] = (struct outbox_item){ .message_id = col_i64(&q, 0), .expires_at = col_i64(&q, 1),
			.contact_id = col_i64(&q, 2), .point_id = col_i64(&q, 3), .attempts = (unsigned)col_i64(&q, 4),
			.created_at = col_i64(&q, 6), .once_only = str_eq_z(class, "once_only"),
			.must_arrive = str_eq_z(class, "must_arrive") };
	}
	return rc < 0 ? rc : n;
}

int outbox_next_due(struct db *db, struct str channel, int64_t *due_ms)
{
	struct query q = db_query(db, SQL_OUTBOX_NEXT_DUE);
	bind_text(&q, channel);
	return one_number(&q, due_ms);
}

static int run_on(struct db *db, enum sql_name name, int64_t message_id)
{
	struct query q = db_query(db, name);
	bind_i64(&q, message_id);
	return db_run(&q);
}

static int set_status(struct db *db, int64_t message_id, const char *status, const char *reason)
{
	struct query q = db_query(db, SQL_MESSAGE_STATUS);
	bind_z(&q, status);
	bind_z(&q, reason);
	bind_i64(&q, message_id);
	return db_run(&q);
}

int outbox_start(struct db *db, int64_t message_id)
{
	int rc = run_on(db, SQL_MESSAGE_ATTEMPT, message_id);
	return rc == 0 ? run_on(db, SQL_OUTBOX_START, message_id) : rc;
}

int outbox_retry(struct db *db, int64_t message_id, const char *reason, int64_t due_ms)
{
	struct query q = db_query(db, SQL_OUTBOX_LATER);
	bind_i64(&q, due_ms);
	bind_i64(&q, message_id);
	int rc = db_run(&q);
	return rc == 0 ? set_status(db, message_id, "queued", reason) : rc;
}

int outbox_give_up(struct db *db, int64_t message_id, const char *status, const char *reason)
{
	int rc = run_on(db, SQL_OUTBOX_DONE, message_id);
	return rc == 0 ? set_status(db, message_id, status, reason) : rc;
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

int outbox_count(struct db *db, struct str channel, int64_t *out)
{
	struct query q = db_query(db, channel.len ? SQL_OUTBOX_COUNT_CHANNEL : SQL_OUTBOX_COUNT);
	if (channel.len)
		bind_text(&q, channel);
	int rc = one_number(&q, out);
	return rc < 0 ? rc : 0;
}

int outbox_oldest(struct db *db, int64_t *due_ms)
{
	struct query q = db_query(db, SQL_OUTBOX_OLDEST);
	return one_number(&q, due_ms);
}

/* ---- delivery reports */

/* queued < sending < unknown < sent < the final states.  "unknown" may still turn out well. */
static int rank(struct str status)
{
	static const struct { const char *status; int rank; } table[] = {
		{ "queued", 0 }, { "sending", 1 }, { "unknown", 2 }, { "sent", 3 }, { "delivered", 4 }, { "failed", 4 },
		{ "expired", 4 }, { "rejected", 4 }, { "cancelled", 4 },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (str_eq_z(status, table[i].status))
			return table[i].rank;
	return 0;
}

static int take_report(struct db *db, int64_t message_id, const char *status, struct str reason, int64_t now_ms)
{
	struct query q = db_query(db, SQL_MESSAGE_REPORTED);
	bind_z(&q, status);
	bind_text_or_null(&q, reason);
	bind_i64(&q, now_ms);
	bind_i64(&q, message_id);
	return db_run(&q);
}

struct held {
	char status[16], reason[80];
	int64_t at;
};

enum { HELD_REPORTS_MAX = 8 };

/* In the order in which they came.  Returns how many. */
static int held_reports(struct db *db, struct str channel, struct str provider_id, struct held held[HELD_REPORTS_MAX])
{
	int n = 0, rc;
	struct query q = db_query(db, SQL_EARLY_REPORTS);
	bind_text(&q, channel);
	bind_text(&q, provider_id);
	while ((rc = db_row(&q)) == 1) {
		col_copy(&q, 0, held[n].status, sizeof held[n].status);
		col_copy(&q, 1, held[n].reason, sizeof held[n].reason);
		held[n++].at = col_i64(&q, 2);
	}
	return rc < 0 ? rc : n;
}

static int hold_report(struct db *db, struct str channel, struct str provider_id, const char *status, struct str reason,
		       int64_t now_ms, char final[16])
{
	struct query q = db_query(db, SQL_EARLY_REPORT_ADD);
	bind_text(&q, channel);
	bind_text(&q, provider_id);
	bind_z(&q, status);
	bind_text_or_null(&q, reason);
	bind_i64(&q, now_ms);
	int rc = db_run(&q);
	if (rc != 0)
		return rc;
	/* what the message will be once its id is known */
	struct held held[HELD_REPORTS_MAX];
	int n = held_reports(db, channel, provider_id, held);
	(void)snprintf(final, 16, "sent");
	for (int i = 0; i < n; i++)
		if (rank(str_of(held[i].status)) > rank(str_of(final)))
			memcpy(final, held[i].status, sizeof held[i].status);
	return n < 0 ? n : 0;
}

static int judge(struct db *db, int64_t message_id, struct str before, const char *status, struct str reason,
		 int64_t now_ms, enum report_outcome *outcome, char final[16])
{
	char conflict[64];
	if (rank(str_of(status)) > rank(before)) {
		*outcome = REPORT_TAKEN;
		(void)snprintf(final, 16, "%s", status);
		return take_report(db, message_id, status, reason, now_ms);
	}
	(void)snprintf(final, 16, "%.*s", STR_ARG(before));
	*outcome = REPORT_LATE;
	if (rank(before) < 4 || rank(str_of(status)) < 4 || str_eq_z(before, status))
		return 0;
	*outcome = REPORT_CONFLICT; /* final, and another final: the first stands, the second is written beside it */
	(void)snprintf(conflict, sizeof conflict, "then reported %s", status);
	return set_status(db, message_id, final, conflict);
}

int message_report(struct db *db, struct str channel, struct str provider_id, const char *status, struct str reason,
		   int64_t now_ms, enum report_outcome *outcome, char final[16], int64_t *contact_id)
{
	char before[16] = "";
	struct query q = db_query(db, SQL_MESSAGE_FOR_REPORT);
	bind_text(&q, provider_id);
	bind_text(&q, channel);
	int rc = db_row(&q);
	*contact_id = 0;
	if (rc == 0) {
		*outcome = REPORT_HELD;
		return hold_report(db, channel, provider_id, status, reason, now_ms, final);
	}
	if (rc < 0)
		return rc;
	int64_t message_id = col_i64(&q, 0);
	*contact_id = col_i64(&q, 2);
	col_copy(&q, 4, before, sizeof before);
	db_done(&q);
	return judge(db, message_id, str_of(before), status, reason, now_ms, outcome, final);
}

static int apply_early(struct db *db, int64_t message_id, struct str channel, struct str provider_id)
{
	struct held held[HELD_REPORTS_MAX];
	int n = held_reports(db, channel, provider_id, held);
	char now[16] = "sent";
	for (int i = 0; i < n; i++) {
		enum report_outcome outcome;
		int rc = judge(db, message_id, str_of(now), held[i].status, str_of(held[i].reason), held[i].at, &outcome, now);
		if (rc != 0)
			return rc;
	}
	if (n <= 0)
		return n;
	struct query gone = db_query(db, SQL_EARLY_REPORT_DELETE);
	bind_text(&gone, channel);
	bind_text(&gone, provider_id);
	return db_run(&gone);
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

int outbox_sent(struct db *db, int64_t message_id, struct str channel, struct str provider_id, int64_t now_ms)
{
	struct query q = db_query(db, SQL_MESSAGE_SENT);
	bind_text_or_null(&q, provider_id);
	bind_i64(&q, now_ms);
	bind_i64(&q, message_id);
	int rc = db_run(&q);
	if (rc == 0)
		rc = run_on(db, SQL_OUTBOX_DONE, message_id);
	return rc == 0 && provider_id.len ? apply_early(db, message_id, channel, provider_id) : rc;
}

int early_reports_expire(struct db *db, int64_t before_ms)
{
	struct query q = db_query(db, SQL_EARLY_REPORT_EXPIRE);
	bind_i64(&q, before_ms);
	return db_run(&q);
}
