#include "db/message.h"

#include <errno.h>
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
	int rc = db_run(&q);
	return rc == 0 ? message_hours_note(db, m) : rc;
}

int message_mark_again(struct db *db, int64_t message_id, int64_t of_id)
{
	struct query q = db_query(db, SQL_MESSAGE_MARK_AGAIN);
	bind_i64(&q, of_id);
	bind_i64(&q, message_id);
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

int message_count_inbound(struct db *db, int64_t contact_id, int64_t since_ms, int64_t *out)
{
	struct query q = db_query(db, SQL_MESSAGE_COUNT_IN);
	bind_i64(&q, contact_id);
	bind_i64(&q, since_ms);
	int rc = db_number(&q, out);
	return rc < 0 ? rc : 0;
}

int message_repeats(struct db *db, int64_t contact_id, const struct seal_key *key, struct str text, int64_t since_ms, int times,
		    bool *parked)
{
	struct query q = db_query(db, SQL_MESSAGES_NEWEST_IN);
	int same = 0, rc;
	bind_i64(&q, contact_id);
	bind_i64(&q, since_ms);
	bind_i64(&q, times);
	while ((rc = db_row(&q)) == 1) {
		struct str before;
		rc = col_sealed(&q, 2, key, (struct seal_place){ "message.text", col_i64(&q, 0) }, &before);
		if (rc != 0 || !before.at || !str_eq(before, text))
			break;
		if (same++ == 0)
			*parked = str_eq_z(col_str(&q, 1), "parked");
	}
	db_done(&q);
	return rc < 0 ? rc : same == times;
}
