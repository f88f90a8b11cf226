#include "gateway/channels/orange.h"

#include "gateway/channels/inlet.h"

#include <errno.h>

enum { ADDRESS_MAX = 64 };

static const char *const keys[] = { "!client_id", "!client_secret", "!sender_address", NULL };

static const struct hook hooks[] = {
	{ .name = "sms", .methods = 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = "dlr", .methods = 1u << HTTP_POST, .kind = EVENT_REPORT },
	{ .name = NULL },
};

/* "tel:+225…": on one side, on both or on none. */
static struct str without_tel(struct str address)
{
	return str_from(address, str_starts(address, STR("tel:")) ? 4 : 0);
}

/* ---- callbacks */

static int read_sms(struct inlet *in, const json_t *message)
{
	struct str from = inlet_string(in, message, "senderAddress"), to = inlet_string(in, message, "destinationAddress");
	struct str text = inlet_string(in, message, "message"), id = inlet_string(in, message, "messageId");
	struct event *event = inlet_event(in, EVENT_SMS);
	if (!from.at || !to.at || !text.at || !id.at || !event)
		return -ENOMEM;
	const json_t *given = json_object_get(message, "message");
	if (given && !json_is_null(given) && !json_is_string(given))
		return inlet_refuse(in, VERDICT_MALFORMED, "message");
	if (!dialect_id_ok(id))
		return inlet_refuse(in, VERDICT_MALFORMED, "messageId");
	event->id = id; /* often absent: then the gateway's fingerprint (sender, instant, text) stands in */
	event->ts_ms = dialect_time(json_get_str(message, "dateTime"));
	int error = inlet_sender(in, event, without_tel(from));
	if (!error && !inlet_refused(in))
		error = inlet_to(in, event, without_tel(to));
	return error || inlet_refused(in) ? error : inlet_text(in, event, text);
}

static enum report_status report_status(struct str word)
{
	static const struct {
		const char *word;
		enum report_status status;
	} map[] = {
		{ "DeliveredToTerminal", REPORT_DELIVERED }, { "DeliveredToNetwork", REPORT_SENT },
		{ "DeliveryUncertain", REPORT_SENT },        { "MessageWaiting", REPORT_SENT },
		{ "DeliveryImpossible", REPORT_FAILED },
	};
	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
		if (str_eq_z(word, map[i].word))
			return map[i].status;
	return REPORT_NONE;
}

/* callbackData is the id of the request it belongs to; without it only a number is left, and several messages may wait
 * for that one. */
static int read_report(struct inlet *in, const json_t *notification)
{
	const json_t *info = json_object_get(notification, "deliveryInfo");
	if (json_is_array(info))
		info = json_array_get(info, 0);
	struct str id = inlet_string(in, notification, "callbackData"), address = inlet_string(in, info, "address");
	struct str status = inlet_string(in, info, "deliveryStatus");
	struct event *event = inlet_event(in, EVENT_REPORT);
	bool readable;
	if (!id.at || !address.at || !status.at || !event)
		return -ENOMEM;
	if (!json_is_object(info) || !dialect_id_ok(id))
		return inlet_refuse(in, VERDICT_MALFORMED, "deliveryInfo");
	event->id = id;
	event->status = report_status(status);
	event->reason = dialect_word(status);
	int error = inlet_sender_of(in, event, without_tel(address), &readable);
	if (!error && event->from.kind == PHONE_E164) {
		event->to = arena_str(in->arena, str_of(event->from.e164));
		error = event->to.at ? 0 : -ENOMEM;
	}
	if (event->status == REPORT_NONE) /* DeliveryNotificationNotSupported: none will ever come */
		in->out->verdict = VERDICT_IGNORE;
	else if (id.len == 0)
		in->out->verdict = VERDICT_PARK, in->out->why = "callbackData is empty";
	return error;
}

