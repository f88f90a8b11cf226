#include "db/import.h"

int import_note(struct db *db, struct str kind, struct str bytes, int64_t rows, int64_t now_ms)
{
	unsigned char file[VAULT_INDEX_LEN];
	vault_fingerprint(&db->vault, (struct str[]){ STR("import"), kind, bytes }, 3, file);
	struct query q = db_query(db, SQL_IMPORTED_ADD);
	bind_blob(&q, file, sizeof file);
	bind_text(&q, kind);
	bind_i64(&q, rows);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int case_history_clear(struct db *db, struct str ref)
{
	struct query q = db_query(db, SQL_CASE_HISTORY_CLEAR);
	bind_text(&q, ref);
	return db_run(&q);
}

int case_history_add(struct db *db, struct str ref, struct str status, struct str by, int64_t at_ms)
{
	struct query q = db_query(db, SQL_CASE_HISTORY_ADD);
	bind_text(&q, ref);
	bind_i64(&q, at_ms);
	bind_text(&q, by);
	bind_text(&q, status);
	return db_run(&q);
}

int historic_put(struct db *db, const struct historic_total *t)
{
	struct query q = db_query(db, SQL_HISTORIC_PUT);
	bind_text(&q, t->direction);
	bind_i64(&q, t->year_from);
	bind_i64(&q, t->year_to);
	bind_i64(&q, t->persons);
	bind_i64_or_null(&q, t->requests, t->requests >= 0);
	bind_i64(&q, t->approximate);
	bind_text(&q, t->source);
	return db_run(&q);
}
