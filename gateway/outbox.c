#include "gateway/outbox.h"

#include "db/cases.h"
#include "db/checkin.h"
#include "db/contact.h"
#include "db/delivery.h"
#include "db/ledger.h"
#include "db/message.h"
#include "db/outbox.h"
#include "db/work.h"
#include "gateway/crash.h"
#include "gateway/log.h"
#include "gateway/login.h"
#include "gateway/number_signal.h"
#include "gateway/schedule.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A lane of the sender takes 32 calls: room stays for a fetch and a login. */
enum { CLAIM_MAX = 28, UNDER_WAY_MAX = 28, ATTEMPTS_MAX = 8, CALL_DEADLINE_MS = 30000, RESULT_AGAIN_MS = 1000, LOOK_AGAIN_MS = 1000,
       CALL_ARENA = 320 * 1024, OPERATIONAL_PAUSE_MS = 15 * 60 * 1000, BACKLOG_MS = 10 * 1000 };

struct lane { /* a channel's way out */
	const struct channel *channel;
	struct login login;       /* where the adapter needs a token */
	double tokens;            /* of the rate */
	int64_t filled_ms;        /* monotonic */
	int64_t paused_until_ms;  /* wall; after transient refusals and operational ones */
	unsigned refused_in_row;
	size_t under_way;
	bool claiming;            /* a claim waits in the batch */
	bool empty;               /* nothing was due at the last claim */
	int64_t next_due_ms;      /* wall; with empty */
};

struct attempt { /* one message on its way to the aggregator and back */
	struct batch_item item;
	struct timer again;       /* the result waits for room on the disk */
	struct gateway *g;
	struct lane *lane;
	struct arena arena;
	struct outbox_item row;
	struct outgoing message;
	struct http_call call;
	struct recipient_result result;
	unsigned login_serial;    /* of the token it went out with */
	int64_t retry_after_s;
	struct attempt *next;
};

struct claim {
	struct batch_item item;
	struct gateway *g;
	struct lane *lane;
	int room;
	struct attempt *first;    /* started: to be called after the commit */
};

struct outbox {
	struct lane lanes[CONFIG_CHANNELS_MAX];
	size_t lanes_count;
	bool brake;
};

int64_t outbox_backoff_ms(unsigned attempts, int64_t retry_after_s)
{
	unsigned doublings = attempts < 1 ? 0 : attempts - 1 > 7 ? 7 : attempts - 1;
	int64_t base = (int64_t)30000 << doublings;
	if (base > 3600 * 1000)
		base = 3600 * 1000;
	int64_t wait = base * (80 + (int64_t)vault_random_below(41)) / 100;
	if (wait >= retry_after_s * 1000)
		return wait;
	return retry_after_s * (1000 + (int64_t)vault_random_below(201)); /* never before it */
}

static void free_attempt(struct attempt *a)
{
	a->lane->under_way--;
	arena_free(&a->arena);
	free(a);
}

/* ---- the way back: a result becomes rows */

static int channel_alert(struct gateway *g, struct str code, int64_t now_ms)
{
	char rule[128];
	(void)snprintf(rule, sizeof rule, "channel stopped: %.*s", (int)(code.len > 64 ? 64 : code.len), code.at);
	struct alert_row alert = { .level = STR("HIGH"), .role = STR("admin"), .kind = STR("CHANNEL"), .rule = str_of(rule),
				   .raised_at = now_ms, .due_at = now_ms + 3600 * 1000 };
	return alert_add(&g->db, &alert, &g->db.vault.own);
}

/* Staff hear of it once, however many messages of one turn say so; until one is accepted again it is the same trouble. */
static int stop_channel(struct gateway *g, struct str channel, struct str code, int64_t now_ms)
{
	struct channel_state state;
	int rc = channel_state_get(&g->db, channel, &state);
	if (rc < 0 || state.stopped_at)
		return rc < 0 ? rc : 0;
	rc = channel_state_stop(&g->db, channel, now_ms);
	return rc == 0 ? channel_alert(g, code, now_ms) : rc;
}

