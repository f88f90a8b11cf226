#include "gateway/poller.h"

#include "db/ledger.h"
#include "db/raw_page.h"
#include "db/seen.h"
#include "gateway/crash.h"
#include "gateway/inbound.h"
#include "gateway/log.h"

#include <errno.h>
#include <stdlib.h>

enum { PAGE_ARENA = 2 << 20, CALL_DEADLINE_MS = 30000, FAILURES_MAX = 6, SAVE_AGAIN_MS = 1000 };

struct inbox { /* one channel's */
	struct batch_item item;
	struct timer timer;      /* the next fetch */
	struct timer save_again; /* a page in hand waits for room on the disk */
	struct poller *poller;
	const struct channel *channel;
	struct arena arena;      /* of the page under way */
	char cursor[128];        /* of the last committed page */
	struct str next_cursor;
	struct decoded page;
	struct event *parked;
	size_t parked_count;
	struct str body;
	unsigned failures;
	bool busy;
	bool saved;              /* a page of it may wait in the database: looked at before the first fetch */
};

struct poller {
	struct gateway *g;
	struct inbox inbox[CONFIG_CHANNELS_MAX];
	size_t count;
};

static void again(struct inbox *in, bool soon)
{
	unsigned doublings = in->failures < FAILURES_MAX ? in->failures : FAILURES_MAX;
	int64_t wait_ms = soon ? 1 : ((int64_t)in->channel->poll_seconds * 1000) << doublings;
	arena_free(&in->arena);
	in->busy = false;
	if (timer_set(in->poller->g->loop, &in->timer, wait_ms) != 0)
		log_event(LOG_ERROR, "poller cannot set its timer", "channel=%s", in->channel->id.at);
}

/* ---- a page into the database */

/* The same bytes come again with the next fetch where the inbox is asked for by time, or the page stays unreadable. */
static int park_once(struct inbox *in, struct db *db, const char *why, struct str raw)
{
	struct str what[] = { STR("parked"), in->channel->id, raw };
	unsigned char key[VAULT_INDEX_LEN];
	struct replay nothing = { .http = 200, .content_type = STR("text/plain"), .body = STR("") };
	vault_fingerprint(&db->vault, what, 3, key);
	nothing.at = gateway_now(in->poller->g);
	int rc = seen_find(db, key, &(struct replay){ 0 });
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = parked_add(db, in->channel->id, "poll", why, raw, nothing.at);
	return rc == 0 ? seen_add(db, key, 0, &nothing) : rc;
}

static int take_all(struct inbox *in, struct db *db)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < in->page.count; i++) {
		struct step_result step;
		size_t mark = arena_mark(&db->arena);
		rc = inbound_take(in->poller->g, in->channel, &in->page.events[i], &step);
		arena_back(&db->arena, mark);
	}
	for (size_t i = 0; rc == 0 && i < in->parked_count; i++) {
		const struct event *e = &in->parked[i];
		rc = park_once(in, db, "a message of the page could not be read", event_words(e));
	}
	return rc;
}

static int run_page(struct batch_item *item, struct db *db)
{
	struct inbox *in = (struct inbox *)item;
	int rc = raw_page_done(db, in->channel->id);
	if (rc == 0 && in->page.verdict == VERDICT_MALFORMED)
		return park_once(in, db, "the page could not be read", in->body);
	if (rc == 0)
		rc = take_all(in, db);
	crash_point("page_taken");
	return rc == 0 ? channel_state_cursor(db, in->channel->id, in->next_cursor) : rc;
}

static void page_done(struct batch_item *item, int result)
{
	struct inbox *in = (struct inbox *)item;
	bool read = result == 0 && in->page.verdict != VERDICT_MALFORMED;
	in->saved = in->saved && result != 0; /* what could not be taken is looked at again */
	/* A list that is asked for by time holds its newest again and again: only one that moves on is asked at once. */
	bool moved = in->channel->adapter->once || !str_eq_z(in->next_cursor, in->cursor);
	bool more = read && moved && in->page.count + in->parked_count > 0;
	if (read)
		read = str_copy(in->next_cursor, in->cursor, sizeof in->cursor);
	in->failures = read ? 0 : in->failures + 1;
	again(in, more);
}

/* ---- the call */

static int keep_body(struct inbox *in, const struct http_result *result)
{
	in->body = arena_str(&in->arena, result->body);
	return in->body.at ? 0 : -ENOMEM;
}

static void understand(struct inbox *in, const struct http_result *result, int rc)
{
	struct gateway *g = in->poller->g;
	struct http_result kept = *result;
	kept.body = in->body;
	if (rc == 0)
		rc = in->channel->adapter->polled(in->channel, str_of(in->cursor), &kept, &g->book.phones, &in->arena, &in->page,
						  &in->parked, &in->parked_count, &in->next_cursor);
	if (rc != 0) {
		in->failures++;
		log_event(LOG_WARN, "inbox not fetched", "channel=%s status=%u curl=%d", in->channel->id.at, result->status,
			  result->curl_code);
		again(in, false);
	} else {
		in->item = (struct batch_item){ .run = run_page, .done = page_done };
		batch_add(&g->batch, &in->item);
	}
}

