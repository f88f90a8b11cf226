#include "gateway/phone_send.h"

#include "db/contact.h"
#include "db/ledger.h"
#include "db/message.h"
#include "gateway/step_reply.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

#define HOUR_MS ((int64_t)3600 * 1000)

struct phone_send {
	struct batch_item item;
	struct gateway *g;
	struct control_call *call;
	const struct channel *channel;
	json_t *request;
	json_t *recipients; /* the answer */
};

static int find_person(struct phone_send *s, const struct phone *to, int64_t now_ms, struct contact *who)
{
	int rc = contact_by_number(&s->g->db, str_of(to->e164), who);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	return contact_add(&s->g->db, str_of(to->e164), str_of(to->country), now_ms,
			   now_ms + (int64_t)s->g->config.retention.unconsented_hours * HOUR_MS, who);
}

static int tell(struct phone_send *s, const struct phone *to, const char *result, const char *code, int64_t message_id)
{
	json_t *one = json_pack("{s:s, s:s, s:s}", "to", to->e164, "result", result, "code", code);
	if (message_id) {
		char storage[24];
		struct buf id = buf_over(storage, sizeof storage);
		buf_put_i64(&id, message_id);
		json_put_str(one, "id", buf_str(&id));
	}
	return json_array_append_new(s->recipients, one) == 0 ? 0 : -ENOMEM;
}

static int queue_one(struct phone_send *s, struct str number, struct str text)
{
	struct phone to;
	struct contact who;
	int64_t now_ms = gateway_now(s->g);
	struct message m = { .created_at = now_ms };
	phone_parse(&s->g->book.phones, number, s->channel->country, &to);
	if (to.kind != PHONE_E164)
		return -EINVAL;
	int rc = find_person(s, &to, now_ms, &who);
	if (rc == 0 && !who.opted_out)
		rc = step_reply(s->g, s->channel, &who, text, &m);
	seal_key_forget(&who.key);
	if (rc != 0)
		return rc;
	return who.opted_out ? tell(s, &to, "rejected_permanent", "opted_out", 0) : tell(s, &to, "unknown", "queued", m.message_id);
}

static int run(struct batch_item *item, struct db *db)
{
	struct phone_send *s = (struct phone_send *)item;
	struct str text = json_get_str(s->request, "text");
	const json_t *one;
	size_t i;
	int rc = audit_add(db, gateway_now(s->g), STR("administrator"), STR("channel.send"), s->channel->id, STR(""));
	json_array_clear(s->recipients);
	json_array_foreach(json_object_get(s->request, "to"), i, one)
		if (rc == 0)
			rc = json_str(one).at ? queue_one(s, json_str(one), text) : -EINVAL;
	return rc;
}

static void done(struct batch_item *item, int result)
{
	struct phone_send *s = (struct phone_send *)item;
	if (result == 0)
		control_answer(s->call, json_pack("{s:b, s:O}", "ok", 1, "recipients", s->recipients));
	else if (result == -EINVAL)
		control_refuse(s->call, EX_DATAERR, "that cannot be sent: a number, or the text");
	else
		control_refuse(s->call, EX_IOERR, "the database did not take the messages");
	json_decref(s->recipients);
	json_decref(s->request);
	free(s);
}

void verb_phone_send(struct gateway *g, json_t *request, struct control_call *call)
{
	const struct channel *channel = config_channel(&g->config, json_get_str(request, "channel"));
	struct str text = json_get_str(request, "text");
	if (!channel || !channel->adapter->phone_queue || !text.len ||
	    json_array_size(json_object_get(request, "to")) > RECIPIENTS_MAX) {
		control_refuse(call, EX_DATAERR, "the daemon's configuration has no such channel with a phone that comes for messages");
		return;
	}
	struct phone_send *s = calloc(1, sizeof *s);
	json_t *recipients = json_array();
	if (!s || !recipients) {
		free(s);
		json_decref(recipients);
		control_answer(call, NULL);
		return;
	}
	*s = (struct phone_send){ .item = { .run = run, .done = done }, .g = g, .call = call, .channel = channel,
				  .request = json_incref(request), .recipients = recipients };
	batch_add(&g->batch, &s->item);
}
