#include "gateway/schedule.h"

#include "db/ledger.h"
#include "db/outbox.h"
#include "gateway/calendar.h"
#include "gateway/clock_watch.h"
#include "gateway/event_json.h"
#include "gateway/log.h"
#include "gateway/outbox.h"
#include "gateway/schedule_case.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_MS = 15 * 1000, SOON_MS = 50, STEPS_MAX = 16, CASES_AT_ONCE = 20, DUE_AT_ONCE_MAX = 200, LIST_MAX = 500 };
#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define BETWEEN_TEXTS_MS (10 * MINUTE_MS) /* failures.md O12: after an outage a phone does not ring for each */

struct one_step {
	struct batch_item item;
	struct schedule *schedule;
	int64_t checkin_id;
};

struct pause_item { /* writes that it pauses */
	struct batch_item item;
	struct schedule *schedule;
};

struct schedule {
	struct batch_item look;      /* what is due? */
	struct pause_item pause;
	struct timer timer;
	struct gateway *g;
	struct clock_watch watch;
	bool paused, pause_waiting, started, more;
	char why[128];
	struct one_step steps[STEPS_MAX];
	int64_t due[STEPS_MAX];
	int due_count, running;      /* items in the batch */
	int64_t planned_day;         /* cases were gone through for this day (UTC) */
	char planned_to[REF_LEN + 1];
};

/* ---- pausing */

static int write_pause(struct db *db, const char *why, int64_t now_ms)
{
	char rule[200];
	(void)snprintf(rule, sizeof rule, "%s: texts that nobody asked for wait; `wasl schedule list`, then `wasl schedule resume`",
		       why);
	struct alert_row alert = { .level = STR("HIGH"), .role = STR("admin"), .kind = STR("CHANNEL"), .rule = str_of(rule),
				   .raised_at = now_ms, .due_at = now_ms + 3600 * 1000 };
	int rc = setting_put(db, "schedule", why);
	if (rc == 0)
		rc = audit_add(db, now_ms, STR("wasl"), STR("schedule.pause"), STR("schedule"), str_of(why));
	return rc == 0 ? alert_add(db, &alert, &db->vault.own) : rc;
}

static int run_pause(struct batch_item *item, struct db *db)
{
	struct schedule *s = ((struct pause_item *)item)->schedule;
	return write_pause(db, s->why, gateway_now(s->g));
}

static void pause_done(struct batch_item *item, int result)
{
	struct schedule *s = ((struct pause_item *)item)->schedule;
	s->pause_waiting = false;
	if (result != 0) /* it pauses all the same; the next look writes it */
		log_event(LOG_WARN, "the schedule's pause was not written", "error=%d", -result);
	log_event(LOG_WARN, "the schedule pauses: see wasl schedule list", NULL);
}

static void pause(struct schedule *s)
{
	if (s->paused)
		return;
	s->paused = true;
	if (s->pause_waiting)
		return;
	s->pause = (struct pause_item){ { .run = run_pause, .done = pause_done }, s };
	s->pause_waiting = true;
	batch_add(&s->g->batch, &s->pause.item);
}

static void look_at_clock(struct schedule *s)
{
	int64_t jump = clock_watch_look(&s->watch, gateway_now(s->g), clock_boot_ms() + s->g->boot_offset_ms);
	if (!jump || s->paused)
		return;
	(void)snprintf(s->why, sizeof s->why, "the clock jumped by %+lld s", (long long)(jump / 1000));
	pause(s);
}

int schedule_worst_rank(struct gateway *g)
{
	if (!g->schedule)
		return OUTBOX_FIRST;
	look_at_clock(g->schedule);
	return g->schedule->paused ? OUTBOX_ANSWER : OUTBOX_FIRST;
}

bool schedule_is_paused(struct db *db, char why[128])
{
	why[0] = '\0';
	return setting_get(db, "schedule", why, 128) == 1 && why[0] != '\0' && strcmp(why, "runs") != 0;
}

int schedule_resume(struct db *db, int64_t now_ms)
{
	int rc = setting_put(db, "schedule", "runs");
	return rc == 0 ? audit_add(db, now_ms, STR("administrator"), STR("schedule.resume"), STR("schedule"), STR("")) : rc;
}

void schedule_resumed(struct gateway *g)
{
	struct schedule *s = g->schedule;
	if (!s)
		return;
	s->paused = false;
	s->watch = (struct clock_watch){ 0 };
	schedule_tick(g);
	outbox_wake(g);
}

/* ---- a text is about to leave */

