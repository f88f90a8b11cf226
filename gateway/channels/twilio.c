#include "gateway/channels/twilio.h"

#include "gateway/channels/inlet.h"
#include "gateway/mac.h"

#include <errno.h>
#include <stdlib.h>

enum { URL_MAX = 4096 };

static const char *const keys[] = { "!auth_token", "auth_token_old", "!account_sid", "messaging_service_sid",
				    "validity_seconds", NULL };

static const struct hook hooks[] = {
	{ .name = "sms", .methods = 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = "dlr", .methods = 1u << HTTP_POST, .kind = EVENT_REPORT },
	{ .name = NULL },
};

/* ---- the signature */

static int by_name_and_value(const void *a, const void *b)
{
	const struct form_field *x = a, *y = b;
	int order = str_cmp(x->name, y->name);
	return order ? order : str_cmp(x->value, y->value);
}

static struct str signed_text(struct str url, const struct form *form, struct arena *arena)
{
	size_t len = url.len;
	struct form *sorted = arena_alloc(arena, sizeof *sorted);
	if (!sorted)
		return (struct str){ NULL, 0 };
	if (form)
		*sorted = *form;
	qsort(sorted->field, sorted->count, sizeof sorted->field[0], by_name_and_value);
	for (size_t i = 0; i < sorted->count; i++)
		len += sorted->field[i].name.len + sorted->field[i].value.len;
	struct buf text = buf_new(arena, len + 1);
	buf_put(&text, url);
	for (size_t i = 0; i < sorted->count; i++) {
		if (i && by_name_and_value(&sorted->field[i - 1], &sorted->field[i]) == 0)
			continue;
		buf_put(&text, sorted->field[i].name);
		buf_put(&text, sorted->field[i].value);
	}
	return text.full ? (struct str){ NULL, 0 } : buf_str(&text);
}

bool twilio_signature_ok(struct str auth_token, struct str url, const struct form *form, struct str given,
			 struct arena *arena)
{
	struct mac mac;
	size_t mark = arena_mark(arena);
	struct str text = signed_text(url, form, arena);
	bool ok = auth_token.len && text.at && mac_hmac(MAC_SHA1, auth_token, text, &mac) == 0 &&
		  mac_same(&mac, MAC_BASE64, given);
	arena_back(arena, mark);
	return ok;
}

/* Their servers have signed with and without the standard port, by version (request_validator.py): both are tried. */
enum port_form { PORT_AS_IS, PORT_ADDED, PORT_REMOVED };

static bool put_base(struct buf *out, struct str base, enum port_form form)
{
	bool tls = str_starts(base, STR("https://"));
	struct str port = tls ? STR(":443") : STR(":80");
	struct str host = str_from(base, tls ? 8 : 7), authority = STR("");
	(void)str_split(&host, '/', &authority);
	bool has_port = str_ends(authority, port), has_any = false;
	for (size_t i = 0; i < authority.len; i++)
		has_any = authority.at[i] == ':' || (has_any && authority.at[i] != ']');
	if ((form == PORT_REMOVED && !has_port) || (form == PORT_ADDED && has_any))
		return false;
	if (form == PORT_REMOVED)
		authority.len -= port.len;
	buf_put_z(out, tls ? "https://" : "http://");
	buf_put(out, authority);
	if (form == PORT_ADDED)
		buf_put(out, port);
	if (host.at) {
		buf_put_char(out, '/');
		buf_put(out, host);
	}
	return true;
}

static bool signed_by(const struct inlet *in, const char *key, const struct form *form, struct str given)
{
	struct str token = channel_key(in->channel, key);
	bool proved = false;
	for (enum port_form port = PORT_AS_IS; port <= PORT_REMOVED; port++) {
		char storage[URL_MAX];
		struct buf url = buf_over(storage, sizeof storage);
		if (!put_base(&url, in->channel->public_url, port))
			continue;
		buf_put(&url, in->request->path);
		if (in->request->query.len)
			buf_put_char(&url, '?');
		buf_put(&url, in->request->query);
		if (!url.full && twilio_signature_ok(token, buf_str(&url), form, given, in->arena))
			proved = true;
	}
	return proved;
}

/* JSON: the parameters are none, and the URL (which is signed) carries the digest of the body. */
static bool body_digest_ok(struct inlet *in)
{
	struct mac mac;
	struct form query;
	if (form_decode(in->request->query, in->arena, &query) != 0)
		return false;
	struct str wanted = form_get(&query, "bodySHA256");
	return wanted.at && mac_digest(MAC_SHA256, in->request->body, &mac) == 0 && mac_same(&mac, MAC_HEX_ANY_CASE, wanted);
}

static bool proved(struct inlet *in, bool json)
{
	struct str given = http_header(in->request, "X-Twilio-Signature");
	const struct form *form = json ? NULL : in->form;
	if (!given.at || (json && !body_digest_ok(in)))
		return false;
	bool now = signed_by(in, "auth_token", form, given), before = signed_by(in, "auth_token_old", form, given);
	return now || before;
}

