#include "gateway/channels/smssync.h"

#include "gateway/channels/inlet.h"

#include <errno.h>
#include <string.h>

enum { UUIDS_MAX = 128 };

enum task { TASK_NONE, TASK_SEND, TASK_SENT, TASK_RESULT, TASK_WHICH };

static const char *const keys[] = { "?secret", "secret_old", NULL };

static const struct hook hooks[] = {
	{ .name = "hook", .methods = 1u << HTTP_POST | 1u << HTTP_GET, .kind = EVENT_SMS },
	{ .name = NULL },
};

/* ---- a message */

/* Seconds, milliseconds, or "03-11-26 09:14" (month first), taken as UTC. */
static int64_t sent_time(struct str s)
{
	char storage[24];
	int64_t epoch = inlet_epoch(s);
	struct buf iso = buf_over(storage, sizeof storage);
	s = str_trim(s);
	if (epoch || s.len != 14 || s.at[2] != '-' || s.at[5] != '-' || s.at[8] != ' ')
		return epoch;
	buf_put_z(&iso, "20");
	buf_put(&iso, str_slice(s, 6, 8));
	buf_put_char(&iso, '-');
	buf_put(&iso, str_slice(s, 0, 5));
	buf_put(&iso, str_from(s, 8));
	buf_put_z(&iso, ":00");
	return dialect_time(buf_str(&iso));
}

/* Ids count in the phone's own database and begin anew when it is reset: the phone, the sender and the time belong to
 * them. */
static struct str scope_of(struct inlet *in, struct str from)
{
	struct str device = inlet_field(in, "device_id"), time = inlet_field(in, "sent_timestamp");
	struct buf scope = buf_new(in->arena, device.len + time.len + from.len + 2);
	buf_put(&scope, device);
	buf_put_char(&scope, '\n');
	buf_put(&scope, from);
	buf_put_char(&scope, '\n');
	buf_put(&scope, time);
	return scope.full ? (struct str){ NULL, 0 } : buf_str(&scope);
}

static int read_sms(struct inlet *in)
{
	struct str from = inlet_once(in, "from"), text = inlet_once(in, "message"), id = inlet_once(in, "message_id");
	if (inlet_refused(in))
		return 0;
	if (!dialect_id_ok(id))
		return inlet_refuse(in, VERDICT_MALFORMED, "message_id");
	struct event *event = inlet_event(in, EVENT_SMS);
	if (!event)
		return -ENOMEM;
	event->id = id;
	event->id_scope = scope_of(in, from);
	event->ts_ms = sent_time(inlet_field(in, "sent_timestamp"));
	if (!event->id_scope.at)
		return -ENOMEM;
	int error = inlet_sender(in, event, from);
	if (!error && !inlet_refused(in))
		error = inlet_to(in, event, inlet_field(in, "sent_to"));
	return error || inlet_refused(in) ? error : inlet_text(in, event, text);
}

/* ---- the queue */

static int read_asking(struct inlet *in)
{
	struct event *event = inlet_event(in, EVENT_NOTICE);
	if (!event)
		return -ENOMEM;
	event->phone = PHONE_ASKS;
	event->reason = STR("poll");
	return 0;
}

static int read_taken(struct inlet *in, const json_t *uuids)
{
	size_t i;
	const json_t *value;
	int error = inlet_room(in, json_array_size(uuids), 0);
	json_array_foreach(uuids, i, value) {
		struct str id = json_str(value);
		if (error || !id.len || !dialect_id_ok(id))
			continue;
		struct event *event = inlet_event(in, EVENT_NOTICE);
		if (!event)
			return -ENOMEM;
		event->phone = PHONE_TOOK;
		event->reason = STR("taken");
		event->id = arena_str(in->arena, id);
		if (!event->id.at)
			error = -ENOMEM;
	}
	if (!error && in->out->count == 0)
		in->out->verdict = VERDICT_IGNORE;
	return error;
}

/* Android's: sent 0 well, -1 none yet, 1 to 4 failed; delivered 0 well, -1 none, others failed. */
static enum report_status report_status(const json_t *result)
{
	const json_t *sent = json_object_get(result, "sent_result_code");
	const json_t *delivered = json_object_get(result, "delivered_result_code");
	if (json_is_integer(sent) && json_integer_value(sent) > 0)
		return REPORT_FAILED;
	if (json_is_integer(delivered) && json_integer_value(delivered) == 0)
		return REPORT_DELIVERED;
	if (json_is_integer(delivered) && json_integer_value(delivered) > 0)
		return REPORT_FAILED;
	return json_is_integer(sent) && json_integer_value(sent) == 0 ? REPORT_SENT : REPORT_NONE;
}