int schedule_hold(struct gateway *g, const struct outbox_item *row, const struct point *to, int64_t now_ms, int64_t *until,
		  const char **why)
{
	bool newer;
	int64_t count, last;
	*until = 0;
	int rc = scheduled_text_is(&g->db, row->message_id, &newer);
	if (rc < 0)
		return rc;
	if (rc == 1 && newer) {
		*why = "a newer one stands";
		return 0;
	}
	/* A text of the staff has its hour when it is written; what an outage held back waits for the next permitted one. */
	bool held_back = now_ms - row->created_at > ANSWER_AT_ONCE_MS;
	int64_t permitted = rc == 1 || held_back ? calendar_next_permitted(&g->config, str_of(to->country), now_ms) : now_ms;
	if (permitted > now_ms)
		*until = permitted;
	if (*until || !row->once_only)
		return 0;
	rc = texts_sent_first(&g->db, row->contact_id, now_ms - BETWEEN_TEXTS_MS - DAY_MS, now_ms, &count, &last);
	if (rc == 0 && last + BETWEEN_TEXTS_MS > now_ms)
		*until = last + BETWEEN_TEXTS_MS;
	return rc;
}

/* ---- looking */

static void again(struct schedule *s, int64_t in_ms)
{
	if (timer_set(s->g->loop, &s->timer, in_ms) != 0)
		log_event(LOG_ERROR, "the schedule cannot set its timer", NULL);
}

/* Once a day every case of somebody who went home, a few at a time. */
static int plan_cases(struct schedule *s, struct db *db, int64_t now_ms)
{
	char refs[CASES_AT_ONCE][REF_LEN + 1];
	if (s->planned_day != now_ms / DAY_MS) {
		s->planned_day = now_ms / DAY_MS;
		s->planned_to[0] = '\0';
	} else if (strcmp(s->planned_to, "end") == 0) {
		return 0;
	}
	int n = cases_returned(db, s->planned_to, refs, CASES_AT_ONCE), rc = n < 0 ? n : 0;
	for (int i = 0; rc == 0 && i < n; i++)
		rc = schedule_case(db, &s->g->config, str_of(refs[i]), now_ms);
	if (rc != 0)
		return rc;
	s->more = s->more || n == CASES_AT_ONCE;
	if (n == CASES_AT_ONCE)
		memcpy(s->planned_to, refs[n - 1], sizeof s->planned_to);
	else
		(void)snprintf(s->planned_to, sizeof s->planned_to, "end");
	return 0;
}

/* The first look of this process: does what waits look like a standstill, or like a clock that was set back meanwhile? */
static int first_look(struct schedule *s, struct db *db, int64_t now_ms)
{
	int64_t due = 0, newest = 0;
	int rc = checkins_count_due(db, now_ms, &due);
	struct query q = db_query(db, SQL_MESSAGE_NEWEST_AT);
	int found = db_row(&q);
	if (found == 1)
		newest = col_i64(&q, 0);
	db_done(&q);
	if (rc != 0 || found < 0)
		return rc != 0 ? rc : found;
	s->started = true;
	if (newest > now_ms + CLOCK_JUMP_MS)
		(void)snprintf(s->why, sizeof s->why, "the clock was set back by %lld s", (long long)((newest - now_ms) / 1000));
	else if (due > DUE_AT_ONCE_MAX)
		(void)snprintf(s->why, sizeof s->why, "%lld check-ins are due at once after a standstill", (long long)due);
	else
		return 0;
	s->paused = true;
	return write_pause(db, s->why, now_ms);
}

static int run_look(struct batch_item *item, struct db *db)
{
	struct schedule *s = (struct schedule *)item;
	int64_t now_ms = gateway_now(s->g);
	int rc = s->started ? 0 : first_look(s, db, now_ms);
	s->due_count = 0;
	if (rc != 0 || s->paused)
		return rc;
	rc = plan_cases(s, db, now_ms);
	if (rc == 0)
		rc = schedule_silence(s->g, now_ms, &s->more);
	if (rc == 0) {
		int n = checkins_due(db, now_ms, s->due, STEPS_MAX);
		s->due_count = n < 0 ? 0 : n;
		rc = n < 0 ? n : 0;
	}
	return rc;
}

static int run_step(struct batch_item *item, struct db *db)
{
	struct one_step *step = (struct one_step *)item;
	(void)db;
	return schedule_step(step->schedule->g, step->checkin_id, gateway_now(step->schedule->g));
}

static int run_postpone(struct batch_item *item, struct db *db)
{
	struct one_step *step = (struct one_step *)item;
	return checkin_look_again(db, step->checkin_id, gateway_now(step->schedule->g) + 60 * MINUTE_MS);
}

