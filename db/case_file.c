#include "db/case_file.h"

#include <errno.h>

static int note_is_of(struct db *db, int64_t note_id, struct str ref)
{
	struct query q = db_query(db, SQL_NOTE_IS_OF);
	bind_i64(&q, note_id);
	bind_text(&q, ref);
	int rc = db_row(&q);
	if (rc == 1)
		db_done(&q);
	return rc;
}

int note_add(struct db *db, const struct contact *who, struct note *note, int64_t now_ms)
{
	int rc = note->corrects ? note_is_of(db, note->corrects, note->ref) : 1;
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	note->note_id = db_new_id(db);
	struct query q = db_query(db, SQL_NOTE_ADD);
	bind_i64(&q, note->note_id);
	bind_text(&q, note->ref);
	bind_i64(&q, who->contact_id);
	bind_i64(&q, now_ms);
	bind_text(&q, note->author);
	bind_sealed(&q, &who->key, (struct seal_place){ "note.text", note->note_id }, note->text);
	bind_i64_or_null(&q, note->corrects, note->corrects != 0);
	return db_run(&q);
}

static int find_other(struct db *db, const unsigned char index[VAULT_INDEX_LEN], struct str ref, char other[REF_LEN + 1])
{
	struct query q = db_query(db, SQL_CASE_EXTERNAL_OTHER);
	bind_blob(&q, index, VAULT_INDEX_LEN);
	bind_text(&q, ref);
	int rc = db_row(&q);
	if (rc == 1) {
		col_copy(&q, 0, other, REF_LEN + 1);
		db_done(&q);
	}
	return rc < 0 ? rc : 0;
}

int case_set_external(struct db *db, struct str ref, const struct contact *who, struct str id, struct str by, int64_t now_ms,
		      char other[REF_LEN + 1])
{
	unsigned char index[VAULT_INDEX_LEN];
	vault_fingerprint(&db->vault, (struct str[]){ STR("external"), id }, 2, index);
	other[0] = '\0';
	int rc = id.len ? find_other(db, index, ref, other) : 0;
	if (rc != 0)
		return rc;
	struct query q = db_query(db, SQL_CASE_EXTERNAL);
	bind_sealed(&q, &who->key, (struct seal_place){ "case.external_id", case_row_number(ref) },
		    id.len ? id : (struct str){ NULL, 0 });
	bind_blob(&q, id.len ? index : NULL, sizeof index);
	bind_i64(&q, now_ms);
	bind_text(&q, by);
	bind_text(&q, ref);
	return db_run(&q);
}

int case_set_mentor(struct db *db, struct str ref, struct str mentor, struct str by, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CASE_MENTOR);
	bind_text_or_null(&q, mentor);
	bind_i64(&q, now_ms);
	bind_text(&q, by);
	bind_text(&q, ref);
	return db_run(&q);
}

int contact_set_source(struct db *db, int64_t contact_id, struct str point)
{
	struct query q = db_query(db, SQL_CONTACT_SOURCE);
	bind_text(&q, point);
	bind_i64(&q, contact_id);
	return db_run(&q);
}

int case_take_source(struct db *db, struct str ref)
{
	struct query q = db_query(db, SQL_CASE_SOURCE);
	bind_text(&q, ref);
	return db_run(&q);
}

int cases_of_contact_since(struct db *db, int64_t contact_id, int64_t since_ms, int64_t *count)
{
	struct query q = db_query(db, SQL_CASES_OF_CONTACT_SINCE);
	bind_i64(&q, contact_id);
	bind_i64(&q, since_ms);
	int rc = db_row(&q);
	*count = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}
