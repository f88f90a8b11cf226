#include "db/checkin.h"

#include <stdio.h>
#include <string.h>

/* ---- rows */

static void read_columns(struct query *q, struct checkin *out)
{
	*out = (struct checkin){ .checkin_id = col_i64(q, 0), .due_at = col_i64(q, 4), .next_at = col_i64(q, 5),
				 .closes_at = col_i64(q, 6), .started_at = col_i64(q, 7), .texts = col_i64(q, 8) };
	col_copy(q, 1, out->case_ref, sizeof out->case_ref);
	col_copy(q, 2, out->wave, sizeof out->wave);
	col_copy(q, 3, out->outcome, sizeof out->outcome);
}

static int read_one(struct query *q, struct checkin *out)
{
	int rc = db_row(q);
	if (rc != 1)
		return rc;
	read_columns(q, out);
	db_done(q);
	return 1;
}

static int is_there(struct query *q)
{
	int rc = db_row(q);
	if (rc == 1)
		db_done(q);
	return rc;
}

int checkin_of_wave(struct db *db, struct str ref, struct str wave, struct checkin *out)
{
	struct query q = db_query(db, SQL_CHECKIN_OF_WAVE);
	bind_text(&q, ref);
	bind_text(&q, wave);
	return read_one(&q, out);
}

int checkin_by_id(struct db *db, int64_t checkin_id, struct checkin *out)
{
	struct query q = db_query(db, SQL_CHECKIN_BY_ID);
	bind_i64(&q, checkin_id);
	return read_one(&q, out);
}

int checkin_open(struct db *db, struct str ref, struct checkin *out)
{
	struct query q = db_query(db, SQL_CHECKIN_OPEN);
	bind_text(&q, ref);
	return read_one(&q, out);
}

int checkin_soon(struct db *db, struct str ref, int64_t until_ms, struct checkin *out)
{
	struct query q = db_query(db, SQL_CHECKIN_SOON);
	bind_text(&q, ref);
	bind_i64(&q, until_ms);
	return read_one(&q, out);
}

int checkin_has_newer(struct db *db, const struct checkin *c, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CHECKIN_NEWER);
	bind_z(&q, c->case_ref);
	bind_i64(&q, c->due_at);
	bind_i64(&q, now_ms);
	return is_there(&q);
}

int checkin_before_was_silent(struct db *db, const struct checkin *c)
{
	struct query q = db_query(db, SQL_CHECKIN_BEFORE);
	bind_z(&q, c->case_ref);
	bind_i64(&q, c->due_at);
	int rc = db_row(&q);
	bool silent = rc == 1 && str_eq_z(col_str(&q, 0), "EXPIRED") && col_i64(&q, 1) > 0;
	db_done(&q);
	return rc < 0 ? rc : silent;
}

int checkin_add(struct db *db, struct checkin *c)
{
	c->checkin_id = db_new_id(db);
	struct query q = db_query(db, SQL_CHECKIN_ADD);
	bind_i64(&q, c->checkin_id);
	bind_z(&q, c->case_ref);
	bind_z(&q, c->wave);
	bind_z(&q, c->outcome);
	bind_i64(&q, c->due_at);
	bind_i64_or_null(&q, c->next_at, c->next_at != 0);
	bind_i64(&q, c->closes_at);
	bind_i64_or_null(&q, c->started_at, c->started_at != 0);
	return db_run(&q);
}

int checkin_reschedule(struct db *db, int64_t checkin_id, int64_t due_at, int64_t next_at, int64_t closes_at)
{
	struct query q = db_query(db, SQL_CHECKIN_RESCHEDULE);
	bind_i64(&q, due_at);
	bind_i64(&q, next_at);
	bind_i64(&q, closes_at);
	bind_i64(&q, checkin_id);
	return db_run(&q);
}

int checkin_look_again(struct db *db, int64_t checkin_id, int64_t next_at)
{
	struct query q = db_query(db, SQL_CHECKIN_NEXT_AT);
	bind_i64_or_null(&q, next_at, next_at != 0);
	bind_i64(&q, checkin_id);
	return db_run(&q);
}

int checkin_set_texts(struct db *db, int64_t checkin_id, int64_t texts, int64_t next_at)
{
	struct query q = db_query(db, SQL_CHECKIN_TEXTS);
	bind_i64(&q, texts);
	bind_i64(&q, next_at);
	bind_i64(&q, checkin_id);
	return db_run(&q);
}