static int stop_lane(struct attempt *a, int64_t now_ms)
{
	int rc = outbox_retry(&a->g->db, a->row.message_id, "the channel is stopped", now_ms + OPERATIONAL_PAUSE_MS);
	return rc == 0 ? stop_channel(a->g, a->lane->channel->id, a->result.code, now_ms) : rc;
}

static int refused(struct attempt *a, int64_t now_ms)
{
	struct gateway *g = a->g;
	char code[48];
	(void)snprintf(code, sizeof code, "%.*s", (int)(a->result.code.len > 40 ? 40 : a->result.code.len), a->result.code.at);
	int rc = channel_state_failed(&g->db, a->lane->channel->id, code[0] ? code : send_class_name(a->result.result), now_ms);
	if (rc != 0)
		return rc;
	switch (a->result.result) {
	case SEND_REJECTED_PERMANENT:
		rc = outbox_give_up(&g->db, a->row.message_id, "rejected", code);
		if (rc == 0 && a->result.opt_out)
			rc = opt_out(&g->db, a->message.to[0], "operator", now_ms);
		return rc == 0 ? number_signal(g, a->row.contact_id, str_of(code), now_ms) : rc;
	case SEND_TRANSIENT:
		if (a->row.attempts + 1 >= ATTEMPTS_MAX)
			return outbox_give_up(&g->db, a->row.message_id, "failed", code);
		return outbox_retry(&g->db, a->row.message_id, code,
				    now_ms + outbox_backoff_ms(a->row.attempts + 1, a->retry_after_s));
	case SEND_OPERATIONAL:
		return stop_lane(a, now_ms);
	case SEND_UNKNOWN:
		/* It may be out: said twice it could harm, so it is said once; a delivery report may still settle it. */
		return outbox_give_up(&g->db, a->row.message_id, "unknown", code);
	case SEND_ACCEPTED:
		break;
	}
	return -EINVAL;
}

static int run_result(struct batch_item *item, struct db *db)
{
	struct attempt *a = (struct attempt *)item;
	int64_t now_ms = gateway_now(a->g);
	crash_point("result_begun");
	if (a->result.result != SEND_ACCEPTED)
		return refused(a, now_ms);
	const struct recipient_result *r = &a->result;
	int rc = delivery_sent(db, a->row.message_id, a->lane->channel->id, r->ids_count ? r->ids : &r->id,
			     r->ids_count ? r->ids_count : r->id.len > 0, now_ms);
	return rc == 0 ? channel_state_sent(db, a->lane->channel->id, now_ms) : rc;
}

/* Retry-After is said to the channel, not to one message: all of them wait (failures.md O4). */
static void pause_lane(struct lane *lane, int64_t retry_after_s, int64_t now_ms)
{
	int64_t until_ms = now_ms + (lane->refused_in_row >= 3 ? outbox_backoff_ms(lane->refused_in_row - 2, retry_after_s) :
								 retry_after_s * 1000);
	if (until_ms > lane->paused_until_ms)
		lane->paused_until_ms = until_ms;
}

/* A channel that refuses again and again is left in peace for a while; one dead channel never delays another. */
static void adjust_lane(struct attempt *a)
{
	struct lane *lane = a->lane;
	int64_t now_ms = gateway_now(a->g);
	if (a->result.result == SEND_OPERATIONAL)
		lane->paused_until_ms = now_ms + OPERATIONAL_PAUSE_MS;
	else if (a->result.result == SEND_TRANSIENT && (++lane->refused_in_row >= 3 || a->retry_after_s > 0))
		pause_lane(lane, a->retry_after_s, now_ms);
	else if (a->result.result == SEND_ACCEPTED)
		lane->refused_in_row = 0;
	lane->empty = false;
}

static void store_again(struct timer *timer)
{
	struct attempt *a = timer->user;
	batch_add(&a->g->batch, &a->item);
}

