#include "db/lease.h"

#include <errno.h>

int leases_due(struct db *db, int64_t now_ms, struct lease *out, int max)
{
	struct query q = db_query(db, SQL_LEASES_DUE);
	bind_i64(&q, now_ms);
	bind_i64(&q, max);
	int n = 0, rc;
	while ((rc = db_row(&q)) == 1 && n < max) {
		struct lease *l = &out[n++];
		col_copy(&q, 0, l->ref, sizeof l->ref);
		col_copy(&q, 1, l->assigned_to, sizeof l->assigned_to);
		l->early = col_i64(&q, 2) != 0;
		l->acted_at = col_i64(&q, 3);
		l->waiting_at = col_i64(&q, 4);
		l->closed = col_i64(&q, 5) != 0;
		l->snoozed_until = col_i64(&q, 6);
	}
	db_done(&q);
	return rc < 0 ? rc : n;
}

int lease_look_at(struct db *db, struct str ref, int64_t at_ms)
{
	struct query q = db_query(db, SQL_LEASE_LOOK_AT);
	bind_i64(&q, at_ms);
	bind_text(&q, ref);
	return db_run(&q);
}