static int read_body(struct inlet *in, const json_t *body, enum event_kind kind)
{
	const json_t *notification = json_object_get(body, kind == EVENT_SMS ? "inboundSMSMessageNotification" :
									       "deliveryInfoNotification");
	if (!json_is_object(notification))
		return inlet_refuse(in, VERDICT_MALFORMED, "notification");
	if (kind == EVENT_REPORT)
		return read_report(in, notification);
	const json_t *message = json_object_get(notification, "inboundSMSMessage");
	return json_is_object(message) ? read_sms(in, message) : inlet_refuse(in, VERDICT_MALFORMED, "inboundSMSMessage");
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct inlet in;
	json_t *body = NULL;
	inlet_open(&in, channel, hook, request, phones, arena, out);
	int error = inlet_refused(&in) ? 0 : inlet_json(&in, &body);
	if (error || !body)
		return error;
	error = read_body(&in, body, hook->kind);
	json_decref(body);
	return error;
}

/* ---- the token: OAuth 2.0, client credentials (RFC 6749 4.4) */

static int login(const struct channel *channel, struct arena *arena, struct http_call *out)
{
	struct str id = channel_key(channel, "client_id"), secret = channel_key(channel, "client_secret");
	struct buf url = buf_new(arena, 1024);
	if (!id.len || !secret.len)
		return -EINVAL;
	struct str basic = call_basic(arena, id, secret);
	buf_put(&url, call_base(channel, "https://api.orange.com"));
	buf_put_z(&url, "/oauth/v3/token");
	if (url.full || !basic.at)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_POST, .url = buf_str(&url), .body = STR("grant_type=client_credentials") };
	call_header(out, "Authorization", basic);
	call_header(out, "Content-Type", STR("application/x-www-form-urlencoded"));
	call_header(out, "Accept", STR("application/json"));
	return 0;
}

static int logged_in(const struct channel *channel, const struct http_result *result, struct arena *arena,
		     struct str *token, int64_t *life_s)
{
	(void)channel;
	if (transport_class(result) != SEND_ACCEPTED)
		return -EPROTO;
	json_t *body = json_parse(result->body, NULL);
	int error = call_token(json_object_get(body, "access_token"), json_object_get(body, "expires_in"), arena, token, life_s);
	json_decref(body);
	return error;
}

/* ---- sending */

static json_t *body_of(const struct channel *channel, struct str to, struct str from, struct str text)
{
	json_t *root = json_object(), *request = json_object(), *message = json_object();
	json_put_str(message, "message", text);
	json_put_str(request, "address", to);
	json_put_str(request, "senderAddress", from);
	if (channel->sender.len)
		json_put_str(request, "senderName", channel->sender);
	(void)json_object_set_new(request, "outboundSMSTextMessage", message);
	(void)json_object_set_new(root, "outboundSMSMessageRequest", request);
	return root;
}

static struct str tel_of(struct str number, struct arena *arena)
{
	struct buf tel = buf_new(arena, ADDRESS_MAX);
	buf_put_z(&tel, "tel:");
	buf_put(&tel, without_tel(number));
	return tel.full ? (struct str){ NULL, 0 } : buf_str(&tel);
}

static int compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		   struct http_call *out)
{
	struct str number = without_tel(channel_key(channel, "sender_address"));
	if (!number.len || number.len > 32 || !dialect_id_ok(number) || message->count != 1 || !message->access.len)
		return -EINVAL;
	struct str from = tel_of(number, arena), to = tel_of(message->to[0], arena);
	struct buf url = buf_new(arena, 1024), bearer = buf_new(arena, message->access.len + 8);
	if (!from.at || !to.at)
		return -ENOMEM;
	buf_put(&url, call_base(channel, "https://api.orange.com"));
	buf_put_z(&url, "/smsmessaging/v1/outbound/tel%3A");
	buf_put_z(&url, str_starts(number, STR("+")) ? "%2B" : "");
	buf_put(&url, call_digits(number));
	buf_put_z(&url, "/requests");
	buf_put_z(&bearer, "Bearer ");
	buf_put(&bearer, message->access);
	struct str body = call_json(arena, body_of(channel, to, from, message->text));
	if (url.full || bearer.full || !body.at)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_POST, .url = buf_str(&url), .body = body };
	call_header(out, "Authorization", buf_str(&bearer));
	call_header(out, "Content-Type", STR("application/json"));
	call_header(out, "Accept", STR("application/json"));
	return 0;
}

