#include "db/glass.h"

#include <errno.h>

int glass_add(struct db *db, const struct glass *g, const struct seal_key *key)
{
	int64_t glass_id = db_new_id(db);
	struct query q = db_query(db, SQL_GLASS_ADD);
	bind_i64(&q, glass_id);
	bind_i64(&q, g->staff_id);
	bind_text(&q, g->user);
	bind_text(&q, g->ref);
	bind_i64(&q, g->contact_id);
	bind_i64(&q, g->at);
	bind_i64(&q, g->until);
	bind_sealed(&q, key, (struct seal_place){ "glass.reason", glass_id }, g->reason);
	return db_run(&q);
}

int glass_review(struct db *db, int64_t glass_id, struct str by, struct str finding, int64_t now_ms)
{
	int changes = 0;
	struct query q = db_query(db, SQL_GLASS_REVIEW);
	bind_text(&q, by);
	bind_i64(&q, now_ms);
	bind_text(&q, finding);
	bind_i64(&q, glass_id);
	int rc = db_run_changes(&q, &changes);
	return rc != 0 ? rc : changes == 1 ? 0 : -EALREADY;
}
