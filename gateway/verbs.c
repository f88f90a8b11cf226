#include "gateway/verbs.h"

#include "db/ledger.h"
#include "db/outbox.h"
#include "gateway/act.h"
#include "gateway/credit.h"
#include "gateway/demo.h"
#include "gateway/outbox.h"
#include "gateway/purge.h"
#include "gateway/phone_send.h"
#include "gateway/schedule.h"
#include "gateway/snapshot.h"
#include "gateway/version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static void verb_status(struct gateway *g, json_t *request, struct control_call *call)
{
	(void)request;
	json_t *answer = json_pack("{s:b, s:s, s:i}", "ok", 1, "version", wasl_version, "pid", (int)getpid());
	json_put_str(answer, "webhooks", g->config.listen_webhooks);
	json_put_str(answer, "console", g->config.listen_console);
	(void)json_object_set_new(answer, "outbound", json_string(outbox_braked(g) ? "off" : "on"));
	control_answer(call, answer);
}

/* ---- the brake, and what a restore parked */

enum brake_act { BRAKE_ON, BRAKE_OFF, PARKED_RELEASE, PARKED_DROP };

struct brake_item {
	struct batch_item item;
	struct gateway *g;
	struct control_call *call;
	enum brake_act act;
	int64_t count;
};

static int act_named(struct str set)
{
	static const char *const name[] = { [BRAKE_ON] = "off", [BRAKE_OFF] = "on", [PARKED_RELEASE] = "release", [PARKED_DROP] = "drop" };
	for (int i = 0; i <= PARKED_DROP; i++)
		if (str_eq_z(set, name[i]))
			return i;
	return -1;
}

static int run_brake(struct batch_item *item, struct db *db)
{
	struct brake_item *b = (struct brake_item *)item;
	static const char *const said[] = { [BRAKE_ON] = "outbound.off", [BRAKE_OFF] = "outbound.on",
					    [PARKED_RELEASE] = "outbound.release", [PARKED_DROP] = "outbound.drop" };
	int rc = audit_add(db, gateway_now(b->g), STR("administrator"), str_of(said[b->act]), STR("outbox"), STR(""));
	if (rc != 0)
		return rc;
	switch (b->act) {
	case PARKED_RELEASE: return outbox_parked_release(db, &b->count);
	case PARKED_DROP: return outbox_parked_drop(db, &b->count);
	case BRAKE_ON: case BRAKE_OFF: break;
	}
	return outbox_set_brake(b->g, b->act == BRAKE_ON);
}

static void answer_outbound(struct gateway *g, struct control_call *call, int64_t count)
{
	int64_t parked = 0;
	if (outbox_parked(&g->db, &parked) != 0)
		control_refuse(call, EX_IOERR, "the database does not answer");
	else
		control_answer(call, json_pack("{s:b, s:s, s:i, s:I, s:I}", "ok", 1, "outbound", outbox_braked(g) ? "off" : "on",
					       "under_way", (int)outbox_under_way(g), "parked", (json_int_t)parked,
					       "count", (json_int_t)count));
}

static void brake_done(struct batch_item *item, int result)
{
	struct brake_item *b = (struct brake_item *)item;
	if (result == 0) {
		outbox_wake(b->g);
		answer_outbound(b->g, b->call, b->count);
	} else {
		control_refuse(b->call, EX_IOERR, "the database did not take the change");
	}
	free(b);
}

static void verb_outbound(struct gateway *g, json_t *request, struct control_call *call)
{
	struct str set = json_get_str(request, "set");
	if (!set.at) {
		answer_outbound(g, call, 0);
		return;
	}
	int act = act_named(set);
	if (act < 0) {
		control_refuse(call, EX_DATAERR, "outbound is set on or off; what is parked is released or dropped");
		return;
	}
	struct brake_item *b = calloc(1, sizeof *b);
	if (!b) {
		control_answer(call, NULL);
		return;
	}
	*b = (struct brake_item){ { .run = run_brake, .done = brake_done }, g, call, (enum brake_act)act, 0 };
	batch_add(&g->batch, &b->item);
}

/* ---- the schedule */

struct resume_item {
	struct batch_item item;
	struct gateway *g;
	struct control_call *call;
};

