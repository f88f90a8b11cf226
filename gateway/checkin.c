#include "gateway/checkin.h"

#include "db/outbox.h"
#include "gateway/calendar.h"
#include "gateway/checkin_score.h"
#include "gateway/schedule_case.h"

#include <errno.h>
#include <string.h>

#define HOUR_MS ((int64_t)3600 * 1000)
#define ANSWERING_MS (72 * HOUR_MS) /* domain.md 2.3: how long a conversation by SMS stays open */

/* A returnee gives news without being asked. */
static int begin_spontaneous(struct casework *w)
{
	struct checkin c = { .wave = "SPONT", .outcome = "STARTED", .due_at = w->now_ms, .started_at = w->now_ms,
			     .next_at = w->now_ms + ANSWERING_MS, .closes_at = w->now_ms + ANSWERING_MS };
	memcpy(c.case_ref, w->case_ref, sizeof c.case_ref);
	return checkin_add(&w->g->db, &c);
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

/* "Later": in two days, in that day's permitted time. */
static int later(struct casework *w, const struct checkin *c)
{
	struct str iso = str_of(w->who->country);
	int64_t day = calendar_day(&w->g->config, iso, w->now_ms) + 2;
	int64_t next = calendar_due(&w->g->config, iso, day, checkin_jitter(str_of(c->case_ref), str_of(c->wave), 9));
	return checkin_look_again(&w->g->db, c->checkin_id, next > 0 && next < c->closes_at ? next : c->closes_at);
}

static int note(struct casework *w, const struct checkin *c, struct str what)
{
	struct db *db = &w->g->db;
	int64_t end = w->now_ms + ANSWERING_MS < c->closes_at ? w->now_ms + ANSWERING_MS : c->closes_at;
	if (str_eq_z(what, "STARTED"))
		return checkin_started(db, c->checkin_id, w->now_ms, end);
	if (str_eq_z(what, "COMPLETED")) {
		int rc = checkin_completed(db, c->checkin_id, w->now_ms);
		return rc == 0 ? checkin_score(w, c) : rc;
	}
	if (str_eq_z(what, "REFUSED") || str_eq_z(what, "WRONG_PERSON"))
		return checkin_set_outcome(db, c->checkin_id, str_eq_z(what, "REFUSED") ? "REFUSED" : "WRONG_PERSON", NULL, 0);
	if (str_eq_z(what, "LATER"))
		return later(w, c);
	if (str_eq_z(what, "UNPROVED")) /* a person calls: no more texts */
		return checkin_set_texts(db, c->checkin_id, CHECKIN_CALLED, c->closes_at);
	return 0;
}

int checkin_note(struct casework *w, struct str what)
{
	struct checkin c;
	if (!w->case_ref[0]) /* closed meanwhile: what was answered is kept, no row waits for it */
		return 0;
	if (str_eq_z(what, "SPONTANEOUS"))
		return begin_spontaneous(w);
	int rc = checkin_open(&w->g->db, str_of(w->case_ref), &c);
	if (rc == 1)
		rc = note(w, &c, what);
	return rc == 0 && str_eq_z(what, "WRONG_PERSON") ? wrong_person(w) : rc;
}
