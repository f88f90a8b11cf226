/* Infobip, calls: POST /sms/3/messages, the inbox and the reports (each message and report is handed out once only). */
#include "gateway/channels/infobip.h"

#include <errno.h>
#include <stdlib.h>

enum { URL_MAX = 1024 };

static bool configured(const struct channel *channel)
{
	return channel->base_url.len > 0 && channel_key(channel, "api_key").len > 0;
}

static struct str app_key(const struct channel *channel, struct arena *arena)
{
	struct str key = channel_key(channel, "api_key");
	struct buf out = buf_new(arena, key.len + 4);
	buf_put_z(&out, "App ");
	buf_put(&out, key);
	return out.full ? (struct str){ NULL, 0 } : buf_str(&out);
}

/* ---- sending */

/* messageId is ours: the same message tried again carries the same one.  Of several recipients each its own. */
static json_t *destination(const struct outgoing *message, size_t i, struct arena *arena)
{
	json_t *one = json_object();
	json_put_str(one, "to", call_digits(message->to[i]));
	if (message->client_ref.len == 0)
		return one;
	struct buf id = buf_new(arena, message->client_ref.len + 8);
	buf_put(&id, message->client_ref);
	if (message->count > 1)
		buf_printf(&id, "-%zu", i + 1);
	if (!id.full)
		json_put_str(one, "messageId", buf_str(&id));
	return one;
}

static json_t *webhooks(struct str callback)
{
	json_t *hooks = json_object(), *delivery = json_object();
	json_put_str(delivery, "url", callback);
	(void)json_object_set_new(hooks, "delivery", delivery);
	json_put_str(hooks, "contentType", STR("application/json"));
	return hooks;
}

static json_t *body_of(const struct channel *channel, const struct outgoing *message, struct str callback,
		       struct arena *arena)
{
	json_t *root = json_object(), *messages = json_array(), *one = json_object(), *to = json_array();
	json_t *content = json_object();
	for (size_t i = 0; i < message->count; i++)
		(void)json_array_append_new(to, destination(message, i, arena));
	json_put_str(content, "text", message->text);
	if (channel->sender.len)
		json_put_str(one, "sender", channel->sender);
	(void)json_object_set_new(one, "destinations", to);
	(void)json_object_set_new(one, "content", content);
	if (callback.len)
		(void)json_object_set_new(one, "webhooks", webhooks(callback));
	(void)json_array_append_new(messages, one);
	(void)json_object_set_new(root, "messages", messages);
	return root;
}

static int put_headers(const struct channel *channel, struct arena *arena, struct http_call *out)
{
	struct str key = app_key(channel, arena);
	call_header(out, "Authorization", key);
	call_header(out, "Accept", STR("application/json"));
	return key.at ? 0 : -ENOMEM;
}

int infobip_compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		    struct http_call *out)
{
	struct str callback = channel_callback(channel, "dlr", arena);
	struct buf url = buf_new(arena, URL_MAX);
	if (!configured(channel) || message->count == 0)
		return -EINVAL;
	buf_put(&url, call_base(channel, ""));
	buf_put_z(&url, "/sms/3/messages");
	if (url.full || !callback.at)
		return -ENOMEM;
	struct str body = call_json(arena, body_of(channel, message, callback, arena));
	*out = (struct http_call){ .method = HTTP_POST, .url = buf_str(&url), .body = body };
	int error = put_headers(channel, arena, out);
	call_header(out, "Content-Type", STR("application/json"));
	return body.at ? error : -ENOMEM;
}

static enum send_class class_of(const json_t *status)
{
	const json_t *group = json_object_get(status, "groupId");
	if (!json_is_integer(group))
		return SEND_UNKNOWN;
	switch (json_integer_value(group)) {
	case 0:
	case 1:
	case 3:
		return SEND_ACCEPTED;
	case 2:
	case 4:
		return SEND_REJECTED_PERMANENT;
	case 5:
		return str_eq(json_get_str(status, "name"), STR("REJECTED_NOT_ENOUGH_CREDITS")) ? SEND_OPERATIONAL :
												  SEND_REJECTED_PERMANENT;
	default:
		return SEND_UNKNOWN;
	}
}

static int read_recipient(const json_t *entry, struct arena *arena, struct recipient_result *one)
{
	const json_t *status = json_object_get(entry, "status");
	struct str id = json_get_str(entry, "messageId");
	one->result = class_of(status);
	if (one->result == SEND_ACCEPTED && id.len && dialect_id_ok(id))
		one->id = arena_str(arena, id);
	else if (one->result == SEND_ACCEPTED)
		one->result = SEND_UNKNOWN;
	else
		one->code = call_code(arena, json_object_get(status, "name"));
	return one->id.at && one->code.at ? 0 : -ENOMEM;
}