static void answer_schedule(struct gateway *g, struct control_call *call)
{
	json_t *answer = schedule_answer(&g->db, gateway_now(g));
	if (answer)
		control_answer(call, answer);
	else
		control_refuse(call, EX_IOERR, "the database does not answer");
}

static int run_resume(struct batch_item *item, struct db *db)
{
	struct resume_item *r = (struct resume_item *)item;
	return schedule_resume(db, gateway_now(r->g));
}

static void resume_done(struct batch_item *item, int result)
{
	struct resume_item *r = (struct resume_item *)item;
	if (result == 0) {
		schedule_resumed(r->g);
		answer_schedule(r->g, r->call);
	} else {
		control_refuse(r->call, EX_IOERR, "the database did not take the change");
	}
	free(r);
}

static void verb_schedule(struct gateway *g, json_t *request, struct control_call *call)
{
	if (!str_eq_z(json_get_str(request, "act"), "resume")) {
		answer_schedule(g, call);
		return;
	}
	struct resume_item *r = calloc(1, sizeof *r);
	if (!r) {
		control_answer(call, NULL);
		return;
	}
	*r = (struct resume_item){ { .run = run_resume, .done = resume_done }, g, call };
	batch_add(&g->batch, &r->item);
}

/* ---- channels */

/* "KES 1785.50", and when it was so; null where the vendor does not tell. */
static void put_credit(struct db *db, const struct channel *channel, json_t *one)
{
	char text[CREDIT_MAX];
	int64_t at_ms = 0;
	bool known = credit_known(db, channel, text, &at_ms);
	(void)json_object_set_new(one, "credit", known ? json_string(text) : json_null());
	(void)json_object_set_new(one, "credit_at", json_time(at_ms));
}

json_t *channels_json(struct db *db, const struct config *config)
{
	json_t *all = json_array();
	for (size_t i = 0; i < config->channels_count; i++) {
		const struct channel *channel = &config->channels[i];
		struct channel_state s;
		int64_t queued = 0;
		if (channel_state_get(db, channel->id, &s) < 0 || outbox_count(db, channel->id, &queued) != 0) {
			json_decref(all);
			return NULL;
		}
		json_t *one = json_object();
		json_put_str(one, "id", channel->id);
		(void)json_object_set_new(one, "adapter", json_string(channel->adapter->name));
		(void)json_object_set_new(one, "state", json_string(s.stopped_at ? "stopped" : "running"));
		(void)json_object_set_new(one, "last_inbound", json_time(s.last_inbound_at));
		(void)json_object_set_new(one, "last_send", json_time(s.last_send_at));
		(void)json_object_set_new(one, "queue", json_integer(queued));
		(void)json_object_set_new(one, "accepted", json_integer(s.accepted));
		(void)json_object_set_new(one, "refused", json_integer(s.refused));
		(void)json_object_set_new(one, "last_error_at", json_time(s.last_error_at));
		(void)json_object_set_new(one, "last_error", s.last_error[0] ? json_string(s.last_error) : json_null());
		put_credit(db, channel, one);
		(void)json_array_append_new(all, one);
	}
	return all;
}

static void verb_channel_list(struct gateway *g, json_t *request, struct control_call *call)
{
	(void)request;
	json_t *all = channels_json(&g->db, &g->config);
	if (all)
		control_answer(call, json_pack("{s:b, s:o}", "ok", 1, "channels", all));
	else
		control_refuse(call, EX_IOERR, "the database does not answer");
}

static void verb_inbox(struct gateway *g, json_t *request, struct control_call *call)
{
	json_t *messages = demo_inbox(g, json_get_str(request, "number"), json_integer_value(json_object_get(request, "after")));
	if (messages)
		control_answer(call, json_pack("{s:b, s:o}", "ok", 1, "messages", messages));
	else
		control_refuse(call, EX_UNAVAILABLE, "this daemon is not the demo: its messages go to real phones");
}

const struct control_verb verbs[] = {
	{ "phone.send", verb_phone_send },
	{ "status", verb_status }, { "outbound", verb_outbound }, { "schedule", verb_schedule },
	{ "channel.list", verb_channel_list }, { "act", act_verb }, { "demo.inbox", verb_inbox },
	{ "snapshot", verb_snapshot }, { "purge", verb_purge }, { NULL, NULL },
};
