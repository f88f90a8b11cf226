#include "db/work.h"

/* Columns: contact_id, case_ref, level or kind, office, role, taken_by, over. */
static void read_work(const struct query *q, int64_t id, char *word, size_t cap, struct work *out)
{
	out->id = id;
	out->contact_id = col_i64(q, 0);
	col_copy(q, 1, out->case_ref, sizeof out->case_ref);
	col_copy(q, 2, word, cap);
	col_copy(q, 3, out->office, sizeof out->office);
	col_copy(q, 4, out->role, sizeof out->role);
	col_copy(q, 5, out->taken_by, sizeof out->taken_by);
	out->over = col_i64(q, 6) != 0;
}

int alert_get(struct db *db, int64_t alert_id, struct work *out)
{
	struct query q = db_query(db, SQL_ALERT_GET);
	*out = (struct work){ 0 };
	bind_i64(&q, alert_id);
	int rc = db_row(&q);
	if (rc == 1) {
		read_work(&q, alert_id, out->level, sizeof out->level, out);
		db_done(&q);
	}
	return rc;
}

int task_get(struct db *db, int64_t task_id, const struct seal_key *key, struct work *out)
{
	struct query q = db_query(db, SQL_TASK_GET);
	*out = (struct work){ 0 };
	bind_i64(&q, task_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	read_work(&q, task_id, out->kind, sizeof out->kind, out);
	rc = key ? col_sealed(&q, 7, key, (struct seal_place){ "task.note", task_id }, &out->note) : 0;
	db_done(&q);
	return rc == 0 ? 1 : rc;
}

static int taken(struct db *db, enum sql_name name, int64_t id, struct str by, int64_t now_ms)
{
	struct query q = db_query(db, name);
	bind_text_or_null(&q, by);
	bind_i64_or_null(&q, now_ms, by.len > 0);
	bind_i64(&q, id);
	return db_run(&q);
}

int alert_taken(struct db *db, int64_t alert_id, struct str by, int64_t now_ms)
{
	return taken(db, SQL_ALERT_TAKEN, alert_id, by, now_ms);
}

int task_taken(struct db *db, int64_t task_id, struct str by, int64_t now_ms)
{
	return taken(db, SQL_TASK_TAKEN, task_id, by, now_ms);
}

static int over(struct db *db, enum sql_name name, const char *column, int64_t id, const struct seal_key *key, struct str by,
		struct str outcome, struct str words, int64_t now_ms)
{
	struct query q = db_query(db, name);
	bind_i64(&q, now_ms);
	bind_text(&q, by);
	bind_text_or_null(&q, outcome);
	bind_sealed(&q, key, (struct seal_place){ column, id }, words.len ? words : (struct str){ NULL, 0 });
	bind_i64(&q, id);
	return db_run(&q);
}

int alert_close(struct db *db, int64_t alert_id, const struct seal_key *key, struct str by, struct str outcome, struct str action,
		int64_t now_ms)
{
	return over(db, SQL_ALERT_CLOSE, "alert.action", alert_id, key, by, outcome, action, now_ms);
}

int task_done(struct db *db, int64_t task_id, const struct seal_key *key, struct str by, struct str outcome, struct str note,
	      int64_t now_ms)
{
	return over(db, SQL_TASK_DONE, "task.note", task_id, key, by, outcome, note, now_ms);
}

int work_open_of_contact(struct db *db, int64_t contact_id, int64_t *task_id, int64_t *alert_id)
{
	struct query q = db_query(db, SQL_WORK_OPEN_OF_CONTACT);
	bind_i64(&q, contact_id);
	int rc = db_row(&q);
	*task_id = rc == 1 ? col_i64(&q, 0) : 0;
	*alert_id = rc == 1 ? col_i64(&q, 1) : 0;
	if (rc == 1)
		db_done(&q);
	return rc < 0 ? rc : 0;
}

int task_tries(struct db *db, int64_t contact_id, int64_t at[64])
{
	int n = 0, rc;
	struct query q = db_query(db, SQL_TASK_TRIES);
	bind_i64(&q, contact_id);
	while ((rc = db_row(&q)) == 1)
		at[n++] = col_i64(&q, 0);
	return rc < 0 ? rc : n;
}

/* ---- what nobody takes */

int alerts_to_escalate(struct db *db, int64_t now_ms, struct waiting_alert *out, int max)
{
	int n = 0, rc;
	struct query q = db_query(db, SQL_ALERTS_TO_ESCALATE);
	bind_i64(&q, now_ms);
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1) {
		struct waiting_alert *a = &out[n++];
		*a = (struct waiting_alert){ .alert_id = col_i64(&q, 0), .urgent = str_eq_z(col_str(&q, 1), "URGENT"),
					     .raised_at = col_i64(&q, 4), .due_at = col_i64(&q, 5),
					     .escalated = (unsigned)col_i64(&q, 6), .escalate_at = col_i64(&q, 7) };
		col_copy(&q, 2, a->office, sizeof a->office);
		col_copy(&q, 3, a->role, sizeof a->role);
	}
	return rc < 0 ? rc : n;
}

int alert_escalated(struct db *db, int64_t alert_id, unsigned escalated, int64_t next_ms)
{
	struct query q = db_query(db, SQL_ALERT_ESCALATED);
	bind_i64(&q, escalated);
	bind_i64(&q, next_ms);
	bind_i64(&q, alert_id);
	return db_run(&q);
}

static int one(struct query *q, int64_t *out)
{
	int rc = db_row(q);
	*out = rc == 1 ? col_i64(q, 0) : 0;
	db_done(q);
	return rc < 0 ? rc : 0;
}

int alerts_waiting(struct db *db, const char *level, struct str office, int64_t *count)
{
	struct query q = db_query(db, SQL_ALERTS_OPEN_COUNT);
	bind_z(&q, level);
	bind_text(&q, office.len ? office : STR(""));
	return one(&q, count);
}

/* ---- duty phones */

int duty_text_add(struct db *db, int64_t message_id, struct str e164, int64_t now_ms)
{
	unsigned char index[VAULT_INDEX_LEN];
	vault_number_index(&db->vault, e164, index);
	struct query q = db_query(db, SQL_DUTY_TEXT_ADD);
	bind_i64(&q, message_id);
	bind_sealed(&q, &db->vault.own, (struct seal_place){ "duty_text.phone", message_id }, e164);
	bind_blob(&q, index, sizeof index);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int duty_text_last(struct db *db, struct str e164, int64_t *at)
{
	unsigned char index[VAULT_INDEX_LEN];
	vault_number_index(&db->vault, e164, index);
	struct query q = db_query(db, SQL_DUTY_TEXT_LAST);
	bind_blob(&q, index, sizeof index);
	return one(&q, at);
}

int duty_text_phone(struct db *db, int64_t message_id, struct str *e164)
{
	struct query q = db_query(db, SQL_DUTY_TEXT_PHONE);
	bind_i64(&q, message_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	rc = col_sealed(&q, 0, &db->vault.own, (struct seal_place){ "duty_text.phone", message_id }, e164);
	db_done(&q);
	return rc == 0 ? 1 : rc;
}