/* ---- callbacks */

/* A sub-account's requests are signed with the sub-account's token; ours name us. */
static bool our_account(struct inlet *in)
{
	struct str ours = channel_key(in->channel, "account_sid"), given = inlet_field(in, "AccountSid");
	return ours.len == 0 || str_eq(given, ours);
}

static struct str message_sid(struct inlet *in)
{
	static const char *const name[] = { "MessageSid", "SmsSid", "SmsMessageSid" };
	for (size_t i = 0; i < 3; i++)
		if (inlet_field(in, name[i]).len)
			return inlet_once(in, name[i]);
	return STR("");
}

static int read_sms(struct inlet *in, struct event *event)
{
	struct str from = inlet_once(in, "From"), text = inlet_once(in, "Body");
	event->id = message_sid(in);
	if (inlet_refused(in))
		return 0;
	if (!event->id.len || !dialect_id_ok(event->id))
		return inlet_refuse(in, VERDICT_MALFORMED, "MessageSid");
	int error = inlet_sender(in, event, from);
	if (!error && !inlet_refused(in))
		error = inlet_text(in, event, text);
	return error || inlet_refused(in) ? error : inlet_to(in, event, inlet_field(in, "To"));
}

static enum report_status report_status(struct str word)
{
	static const struct {
		const char *word;
		enum report_status status;
	} map[] = {
		{ "queued", REPORT_SENT },         { "accepted", REPORT_SENT },    { "scheduled", REPORT_SENT },
		{ "sending", REPORT_SENT },        { "sent", REPORT_SENT },        { "delivered", REPORT_DELIVERED },
		{ "read", REPORT_DELIVERED },      { "undelivered", REPORT_FAILED }, { "failed", REPORT_FAILED },
		{ "canceled", REPORT_REJECTED },
	};
	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
		if (str_eq_z(word, map[i].word))
			return map[i].status;
	return REPORT_NONE;
}

/* RawDlrDoneDate: YYMMDDhhmm, UTC. */
static int64_t done_date(struct str s)
{
	char storage[24];
	uint64_t digits;
	struct buf iso = buf_over(storage, sizeof storage);
	if (s.len != 10 || !str_to_u64(s, &digits))
		return 0;
	static const char *const before[] = { "20", "-", "-", " ", ":" };
	for (size_t i = 0; i < 5; i++) {
		buf_put_z(&iso, before[i]);
		buf_put(&iso, str_slice(s, 2 * i, 2 * i + 2));
	}
	buf_put_z(&iso, ":00");
	return dialect_time(buf_str(&iso));
}

static int read_report(struct inlet *in, struct event *event)
{
	struct str status = inlet_once(in, "MessageStatus"), code = inlet_field(in, "ErrorCode");
	if (status.len == 0)
		status = inlet_once(in, "SmsStatus");
	event->id = message_sid(in);
	if (inlet_refused(in))
		return 0;
	if (!event->id.len || !dialect_id_ok(event->id))
		return inlet_refuse(in, VERDICT_MALFORMED, "MessageSid");
	event->status = report_status(status);
	event->reason = dialect_word(code.len ? code : status);
	event->opt_out = str_eq_z(code, "21610");
	event->ts_ms = done_date(inlet_field(in, "RawDlrDoneDate"));
	if (event->status == REPORT_NONE)
		in->out->verdict = VERDICT_IGNORE;
	struct str to = inlet_field(in, "To");
	bool readable;
	return inlet_sender_of(in, event, to, &readable);
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct inlet in;
	struct str type = http_header(request, "Content-Type");
	bool json = type.at && dialect_media_type_is(type, "application/json");
	inlet_open(&in, channel, hook, request, phones, arena, out);
	int error = inlet_refused(&in) || json ? 0 : inlet_form(&in);
	if (error || inlet_refused(&in))
		return error;
	if (!proved(&in, json))
		return inlet_refuse(&in, VERDICT_UNAUTHORISED, NULL);
	if (json) /* signed, but Programmable Messaging speaks forms: Event Streams and the like are not ours */
		return inlet_refuse(&in, VERDICT_PARK, "JSON");
	if (!our_account(&in))
		return inlet_refuse(&in, VERDICT_UNAUTHORISED, NULL);
	struct event *event = inlet_event(&in, hook->kind);
	if (!event)
		return -ENOMEM;
	return hook->kind == EVENT_SMS ? read_sms(&in, event) : read_report(&in, event);
}