static void step_over(struct schedule *s)
{
	if (--s->running > 0)
		return;
	outbox_wake(s->g);
	again(s, s->more || s->due_count == STEPS_MAX ? SOON_MS : EVERY_MS);
}

static void postponed(struct batch_item *item, int result)
{
	(void)result;
	step_over(((struct one_step *)item)->schedule);
}

/* What cannot be done must not stand in the way of the others. */
static void step_done(struct batch_item *item, int result)
{
	struct one_step *step = (struct one_step *)item;
	if (result == 0 || result == -ENOSPC || result == -EIO || result == -EUCLEAN) {
		step_over(step->schedule);
		return;
	}
	log_event(LOG_WARN, "a check-in was not carried out", "error=%d", -result);
	step->item = (struct batch_item){ .run = run_postpone, .done = postponed };
	batch_add(&step->schedule->g->batch, &step->item);
}

static void look_done(struct batch_item *item, int result)
{
	struct schedule *s = (struct schedule *)item;
	s->running--;
	if (result != 0) {
		log_event(LOG_WARN, "the schedule failed", "error=%d", -result);
		s->planned_day = 0;
		s->due_count = 0;
	}
	for (int i = 0; i < s->due_count; i++) {
		s->steps[i] = (struct one_step){ { .run = run_step, .done = step_done }, s, s->due[i] };
		s->running++;
		batch_add(&s->g->batch, &s->steps[i].item);
	}
	if (s->due_count == 0)
		again(s, result == 0 && s->more ? SOON_MS : EVERY_MS);
}

void schedule_tick(struct gateway *g)
{
	struct schedule *s = g->schedule;
	if (!s || s->running > 0)
		return;
	look_at_clock(s);
	s->more = false;
	s->look = (struct batch_item){ .run = run_look, .done = look_done };
	s->running = 1;
	batch_add(&g->batch, &s->look);
}

void schedule_replan(struct gateway *g)
{
	if (!g->schedule)
		return;
	g->schedule->planned_day = 0;
	schedule_tick(g);
}

static void fire(struct timer *timer)
{
	schedule_tick(timer->user);
}

/* ---- */

int schedule_start(struct gateway *g)
{
	struct schedule *s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->g = g;
	s->timer = (struct timer){ .fire = fire, .user = g };
	s->paused = schedule_is_paused(&g->db, s->why);
	s->started = s->paused;
	look_at_clock(s);
	g->schedule = s;
	if (s->paused)
		log_event(LOG_WARN, "the schedule pauses since before: see wasl schedule list", NULL);
	again(s, SOON_MS);
	return 0;
}

void schedule_stop(struct gateway *g)
{
	struct schedule *s = g->schedule;
	if (!s)
		return;
	timer_stop(g->loop, &s->timer);
	g->schedule = NULL;
	if (s->running == 0 && !s->pause_waiting) /* else its items stand in a batch that will not run any more; the process ends */
		free(s);
}

static void put_time(json_t *object, const char *key, int64_t ms)
{
	char storage[40];
	struct buf text = buf_over(storage, sizeof storage);
	event_time_put(&text, ms);
	json_put_str(object, key, buf_str(&text));
}

json_t *schedule_list(struct db *db, int64_t until_ms)
{
	static const char *const next[] = { "invitation", "reminder", "last reminder", "call", "end of the window" };
	json_t *all = json_array();
	struct checkin *rows = calloc(LIST_MAX, sizeof *rows);
	int n = rows ? checkins_ahead(db, until_ms, rows, LIST_MAX) : -ENOMEM;
	for (int i = 0; i < n; i++) {
		const struct checkin *c = &rows[i];
		bool invites = strcmp(c->outcome, "SCHEDULED") == 0 || strcmp(c->outcome, "SENT") == 0;
		json_t *one = json_object();
		json_put_str(one, "case_ref", str_of(c->case_ref));
		json_put_str(one, "wave", str_of(c->wave));
		json_put_str(one, "outcome", str_of(c->outcome));
		put_time(one, "due_at", c->due_at);
		put_time(one, "next_at", c->next_at);
		json_put_str(one, "next", str_of(invites ? next[c->texts > 4 ? 4 : c->texts] : "end of the conversation"));
		(void)json_array_append_new(all, one);
	}
	free(rows);
	if (n >= 0)
		return all;
	json_decref(all);
	return NULL;
}

json_t *schedule_answer(struct db *db, int64_t now_ms)
{
	char why[128];
	json_t *due = schedule_list(db, now_ms + DAY_MS);
	if (!due)
		return NULL;
	json_t *answer = json_pack("{s:b, s:o}", "ok", 1, "due", due);
	if (schedule_is_paused(db, why))
		json_put_str(answer, "paused", str_of(why));
	return answer;
}
