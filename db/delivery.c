#include "db/delivery.h"

#include "db/checkin.h"

#include <stdio.h>
#include <string.h>

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
	int rc = db_run(&q);
	return rc == 0 && strcmp(status, "delivered") == 0 ? scheduled_text_delivered(db, message_id, now_ms) : rc;
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

static int hold_report(struct db *db, struct str channel, const struct report *report, int64_t now_ms, char final[16])
{
	struct query q = db_query(db, SQL_EARLY_REPORT_ADD);
	bind_text(&q, channel);
	bind_text(&q, report->provider_id);
	bind_z(&q, report->status);
	bind_text_or_null(&q, report->reason);
	bind_i64(&q, now_ms);
	int rc = db_run(&q);
	if (rc != 0)
		return rc;
	/* what the message will be once its id is known */
	struct held held[HELD_REPORTS_MAX];
	int n = held_reports(db, channel, report->provider_id, held);
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
	struct query q = db_query(db, SQL_MESSAGE_STATUS);
	bind_z(&q, final);
	bind_z(&q, conflict);
	bind_i64(&q, message_id);
	return db_run(&q);
}

/* ---- a long SMS whose parts are reported on one by one */

/* 1: *message_id and what the part was so far; 0: no part of that id. */
static int find_part(struct db *db, struct str channel, struct str provider_id, int64_t *message_id, char status[16])
{
	struct query q = db_query(db, SQL_SMS_PART_FIND);
	bind_text(&q, channel);
	bind_text(&q, provider_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	*message_id = col_i64(&q, 0);
	col_copy(&q, 1, status, 16);
	db_done(&q);
	return 1;
}

/* All delivered: delivered.  One of them failed, expired, rejected: so is the whole, a piece of it is no message. */
static int whole_of_parts(struct db *db, int64_t message_id, char whole[16])
{
	bool all = true;
	int rc;
	struct query q = db_query(db, SQL_SMS_PARTS);
	bind_i64(&q, message_id);
	(void)snprintf(whole, 16, "sent");
	while ((rc = db_row(&q)) == 1) {
		bool delivered = str_eq_z(col_str(&q, 0), "delivered");
		all = all && delivered;
		if (!delivered && rank(col_str(&q, 0)) > rank(STR("sent")))
			col_copy(&q, 0, whole, 16);
	}
	if (rc == 0 && all)
		(void)snprintf(whole, 16, "delivered");
	return rc;
}

/* As find_part(); *status becomes what the message is with this report of one part. */
static int part_reported(struct db *db, struct str channel, struct str provider_id, int64_t *message_id, char status[16])
{
	char before[16];
	int rc = find_part(db, channel, provider_id, message_id, before);
	if (rc != 1)
		return rc;
	if (rank(str_of(status)) > rank(str_of(before))) {
		struct query q = db_query(db, SQL_SMS_PART_STATUS);
		bind_z(&q, status);
		bind_text(&q, channel);
		bind_text(&q, provider_id);
		rc = db_run(&q);
		if (rc != 0)
			return rc;
	}
	rc = whole_of_parts(db, *message_id, status);
	return rc == 0 ? 1 : rc;
}

static int add_part(struct db *db, int64_t message_id, struct str channel, struct str provider_id)
{
	struct query q = db_query(db, SQL_SMS_PART_ADD);
	bind_text(&q, channel);
	bind_text(&q, provider_id);
	bind_i64(&q, message_id);
	return db_run(&q);
}

/* ---- whose report it is */

struct reported { /* the message that a report is about */
	int64_t message_id, contact_id;
	char before[16];
};

static int take_row(struct query *q, struct reported *out)
{
	int rc = db_row(q);
	if (rc != 1)
		return rc;
	*out = (struct reported){ .message_id = col_i64(q, 0), .contact_id = col_i64(q, 2) };
	col_copy(q, 4, out->before, sizeof out->before);
	db_done(q);
	return 1;
}

static int by_number(struct db *db, struct str channel, int64_t message_id, struct reported *out)
{
	struct query q = db_query(db, SQL_MESSAGE_BY_REF);
	bind_i64(&q, message_id);
	bind_text(&q, channel);
	return take_row(&q, out);
}

static int by_provider_id(struct db *db, struct str channel, struct str provider_id, struct reported *out)
{
	struct query q = db_query(db, SQL_MESSAGE_FOR_REPORT);
	bind_text(&q, provider_id);
	bind_text(&q, channel);
	return take_row(&q, out);
}

/* By our own reference.  What it says is proof that the attempt is over, whatever becomes of its call. */
static int by_reference(struct db *db, struct str channel, struct str client_ref, struct reported *out)
{
	uint64_t number;
	if (!str_to_u64(client_ref, &number) || number > INT64_MAX)
		return 0;
	int rc = by_number(db, channel, (int64_t)number, out);
	if (rc != 1)
		return rc;
	rc = db_run_id(db, SQL_OUTBOX_DONE, out->message_id);
	return rc == 0 ? 1 : rc;
}

static int find_reported(struct db *db, struct str channel, const struct report *report, char status[16], struct reported *out)
{
	int64_t message_id;
	int rc = part_reported(db, channel, report->provider_id, &message_id, status);
	if (rc == 1)
		return by_number(db, channel, message_id, out);
	if (rc == 0)
		rc = by_provider_id(db, channel, report->provider_id, out);
	return rc == 0 ? by_reference(db, channel, report->client_ref, out) : rc;
}

int delivery_report(struct db *db, struct str channel, const struct report *report, int64_t now_ms,
		    enum report_outcome *outcome, char final[16], int64_t *contact_id)
{
	struct reported message = { 0 };
	char status[16];
	(void)snprintf(status, sizeof status, "%s", report->status);
	int rc = find_reported(db, channel, report, status, &message);
	*contact_id = message.contact_id;
	if (rc == 0) {
		*outcome = REPORT_HELD;
		(void)snprintf(final, 16, "%s", report->status);
		if (report->provider_id.len == 0) /* nothing to find it by later */
			return 0;
		return hold_report(db, channel, report, now_ms, final);
	}
	return rc < 0 ? rc : judge(db, message.message_id, str_of(message.before), status, report->reason, now_ms, outcome, final);
}

/* Reports of one id that came before the answer to the send. */
static int apply_early(struct db *db, struct str channel, struct str provider_id)
{
	struct held held[HELD_REPORTS_MAX];
	int n = held_reports(db, channel, provider_id, held);
	for (int i = 0; i < n; i++) {
		enum report_outcome outcome;
		char final[16];
		int64_t contact_id;
		struct report report = { provider_id, STR(""), held[i].status, str_of(held[i].reason) };
		int rc = delivery_report(db, channel, &report, held[i].at, &outcome, final, &contact_id);
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

int delivery_sent(struct db *db, int64_t message_id, struct str channel, const struct str *ids, size_t count, int64_t now_ms)
{
	struct query q = db_query(db, SQL_MESSAGE_SENT);
	bind_text_or_null(&q, count ? ids[0] : STR(""));
	bind_i64(&q, now_ms);
	bind_i64(&q, message_id);
	int rc = db_run(&q);
	if (rc == 0)
		rc = db_run_id(db, SQL_OUTBOX_DONE, message_id);
	if (rc == 0)
		rc = scheduled_text_sent(db, message_id, now_ms);
	for (size_t i = 0; rc == 0 && count > 1 && i < count; i++)
		rc = add_part(db, message_id, channel, ids[i]);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = apply_early(db, channel, ids[i]);
	return rc;
}

int delivery_reports_expire(struct db *db, int64_t before_ms, int *gone)
{
	struct query q = db_query(db, SQL_EARLY_REPORT_EXPIRE);
	bind_i64(&q, before_ms);
	return db_run_changes(&q, gone);
}