static int reply(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		 const struct reply_to *to, struct arena *arena, struct http_response *out)
{
	(void)channel, (void)arena;
	inlet_answer(hook, decoded, to, out, STR("text/xml; charset=utf-8"),
		     STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>"));
	return 0;
}

/* ---- sending */

static int compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		   struct http_call *out)
{
	struct str account = channel_key(channel, "account_sid"), service = channel_key(channel, "messaging_service_sid");
	struct str token = channel_key(channel, "auth_token"), validity = channel_key(channel, "validity_seconds");
	struct str callback = channel_callback(channel, "dlr", arena);
	if (!account.len || !dialect_id_ok(account) || !token.len || message->count != 1)
		return -EINVAL;
	struct buf url = buf_new(arena, 1024);
	struct buf body = buf_new(arena, 256 + 3 * (message->text.len + channel->sender.len + service.len + callback.len));
	buf_put(&url, call_base(channel, "https://api.twilio.com"));
	buf_put_z(&url, "/2010-04-01/Accounts/");
	buf_put(&url, account);
	buf_put_z(&url, "/Messages.json");
	form_put(&body, "To", message->to[0]);
	form_put(&body, service.len ? "MessagingServiceSid" : "From", service.len ? service : channel->sender);
	form_put(&body, "Body", message->text);
	if (callback.len)
		form_put(&body, "StatusCallback", callback);
	if (validity.len)
		form_put(&body, "ValidityPeriod", validity);
	struct str basic = call_basic(arena, account, token);
	if (url.full || body.full || !callback.at || !basic.at)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_POST, .url = buf_str(&url), .body = buf_str(&body) };
	call_header(out, "Authorization", basic);
	call_header(out, "Content-Type", STR("application/x-www-form-urlencoded"));
	call_header(out, "Accept", STR("application/json"));
	return 0;
}

/* Their codes, where they say more than the HTTP status: 429 and 5xx aside, a 400 is about this message. */
static const struct {
	const char *code;
	enum send_class class;
} codes[] = {
	{ "20003", SEND_OPERATIONAL }, { "21212", SEND_OPERATIONAL }, { "21408", SEND_OPERATIONAL },
	{ "21606", SEND_OPERATIONAL }, { "21608", SEND_OPERATIONAL }, { "30002", SEND_OPERATIONAL },
	{ "20429", SEND_TRANSIENT },   { "21611", SEND_TRANSIENT },   { "30001", SEND_TRANSIENT },
	{ "21211", SEND_REJECTED_PERMANENT }, { "21610", SEND_REJECTED_PERMANENT }, { "21612", SEND_REJECTED_PERMANENT },
	{ "21614", SEND_REJECTED_PERMANENT }, { "21617", SEND_REJECTED_PERMANENT },
};

static enum send_class class_of(struct str code, enum send_class otherwise)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (str_eq_z(code, codes[i].code))
			return codes[i].class;
	return otherwise;
}

static int read_answer(const json_t *body, const struct http_result *result, struct arena *arena,
		       struct recipient_result *one)
{
	bool taken = transport_class(result) == SEND_ACCEPTED;
	struct str sid = json_get_str(body, "sid");
	struct str code = call_code(arena, json_object_get(body, taken ? "error_code" : "code"));
	if (!code.at)
		return -ENOMEM;
	one->code = code;
	one->opt_out = str_eq_z(code, "21610");
	if (!taken) { /* 500, 502, 503: their documents say "try again", and their errors carry a code; a 504 says nothing */
		enum send_class class = call_front_refused(result) ? SEND_TRANSIENT : transport_class(result);
		one->result = class == SEND_UNKNOWN ? class : class_of(code, class);
		return 0;
	}
	one->result = SEND_UNKNOWN;
	if (code.len)
		one->result = class_of(code, SEND_REJECTED_PERMANENT);
	else if (sid.len && dialect_id_ok(sid)) {
		one->id = arena_str(arena, sid);
		one->result = SEND_ACCEPTED;
	}
	return one->id.at ? 0 : -ENOMEM;
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
	int error = read_answer(body, result, arena, &results[0]);
	json_decref(body);
	return error;
}

/* ---- the credit: {"balance": "12.34", "currency": "USD"} */

static int credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out)
{
	struct str account = channel_key(channel, "account_sid"), token = channel_key(channel, "auth_token");
	struct buf url = buf_new(arena, 1024);
	(void)access;
	if (!account.len || !dialect_id_ok(account) || !token.len)
		return -EINVAL;
	buf_put(&url, call_base(channel, "https://api.twilio.com"));
	buf_printf(&url, "/2010-04-01/Accounts/%.*s/Balance.json", STR_ARG(account));
	struct str basic = call_basic(arena, account, token);
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	call_header(out, "Authorization", basic);
	return url.full || !basic.at ? -ENOMEM : 0;
}

static int credited(const struct channel *channel, const struct http_result *result, struct arena *arena, struct str *out)
{
	(void)channel;
	return call_credited(result, NULL, "balance", "currency", arena, out);
}

const struct adapter twilio = {
	.name = "twilio",
	.keys = keys,
	.hooks = hooks,
	.authenticates = true,
	.decode = decode,
	.reply = reply,
	.recipients_per_call = 1,
	.compose = compose,
	.classify = classify,
	.credit = credit,
	.credited = credited,
	.poll = twilio_poll,
	.polled = twilio_polled,
};
