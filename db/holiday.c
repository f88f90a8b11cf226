#include "db/holiday.h"

int holiday_put(struct db *db, const struct holiday *h, struct str name, struct str by, int64_t now_ms)
{
	struct query q = db_query(db, SQL_HOLIDAY_PUT);
	bind_z(&q, h->country);
	bind_z(&q, h->day);
	bind_i64(&q, h->off);
	bind_text_or_null(&q, name);
	bind_text(&q, by);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int holiday_delete(struct db *db, const struct holiday *h)
{
	struct query q = db_query(db, SQL_HOLIDAY_DELETE);
	bind_z(&q, h->country);
	bind_z(&q, h->day);
	return db_run(&q);
}

int holidays_each(struct db *db, int (*each)(const struct holiday *h, void *user), void *user)
{
	int rc;
	struct query q = db_query(db, SQL_HOLIDAYS);
	while ((rc = db_row(&q)) == 1) {
		struct holiday h = { .off = col_i64(&q, 2) != 0 };
		col_copy(&q, 0, h.country, sizeof h.country);
		col_copy(&q, 1, h.day, sizeof h.day);
		rc = each(&h, user);
		if (rc != 0)
			break;
	}
	db_done(&q);
	return rc;
}