/* The id stands at the end of resourceURL only. */
static int read_taken(const json_t *body, struct arena *arena, struct recipient_result *one)
{
	const json_t *request = json_object_get(body, "outboundSMSMessageRequest");
	struct str rest = json_get_str(request, "resourceURL"), id = STR("");
	while (str_split(&rest, '/', &id))
		;
	one->result = id.len && dialect_id_ok(id) ? SEND_ACCEPTED : SEND_UNKNOWN;
	if (one->result == SEND_ACCEPTED)
		one->id = arena_str(arena, id);
	return one->id.at ? 0 : -ENOMEM;
}

/* A policyException is about the contract or the bundle, a serviceException about this message.  401: the token ran out,
 * whoever calls gets a new one, once. */
static int read_refusal(const json_t *body, const struct http_result *result, struct arena *arena,
			struct recipient_result *one)
{
	const json_t *error = json_object_get(body, "requestError");
	const json_t *policy = json_object_get(error, "policyException"), *service = json_object_get(error, "serviceException");
	struct str code = call_code(arena, json_object_get(policy ? policy : service, "messageId"));
	if (code.at && !code.len)
		code = call_code(arena, json_object_get(body, "code"));
	if (!code.at)
		return -ENOMEM;
	one->code = code;
	one->result = transport_class(result);
	if (result->status == 401)
		one->result = SEND_TRANSIENT;
	else if (policy && result->status / 100 == 4 && result->status != 429)
		one->result = SEND_OPERATIONAL;
	else if (service && result->status == 404)
		one->result = SEND_REJECTED_PERMANENT;
	return 0;
}

static int classify(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
		    struct arena *arena, struct recipient_result *results)
{
	(void)channel;
	if (result->curl_code || result->certificate) {
		(void)classify_transport(message, result, results);
		return 0;
	}
	classify_all(message, SEND_UNKNOWN, STR(""), results);
	json_t *body = json_parse(result->body, NULL);
	int error = transport_class(result) == SEND_ACCEPTED ? read_taken(body, arena, &results[0]) :
							      read_refusal(body, result, arena, &results[0]);
	json_decref(body);
	return error;
}

/* ---- the credit: [{"country": "CIV", "offerName": "SMS_OCB", "availableUnits": 2700, "status": "ACTIVE"}] */

static int credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out)
{
	struct buf url = buf_new(arena, 1024), bearer = buf_new(arena, access.len + 8);
	if (!access.len)
		return -EINVAL;
	buf_put(&url, call_base(channel, "https://api.orange.com"));
	buf_put_z(&url, "/sms/admin/v1/contracts");
	buf_put_z(&bearer, "Bearer ");
	buf_put(&bearer, access);
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	call_header(out, "Authorization", buf_str(&bearer));
	call_header(out, "Accept", STR("application/json"));
	return url.full || bearer.full ? -ENOMEM : 0;
}

/* What is left of all bundles that are in force. */
static int credited(const struct channel *channel, const struct http_result *result, struct arena *arena, struct str *out)
{
	json_int_t units = 0;
	size_t i, bundles = 0;
	const json_t *one;
	(void)channel;
	if (transport_class(result) != SEND_ACCEPTED)
		return -EPROTO;
	json_t *body = json_parse(result->body, NULL);
	json_array_foreach(body, i, one) {
		const json_t *left = json_object_get(one, "availableUnits");
		struct str status = json_get_str(one, "status");
		bool counts = json_is_integer(left) && json_integer_value(left) >= 0 && json_integer_value(left) < INT32_MAX &&
			      (!status.at || str_eq(status, STR("ACTIVE")));
		units += counts ? json_integer_value(left) : 0;
		bundles += counts;
	}
	json_decref(body);
	struct buf text = buf_new(arena, 40);
	buf_put_z(&text, "SMS ");
	buf_put_i64(&text, units);
	*out = buf_str(&text);
	return text.full ? -ENOMEM : bundles ? 0 : -EPROTO;
}

const struct adapter orange = {
	.name = "orange",
	.keys = keys,
	.hooks = hooks,
	.decode = decode,
	.reply = inlet_reply_empty,
	.recipients_per_call = 1,
	.compose = compose,
	.classify = classify,
	.login = login,
	.logged_in = logged_in,
	.credit = credit,
	.credited = credited,
};
