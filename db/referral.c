#include "db/referral.h"

#include "flows/date.h"

#include <stdio.h>

/* The day in UTC: programme and partners live within an hour or two of it. */
static void day_of(int64_t at_ms, char day[16])
{
	struct date d = date_of_days(at_ms / (24 * 3600 * 1000));
	(void)snprintf(day, 16, "%04d-%02d-%02d", d.year % 10000, d.month % 100, d.day % 100);
}

int referral_add(struct db *db, struct referral *r, int64_t now_ms)
{
	char today[16];
	day_of(now_ms, today);
	r->referral_id = db_new_id(db);
	struct query q = db_query(db, SQL_REFERRAL_ADD);
	bind_i64(&q, r->referral_id);
	bind_text(&q, r->ref);
	bind_text(&q, r->service);
	bind_text(&q, r->organisation);
	bind_z(&q, today);
	bind_text_or_null(&q, r->feedback_due);
	bind_text(&q, r->by);
	return db_run(&q);
}

int referral_case(struct db *db, int64_t referral_id, char ref[REF_LEN + 1])
{
	struct query q = db_query(db, SQL_REFERRAL_CASE);
	bind_i64(&q, referral_id);
	int rc = db_row(&q);
	if (rc == 1) {
		col_copy(&q, 0, ref, REF_LEN + 1);
		db_done(&q);
	}
	return rc;
}

int referral_outcome(struct db *db, int64_t referral_id, struct str outcome, int64_t now_ms)
{
	char today[16];
	day_of(now_ms, today);
	struct query q = db_query(db, SQL_REFERRAL_OUTCOME);
	bind_text(&q, outcome);
	bind_z(&q, today);
	bind_i64(&q, referral_id);
	return db_run(&q);
}
