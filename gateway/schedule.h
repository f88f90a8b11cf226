/* What the gateway says first, and when: check-ins with their reminders and windows, the reminder of an unfinished conversation,
 * numbers that fade (domain.md 2.3, 3.2, 5; failures.md O12, O20, D10, P6, P8).
 *
 * A timer on the line thread; every step is an item of the batch.  It pauses itself, and the rank of the outbox that nobody asked
 * for, when the wall clock jumps or too much is due at once after a standstill, and waits for `wasl schedule resume`. */
#ifndef GATEWAY_SCHEDULE_H
#define GATEWAY_SCHEDULE_H

#include "db/contact.h"
#include "db/outbox.h"
#include "gateway/gateway.h"
#include "gateway/json.h"

/* Sets g->schedule.  0 or negative errno. */
int schedule_start(struct gateway *g) __attribute__((warn_unused_result));
void schedule_stop(struct gateway *g);

/* Which rank of the outbox may leave now: OUTBOX_FIRST, or OUTBOX_ANSWER while it pauses.  Looks at the clock. */
int schedule_worst_rank(struct gateway *g);
/* A text that nobody asked for is about to leave.  *until: not before (0: now); *why: never, in a few words.  0 or an error. */
int schedule_hold(struct gateway *g, const struct outbox_item *row, const struct point *to, int64_t now_ms, int64_t *until,
		  const char **why) __attribute__((warn_unused_result));

/* ---- for `wasl schedule`, with a daemon and without one */

bool schedule_is_paused(struct db *db, char why[128]);
/* Inside an item: may send again; writes the audit line. */
int schedule_resume(struct db *db, int64_t now_ms) __attribute__((warn_unused_result));
/* And in this process, once that is committed. */
void schedule_resumed(struct gateway *g);
/* What every row of every case depends on has changed (a holiday): all are gone through again, now. */
void schedule_replan(struct gateway *g);
/* What is due until then: an array of objects.  NULL: the database does not answer. */
json_t *schedule_list(struct db *db, int64_t until_ms);

/* {"ok": true, "due": [of the next 24 hours], "paused": why}; NULL: the database does not answer. */
json_t *schedule_answer(struct db *db, int64_t now_ms);

/* ---- for its own files and tests */

/* One check-in whose time has come, inside an item (gateway/schedule_step.c). */
int schedule_step(struct gateway *g, int64_t checkin_id, int64_t now_ms) __attribute__((warn_unused_result));
/* May a text that nobody asked for be said now?  *until 0: now; else not before, and *why: "quiet_hours", "limit". */
int schedule_wait(struct gateway *g, struct str country, int64_t contact_id, int64_t now_ms, int64_t *until, const char **why)
	__attribute__((warn_unused_result));
/* Conversations by SMS that wait for an answer (gateway/schedule_silence.c).  *more: come again. */
int schedule_silence(struct gateway *g, int64_t now_ms, bool *more) __attribute__((warn_unused_result));
/* The next look, at once, as the timer does it. */
void schedule_tick(struct gateway *g);

#endif