static void result_done(struct batch_item *item, int result)
{
	struct attempt *a = (struct attempt *)item;
	bool passes = result == -ENOSPC || result == -ENOMEM || result == -EBUSY;
	if (passes && timer_set(a->g->loop, &a->again, RESULT_AGAIN_MS) == 0)
		return;
	if (result != 0) /* the row still says "sending": after a restart that is unknown */
		log_event(LOG_ERROR, "result of a send not stored", "channel=%s error=%d", a->lane->channel->id.at, -result);
	adjust_lane(a);
	free_attempt(a);
}

/* 401: a new token, once; after that it is the credentials. */
static void judge_token(struct attempt *a, unsigned status)
{
	if (status == 401)
		a->result.result = login_refused(&a->lane->login, a->login_serial) ? SEND_OPERATIONAL : SEND_TRANSIENT;
	else if (a->result.result == SEND_ACCEPTED)
		login_worked(&a->lane->login);
}

static void call_came_back(const struct http_result *result, void *user)
{
	struct attempt *a = user;
	crash_point("call_came_back");
	a->retry_after_s = result->retry_after_s;
	if (a->lane->channel->adapter->classify(a->lane->channel, &a->message, result, &a->arena, &a->result) != 0)
		a->result = (struct recipient_result){ .to = a->message.to[0], .result = SEND_UNKNOWN, .code = STR("no memory") };
	if (channel_logs_in(a->lane->channel) && !result->curl_code)
		judge_token(a, result->status);
	a->item = (struct batch_item){ .run = run_result, .done = result_done };
	a->again = (struct timer){ .fire = store_again, .user = a };
	batch_add(&a->g->batch, &a->item);
}

/* ---- the way out: claim, commit, call */

static int compose(struct attempt *a, const struct point *to, struct str text)
{
	a->message.to[0] = arena_str(&a->arena, to->e164);
	a->message.count = 1;
	a->message.text = arena_str(&a->arena, text);
	if (!a->message.to[0].at || !a->message.text.at)
		return -ENOMEM;
	(void)text_units(text, &a->message.encoding);
	struct buf ref = buf_new(&a->arena, 24);
	buf_put_i64(&ref, a->row.message_id);
	a->message.client_ref = buf_str(&ref);
	a->message.access = STR("");
	if (channel_logs_in(a->lane->channel)) {
		a->message.access = arena_str(&a->arena, login_token(&a->lane->login, gateway_now(a->g)));
		a->login_serial = a->lane->login.serial;
	}
	if (!a->message.access.at)
		return -ENOMEM;
	return a->lane->channel->adapter->compose(a->lane->channel, &a->message, &a->arena, &a->call);
}

/* Why this message must not leave any more; NULL: it may. */
static const char *obstacle(const struct outbox_item *row, const struct point *to, int64_t now_ms)
{
	if (row->expires_at && now_ms > row->expires_at)
		return "expired";
	/* An answer of this moment goes out: "done: no more messages" is the answer to STOP itself, "we will not write to this
	 * number again" to "this is not me". */
	bool at_once = now_ms - row->created_at <= ANSWER_AT_ONCE_MS;
	if (at_once && !row->once_only && !row->must_arrive)
		return NULL;
	if (!to->active)
		return to->frozen ? "the number is being verified" : "the number is not in use any more";
	if (to->opted_out)
		return "opted out";
	/* Asked for while calls were still safe, then the person said that they are not. */
	if (!to->safe)
		return "not safe any more";
	return NULL;
}

/* Behind an outage answers leave in their order, and of several questions only the one that stands (failures.md O12): who reads
 * an old one last would answer the wrong one. */
