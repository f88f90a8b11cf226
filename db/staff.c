#include "db/staff.h"

#include <errno.h>

static struct seal_place totp_of(int64_t staff_id)
{
	return (struct seal_place){ "staff.totp", staff_id };
}

/* ---- accounts */

static int take(struct query *q, struct staff *out)
{
	struct arena *arena = &q->db->arena;
	int rc = db_row(q);
	if (rc != 1)
		return rc;
	*out = (struct staff){
		.staff_id = col_i64(q, 0), .user = arena_str(arena, col_str(q, 1)), .name = arena_str(arena, col_str(q, 2)),
		.roles = arena_str(arena, col_str(q, 3)), .offices = arena_str(arena, col_str(q, 4)),
		.language = arena_str(arena, col_str(q, 5)), .state = arena_str(arena, col_str(q, 6)),
		.password = arena_str(arena, col_str(q, 7)), .recovery = arena_str(arena, col_str(q, 8)),
		.demo = col_i64(q, 9) != 0, .shortcuts = col_i64(q, 10) != 0, .totp_step = col_i64(q, 11),
	};
	db_done(q);
	return out->user.at && out->recovery.at ? 1 : -ENOMEM;
}

int staff_by_name(struct db *db, struct str user, struct staff *out)
{
	struct query q = db_query(db, SQL_STAFF_BY_NAME);
	bind_text(&q, user);
	return take(&q, out);
}

int staff_by_id(struct db *db, int64_t staff_id, struct staff *out)
{
	struct query q = db_query(db, SQL_STAFF_BY_ID);
	bind_i64(&q, staff_id);
	return take(&q, out);
}

