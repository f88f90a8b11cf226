#include "gateway/push.h"

#include "db/message.h"
#include "db/outbox.h"
#include "gateway/casework.h"
#include "gateway/circumstances.h"
#include "gateway/outbox.h"

#include <errno.h>
#include <string.h>

#define HOUR_MS ((int64_t)3600 * 1000)
#define SMS_WINDOW_MS (72 * HOUR_MS)      /* domain.md 2.3 */
#define IN_CONVERSATION_MS HOUR_MS        /* a question that was put so lately is still being answered */

const struct channel *push_channel(const struct config *config, struct str country, struct str last_used)
{
	const struct channel *found = NULL;
	for (size_t i = 0; i < config->channels_count; i++) {
		const struct channel *c = &config->channels[i];
		if (!c->sms || !str_eq(c->country, country))
			continue;
		if (!found || str_eq(c->id, last_used))
			found = c;
	}
	return found;
}

static int last_channel(struct db *db, int64_t contact_id, struct str *out)
{
	struct query q = db_query(db, SQL_SESSION_LAST_CHANNEL);
	bind_i64(&q, contact_id);
	int rc = db_row(&q);
	*out = rc == 1 ? arena_str(&db->arena, col_str(&q, 0)) : STR("");
	db_done(&q);
	return rc < 0 ? rc : 0;
}

static bool forbidden(const struct contact *who, const struct push *push)
{
	return who->opted_out || (!push->answer && (who->texts_paused || strcmp(who->contact_pref, "NO_CALL") == 0));
}

struct pushing {
	struct gateway *g;
	const struct push *push;
	const struct channel *channel;
	struct contact who;
	struct conversation talk;
	struct circumstances c;
	int64_t now_ms;
};

static int queue(struct pushing *p, const struct outcome *out, int64_t *message_id)
{
	struct segments plan;
	const struct push *push = p->push;
	int64_t due = push->due_ms > p->now_ms ? push->due_ms : p->now_ms;
	int64_t expires = push->expires_ms ? push->expires_ms : due + (int64_t)p->g->config.limits.outbox_expire_hours * HOUR_MS;
	int rc = segment_plan(out->text, &plan);
	if (rc != 0)
		return rc;
	struct message m = {
		.out = true, .channel = p->channel->id, .flow = str_of(out->now.flow), .state = str_of(out->now.state),
		.case_ref = p->c.facts.case_ref, .status = "queued",
		.class = push->answer ? "question" : push->must_arrive ? "must_arrive" : "once_only",
		.contact_id = p->who.contact_id, .point_id = p->who.point_id, .encoding = encoding_name(plan.encoding),
		.segments = plan.count, .created_at = p->now_ms, .text = out->text,
	};
	outbox_wake(p->g);
	rc = message_add(&p->g->db, &m, &p->who.key);
	*message_id = m.message_id;
	return rc == 0 ? outbox_add(&p->g->db, m.message_id, p->channel->id, push->answer ? OUTBOX_ANSWER : OUTBOX_FIRST, due, expires) :
			 rc;
}

/* The walk that this text puts aside may be taken up again. */
static int keep_left(struct pushing *p, const struct session *left)
{
	struct conversation kept;
	int rc = conversation_new(&p->g->db, &p->who, p->channel->id, NULL, p->now_ms, &kept);
	if (rc != 0)
		return rc;
	kept.session = *left;
	kept.set_aside = true;
	return conversation_save(&p->g->db, &p->who, &kept, true, p->now_ms);
}

static int speak(struct pushing *p, int64_t *message_id)
{
	struct input in = { .kind = INPUT_BEGIN, .mode = MODE_SMS, .text = p->push->flow_state, .vars = p->push->vars,
			    .vars_count = p->push->vars_count, .facts = &p->c.facts };
	p->talk.session.started_ms = p->talk.started_at;
	const struct outcome *out = flow_step(&p->g->book, &p->talk.session, &in, &p->g->db.arena);
	if (!out)
		return -ENOMEM;
	if (out->reply == REPLY_NONE || (!out->quiet && !p->push->answer)) /* a definition that says too much is not sent */
		return -EINVAL;
	struct casework work = { .g = p->g, .channel = p->channel, .who = &p->who, .mode = MODE_SMS, .now_ms = p->now_ms,
				 .e164 = STR(""), .language = str_of(p->who.language), .unfinished_id = p->c.unfinished_id };
	memcpy(work.case_ref, p->c.open_case.ref, sizeof work.case_ref);
	int rc = casework_apply(&work, out);
	p->talk.session = out->now;
	if (rc == 0 && out->left) {
		p->talk.resumable = false; /* that one is it now */
		rc = keep_left(p, out->left);
	}
	if (rc == 0)
		rc = conversation_save(&p->g->db, &p->who, &p->talk, out->resumable, p->now_ms);
	return rc == 0 ? queue(p, out, message_id) : rc;
}

/* The SMS conversation that stands is put aside by a text that comes first; one that is going on is not interrupted. */
static int find_talk(struct pushing *p)
{
	int rc = conversation_sms(&p->g->db, &p->who, p->now_ms - SMS_WINDOW_MS, &p->talk);
	if (rc < 0)
		return rc;
	if (rc == 1 && !p->push->answer && p->now_ms - p->talk.updated_at < IN_CONVERSATION_MS)
		return PUSH_LATER;
	if (rc == 0)
		rc = conversation_new(&p->g->db, &p->who, p->channel->id, NULL, p->now_ms, &p->talk);
	return rc < 0 ? rc : PUSH_QUEUED;
}

static int push_to(struct pushing *p, int64_t *message_id)
{
	struct str last;
	if (!p->who.point_id || p->who.frozen)
		return PUSH_NO_NUMBER;
	if (forbidden(&p->who, p->push))
		return PUSH_FORBIDDEN;
	int rc = p->push->answer ? 0 : contact_protected(&p->g->db, p->who.contact_id);
	if (rc != 0)
		return rc < 0 ? rc : PUSH_FORBIDDEN;
	rc = last_channel(&p->g->db, p->who.contact_id, &last);
	if (rc != 0)
		return rc;
	p->channel = push_channel(&p->g->config, str_of(p->who.country), last);
	if (!p->channel)
		return PUSH_NO_CHANNEL;
	rc = find_talk(p);
	if (rc != PUSH_QUEUED)
		return rc;
	rc = circumstances_load(p->g, p->channel, &p->who, &p->talk, str_of(p->who.country), p->now_ms, &p->c);
	if (rc == 0 && p->c.facts.language < 0)
		p->c.facts.language = 0;
	return rc == 0 ? speak(p, message_id) : rc;
}

int push_begin(struct gateway *g, int64_t contact_id, const struct push *push, int64_t now_ms, int64_t *message_id)
{
	struct pushing p = { .g = g, .push = push, .now_ms = now_ms };
	*message_id = 0;
	int rc = contact_by_id(&g->db, contact_id, &p.who);
	if (rc == 1)
		rc = push_to(&p, message_id);
	else if (rc == 0)
		rc = PUSH_NO_NUMBER;
	seal_key_forget(&p.who.key);
	return rc;
}

const char *push_why(int result)
{
	switch (result) {
	case PUSH_LATER: return "a conversation with this person is going on; try again in an hour";
	case PUSH_NO_NUMBER: return "no number of this person is in use";
	case PUSH_NO_CHANNEL: return "no channel reaches numbers of this country";
	case PUSH_FORBIDDEN: return "this person said STOP or is not to be contacted, or the texts are paused";
	default: return "it does not leave";
	}
}
