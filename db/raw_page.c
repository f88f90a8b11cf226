#include "db/raw_page.h"

#include <errno.h>

static struct seal_place place(int64_t page_id)
{
	return (struct seal_place){ "raw_page.body", page_id };
}

int raw_page_put(struct db *db, struct str channel, struct str cursor, struct str body, int64_t now_ms)
{
	int64_t page_id = db_new_id(db);
	struct query q = db_query(db, SQL_RAW_PAGE_PUT);
	bind_i64(&q, page_id);
	bind_text(&q, channel);
	bind_text(&q, cursor);
	bind_i64(&q, now_ms);
	bind_sealed(&q, &db->vault.own, place(page_id), body);
	return db_run(&q);
}

int raw_page_get(struct db *db, struct str channel, struct str *cursor, struct str *body)
{
	struct query q = db_query(db, SQL_RAW_PAGE_GET);
	bind_text(&q, channel);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	*cursor = arena_str(&db->arena, col_str(&q, 1));
	rc = col_sealed(&q, 2, &db->vault.own, place(col_i64(&q, 0)), body);
	db_done(&q);
	return rc != 0 ? rc : cursor->at ? 1 : -ENOMEM;
}

int raw_page_done(struct db *db, struct str channel)
{
	struct query q = db_query(db, SQL_RAW_PAGE_DONE);
	bind_text(&q, channel);
	return db_run(&q);
}
