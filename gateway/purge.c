#include "gateway/purge.h"

#include "db/ledger.h"
#include "gateway/housekeeping.h"
#include "gateway/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Early in the night of Morocco and of the countries of return; a daemon that was off then does it when it starts. */
enum { LOOK_MS = 10 * 60 * 1000, FIRST_LOOK_MS = 2000, BETWEEN_PAGES_MS = 5, AT_HOUR = 2 };
#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define HOUR_MS ((int64_t)3600 * 1000)

struct purge {
	struct batch_item item;
	struct timer timer;
	struct gateway *g;
	struct retention_run run;
	json_t *report;         /* of the last run that somebody asked for */
	bool running, waiting, asked, failed;
	int left;               /* what the last page said */
};

static void again(struct purge *p, int64_t in_ms)
{
	if (timer_set(p->g->loop, &p->timer, in_ms) != 0)
		log_event(LOG_ERROR, "the purge cannot set its timer", NULL);
}

static long long today(int64_t now_ms)
{
	return (long long)((now_ms - AT_HOUR * HOUR_MS) / DAY_MS);
}

static int note_day(struct db *db, int64_t now_ms)
{
	char day[24];
	(void)snprintf(day, sizeof day, "%lld", today(now_ms));
	return setting_put(db, "purged", day);
}

static bool due_today(struct purge *p)
{
	char day[24];
	uint64_t last;
	int rc = setting_get(&p->g->db, "purged", day, sizeof day);
	return rc == 0 || (rc == 1 && (!str_to_u64(str_of(day), &last) || (long long)last < today(gateway_now(p->g))));
}

/* One page; with the last one the audit's line and the day. */
static int run_page(struct batch_item *item, struct db *db)
{
	struct purge *p = (struct purge *)item;
	p->left = retention_step(db, &p->run);
	if (p->left != 0)
		return p->left < 0 ? p->left : 0;
	int rc = purge_audit(db, &p->run, p->asked ? STR("administrator") : STR("wasl"));
	return rc == 0 && !p->run.only_count ? note_day(db, p->run.now_ms) : rc;
}

static void finish(struct purge *p, int result)
{
	p->running = false;
	p->failed = result != 0;
	if (result != 0) {
		log_event(LOG_WARN, "the purge failed", "error=%d", -result);
	} else if (!p->run.only_count) {
		if (purge_write_report(&p->g->config, &p->run) != 0)
			log_event(LOG_WARN, "the report of the purge could not be written", NULL);
		housekeeping_hurry(p->g);
	}
	if (p->asked) {
		json_decref(p->report);
		p->report = purge_report(&p->g->config, &p->run);
	}
	again(p, LOOK_MS);
}

static void page_done(struct batch_item *item, int result)
{
	struct purge *p = (struct purge *)item;
	p->waiting = false;
	if (result != 0 || p->left == 0)
		finish(p, result);
	else
		again(p, BETWEEN_PAGES_MS);
}

static void begin(struct purge *p, bool asked, bool only_count)
{
	purge_times(&p->g->config, gateway_now(p->g), only_count, &p->run);
	p->running = true;
	p->asked = asked;
	json_decref(p->report);
	p->report = NULL;
	again(p, 0);
}

static void fire(struct timer *timer)
{
	struct purge *p = timer->user;
	if (!p->running && due_today(p))
		begin(p, false, false);
	if (!p->running) {
		again(p, LOOK_MS);
	} else {
		p->item = (struct batch_item){ .run = run_page, .done = page_done };
		p->waiting = true;
		batch_add(&p->g->batch, &p->item);
	}
}

void verb_purge(struct gateway *g, json_t *request, struct control_call *call)
{
	struct purge *p = g->purge;
	if (p->asked && !p->running && (p->report || p->failed)) { /* what was asked for is there */
		json_t *report = p->report;
		p->report = NULL;
		p->asked = false;
		if (p->failed)
			control_refuse(call, EX_IOERR, "the purge failed: the database did not take it");
		else
			control_answer(call, json_pack("{s:b, s:b, s:o}", "ok", 1, "done", 1, "report", report));
		return;
	}
	if (p->running && !p->asked) {
		control_refuse(call, EX_TEMPFAIL, "the daily purge is under way: its report will be in the state folder");
		return;
	}
	if (!p->running && !p->waiting)
		begin(p, true, json_is_true(json_object_get(request, "dry_run")));
	control_answer(call, json_pack("{s:b, s:b}", "ok", 1, "done", 0));
}

int purge_start(struct gateway *g, struct purge **out)
{
	struct purge *p = calloc(1, sizeof *p);
	if (!p)
		return -ENOMEM;
	p->g = g;
	p->timer = (struct timer){ .fire = fire, .user = p };
	again(p, FIRST_LOOK_MS);
	*out = g->purge = p;
	return 0;
}

void purge_stop(struct purge *p)
{
	if (!p)
		return;
	timer_stop(p->g->loop, &p->timer);
	p->g->purge = NULL;
	json_decref(p->report);
	if (!p->waiting)
		free(p);
}