int checkin_set_outcome(struct db *db, int64_t checkin_id, const char *outcome, const char *reason, int64_t next_at)
{
	struct query q = db_query(db, SQL_CHECKIN_SET_OUTCOME);
	bind_z(&q, outcome);
	bind_z(&q, reason);
	bind_i64_or_null(&q, next_at, next_at != 0);
	bind_i64(&q, checkin_id);
	return db_run(&q);
}

int checkin_started(struct db *db, int64_t checkin_id, int64_t now_ms, int64_t next_at)
{
	struct query q = db_query(db, SQL_CHECKIN_STARTED);
	bind_i64(&q, now_ms);
	bind_i64(&q, next_at);
	bind_i64(&q, checkin_id);
	return db_run(&q);
}

int checkin_completed(struct db *db, int64_t checkin_id, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CHECKIN_COMPLETED);
	bind_i64(&q, now_ms);
	bind_i64(&q, checkin_id);
	return db_run(&q);
}

int checkins_suppress(struct db *db, struct str ref, const char *reason)
{
	struct query q = db_query(db, SQL_CHECKINS_SUPPRESS);
	bind_z(&q, reason);
	bind_text(&q, ref);
	return db_run(&q);
}

int checkins_due(struct db *db, int64_t now_ms, int64_t *ids, int max)
{
	int n = 0, rc = 0;
	struct query q = db_query(db, SQL_CHECKINS_DUE);
	bind_i64(&q, now_ms);
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1)
		ids[n++] = col_i64(&q, 0);
	return rc < 0 ? rc : n;
}

int checkins_count_due(struct db *db, int64_t now_ms, int64_t *out)
{
	struct query q = db_query(db, SQL_CHECKINS_COUNT_DUE);
	bind_i64(&q, now_ms);
	int rc = db_row(&q);
	*out = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}

int checkins_ahead(struct db *db, int64_t until_ms, struct checkin *rows, int max)
{
	int n = 0, rc = 0;
	struct query q = db_query(db, SQL_CHECKINS_AHEAD);
	bind_i64(&q, until_ms);
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1)
		read_columns(&q, &rows[n++]);
	return rc < 0 ? rc : n;
}

/* ---- who is asked */

int checkin_subject(struct db *db, struct str ref, struct checkin_subject *out)
{
	struct query q = db_query(db, SQL_CHECKIN_SUBJECT);
	bind_text(&q, ref);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	*out = (struct checkin_subject){ .contact_id = col_i64(&q, 1), .consented = col_i64(&q, 8) != 0, .safe = col_i64(&q, 9) != 0,
					 .elsewhere = col_i64(&q, 11) != 0 };
	col_copy(&q, 0, out->ref, sizeof out->ref);
	col_copy(&q, 2, out->status, sizeof out->status);
	col_copy(&q, 3, out->age_band, sizeof out->age_band);
	col_copy(&q, 4, out->contact_pref, sizeof out->contact_pref);
	col_copy(&q, 5, out->tags, sizeof out->tags);
	col_copy(&q, 6, out->returned_on, sizeof out->returned_on);
	col_copy(&q, 7, out->direction, sizeof out->direction);
	col_copy(&q, 10, out->return_country, sizeof out->return_country);
	db_done(&q);
	return 1;
}

int cases_returned(struct db *db, const char after[REF_LEN + 1], char refs[][REF_LEN + 1], int max)
{
	int n = 0, rc = 0;
	struct query q = db_query(db, SQL_CASES_RETURNED);
	bind_text(&q, str_of(after));
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1)
		col_copy(&q, 0, refs[n++], REF_LEN + 1);
	return rc < 0 ? rc : n;
}

/* ---- texts that the schedule sends first */

int scheduled_text_add(struct db *db, int64_t message_id, int64_t checkin_id, const char *kind)
{
	struct query q = db_query(db, SQL_SCHEDULED_TEXT_ADD);
	bind_i64(&q, message_id);
	bind_i64_or_null(&q, checkin_id, checkin_id != 0);
	bind_z(&q, kind);
	return db_run(&q);
}

int scheduled_text_is(struct db *db, int64_t message_id, bool *newer)
{
	struct query q = db_query(db, SQL_SCHEDULED_TEXT_IS);
	bind_i64(&q, message_id);
	int rc = db_row(&q);
	*newer = rc == 1 && col_i64(&q, 0) != 0;
	db_done(&q);
	return rc;
}

