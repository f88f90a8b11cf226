#include "gateway/escalate.h"

#include "db/message.h"
#include "db/outbox.h"
#include "db/work.h"
#include "gateway/calendar.h"
#include "gateway/lease.h"
#include "gateway/log.h"
#include "gateway/outbox.h"
#include "gateway/push.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_LOOK_MS = 200, LOOK_MS = 20 * 1000, ALERTS_MAX = 64 };
#define MINUTE_MS ((int64_t)60 * 1000)
#define APART_MS (10 * MINUTE_MS)       /* between two texts to one phone */
#define AGAIN_MS (15 * MINUTE_MS)       /* not yet: looked at again then, the office may have closed */
#define ROUND_MS (60 * MINUTE_MS)       /* everybody on duty was told: once more from the first */
#define LIVES_MS (60 * MINUTE_MS)       /* a text to a duty phone is of no use later */
#define NEVER_MS ((int64_t)1 << 60)

/* ---- who is on duty */

static bool on_duty(const struct config *config, const struct duty *d, int64_t now_ms)
{
	struct local_time t;
	if (d->hours.from == 0 && d->hours.to == 0)
		return true;
	const struct country *country = config_country(config, config->programme_country);
	(void)calendar_local(country ? country->timezone : config->timezone, now_ms, &t);
	return d->hours.from <= d->hours.to ? t.minute >= d->hours.from && t.minute < d->hours.to :
					      t.minute >= d->hours.from || t.minute < d->hours.to;
}

/* 0 fits best. */
static int fit(const struct duty *d, struct str role, struct str office)
{
	bool same_role = str_eq(d->role, role), own_office = str_eq(d->office, office) && office.len > 0;
	if (same_role)
		return own_office ? 0 : d->office.len == 0 ? 1 : 2;
	return own_office || d->office.len == 0 ? 3 : 4;
}

size_t duty_phones(const struct config *config, struct str role, struct str office, int64_t now_ms,
		   const struct duty *out[CONFIG_DUTY_MAX])
{
	size_t n = 0;
	if (str_eq_z(role, "supervisor") || str_eq_z(role, "reintegration"))
		role = STR("counsellor");
	for (int want = 0; want <= 4; want++)
		for (size_t i = 0; i < config->duty_count; i++) {
			const struct duty *d = &config->duty[i];
			bool known = fit(d, role, office) != want || !on_duty(config, d, now_ms);
			for (size_t k = 0; !known && k < n; k++)
				known = str_eq(out[k]->phone, d->phone);
			if (!known)
				out[n++] = d;
		}
	return n;
}

/* ---- a text without content */

static int send_text(struct gateway *g, const struct duty *d, bool urgent, int64_t now_ms)
{
	struct phone to;
	char text[40];
	int64_t count;
	int rc = alerts_waiting(&g->db, urgent ? "URGENT" : "HIGH", d->office, &count);
	if (rc != 0)
		return rc;
	phone_parse_network(&g->book.phones, d->phone, &to);
	const struct channel *channel = push_channel(&g->config, str_of(to.country), STR(""));
	if (!channel) {
		log_event(LOG_WARN, "no channel reaches a duty phone", "role=%.*s", STR_ARG(d->role));
		return 0;
	}
	(void)snprintf(text, sizeof text, "Wasl: %lld %s", (long long)(count ? count : 1), urgent ? "urgent" : "overdue");
	struct message m = { .out = true, .channel = channel->id, .status = "queued", .class = "must_arrive", .encoding = "GSM-7",
			     .segments = 1, .created_at = now_ms, .text = str_of(text) };
	rc = message_add(&g->db, &m, &g->db.vault.own);
	if (rc == 0)
		rc = duty_text_add(&g->db, m.message_id, d->phone, now_ms);
	if (rc == 0)
		rc = outbox_add(&g->db, m.message_id, channel->id, OUTBOX_ANSWER, now_ms, now_ms + LIVES_MS);
	outbox_wake(g);
	return rc;
}