static int in_turn(struct gateway *g, const struct outbox_item *row, int64_t now_ms, int64_t *until, const char **why)
{
	int64_t age_ms = now_ms - row->created_at, due_ms;
	if (!row->contact_id || age_ms < BACKLOG_MS)
		return 0;
	int rc = row->question && age_ms > ANSWER_AT_ONCE_MS ? outbox_newer_question(&g->db, row) : 0;
	if (rc == 1)
		*why = "a newer question stands";
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = outbox_earlier(&g->db, row, &due_ms);
	if (rc == 1)
		*until = due_ms > now_ms ? due_ms : now_ms + LOOK_AGAIN_MS;
	return rc < 0 ? rc : 0;
}

int outbox_may_leave(struct gateway *g, const struct outbox_item *row, const struct point *to, int64_t now_ms)
{
	int64_t until = 0;
	const char *why = to ? obstacle(row, to, now_ms) : "the person was erased";
	int rc = why ? 0 : row->first ? schedule_hold(g, row, to, now_ms, &until, &why) : in_turn(g, row, now_ms, &until, &why);
	if (rc < 0)
		return rc;
	if (!why && !until)
		return 1;
	if (!why)
		return outbox_wait(&g->db, row->message_id, until);
	bool expired = strcmp(why, "expired") == 0;
	rc = outbox_give_up(&g->db, row->message_id, expired ? "expired" : "cancelled", why);
	return rc == 0 && expired ? scheduled_text_lost(&g->db, row->message_id, now_ms) : rc;
}

/* Whom the message is for: a number of a person, or a phone of the staff, which is nobody's contact and always may be told. */
static int recipient(struct gateway *g, const struct outbox_item *row, struct point *to)
{
	if (row->point_id)
		return point_by_id(&g->db, row->point_id, to);
	*to = (struct point){ .active = true, .safe = true, .key = g->db.vault.own };
	return duty_text_phone(&g->db, row->message_id, &to->e164);
}

int outbox_open(struct gateway *g, const struct outbox_item *row, int64_t now_ms, struct point *to, struct str *text)
{
	*to = (struct point){ .active = false };
	int rc = recipient(g, row, to);
	if (rc >= 0)
		rc = outbox_may_leave(g, row, rc == 1 ? to : NULL, now_ms);
	if (rc == 1) {
		rc = message_text(&g->db, row->message_id, &to->key, text);
		rc = rc == 0 ? -ENOENT : rc;
	}
	seal_key_forget(&to->key);
	return rc;
}

static int start_one(struct claim *c, const struct outbox_item *row)
{
	struct gateway *g = c->g;
	struct point to;
	struct str text;
	int64_t now_ms = gateway_now(g);
	int rc = outbox_open(g, row, now_ms, &to, &text);
	if (rc != 1)
		return rc;
	struct attempt *a = calloc(1, sizeof *a);
	if (!a || arena_new(&a->arena, CALL_ARENA) != 0) {
		free(a);
		return -ENOMEM;
	}
	a->g = g, a->lane = c->lane, a->row = *row;
	c->lane->under_way++;
	a->next = c->first;
	c->first = a;
	rc = compose(a, &to, text);
	if (rc == 0)
		return outbox_start(&g->db, row->message_id);
	c->first = a->next;
	free_attempt(a);
	if (rc != -EINVAL)
		return rc;
	return outbox_retry(&g->db, row->message_id, "the channel is not configured for sending", now_ms + OPERATIONAL_PAUSE_MS);
}

static int run_claim(struct batch_item *item, struct db *db)
{
	struct claim *c = (struct claim *)item;
	struct outbox_item due[CLAIM_MAX];
	int64_t now_ms = gateway_now(c->g);
	int worst = schedule_worst_rank(c->g);
	int n = outbox_due(db, c->lane->channel->id, now_ms, worst, due, c->room);
	int rc = n < 0 ? n : 0;
	for (int i = 0; rc == 0 && i < n; i++)
		rc = start_one(c, &due[i]);
	c->lane->empty = n < c->room;
	c->lane->tokens += n < 0 ? 0 : c->room - n;
	c->lane->next_due_ms = INT64_MAX;
	if (rc == 0 && c->lane->empty)
		rc = outbox_next_due(db, c->lane->channel->id, worst, &c->lane->next_due_ms) < 0 ? -EIO : 0;
	if (c->lane->next_due_ms == 0)
		c->lane->next_due_ms = INT64_MAX;
	return rc;
}

