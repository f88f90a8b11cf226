#include "gateway/step_overheard.h"

#include "gateway/casework.h"
#include "gateway/circumstances.h"

#include <errno.h>
#include <string.h>

#define HOUR_MS ((int64_t)3600 * 1000)

static int raise(struct gateway *g, const struct channel *channel, struct contact *who, const struct event *event,
		 const struct circumstances *around, const struct outcome *heard, int64_t now_ms)
{
	struct casework work = { .g = g, .channel = channel, .who = who, .mode = MODE_SMS, .now_ms = now_ms,
				 .e164 = str_of(event->from.e164), .language = str_of(who->language) };
	memcpy(work.case_ref, around->open_case.ref, sizeof work.case_ref);
	return casework_apply(&work, heard);
}

int step_overheard(struct gateway *g, const struct channel *channel, struct contact *who, const struct event *event, int64_t now_ms)
{
	static const struct conversation none;
	struct circumstances around;
	struct input input = { .kind = INPUT_OVERHEARD, .mode = MODE_SMS, .text = event->text, .facts = &around.facts };
	int rc = circumstances_load(g, channel, who, &none, str_of(event->from.country), now_ms, &around);
	if (rc != 0)
		return rc;
	const struct outcome *heard = flow_step(&g->book, &none.session, &input, &g->db.arena);
	if (!heard)
		return -ENOMEM;
	rc = heard->effects_count ? alert_urgent_since(&g->db, who->contact_id, now_ms - HOUR_MS) : 1;
	return rc == 0 ? raise(g, channel, who, event, &around, heard, now_ms) : rc < 0 ? rc : 0;
}