/* By number; of two entries for one number the one that was taken counts. */
static int read_answer(const json_t *entries, const struct outgoing *message, struct arena *arena,
		       struct recipient_result *results)
{
	size_t n;
	const json_t *entry;
	json_array_foreach(entries, n, entry) {
		struct str to = json_get_str(entry, "destination");
		if (!to.at)
			to = json_get_str(entry, "to");
		for (size_t i = 0; to.at && i < message->count; i++) {
			if (!str_eq(call_digits(to), call_digits(message->to[i])) || results[i].result == SEND_ACCEPTED)
				continue;
			int error = read_recipient(entry, arena, &results[i]);
			if (error)
				return error;
		}
	}
	return 0;
}

/* 5xx: tried again, because our own messageId goes with it. */
static int read_refusal(const struct outgoing *message, const struct http_result *result, const json_t *body,
			struct arena *arena, struct recipient_result *results)
{
	const json_t *exception = json_object_get(json_object_get(body, "requestError"), "serviceException");
	struct str code = call_code(arena, json_object_get(exception, "messageId"));
	bool again = result->status / 100 == 5 && message->client_ref.len;
	if (!code.at)
		return -ENOMEM;
	classify_all(message, again || call_front_refused(result) ? SEND_TRANSIENT : transport_class(result), code, results);
	return 0;
}

int infobip_classify(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
		     struct arena *arena, struct recipient_result *results)
{
	(void)channel;
	if (result->curl_code || result->certificate) {
		(void)classify_transport(message, result, results);
		return 0;
	}
	json_t *body = json_parse(result->body, NULL);
	int error;
	classify_all(message, SEND_UNKNOWN, STR(""), results);
	if (transport_class(result) == SEND_ACCEPTED)
		error = read_answer(json_object_get(body, "messages"), message, arena, results);
	else
		error = read_refusal(message, result, body, arena, results);
	json_decref(body);
	return error;
}

/* ---- the credit: {"balance": 47.79, "currency": "EUR"} */

int infobip_credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out)
{
	struct buf url = buf_new(arena, URL_MAX);
	(void)access;
	if (!configured(channel))
		return -EINVAL;
	buf_put(&url, call_base(channel, ""));
	buf_put_z(&url, "/account/1/balance");
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	return url.full ? -ENOMEM : put_headers(channel, arena, out);
}

int infobip_credited(const struct channel *channel, const struct http_result *result, struct arena *arena, struct str *credit)
{
	(void)channel;
	return call_credited(result, NULL, "balance", "currency", arena, credit);
}

/* ---- the inbox */

static bool of_reports(struct str cursor)
{
	return str_eq(cursor, STR("reports"));
}

int infobip_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out)
{
	struct buf url = buf_new(arena, URL_MAX);
	if (!configured(channel) || (cursor.len && !of_reports(cursor) && !str_eq(cursor, STR("inbox"))))
		return -EINVAL;
	buf_put(&url, call_base(channel, ""));
	buf_put_z(&url, of_reports(cursor) ? "/sms/3/reports?limit=100" : "/sms/1/inbox/reports?limit=100");
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	return url.full ? -ENOMEM : put_headers(channel, arena, out);
}

/* The ids are those that callbacks carry, so a message that came both ways is one.  The next fetch is of the other kind:
 * each in its turn. */
int infobip_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
		   const struct phone_plan *phones, struct arena *arena, struct decoded *out, struct event **parked,
		   size_t *parked_count, struct str *next_cursor)
{
	struct inlet in = { .channel = channel, .phones = phones, .arena = arena, .out = out };
	*out = (struct decoded){ .verdict = VERDICT_MALFORMED, .why = "the call failed" };
	*parked = NULL;
	*parked_count = 0;
	*next_cursor = cursor;
	if (transport_class(result) != SEND_ACCEPTED)
		return 0;
	json_t *body = json_parse(result->body, NULL);
	*out = (struct decoded){ .verdict = VERDICT_ACCEPT };
	int error = infobip_read_batch(&in, body, of_reports(cursor) ? EVENT_REPORT : EVENT_SMS);
	json_decref(body);
	if (error || out->verdict == VERDICT_MALFORMED)
		return error;
	out->verdict = VERDICT_ACCEPT; /* also an empty page */
	*parked = out->parked;
	*parked_count = out->parked_count;
	*next_cursor = of_reports(cursor) ? STR("inbox") : STR("reports");
	return 0;
}