/* ---- first the bytes, then what they mean: a mistake of ours, or a crash, loses no message.  An inbox that hands each out
 * once has no other copy, so a page is not understood before it is saved, however long the disk is full. */

static const struct http_result as_saved = { .status = 200, .content_type = { "", 0 }, .retry_after_s = -1 };

static int run_save(struct batch_item *item, struct db *db)
{
	struct inbox *in = (struct inbox *)item;
	return raw_page_put(db, in->channel->id, str_of(in->cursor), in->body, gateway_now(in->poller->g));
}

static void save(struct inbox *in);

static void save_now(struct timer *timer)
{
	save(timer->user);
}

static void save_done(struct batch_item *item, int result)
{
	struct inbox *in = (struct inbox *)item;
	crash_point("page_saved");
	in->saved = result == 0;
	if (result == 0)
		understand(in, &as_saved, 0);
	else if (timer_set(in->poller->g->loop, &in->save_again, SAVE_AGAIN_MS) != 0)
		save(in);
}

static void save(struct inbox *in)
{
	in->item = (struct batch_item){ .run = run_save, .done = save_done };
	batch_add(&in->poller->g->batch, &in->item);
}

static void page_came(const struct http_result *result, void *user)
{
	struct inbox *in = user;
	int rc = transport_class(result) == SEND_ACCEPTED ? keep_body(in, result) : -EIO;
	if (rc == 0)
		save(in);
	else
		understand(in, result, rc);
}

/* What was saved and not taken when the daemon ended. */
static int run_look(struct batch_item *item, struct db *db)
{
	struct inbox *in = (struct inbox *)item;
	struct str cursor, body;
	int rc = raw_page_get(db, in->channel->id, &cursor, &body);
	if (rc != 1)
		return rc;
	in->body = arena_str(&in->arena, body);
	return in->body.at && str_copy(cursor, in->cursor, sizeof in->cursor) ? 0 : -ENOMEM;
}

static void look_done(struct batch_item *item, int result)
{
	struct inbox *in = (struct inbox *)item;
	in->saved = result == 0 && in->body.len > 0;
	if (in->saved)
		understand(in, &as_saved, 0);
	else
		again(in, result == 0);
}

static void look(struct inbox *in)
{
	in->saved = false;
	in->item = (struct batch_item){ .run = run_look, .done = look_done };
	batch_add(&in->poller->g->batch, &in->item);
}

static void fetch(struct timer *timer)
{
	struct inbox *in = timer->user;
	struct http_call call;
	in->busy = true;
	in->page = (struct decoded){ 0 };
	in->parked_count = 0;
	in->body = STR("");
	int rc = arena_new(&in->arena, PAGE_ARENA);
	if (rc == 0 && in->saved) {
		look(in);
		return;
	}
	if (rc == 0)
		rc = in->channel->adapter->poll(in->channel, str_of(in->cursor), &in->arena, &call);
	if (rc == 0)
		rc = sender_call(in->poller->g->sender, in->channel->id, &call, CALL_DEADLINE_MS, page_came, in);
	if (rc != 0) {
		in->failures++;
		again(in, false);
	}
}

int poller_start(struct gateway *g, struct poller **out)
{
	struct poller *p = calloc(1, sizeof *p);
	if (!p)
		return -ENOMEM;
	p->g = g;
	*out = p;
	for (size_t i = 0; i < g->config.channels_count; i++) {
		const struct channel *channel = &g->config.channels[i];
		struct channel_state state;
		if (!channel->poll_seconds || !channel->adapter->poll)
			continue;
		struct inbox *in = &p->inbox[p->count++];
		*in = (struct inbox){ .poller = p, .channel = channel, .timer = { .fire = fetch, .user = in },
				       .save_again = { .fire = save_now, .user = in }, .saved = true };
		int rc = channel_state_get(&g->db, channel->id, &state);
		if (rc < 0 || !str_copy(str_of(state.cursor), in->cursor, sizeof in->cursor))
			return rc < 0 ? rc : -EINVAL;
		rc = timer_set(g->loop, &in->timer, 1);
		if (rc != 0)
			return rc;
	}
	return 0;
}

void poller_stop(struct poller *p)
{
	for (size_t i = 0; p && i < p->count; i++) {
		timer_stop(p->g->loop, &p->inbox[i].timer);
		timer_stop(p->g->loop, &p->inbox[i].save_again);
	}
	/* A fetch under way still points here; it ends with the process. */
}
