#include "db/meeting.h"

#include <errno.h>

int meeting_add(struct db *db, struct meeting *m, int64_t now_ms)
{
	m->meeting_id = db_new_id(db);
	struct query q = db_query(db, SQL_MEETING_ADD);
	bind_i64(&q, m->meeting_id);
	bind_text(&q, m->tag);
	bind_text(&q, m->kind);
	bind_text_or_null(&q, m->office);
	bind_text(&q, m->place);
	bind_i64(&q, m->at);
	bind_text(&q, m->by);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int meeting_get(struct db *db, int64_t meeting_id, struct meeting *out)
{
	struct query q = db_query(db, SQL_MEETING_GET);
	bind_i64(&q, meeting_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	*out = (struct meeting){ .meeting_id = meeting_id, .place = arena_str(&db->arena, col_str(&q, 0)), .at = col_i64(&q, 1),
				 .tag = arena_str(&db->arena, col_str(&q, 2)) };
	db_done(&q);
	return out->place.at && out->tag.at ? 1 : -ENOMEM;
}

int appointment_of(struct db *db, int64_t meeting_id, struct str ref, int64_t *appointment_id)
{
	struct query q = db_query(db, SQL_APPOINTMENT_OF_MEETING);
	bind_i64(&q, meeting_id);
	bind_text(&q, ref);
	int rc = db_row(&q);
	*appointment_id = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc;
}

int appointment_add(struct db *db, const struct contact *who, struct appointment *a, int64_t now_ms)
{
	int64_t other;
	int rc = a->meeting_id ? appointment_of(db, a->meeting_id, str_of(a->ref), &other) : 0;
	if (rc != 0)
		return rc < 0 ? rc : -EEXIST;
	a->appointment_id = db_new_id(db);
	struct query q = db_query(db, SQL_APPOINTMENT_ADD);
	bind_i64(&q, a->appointment_id);
	bind_i64_or_null(&q, a->meeting_id, a->meeting_id != 0);
	bind_z(&q, a->ref);
	bind_i64(&q, who->contact_id);
	bind_i64(&q, a->at);
	bind_sealed(&q, &who->key, (struct seal_place){ "appointment.place", a->appointment_id }, a->place);
	bind_text(&q, a->by);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int appointment_get(struct db *db, int64_t appointment_id, const struct contact *who, struct appointment *out)
{
	struct query q = db_query(db, SQL_APPOINTMENT_GET);
	bind_i64(&q, appointment_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	*out = (struct appointment){ .appointment_id = appointment_id, .meeting_id = col_i64(&q, 0), .contact_id = col_i64(&q, 2),
				     .at = col_i64(&q, 3), .message_id = col_i64(&q, 5) };
	col_copy(&q, 1, out->ref, sizeof out->ref);
	rc = who ? col_sealed(&q, 4, &who->key, (struct seal_place){ "appointment.place", appointment_id }, &out->place) : 0;
	db_done(&q);
	return rc == 0 ? 1 : rc;
}

int appointment_texted(struct db *db, int64_t appointment_id, int64_t message_id)
{
	return db_run_ids(db, SQL_APPOINTMENT_TEXTED, message_id, appointment_id);
}

int appointment_attended(struct db *db, int64_t appointment_id, bool came)
{
	return db_run_ids(db, SQL_APPOINTMENT_ATTENDED, came, appointment_id);
}

int appointment_answered(struct db *db, int64_t contact_id, struct str answer, int64_t now_ms)
{
	struct query q = db_query(db, SQL_APPOINTMENT_ANSWERED);
	bind_text(&q, answer);
	bind_i64(&q, now_ms);
	bind_i64(&q, contact_id);
	return db_run(&q);
}
