#include "gateway/phone_queue.h"

#include "db/contact.h"
#include "db/delivery.h"
#include "db/outbox.h"
#include "gateway/outbox.h"
#include "gateway/schedule.h"

#include <errno.h>
#include <string.h>

/* 1: *out is filled; 0: this one does not leave. */
static int hand_out_one(struct gateway *g, const struct outbox_item *row, struct queued_message *out)
{
	struct point to;
	struct str text;
	int rc = outbox_open(g, row, gateway_now(g), &to, &text);
	if (rc != 1)
		return rc;
	struct buf uuid = buf_new(&g->db.arena, 24);
	buf_put_i64(&uuid, row->message_id);
	out->to = arena_str(&g->db.arena, to.e164);
	out->text = text;
	out->uuid = buf_str(&uuid);
	if (uuid.full || !out->to.at)
		return -ENOMEM;
	rc = outbox_hand_out(&g->db, row->message_id, gateway_now(g) + PHONE_CONFIRM_MS);
	return rc == 0 ? 1 : rc;
}

int phone_queue_hand_out(struct gateway *g, const struct channel *channel, struct queued_message **out, size_t *count)
{
	struct outbox_item due[PHONE_QUEUE_MAX];
	*count = 0;
	*out = arena_array(&g->db.arena, PHONE_QUEUE_MAX, sizeof **out);
	if (!*out)
		return -ENOMEM;
	if (!g->outbox || outbox_braked(g) || g->stopping)
		return 0;
	int n = outbox_due(&g->db, channel->id, gateway_now(g), schedule_worst_rank(g), due, PHONE_QUEUE_MAX);
	for (int i = 0; i < n; i++) {
		int rc = hand_out_one(g, &due[i], &(*out)[*count]);
		if (rc < 0)
			return rc;
		*count += rc == 1;
	}
	return n < 0 ? n : 0;
}

/* What it confirms too late has been "unknown" since: then this is a report like any other. */
int phone_queue_taken(struct gateway *g, const struct channel *channel, struct str uuid)
{
	uint64_t message_id;
	enum report_outcome outcome;
	char final[16];
	int64_t contact_id;
	struct report late = { STR(""), uuid, "sent", STR("") };
	if (!str_to_u64(uuid, &message_id) || message_id > INT64_MAX)
		return 0;
	int rc = outbox_is_under_way(&g->db, (int64_t)message_id, channel->id);
	if (rc == 1)
		return delivery_sent(&g->db, (int64_t)message_id, channel->id, &uuid, 1, gateway_now(g));
	return rc < 0 ? rc : delivery_report(&g->db, channel->id, &late, gateway_now(g), &outcome, final, &contact_id);
}

int phone_queue_expire(struct gateway *g, int64_t now_ms)
{
	int rc = 0;
	for (size_t i = 0; rc >= 0 && i < g->config.channels_count; i++) {
		const struct channel *channel = &g->config.channels[i];
		if (channel->adapter->phone_queue) /* elsewhere the call itself has a deadline */
			rc = outbox_unconfirmed(&g->db, channel->id, now_ms);
	}
	return rc < 0 ? rc : 0;
}
