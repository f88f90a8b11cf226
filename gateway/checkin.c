#include "gateway/checkin.h"

#include "db/message.h"

#include <errno.h>
#include <stdio.h>

/* What becomes of the row, and of its outcome. */
static const struct {
	const char *what, *outcome;
} known[] = {
	{ "STARTED", "STARTED" }, { "COMPLETED", "COMPLETED" }, { "REFUSED", "REFUSED" }, { "WRONG_PERSON", "WRONG_PERSON" },
	{ "UNPROVED", NULL }, { "LATER", NULL }, { "PROBLEM", NULL },
};

static int open_row(struct casework *w, int64_t *checkin_id)
{
	struct query q = db_query(&w->g->db, SQL_CHECKIN_OPEN);
	bind_text(&q, str_of(w->case_ref));
	int rc = db_row(&q);
	*checkin_id = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}

static int set_outcome(struct casework *w, int64_t checkin_id, const char *outcome)
{
	struct query q = db_query(&w->g->db, SQL_CHECKIN_OUTCOME);
	bind_z(&q, outcome);
	bind_i64(&q, w->now_ms);
	bind_i64(&q, checkin_id);
	return db_run(&q);
}

static int begin_spontaneous(struct casework *w)
{
	struct query q = db_query(&w->g->db, SQL_CHECKIN_SPONTANEOUS);
	bind_i64(&q, db_new_id(&w->g->db));
	bind_text(&q, str_of(w->case_ref));
	bind_i64(&q, w->now_ms);
	return db_run(&q);
}

/* 4, "this is not me": nothing is ever sent to this number for this person again; somebody looks for the person. */
static int wrong_person(struct casework *w)
{
	struct effect data = { .kind = EFFECT_ALERT, .a = STR("WRONG_PERSON"), .b = STR("DATA"), .c = STR("this is not me"),
			       .d = STR("counsellor"), .due_minutes = 5 * 24 * 60 };
	int rc = casework_apply_one(w, &data);
	if (rc == 0)
		rc = point_set_status(&w->g->db, w->who->point_id, "INVALID", w->now_ms);
	return rc == 0 ? outbox_cancel_automatic(&w->g->db, w->who->contact_id, "this is not the person") : rc;
}

int checkin_note(struct casework *w, struct str what)
{
	int64_t checkin_id;
	if (!w->case_ref[0]) /* closed meanwhile: what was answered is kept, no row waits for it */
		return 0;
	if (str_eq_z(what, "SPONTANEOUS"))
		return begin_spontaneous(w);
	int rc = open_row(w, &checkin_id);
	for (size_t i = 0; rc == 0 && checkin_id && i < sizeof known / sizeof *known; i++)
		if (str_eq_z(what, known[i].what) && known[i].outcome)
			rc = set_outcome(w, checkin_id, known[i].outcome);
	return rc == 0 && str_eq_z(what, "WRONG_PERSON") ? wrong_person(w) : rc;
}