static int read_results(struct inlet *in, const json_t *results)
{
	size_t i;
	const json_t *one;
	int error = inlet_room(in, json_array_size(results), 0);
	json_array_foreach(results, i, one) {
		struct str id = json_get_str(one, "uuid");
		if (error || !id.len || !dialect_id_ok(id))
			continue;
		struct event *event = inlet_event(in, EVENT_REPORT);
		if (!event)
			return -ENOMEM;
		event->phone = PHONE_TOOK;
		event->status = report_status(one);
		event->id = event->client_ref = arena_str(in->arena, id);
		if (!event->id.at)
			error = -ENOMEM;
	}
	if (!error && in->out->count == 0)
		in->out->verdict = VERDICT_IGNORE;
	return error;
}

static int read_json_task(struct inlet *in, enum task task)
{
	json_t *body;
	int error = inlet_json(in, &body);
	if (error || !body)
		return error;
	const json_t *list = json_object_get(body, task == TASK_SENT ? "queued_messages" : "message_result");
	if (!json_is_array(list) || json_array_size(list) > UUIDS_MAX)
		error = inlet_refuse(in, VERDICT_MALFORMED, "list");
	else
		error = task == TASK_SENT ? read_taken(in, list) : read_results(in, list);
	json_decref(body);
	return error;
}

/* ---- which of them it is */

static enum task task_of(const struct http_request *request, struct str word)
{
	bool get = request->method == HTTP_GET;
	if (str_eq(word, STR("send")))
		return TASK_SEND;
	if (str_eq(word, STR("sent")) && !get)
		return TASK_SENT;
	if (str_eq(word, STR("result")))
		return get ? TASK_WHICH : TASK_RESULT;
	return TASK_NONE;
}

static int read_task(struct inlet *in, enum task task)
{
	switch (task) {
	case TASK_SEND:
		return read_asking(in);
	case TASK_SENT:
	case TASK_RESULT:
		return read_json_task(in, task);
	case TASK_WHICH: /* which results we wait for: it sends all it has anyway */
		in->out->verdict = VERDICT_IGNORE;
		return 0;
	case TASK_NONE:
		break;
	}
	return in->request->method == HTTP_POST ? read_sms(in) : inlet_refuse(in, VERDICT_MALFORMED, "task");
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct inlet in;
	inlet_open(&in, channel, hook, request, phones, arena, out);
	int error = inlet_refused(&in) ? 0 : inlet_query(&in);
	if (error || inlet_refused(&in))
		return error;
	enum task task = task_of(request, inlet_field(&in, "task"));
	struct str secret = inlet_field(&in, "secret");
	enum task *note = arena_alloc(arena, sizeof *note);
	if (!note)
		return -ENOMEM;
	*note = task;
	if (task == TASK_NONE || !secret.len) {
		bool json = task == TASK_SENT || task == TASK_RESULT;
		error = json ? 0 : inlet_form(&in);
		if (error || inlet_refused(&in))
			return error;
		secret = secret.len ? secret : inlet_field(&in, "secret");
	}
	if (!inlet_secret(channel, "secret", secret))
		return inlet_refuse(&in, VERDICT_UNAUTHORISED, NULL);
	error = read_task(&in, task);
	out->note = note;
	return error;
}

/* ---- answers */

static json_t *queue_json(const struct channel *channel, const struct reply_to *to)
{
	json_t *payload = json_object(), *messages = json_array();
	json_put_str(payload, "task", STR("send"));
	json_put_str(payload, "secret", channel_key(channel, "secret"));
	for (size_t i = 0; i < to->queued_count; i++) {
		json_t *one = json_object();
		json_put_str(one, "to", to->queued[i].to);
		json_put_str(one, "message", to->queued[i].text);
		json_put_str(one, "uuid", to->queued[i].uuid);
		(void)json_array_append_new(messages, one);
	}
	(void)json_object_set_new(payload, "messages", messages);
	return payload;
}

static json_t *answer_json(const struct channel *channel, const struct decoded *decoded, const struct reply_to *to)
{
	enum task task = decoded->note ? *(const enum task *)decoded->note : TASK_NONE;
	json_t *root = json_object(), *payload, *uuids;
	if (task == TASK_SENT || task == TASK_WHICH) {
		uuids = json_array();
		for (size_t i = 0; i < decoded->count; i++)
			(void)json_array_append_new(uuids, json_from_str(decoded->events[i].id));
		(void)json_object_set_new(root, "message_uuids", uuids);
		return root;
	}
	payload = task == TASK_SEND ? queue_json(channel, to) : json_object();
	if (task != TASK_SEND) { /* without it the phone sends the message again and again */
		(void)json_object_set_new(payload, "success", json_true());
		(void)json_object_set_new(payload, "error", json_null());
	}
	(void)json_object_set_new(root, "payload", payload);
	return root;
}

static int reply(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		 const struct reply_to *to, struct arena *arena, struct http_response *out)
{
	struct str body = call_json(arena, answer_json(channel, decoded, to));
	inlet_answer(hook, decoded, to, out, STR("application/json; charset=utf-8"), body);
	return body.at ? 0 : -ENOMEM;
}

const struct adapter smssync = {
	.name = "smssync",
	.keys = keys,
	.hooks = hooks,
	.authenticates = true,
	.phone_queue = true,
	.decode = decode,
	.reply = reply,
};