static void claim_done(struct batch_item *item, int result)
{
	struct claim *c = (struct claim *)item;
	struct attempt *next;
	crash_point("attempt_committed");
	c->lane->claiming = false;
	for (struct attempt *a = c->first; a; a = next) {
		next = a->next;
		int rc = result == 0 ? sender_call(c->g->sender, c->lane->channel->id, &a->call, CALL_DEADLINE_MS, call_came_back, a) : -1;
		if (result == 0 && rc != 0) { /* never left this process: like a network that is down */
			struct http_result down = { .curl_code = 7, .retry_after_s = -1 };
			call_came_back(&down, a);
		} else if (result != 0) {
			free_attempt(a);
		}
	}
	if (result != 0) {
		c->lane->empty = false;
		c->lane->paused_until_ms = gateway_now(c->g) + 5000;
	}
	free(c);
}

/* ---- no token: an operator should know */

struct refused_login {
	struct batch_item item;
	struct gateway *g;
	const struct channel *channel;
	enum send_class class;
};

static int run_refused_login(struct batch_item *item, struct db *db)
{
	struct refused_login *note = (struct refused_login *)item;
	int64_t now_ms = gateway_now(note->g);
	int rc = channel_state_failed(db, note->channel->id, "no token", now_ms);
	return rc == 0 && note->class != SEND_TRANSIENT ? stop_channel(note->g, note->channel->id, STR("no token"), now_ms) : rc;
}

static void refused_login_done(struct batch_item *item, int result)
{
	if (result != 0)
		log_event(LOG_WARN, "a refused login was not noted", "error=%d", -result);
	free(item);
}

/* ---- turns */

static unsigned take_tokens(struct lane *lane)
{
	int64_t now_ms = clock_monotonic_ms();
	double rate = lane->channel->rate_per_second ? lane->channel->rate_per_second : 1000;
	lane->tokens += rate * (double)(now_ms - lane->filled_ms) / 1000.0;
	lane->filled_ms = now_ms;
	if (lane->tokens > rate)
		lane->tokens = rate;
	return lane->tokens < 1 ? 0 : (unsigned)lane->tokens;
}

static int want_later(int a, int64_t b)
{
	int capped = b > LOOK_AGAIN_MS * 60 ? LOOK_AGAIN_MS * 60 : b < 1 ? 1 : (int)b;
	return a < 0 || capped < a ? capped : a;
}

/* A fetch of a token ended. */
static void login_done(struct login *login, enum send_class class)
{
	struct lane *lane = (struct lane *)(void *)((char *)login - offsetof(struct lane, login));
	int64_t now_ms = gateway_now(login->g);
	if (class == SEND_ACCEPTED) {
		lane->refused_in_row = 0;
		return;
	}
	lane->paused_until_ms = now_ms + (class == SEND_TRANSIENT ? outbox_backoff_ms(++lane->refused_in_row, -1) :
								     OPERATIONAL_PAUSE_MS);
	struct refused_login *note = calloc(1, sizeof *note);
	if (!note)
		return;
	*note = (struct refused_login){ .item = { .run = run_refused_login, .done = refused_login_done }, .g = login->g,
					.channel = lane->channel, .class = class };
	batch_add(&login->g->batch, &note->item);
}

/* false: a token must be had first, and is on its way or will be asked for again. */
static bool has_token(struct gateway *g, struct lane *lane, int64_t now_ms)
{
	struct login *login = &lane->login;
	if (!channel_logs_in(lane->channel) || login_token(login, now_ms).len)
		return true;
	login->g = g, login->channel = lane->channel, login->done = login_done;
	if (login_fetch(login) != 0)
		lane->paused_until_ms = now_ms + OPERATIONAL_PAUSE_MS;
	return false;
}

