#include "db/backlog.h"

static int about(struct db *db, enum sql_name name, const struct outbox_item *item, int64_t *out)
{
	struct query q = db_query(db, name);
	bind_i64(&q, item->contact_id);
	bind_i64(&q, item->message_id);
	int rc = db_row(&q);
	*out = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc;
}

int backlog_newer_question(struct db *db, const struct outbox_item *item)
{
	int64_t message_id;
	return about(db, SQL_OUTBOX_NEWER_QUESTION, item, &message_id);
}

int backlog_earlier(struct db *db, const struct outbox_item *item, int64_t *due_ms)
{
	return about(db, SQL_OUTBOX_EARLIER, item, due_ms);
}