static int stamp(struct db *db, enum sql_name name, int64_t message_id, int64_t at_ms)
{
	struct query q = db_query(db, name);
	bind_i64(&q, at_ms);
	bind_i64(&q, message_id);
	return db_run(&q);
}

int scheduled_text_sent(struct db *db, int64_t message_id, int64_t at_ms)
{
	return stamp(db, SQL_SCHEDULED_TEXT_SENT, message_id, at_ms);
}

int scheduled_text_delivered(struct db *db, int64_t message_id, int64_t at_ms)
{
	return stamp(db, SQL_SCHEDULED_TEXT_DELIVERED, message_id, at_ms);
}

int scheduled_text_lost(struct db *db, int64_t message_id, int64_t now_ms)
{
	return stamp(db, SQL_SCHEDULED_TEXT_LOST, message_id, now_ms);
}

int texts_sent_first(struct db *db, int64_t contact_id, int64_t since_ms, int64_t now_ms, int64_t *count, int64_t *last)
{
	struct query q = db_query(db, SQL_TEXTS_SENT_FIRST);
	bind_i64(&q, contact_id);
	bind_i64(&q, since_ms);
	bind_i64(&q, now_ms);
	int rc = db_row(&q);
	*count = rc == 1 ? col_i64(&q, 0) : 0;
	*last = rc == 1 ? col_i64(&q, 1) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}

/* ---- scores */

int checkin_set_score(struct db *db, int64_t checkin_id, const struct checkin_score *score)
{
	struct query q = db_query(db, SQL_CHECKIN_SCORE);
	bind_z(&q, score->instrument);
	bind_z(&q, score->weights_version);
	for (int i = 0; i < 4; i++)
		bind_real_or_null(&q, score->value[i], score->known[i]);
	bind_i64(&q, checkin_id);
	return db_run(&q);
}

int checkin_score_before(struct db *db, const struct checkin *c, const struct checkin_score *now, struct checkin_score *out)
{
	struct query q = db_query(db, SQL_CHECKIN_SCORE_BEFORE);
	bind_z(&q, c->case_ref);
	bind_z(&q, now->instrument);
	bind_z(&q, now->weights_version);
	bind_i64(&q, c->checkin_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	*out = *now;
	for (int i = 0; i < 4; i++) {
		out->known[i] = !col_is_null(&q, i);
		out->value[i] = col_real(&q, i);
	}
	db_done(&q);
	return 1;
}

int checkin_answers(struct db *db, int64_t contact_id, int64_t since_ms, struct checkin_answer *answers, int max)
{
	int n = 0, rc = 0;
	struct query q = db_query(db, SQL_CHECKIN_ANSWERS);
	bind_i64(&q, contact_id);
	bind_i64(&q, since_ms);
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1) {
		struct checkin_answer *a = &answers[n++];
		col_copy(&q, 0, a->state, sizeof a->state);
		col_copy(&q, 1, a->value, sizeof a->value);
		a->answered_at = col_i64(&q, 2);
	}
	return rc < 0 ? rc : n;
}

/* ---- silence */

int point_failures(struct db *db, int64_t point_id, int64_t since_ms, char reasons[][64], int max)
{
	int n = 0, rc = 0;
	struct query q = db_query(db, SQL_POINT_FAILURES);
	bind_i64(&q, point_id);
	bind_i64(&q, since_ms);
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1)
		col_copy(&q, 0, reasons[n++], 64);
	return rc < 0 ? rc : n;
}

int sessions_to_remind(struct db *db, int64_t silent_since_ms, int64_t not_before_ms, int64_t *session_ids, int64_t *contact_ids,
		       int max)
{
	int n = 0, rc = 0;
	struct query q = db_query(db, SQL_SESSIONS_TO_REMIND);
	bind_i64(&q, silent_since_ms);
	bind_i64(&q, not_before_ms);
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1) {
		session_ids[n] = col_i64(&q, 0);
		contact_ids[n++] = col_i64(&q, 1);
	}
	return rc < 0 ? rc : n;
}

int session_reminded(struct db *db, int64_t session_id, int64_t now_ms)
{
	return stamp(db, SQL_SESSION_REMINDED, session_id, now_ms);
}

int sessions_close_silent(struct db *db, int64_t silent_since_ms)
{
	struct query q = db_query(db, SQL_SESSIONS_CLOSE_SILENT);
	bind_i64(&q, silent_since_ms);
	return db_run(&q);
}
