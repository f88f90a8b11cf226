#include "gateway/channels/smsgate.h"

#include "gateway/channels/inlet.h"
#include "gateway/mac.h"

#include <errno.h>

static const char *const keys[] = { "?signing_key", "signing_key_old", "max_skew_seconds", "!username", "!password", "sim",
				    NULL };

static const struct hook hooks[] = {
	{ .name = "hook", .methods = 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = NULL },
};

/* ---- webhooks */

/* hex HMAC-SHA256(key, body + timestamp), in either case of letters. */
static bool signature_ok(struct str key, struct str body, struct str timestamp, struct str given, struct arena *arena)
{
	struct mac mac;
	size_t mark = arena_mark(arena);
	struct buf text = buf_new(arena, body.len + timestamp.len + 1);
	buf_put(&text, body);
	buf_put(&text, timestamp);
	bool ok = key.len && !text.full && mac_hmac(MAC_SHA256, key, buf_str(&text), &mac) == 0 &&
		  mac_same(&mac, MAC_HEX_ANY_CASE, given);
	arena_back(arena, mark);
	return ok;
}

static bool proved(const struct inlet *in)
{
	struct str stamp = http_header(in->request, "X-Timestamp"), given = http_header(in->request, "X-Signature");
	struct str key = channel_key(in->channel, "signing_key"), old = channel_key(in->channel, "signing_key_old");
	if (!key.len) /* the token in the URL has proved it */
		return in->channel->token.len > 0;
	if (!stamp.at || !given.at)
		return false;
	bool now = signature_ok(key, in->request->body, stamp, given, in->arena);
	bool before = signature_ok(old, in->request->body, stamp, given, in->arena);
	return (now || before) &&
	       inlet_in_window(in, inlet_epoch(stamp), inlet_seconds(in->channel, "max_skew_seconds", 300));
}

/* Older versions of the app say phoneNumber for the sender and for the recipient. */
static struct str first_of(const struct inlet *in, const json_t *payload, const char *name, const char *other)
{
	struct str value = inlet_string(in, payload, name);
	return value.at && !value.len ? inlet_string(in, payload, other) : value;
}

static int read_sms(struct inlet *in, const json_t *payload)
{
	struct str from = first_of(in, payload, "sender", "phoneNumber"), to = inlet_string(in, payload, "recipient");
	struct str text = inlet_string(in, payload, "message"), id = inlet_string(in, payload, "messageId");
	struct event *event = inlet_event(in, EVENT_SMS);
	if (!from.at || !to.at || !text.at || !id.at || !event)
		return -ENOMEM;
	const json_t *given = json_object_get(payload, "message");
	if (!dialect_id_ok(id) || (given && !json_is_null(given) && !json_is_string(given)))
		return inlet_refuse(in, VERDICT_MALFORMED, "payload");
	event->id = id;
	event->ts_ms = dialect_time(json_get_str(payload, "receivedAt"));
	int error = inlet_sender(in, event, from);
	if (!error && !inlet_refused(in))
		error = inlet_to(in, event, to);
	return error || inlet_refused(in) ? error : inlet_text(in, event, text);
}

static int read_report(struct inlet *in, const json_t *payload, enum report_status status, const char *when)
{
	struct str id = inlet_string(in, payload, "messageId"), to = first_of(in, payload, "recipient", "phoneNumber");
	struct str why = inlet_string(in, payload, "reason");
	struct event *event = inlet_event(in, EVENT_REPORT);
	bool readable;
	if (!id.at || !to.at || !why.at || !event)
		return -ENOMEM;
	if (!id.len || !dialect_id_ok(id))
		return inlet_refuse(in, VERDICT_MALFORMED, "messageId");
	event->id = event->client_ref = id; /* ours, see body_of() */
	event->status = status;
	event->reason = dialect_word(why);
	event->ts_ms = dialect_time(json_get_str(payload, when));
	return inlet_sender_of(in, event, to, &readable);
}

static int read_other(struct inlet *in, struct str name)
{
	struct event *event = inlet_event(in, EVENT_NOTICE);
	if (!event)
		return -ENOMEM;
	event->reason = str_starts(name, STR("system:")) ? STR("device") : STR("other");
	in->out->verdict = VERDICT_IGNORE;
	return 0;
}

