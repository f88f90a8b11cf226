#include "gateway/snapshot.h"

#include "db/backup.h"
#include "db/ledger.h"
#include "gateway/crash.h"
#include "gateway/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* 128 pages are half a megabyte: under a millisecond of work, then everybody else has a turn. */
enum { PAGES_A_STEP = 128, REST_MS = 1, ABANDONED_MS = 60000, AGAIN_MS = 20, PATH_ROOM = 4200 };

struct snapshot {
	struct gateway *g;
	struct timer step, abandoned;
	struct backup *work;
	struct batch_item audit;
	char path[PATH_ROOM];
	bool begun, done, auditing;
	int failed, left, pages;
};

static void clear(struct snapshot *s)
{
	timer_stop(s->g->loop, &s->step);
	timer_stop(s->g->loop, &s->abandoned);
	if (s->work)
		backup_end(s->work);
	(void)unlink(s->path);
	s->work = NULL;
	s->begun = s->done = s->g->copying = false;
	s->failed = s->left = s->pages = 0;
}

static void abandoned(struct timer *timer)
{
	clear(timer->user);
	log_event(LOG_WARN, "a backup was begun and nobody came for it", NULL);
}

static void finish(struct snapshot *s, int failed)
{
	backup_progress(s->work, &s->left, &s->pages);
	backup_end(s->work);
	s->work = NULL;
	s->g->copying = false;
	s->failed = failed;
	s->done = true;
}

static void take_step(struct timer *timer)
{
	struct snapshot *s = timer->user;
	int rc = backup_step(s->work, PAGES_A_STEP);
	crash_point("backup_step");
	backup_progress(s->work, &s->left, &s->pages);
	if (rc == -EBUSY)
		rc = timer_set(s->g->loop, timer, AGAIN_MS);
	else if (rc == 0)
		rc = timer_set(s->g->loop, timer, REST_MS);
	if (rc != 0)
		finish(s, rc < 0 ? rc : 0);
}

/* The backup holds the line that says it was made. */
static int run_audit(struct batch_item *item, struct db *db)
{
	struct snapshot *s = (struct snapshot *)(void *)((char *)item - offsetof(struct snapshot, audit));
	return audit_add(db, gateway_now(s->g), STR("administrator"), STR("backup"), STR("database"), STR(""));
}

static void audit_done(struct batch_item *item, int result)
{
	struct snapshot *s = (struct snapshot *)(void *)((char *)item - offsetof(struct snapshot, audit));
	struct err err;
	s->auditing = false;
	if (!s->begun) /* called off meanwhile */
		return;
	if (result == 0)
		result = backup_begin(&s->g->db, s->path, &s->work, &err);
	s->g->copying = result == 0;
	if (result == 0)
		result = timer_set(s->g->loop, &s->step, 0);
	if (result != 0 && s->work)
		finish(s, result);
	else if (result != 0)
		s->failed = result, s->done = true;
}

static int begin(struct snapshot *s)
{
	if (s->auditing)
		return -EBUSY;
	s->begun = s->auditing = true;
	s->audit = (struct batch_item){ .run = run_audit, .done = audit_done };
	batch_add(&s->g->batch, &s->audit);
	return 0;
}

void verb_snapshot(struct gateway *g, json_t *request, struct control_call *call)
{
	struct snapshot *s = g->snapshot;
	if (json_is_true(json_object_get(request, "end"))) {
		clear(s);
		control_answer(call, json_pack("{s:b}", "ok", 1));
		return;
	}
	int rc = s->begun ? 0 : begin(s);
	if (rc == 0)
		rc = timer_set(g->loop, &s->abandoned, ABANDONED_MS);
	if (rc == 0)
		rc = s->failed;
	if (rc == 0) {
		control_answer(call, json_pack("{s:b, s:b, s:i, s:i, s:s}", "ok", 1, "done", s->done, "left", s->left, "pages",
					       s->pages, "file", SNAPSHOT_FILE));
		return;
	}
	clear(s);
	control_refuse(call, rc == -EBUSY ? EX_TEMPFAIL : EX_IOERR, rc == -ENOSPC ? "the disk is full: the copy needs as much room as"
		       " the database" : "the copy could not be made");
}

int snapshot_start(struct gateway *g, struct snapshot **out)
{
	struct snapshot *s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->g = g;
	s->step = (struct timer){ .fire = take_step, .user = s };
	s->abandoned = (struct timer){ .fire = abandoned, .user = s };
	(void)snprintf(s->path, sizeof s->path, "%.*s/" SNAPSHOT_FILE, STR_ARG(g->config.state));
	(void)unlink(s->path);
	*out = g->snapshot = s;
	return 0;
}

void snapshot_stop(struct snapshot *s)
{
	if (!s)
		return;
	clear(s);
	s->g->snapshot = NULL;
	if (!s->auditing)
		free(s);
}