int staff_add(struct db *db, struct staff *s, int64_t now_ms)
{
	s->staff_id = db_new_id(db);
	struct query q = db_query(db, SQL_STAFF_ADD);
	bind_i64(&q, s->staff_id);
	bind_text(&q, s->user);
	bind_text(&q, s->name);
	bind_text(&q, s->roles);
	bind_text(&q, s->offices);
	bind_text(&q, s->language.len ? s->language : STR("fr"));
	bind_i64(&q, s->demo);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int staff_save(struct db *db, const struct staff *s)
{
	struct query q = db_query(db, SQL_STAFF_SAVE);
	bind_text(&q, s->name);
	bind_text(&q, s->roles);
	bind_text(&q, s->offices);
	bind_text(&q, s->language);
	bind_i64(&q, s->shortcuts);
	bind_text(&q, s->state);
	bind_text(&q, s->recovery);
	bind_i64(&q, s->totp_step);
	bind_i64(&q, s->staff_id);
	return db_run(&q);
}

int staff_signed_in(struct db *db, int64_t staff_id, int64_t now_ms)
{
	struct query q = db_query(db, SQL_STAFF_SIGNED_IN);
	bind_i64(&q, now_ms);
	bind_i64(&q, staff_id);
	return db_run(&q);
}

/* 0; -ENOENT: there is no such account in use. */
static int one_changed(struct query *q)
{
	int changes = 0, rc = db_run_changes(q, &changes);
	return rc != 0 ? rc : changes == 1 ? 0 : -ENOENT;
}

int staff_set_password(struct db *db, int64_t staff_id, struct str password)
{
	struct query q = db_query(db, SQL_STAFF_PASSWORD);
	bind_text(&q, password);
	bind_i64(&q, staff_id);
	return one_changed(&q);
}

int staff_set_totp(struct db *db, int64_t staff_id, struct str totp, int64_t step)
{
	struct query q = db_query(db, SQL_STAFF_TOTP);
	bind_sealed(&q, &db->vault.own, totp_of(staff_id), totp);
	bind_i64(&q, step);
	bind_i64(&q, staff_id);
	return one_changed(&q);
}

int staff_set_recovery(struct db *db, int64_t staff_id, struct str recovery)
{
	struct query q = db_query(db, SQL_STAFF_RECOVERY);
	bind_text(&q, recovery);
	bind_i64(&q, staff_id);
	return one_changed(&q);
}

int staff_enrol(struct db *db, int64_t staff_id, struct str password, struct str totp, struct str recovery)
{
	struct query q = db_query(db, SQL_STAFF_ENROL);
	bind_text(&q, password);
	bind_sealed(&q, &db->vault.own, totp_of(staff_id), totp);
	bind_text(&q, recovery);
	bind_i64(&q, staff_id);
	return db_run(&q);
}

int staff_void(struct db *db, int64_t staff_id)
{
	int rc = db_run_id(db, SQL_STAFF_VOID, staff_id);
	if (rc == 0)
		rc = db_run_id(db, SQL_STAFF_LINKS_END, staff_id);
	return rc == 0 ? staff_sessions_end(db, staff_id) : rc;
}

int staff_admins(struct db *db, int64_t *count)
{
	struct query q = db_query(db, SQL_STAFF_ADMINS);
	int rc = db_row(&q);
	*count = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}

/* ---- links */

int staff_link_add(struct db *db, const unsigned char *hash, int64_t staff_id, struct str totp, int64_t expires_ms)
{
	struct query q = db_query(db, SQL_STAFF_LINK_ADD);
	bind_blob(&q, hash, STAFF_HASH_LEN);
	bind_i64(&q, staff_id);
	bind_sealed(&q, &db->vault.own, totp_of(staff_id), totp);
	bind_i64(&q, expires_ms);
	return db_run(&q);
}

int staff_link_secret(struct db *db, struct str hash, int64_t staff_id, int64_t now_ms, struct str *totp)
{
	struct query q = db_query(db, SQL_STAFF_LINK_SECRET);
	bind_blob_str(&q, hash);
	bind_i64(&q, staff_id);
	bind_i64(&q, now_ms);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	rc = col_sealed(&q, 0, &db->vault.own, totp_of(staff_id), totp);
	db_done(&q);
	return rc != 0 ? rc : totp->at ? 1 : 0;
}

int staff_links_end(struct db *db, int64_t staff_id)
{
	return db_run_id(db, SQL_STAFF_LINKS_END, staff_id);
}

int staff_link_use(struct db *db, struct str hash, int64_t now_ms, int64_t *staff_id)
{
	struct query q = db_query(db, SQL_STAFF_LINK_GET);
	bind_blob_str(&q, hash);
	bind_i64(&q, now_ms);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	*staff_id = col_i64(&q, 0);
	db_done(&q);
	rc = db_run_id(db, SQL_STAFF_LINKS_END, *staff_id);
	return rc == 0 ? 1 : rc;
}

/* ---- sessions */

int staff_session_add(struct db *db, struct str hash, int64_t staff_id, int64_t now_ms)
{
	struct query q = db_query(db, SQL_STAFF_SESSION_ADD);
	bind_blob_str(&q, hash);
	bind_i64(&q, staff_id);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int staff_session_confirm(struct db *db, struct str hash, int64_t now_ms)
{
	struct query q = db_query(db, SQL_STAFF_SESSION_CONFIRM);
	bind_i64(&q, now_ms);
	bind_blob_str(&q, hash);
	return db_run(&q);
}

int staff_session_renew(struct db *db, struct str hash, struct str new_hash, int64_t now_ms)
{
	struct query q = db_query(db, SQL_STAFF_SESSION_RENEW);
	bind_blob_str(&q, new_hash);
	bind_i64(&q, now_ms);
	bind_blob_str(&q, hash);
	return one_changed(&q);
}

int staff_sessions_end_others(struct db *db, int64_t staff_id, struct str but_hash)
{
	struct query q = db_query(db, SQL_STAFF_SESSIONS_END_OTHERS);
	bind_i64(&q, staff_id);
	bind_blob_str(&q, but_hash);
	return db_run(&q);
}

int staff_shut_all(struct db *db)
{
	static const enum sql_name all[] = { SQL_STAFF_SESSIONS_ALL_END, SQL_STAFF_LINKS_ALL_END, SQL_CASES_OPENED_ALL_END };
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof all / sizeof *all; i++) {
		struct query q = db_query(db, all[i]);
		rc = db_run(&q);
	}
	return rc;
}

int staff_session_seen(struct db *db, struct str hash, int64_t now_ms)
{
	struct query q = db_query(db, SQL_STAFF_SESSION_SEEN);
	bind_i64(&q, now_ms);
	bind_blob_str(&q, hash);
	return db_run(&q);
}

int staff_session_end(struct db *db, struct str hash)
{
	struct query q = db_query(db, SQL_STAFF_SESSION_END);
	bind_blob_str(&q, hash);
	return db_run(&q);
}

int staff_sessions_end(struct db *db, int64_t staff_id)
{
	return db_run_id(db, SQL_STAFF_SESSIONS_END, staff_id);
}

int staff_sessions_move(struct db *db, int64_t by_ms)
{
	return db_run_id(db, SQL_STAFF_SESSIONS_MOVE, by_ms);
}

int staff_expire(struct db *db, int64_t seen_before_ms, int64_t now_ms)
{
	int rc = db_run_id(db, SQL_STAFF_SESSIONS_EXPIRE, seen_before_ms);
	if (rc == 0)
		rc = db_run_id(db, SQL_STAFF_LINKS_EXPIRE, now_ms);
	return rc == 0 ? db_run_id(db, SQL_CASE_OPENED_EXPIRE, now_ms) : rc;
}

/* ---- what each has read, opened, drafted */

static int put_of_case(struct db *db, enum sql_name name, int64_t staff_id, struct str ref, int64_t value)
{
	struct query q = db_query(db, name);
	bind_i64(&q, staff_id);
	bind_text(&q, ref);
	bind_i64(&q, value);
	return db_run(&q);
}

int case_read_put(struct db *db, int64_t staff_id, struct str ref, int64_t message_id)
{
	return put_of_case(db, SQL_CASE_READ_PUT, staff_id, ref, message_id);
}

int case_opened_put(struct db *db, int64_t staff_id, struct str ref, int64_t until_ms)
{
	return put_of_case(db, SQL_CASE_OPENED_PUT, staff_id, ref, until_ms);
}

int draft_put(struct db *db, int64_t staff_id, struct str ref, int64_t contact_id, const struct seal_key *key, struct str text,
	      int64_t now_ms)
{
	struct query gone = db_query(db, SQL_DRAFT_DELETE);
	bind_i64(&gone, staff_id);
	bind_text(&gone, ref);
	int rc = db_run(&gone);
	if (rc != 0 || text.len == 0)
		return rc;
	int64_t draft_id = db_new_id(db);
	struct query q = db_query(db, SQL_DRAFT_ADD);
	bind_i64(&q, draft_id);
	bind_i64(&q, staff_id);
	bind_text(&q, ref);
	bind_i64(&q, contact_id);
	bind_sealed(&q, key, (struct seal_place){ "draft.text", draft_id }, text);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

/* ---- canned replies */

int canned_put(struct db *db, struct canned *c, int64_t now_ms)
{
	int changes = 0;
	bool fresh = c->canned_id == 0;
	if (fresh)
		c->canned_id = db_new_id(db);
	struct query q = db_query(db, fresh ? SQL_CANNED_ADD : SQL_CANNED_SAVE);
	bind_text(&q, c->title);
	bind_text(&q, c->fr);
	bind_text(&q, c->en);
	bind_text(&q, c->ar);
	bind_text(&q, c->es);
	bind_text(&q, c->by);
	bind_i64(&q, now_ms);
	bind_i64(&q, c->canned_id);
	int rc = db_run_changes(&q, &changes);
	return rc != 0 ? rc : changes ? 0 : -ENOENT;
}

int canned_delete(struct db *db, int64_t canned_id)
{
	int changes = 0;
	struct query q = db_query(db, SQL_CANNED_DELETE);
	bind_i64(&q, canned_id);
	int rc = db_run_changes(&q, &changes);
	return rc != 0 ? rc : changes ? 0 : -ENOENT;
}