static int read_event(struct inlet *in, const json_t *body)
{
	static const struct {
		const char *event;
		enum report_status status;
		const char *when;
	} reports[] = { { "sms:sent", REPORT_SENT, "sentAt" }, { "sms:delivered", REPORT_DELIVERED, "deliveredAt" },
			{ "sms:failed", REPORT_FAILED, "failedAt" } };
	struct str name = json_get_str(body, "event");
	const json_t *payload = json_object_get(body, "payload");
	if (!name.at)
		return inlet_refuse(in, VERDICT_MALFORMED, "event");
	if (!str_starts(name, STR("sms:")))
		return read_other(in, name);
	if (!json_is_object(payload))
		return inlet_refuse(in, VERDICT_MALFORMED, "payload");
	if (str_eq(name, STR("sms:received")))
		return read_sms(in, payload);
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
		if (str_eq_z(name, reports[i].event))
			return read_report(in, payload, reports[i].status, reports[i].when);
	return read_other(in, name);
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct inlet in;
	json_t *body = NULL;
	inlet_open(&in, channel, hook, request, phones, arena, out);
	if (inlet_refused(&in))
		return 0;
	if (!proved(&in))
		return inlet_refuse(&in, VERDICT_UNAUTHORISED, NULL);
	int error = inlet_json(&in, &body);
	if (error || !body)
		return error;
	error = read_event(&in, body);
	json_decref(body);
	return error;
}

/* ---- sending: POST /messages; a message id of ours makes a repeated call the same message */

static json_t *body_of(const struct channel *channel, const struct outgoing *message)
{
	json_t *root = json_object(), *text = json_object(), *to = json_array();
	uint64_t sim;
	if (message->client_ref.len)
		json_put_str(root, "id", message->client_ref);
	json_put_str(text, "text", message->text);
	(void)json_object_set_new(root, "textMessage", text);
	for (size_t i = 0; i < message->count; i++)
		(void)json_array_append_new(to, json_from_str(message->to[i]));
	(void)json_object_set_new(root, "phoneNumbers", to);
	if (str_to_u64(channel_key(channel, "sim"), &sim) && sim <= 3)
		(void)json_object_set_new(root, "simNumber", json_integer((json_int_t)sim));
	(void)json_object_set_new(root, "withDeliveryReport", json_true());
	return root;
}

static int compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		   struct http_call *out)
{
	struct str user = channel_key(channel, "username"), password = channel_key(channel, "password");
	if (!channel->base_url.len || !user.len || !password.len || message->count == 0)
		return -EINVAL;
	struct buf url = buf_new(arena, 1024);
	struct str basic = call_basic(arena, user, password), body = call_json(arena, body_of(channel, message));
	buf_put(&url, call_base(channel, ""));
	buf_put_z(&url, "/messages");
	if (url.full || !basic.at || !body.at)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_POST, .url = buf_str(&url), .body = body };
	call_header(out, "Authorization", basic);
	call_header(out, "Content-Type", STR("application/json"));
	call_header(out, "Accept", STR("application/json"));
	return 0;
}

/* 202 {"id", "state", "recipients": [{"phoneNumber", "state", "error"}]}: one id for all. */
static int read_answer(const json_t *body, const struct outgoing *message, struct arena *arena,
		       struct recipient_result *results)
{
	struct str id = json_get_str(body, "id");
	size_t n;
	const json_t *entry;
	if (!id.len || !dialect_id_ok(id))
		return 0;
	id = arena_str(arena, id);
	if (!id.at)
		return -ENOMEM;
	for (size_t i = 0; i < message->count; i++)
		results[i].result = SEND_ACCEPTED, results[i].id = id;
	json_array_foreach(json_object_get(body, "recipients"), n, entry) {
		struct str to = json_get_str(entry, "phoneNumber");
		bool failed = str_eq(json_get_str(entry, "state"), STR("Failed"));
		for (size_t i = 0; to.at && failed && i < message->count; i++)
			if (str_eq(call_digits(to), call_digits(message->to[i])))
				results[i].result = SEND_REJECTED_PERMANENT, results[i].id = STR("");
	}
	return 0;
}

static int classify(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
		    struct arena *arena, struct recipient_result *results)
{
	(void)channel;
	if (classify_transport(message, result, results))
		return 0;
	classify_all(message, SEND_UNKNOWN, STR(""), results);
	json_t *body = json_parse(result->body, NULL);
	int error = read_answer(body, message, arena, results);
	json_decref(body);
	return error;
}

const struct adapter smsgate = {
	.name = "smsgate",
	.keys = keys,
	.hooks = hooks,
	.authenticates = true,
	.decode = decode,
	.reply = inlet_reply_empty,
	.recipients_per_call = RECIPIENTS_MAX,
	.compose = compose,
	.classify = classify,
	.poll = smsgate_poll,
	.polled = smsgate_polled,
};
