#include "gateway/housekeeping.h"

#include "db/chain.h"
#include "db/contact.h"
#include "db/delivery.h"
#include "db/ledger.h"
#include "db/parts.h"
#include "db/seen.h"
#include "gateway/approval.h"
#include "gateway/inbound.h"
#include "gateway/log.h"
#include "gateway/phone_queue.h"

#include <errno.h>
#include <stdlib.h>

enum { EVERY_MS = 30 * 1000, SOON_MS = 100, IDS_MAX = 200, HEAD_MS = 3600 * 1000 };
#define DAY_MS ((int64_t)24 * 3600 * 1000)

struct housekeeping {
	struct batch_item item;
	struct timer timer;
	struct gateway *g;
	int64_t told_at, told_seq; /* of the audit's head */
	bool more, waiting;
};

static int forget_people(struct housekeeping *h, struct db *db, int64_t now_ms)
{
	int64_t ids[IDS_MAX];
	int n = contacts_due_for_wipe(db, now_ms, ids);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		int rc = contact_wipe(db, ids[i], now_ms);
		if (rc < 0)
			return rc;
		h->g->counts.wiped += (uint64_t)rc;
	}
	h->more = n == IDS_MAX;
	return 0;
}

/* A part that never came: what did is taken as it stands, and says so (failures.md I8). */
static int take_overdue_parts(struct housekeeping *h, struct db *db, int64_t now_ms)
{
	struct message_part set;
	int rc = parts_overdue(db, now_ms - PARTS_WAIT_MS, &set);
	if (rc != 1)
		return rc;
	const struct channel *channel = config_channel(&h->g->config, set.channel);
	if (!channel) /* the administrator has taken it out meanwhile */
		return parked_add(db, set.channel, "parts", "of a channel that is gone", set.text, now_ms);
	struct step_result step;
	struct event event = { .kind = EVENT_SMS, .from_raw = STR(""), .to = set.to, .text = set.text, .raw = STR(""),
			       .id = STR(""), .ts_ms = set.ts_ms, .session = STR(""), .reason = STR(""), .id_scope = STR(""), .part_ref = STR(""),
			       .client_ref = STR(""), .partial = true };
	phone_parse_network(&h->g->book.phones, set.from, &event.from);
	h->more = true;
	return inbound_take(h->g, channel, &event, &step);
}

/* Of ids that nobody has heard of in a day: somebody else's, or those of a database that was restored (failures.md I6). */
static int forget_early_reports(struct housekeeping *h, struct db *db, int64_t now_ms)
{
	int gone = 0, rc = delivery_reports_expire(db, now_ms - DAY_MS, &gone);
	h->g->counts.orphan_reports += (uint64_t)gone;
	if (gone)
		log_event(LOG_WARN, "delivery reports of unknown messages", "reports=%d", gone);
	return rc;
}

/* Whoever can change the file can take out its last rows; what went to the journal is elsewhere (failures.md 4.6). */
static int tell_head(struct housekeeping *h, struct db *db, int64_t now_ms)
{
	unsigned char hash[VAULT_HASH_LEN];
	char text[CHAIN_HEAD_MAX];
	struct buf head = buf_over(text, sizeof text - 1);
	int64_t seq = 0;
	if (now_ms - h->told_at < HEAD_MS && now_ms >= h->told_at)
		return 0;
	int rc = audit_last(db, &seq, hash);
	if (rc == 0 && seq != h->told_seq) {
		chain_head(seq, hash, &head);
		text[head.len] = '\0';
		log_event(LOG_INFO, "audit head", "head=%s", text);
	}
	if (rc == 0)
		h->told_at = now_ms, h->told_seq = seq;
	return rc;
}

static int run(struct batch_item *item, struct db *db)
{
	struct housekeeping *h = (struct housekeeping *)item;
	int64_t now_ms = gateway_now(h->g);
	int rc = forget_people(h, db, now_ms);
	if (rc == 0)
		rc = take_overdue_parts(h, db, now_ms);
	if (rc == 0)
		rc = approval_sweep(h->g, now_ms);
	if (rc == 0)
		rc = open_sessions_purge(db, now_ms - DAY_MS);
	if (rc == 0)
		rc = replays_purge(db, now_ms - (int64_t)h->g->config.retention.replay_days * DAY_MS);
	if (rc == 0)
		rc = phone_queue_expire(h->g, now_ms);
	if (rc == 0)
		rc = tell_head(h, db, now_ms);
	return rc == 0 ? forget_early_reports(h, db, now_ms) : rc;
}

static void again(struct housekeeping *h, int64_t in_ms)
{
	if (timer_set(h->g->loop, &h->timer, in_ms) != 0)
		log_event(LOG_ERROR, "housekeeping cannot set its timer", NULL);
}

/* When nearly nobody calls: 02:00 to 04:00 UTC, where the programme's countries sleep; after the daily purge. */
static bool in_the_night(int64_t now_ms)
{
	int64_t hour = now_ms / (3600 * 1000) % 24;
	return hour >= 2 && hour < 4;
}

static void done(struct batch_item *item, int result)
{
	struct housekeeping *h = (struct housekeeping *)item;
	h->waiting = false;
	if (result == 0 && !h->more && !h->g->copying && db_scrub(&h->g->db, in_the_night(gateway_now(h->g))) < 0)
		log_event(LOG_WARN, "the file could not be written anew after an erasure", NULL);
	if (result != 0)
		log_event(LOG_WARN, "housekeeping failed", "error=%d", -result);
	again(h, result == 0 && h->more ? SOON_MS : EVERY_MS);
}

static void fire(struct timer *timer)
{
	struct housekeeping *h = timer->user;
	h->item = (struct batch_item){ .run = run, .done = done };
	h->waiting = true;
	batch_add(&h->g->batch, &h->item);
}

void housekeeping_hurry(struct gateway *g)
{
	if (g->housekeeping && !g->housekeeping->waiting)
		again(g->housekeeping, 0);
}

int housekeeping_start(struct gateway *g, struct housekeeping **out)
{
	struct housekeeping *h = calloc(1, sizeof *h);
	if (!h)
		return -ENOMEM;
	h->g = g;
	h->timer = (struct timer){ .fire = fire, .user = h };
	again(h, SOON_MS);
	*out = g->housekeeping = h;
	return 0;
}

void housekeeping_stop(struct housekeeping *h)
{
	if (!h)
		return;
	timer_stop(h->g->loop, &h->timer);
	h->g->housekeeping = NULL;
	if (!h->waiting) /* else its item stands in a batch that will not run any more; the process ends */
		free(h);
}