/* When this alert is to be told of; in the past or now: now. */
static int64_t wanted_at(const struct gateway *g, const struct waiting_alert *a, int64_t now_ms)
{
	bool open = calendar_office_open(&g->config, now_ms);
	if (a->urgent && (!open || a->escalated > 0 || a->due_at <= now_ms))
		return now_ms;
	if (!a->urgent && open && a->due_at <= now_ms)
		return now_ms;
	return a->due_at > now_ms && a->due_at < now_ms + AGAIN_MS ? a->due_at : now_ms + AGAIN_MS;
}

static int tell(struct gateway *g, const struct waiting_alert *a, int64_t now_ms)
{
	const struct duty *phones[CONFIG_DUTY_MAX];
	int64_t last, when = wanted_at(g, a, now_ms);
	if (when > now_ms)
		return alert_escalated(&g->db, a->alert_id, a->escalated, when);
	size_t n = duty_phones(&g->config, str_of(a->role), str_of(a->office), now_ms, phones);
	if (n == 0) {
		log_event(LOG_WARN, "an alert waits and no phone is on duty", "role=%s", a->role);
		return alert_escalated(&g->db, a->alert_id, a->escalated, now_ms + AGAIN_MS);
	}
	const struct duty *d = phones[a->escalated % n];
	int rc = duty_text_last(&g->db, d->phone, &last);
	if (rc == 0 && last != now_ms && last > now_ms - APART_MS && last < now_ms)
		return alert_escalated(&g->db, a->alert_id, a->escalated, last + APART_MS);
	if (rc == 0 && last != now_ms) /* told a moment ago: that text counted this one, too */
		rc = send_text(g, d, a->urgent, now_ms);
	int64_t wait = (int64_t)d->escalate_after_minutes * MINUTE_MS;
	if ((a->escalated + 1) % n == 0 && wait < ROUND_MS)
		wait = ROUND_MS;
	return rc == 0 ? alert_escalated(&g->db, a->alert_id, a->escalated + 1, a->urgent ? now_ms + wait : NEVER_MS) : rc;
}

int escalate(struct gateway *g, int64_t now_ms)
{
	struct waiting_alert waiting[ALERTS_MAX];
	int n = alerts_to_escalate(&g->db, now_ms, waiting, ALERTS_MAX);
	int rc = n < 0 ? n : 0;
	for (int i = 0; rc == 0 && i < n; i++)
		rc = tell(g, &waiting[i], now_ms);
	return rc;
}

/* ---- again and again */

struct escalation {
	struct batch_item item;
	struct timer timer;
	struct gateway *g;
	bool waiting;
};

static int run(struct batch_item *item, struct db *db)
{
	struct escalation *e = (struct escalation *)item;
	int64_t now_ms = gateway_now(e->g);
	(void)db;
	int rc = escalate(e->g, now_ms);
	return rc == 0 ? lease_sweep(e->g, now_ms) : rc;
}

static void again(struct escalation *e, int64_t in_ms)
{
	if (timer_set(e->g->loop, &e->timer, in_ms) != 0)
		log_event(LOG_ERROR, "escalation cannot set its timer", NULL);
}

static void done(struct batch_item *item, int result)
{
	struct escalation *e = (struct escalation *)item;
	e->waiting = false;
	if (result != 0)
		log_event(LOG_WARN, "escalation failed", "error=%d", -result);
	again(e, LOOK_MS);
}

static void fire(struct timer *timer)
{
	struct escalation *e = timer->user;
	e->item = (struct batch_item){ .run = run, .done = done };
	e->waiting = true;
	batch_add(&e->g->batch, &e->item);
}

int escalation_start(struct gateway *g, struct escalation **out)
{
	struct escalation *e = calloc(1, sizeof *e);
	if (!e)
		return -ENOMEM;
	e->g = g;
	e->timer = (struct timer){ .fire = fire, .user = e };
	again(e, FIRST_LOOK_MS);
	*out = e;
	return 0;
}

void escalation_stop(struct escalation *e)
{
	if (!e)
		return;
	timer_stop(e->g->loop, &e->timer);
	if (!e->waiting) /* else its item stands in a batch that will not run any more; the process ends */
		free(e);
}