static int turn_lane(struct gateway *g, struct lane *lane, int sleep_ms)
{
	int64_t now_ms = gateway_now(g);
	if (lane->claiming || !lane->channel->sms)
		return sleep_ms;
	if (lane->paused_until_ms > now_ms)
		return want_later(sleep_ms, lane->paused_until_ms - now_ms);
	if (lane->empty && lane->next_due_ms > now_ms)
		return lane->next_due_ms == INT64_MAX ? sleep_ms : want_later(sleep_ms, lane->next_due_ms - now_ms);
	if (!has_token(g, lane, now_ms))
		return sleep_ms;
	unsigned tokens = take_tokens(lane);
	size_t room = lane->under_way >= UNDER_WAY_MAX ? 0 : UNDER_WAY_MAX - lane->under_way;
	if (room > tokens)
		room = tokens;
	if (room > CLAIM_MAX)
		room = CLAIM_MAX;
	if (room == 0)
		return tokens == 0 ? want_later(sleep_ms, 20) : sleep_ms;
	struct claim *c = calloc(1, sizeof *c);
	if (!c)
		return want_later(sleep_ms, LOOK_AGAIN_MS);
	*c = (struct claim){ .item = { .run = run_claim, .done = claim_done }, .g = g, .lane = lane, .room = (int)room };
	lane->tokens -= (double)room;
	lane->claiming = true;
	batch_add(&g->batch, &c->item);
	return sleep_ms;
}

int outbox_turn(struct gateway *g)
{
	int sleep_ms = -1;
	if (!g->outbox || g->outbox->brake || g->stopping)
		return -1;
	for (size_t i = 0; i < g->outbox->lanes_count; i++)
		sleep_ms = turn_lane(g, &g->outbox->lanes[i], sleep_ms);
	return sleep_ms;
}

void outbox_wake(struct gateway *g)
{
	for (size_t i = 0; g->outbox && i < g->outbox->lanes_count; i++)
		g->outbox->lanes[i].empty = false;
}

int outbox_new(struct gateway *g, struct err *err)
{
	char brake[8];
	struct outbox *o = calloc(1, sizeof *o);
	if (!o)
		return err_set(err, -ENOMEM, "no memory");
	for (size_t i = 0; i < g->config.channels_count; i++)
		if (g->config.channels[i].adapter->compose)
			o->lanes[o->lanes_count++] = (struct lane){ .channel = &g->config.channels[i], .tokens = 1e9 };
	int rc = db_begin(&g->db), interrupted = 0;
	if (rc == 0)
		rc = interrupted = outbox_interrupted(&g->db);
	if (rc >= 0)
		rc = db_commit(&g->db);
	if (rc == 0)
		rc = setting_get(&g->db, "outbound", brake, sizeof brake);
	if (rc < 0) {
		free(o);
		return err_set(err, rc, "the outbox does not open: %s", strerror(-rc));
	}
	o->brake = rc == 1 && strcmp(brake, "off") == 0;
	if (interrupted > 0)
		log_event(LOG_WARN, "sends were interrupted: their outcome is unknown", "messages=%d", interrupted);
	g->outbox = o;
	return 0;
}

void outbox_free(struct gateway *g)
{
	free(g->outbox);
	g->outbox = NULL;
}

int outbox_set_brake(struct gateway *g, bool on)
{
	int rc = setting_put(&g->db, "outbound", on ? "off" : "on");
	if (rc == 0 && g->outbox)
		g->outbox->brake = on;
	return rc;
}

bool outbox_braked(const struct gateway *g)
{
	return g->outbox && g->outbox->brake;
}

size_t outbox_under_way(const struct gateway *g)
{
	size_t n = 0;
	for (size_t i = 0; g->outbox && i < g->outbox->lanes_count; i++)
		n += g->outbox->lanes[i].under_way;
	return n;
}
