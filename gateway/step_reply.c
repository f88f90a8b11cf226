#include "gateway/step_reply.h"

#include "db/message.h"
#include "db/outbox.h"
#include "gateway/outbox.h"

#include <string.h>

#define HOUR_MS ((int64_t)3600 * 1000)

/* Who must not be called hears nothing that is not at once an answer (domain.md, decision 2). */
static int64_t lives_ms(const struct gateway *g, const struct contact *who)
{
	bool at_once = strcmp(who->contact_pref, "NO_CALL") == 0;
	return at_once ? ANSWER_AT_ONCE_MS : (int64_t)g->config.limits.outbox_expire_hours * HOUR_MS;
}

int step_reply(struct gateway *g, const struct channel *channel, const struct contact *who, struct str text,
	       struct message *m)
{
	struct segments plan;
	int rc = segment_plan(text, &plan);
	if (rc != 0)
		return rc;
	bool too_long = plan.count > (channel->max_segments ? channel->max_segments : g->config.limits.max_segments);
	m->out = true, m->channel = channel->id;
	m->status = too_long ? "rejected" : "queued";
	m->reason = too_long ? STR("more segments than the channel allows") : STR("");
	m->contact_id = who->contact_id, m->point_id = who->point_id;
	m->encoding = encoding_name(plan.encoding), m->segments = plan.count, m->text = text;
	rc = message_add(&g->db, m, &who->key);
	if (rc != 0 || too_long)
		return rc;
	outbox_wake(g); /* it looks after the commit; of what was rolled back it finds nothing */
	return outbox_add(&g->db, m->message_id, channel->id, OUTBOX_ANSWER, m->created_at, m->created_at + lives_ms(g, who));
}
