#include "gateway/channels/vonage.h"

#include "db/parts.h"
#include "gateway/channels/inlet.h"
#include "gateway/mac.h"

#include <errno.h>
#include <stdlib.h>

static const char *const keys[] = { "!api_key", "!api_secret", "signature_method", "signature_secret",
				    "signature_secret_old", "unsigned", "max_skew_seconds", NULL };

static const struct hook hooks[] = {
	{ .name = "sms", .methods = 1u << HTTP_POST | 1u << HTTP_GET, .kind = EVENT_SMS },
	{ .name = "dlr", .methods = 1u << HTTP_POST | 1u << HTTP_GET, .kind = EVENT_REPORT },
	{ .name = NULL },
};

/* ---- the signature */

static int by_name(const void *a, const void *b)
{
	const struct form_field *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

static void put_value(struct buf *out, struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		buf_put_char(out, value.at[i] == '&' || value.at[i] == '=' ? '_' : value.at[i]);
}

/* "&name=value" of all but sig, by name. */
static struct str signed_text(const struct form *form, struct str tail, struct arena *arena)
{
	struct form *sorted = arena_alloc(arena, sizeof *sorted);
	size_t len = tail.len;
	if (!sorted)
		return (struct str){ NULL, 0 };
	*sorted = *form;
	qsort(sorted->field, sorted->count, sizeof sorted->field[0], by_name);
	for (size_t i = 0; i < sorted->count; i++)
		len += sorted->field[i].name.len + sorted->field[i].value.len + 2;
	struct buf text = buf_new(arena, len + 1);
	for (size_t i = 0; i < sorted->count; i++) {
		if (str_eq(sorted->field[i].name, STR("sig")))
			continue;
		buf_put_char(&text, '&');
		buf_put(&text, sorted->field[i].name);
		buf_put_char(&text, '=');
		put_value(&text, sorted->field[i].value);
	}
	buf_put(&text, tail);
	return text.full ? (struct str){ NULL, 0 } : buf_str(&text);
}

bool vonage_signature_ok(struct str method, struct str secret, const struct form *form, struct arena *arena)
{
	struct mac mac;
	enum mac_kind kind = MAC_MD5;
	bool hash = str_eq(method, STR("md5hash"));
	struct str sig = form_get(form, "sig");
	size_t mark = arena_mark(arena);
	if (!secret.len || !sig.at || (!hash && !mac_kind_named(method, &kind)))
		return false;
	struct str text = signed_text(form, hash ? secret : STR(""), arena);
	int error = !text.at ? -ENOMEM : hash ? mac_digest(MAC_MD5, text, &mac) : mac_hmac(kind, secret, text, &mac);
	bool ok = error == 0 && mac_same(&mac, MAC_HEX_ANY_CASE, sig);
	arena_back(arena, mark);
	return ok;
}

static bool signed_by(const struct inlet *in, const char *key)
{
	struct str method = channel_key(in->channel, "signature_method");
	return vonage_signature_ok(method.len ? method : STR("md5hash"), channel_key(in->channel, key), in->form, in->arena);
}

static bool proved(const struct inlet *in)
{
	bool signing = channel_key(in->channel, "signature_secret").len > 0, sig = form_get(in->form, "sig").at != NULL;
	if (!signing || (!sig && str_eq(channel_key(in->channel, "unsigned"), STR("accepted"))))
		return true; /* the token in the URL has proved it */
	bool now = signed_by(in, "signature_secret"), before = signed_by(in, "signature_secret_old");
	return (now || before) && inlet_in_window(in, inlet_epoch(inlet_field(in, "timestamp")),
						  inlet_seconds(in->channel, "max_skew_seconds", 300));
}

/* ---- callbacks */

/* JSON is the same parameters, flat. */
static int read_json(struct inlet *in)
{
	json_t *object, *value;
	const char *name;
	int error = inlet_json(in, &object);
	if (error || !object)
		return error;
	in->form = arena_alloc(in->arena, sizeof *in->form);
	if (!in->form)
		error = -ENOMEM;
	json_object_foreach(object, name, value) {
		if (error || in->form->count == FORM_FIELDS_MAX)
			break;
		struct form_field *field = &in->form->field[in->form->count++];
		field->name = arena_str(in->arena, str_of(name));
		field->value = json_is_boolean(value) ? (json_is_true(value) ? STR("true") : STR("false")) :
							inlet_string(in, object, name);
		if (!field->name.at || !field->value.at)
			error = -ENOMEM;
	}
	json_decref(object);
	return error;
}

static int read_fields(struct inlet *in)
{
	struct str type = http_header(in->request, "Content-Type");
	if (in->request->method == HTTP_POST && type.at && dialect_media_type_is(type, "application/json"))
		return read_json(in);
	return inlet_form(in);
}

/* A long one comes in parts, in any order.  What says that it is part 3 of 2 is taken as it stands. */
static void read_part(struct inlet *in, struct event *event)
{
	uint64_t part = 0, parts = 0;
	struct str ref = inlet_field(in, "concat-ref");
	if (!str_eq(inlet_field(in, "concat"), STR("true")) || !str_to_u64(inlet_field(in, "concat-part"), &part) ||
	    !str_to_u64(inlet_field(in, "concat-total"), &parts))
		return;
	if (parts < 2 || parts > PARTS_MAX || part < 1 || part > parts || !ref.len || !dialect_id_ok(ref))
		return;
	event->part = (unsigned)part;
	event->parts = (unsigned)parts;
	event->part_ref = ref;
}

static int read_sms(struct inlet *in, struct event *event)
{
	struct str from = inlet_once(in, "msisdn"), text = inlet_once(in, "text"), id = inlet_once(in, "messageId");
	if (inlet_refused(in))
		return 0;
	if (!dialect_id_ok(id))
		return inlet_refuse(in, VERDICT_MALFORMED, "messageId");
	event->id = id;
	event->ts_ms = dialect_time(inlet_field(in, "message-timestamp"));
	int error = inlet_sender(in, event, from);
	if (!error && !inlet_refused(in))
		error = inlet_text(in, event, text);
	if (!error && !inlet_refused(in))
		error = inlet_to(in, event, inlet_field(in, "to"));
	if (error || inlet_refused(in))
		return error;
	if (str_eq(inlet_field(in, "type"), STR("binary"))) /* a ring tone, a setting: nobody wrote that */
		in->out->verdict = VERDICT_IGNORE;
	read_part(in, event);
	return 0;
}

static enum report_status report_status(struct str word)
{
	static const struct {
		const char *word;
		enum report_status status;
	} map[] = {
		{ "accepted", REPORT_SENT },  { "buffered", REPORT_SENT }, { "delivered", REPORT_DELIVERED },
		{ "expired", REPORT_EXPIRED }, { "failed", REPORT_FAILED }, { "rejected", REPORT_REJECTED },
	};
	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
		if (str_eq_z(word, map[i].word))
			return map[i].status;
	return REPORT_NONE;
}

static int read_report(struct inlet *in, struct event *event)
{
	struct str status = inlet_once(in, "status"), code = inlet_field(in, "err-code");
	bool readable;
	event->id = inlet_once(in, "messageId");
	if (inlet_refused(in))
		return 0;
	if (!event->id.len || !dialect_id_ok(event->id))
		return inlet_refuse(in, VERDICT_MALFORMED, "messageId");
	event->status = report_status(status);
	event->reason = dialect_word(code.len && !str_eq(code, STR("0")) ? code : status);
	event->ts_ms = dialect_time(inlet_field(in, "message-timestamp"));
	if (event->status == REPORT_NONE)
		in->out->verdict = VERDICT_IGNORE;
	return inlet_sender_of(in, event, inlet_field(in, "msisdn"), &readable);
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct inlet in;
	inlet_open(&in, channel, hook, request, phones, arena, out);
	int error = inlet_refused(&in) ? 0 : read_fields(&in);
	if (error || inlet_refused(&in))
		return error;
	if (in.form->count == 0) { /* their console looks whether somebody is there */
		out->verdict = VERDICT_IGNORE;
		return 0;
	}
	if (!proved(&in))
		return inlet_refuse(&in, VERDICT_UNAUTHORISED, NULL);
	struct event *event = inlet_event(&in, hook->kind);
	if (!event)
		return -ENOMEM;
	return hook->kind == EVENT_SMS ? read_sms(&in, event) : read_report(&in, event);
}

/* ---- sending */

static int compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		   struct http_call *out)
{
	struct str key = channel_key(channel, "api_key"), secret = channel_key(channel, "api_secret");
	struct str callback = channel_callback(channel, "dlr", arena);
	if (!key.len || !secret.len || message->count != 1)
		return -EINVAL;
	struct buf url = buf_new(arena, 1024);
	struct buf body = buf_new(arena, 256 + 3 * (key.len + secret.len + message->text.len + channel->sender.len +
						    message->to[0].len + callback.len));
	buf_put(&url, call_base(channel, "https://rest.nexmo.com"));
	buf_put_z(&url, "/sms/json");
	form_put(&body, "api_key", key);
	form_put(&body, "api_secret", secret);
	form_put(&body, "from", channel->sender);
	form_put(&body, "to", call_digits(message->to[0]));
	form_put(&body, "text", message->text);
	form_put(&body, "type", message->encoding == ENCODING_GSM7 ? STR("text") : STR("unicode"));
	form_put(&body, "status-report-req", STR("1"));
	if (callback.len)
		form_put(&body, "callback", callback);
	if (url.full || body.full || !callback.at)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_POST, .url = buf_str(&url), .body = buf_str(&body) };
	call_header(out, "Content-Type", STR("application/x-www-form-urlencoded"));
	call_header(out, "Accept", STR("application/json"));
	return 0;
}

/* troubleshooting-sms.md.  A status that is new to us says nothing: unknown. */
static enum send_class class_of(uint64_t status)
{
	switch (status) {
	case 0:
		return SEND_ACCEPTED;
	case 1:
	case 5:
	case 10:
	case 13:
		return SEND_TRANSIENT;
	case 4:
	case 8:
	case 9:
	case 11:
	case 14:
	case 29:
		return SEND_OPERATIONAL;
	case 2:
	case 3:
	case 6:
	case 7:
	case 12:
	case 15:
	case 22:
	case 23:
	case 32:
	case 33:
		return SEND_REJECTED_PERMANENT;
	default:
		return SEND_UNKNOWN;
	}
}

/* One entry a part.  Some parts taken, others not: the person may have got a piece, so nothing is said again. */
static int read_part_answer(const json_t *entry, struct arena *arena, struct recipient_result *one, bool first)
{
	uint64_t status;
	struct str code = call_code(arena, json_object_get(entry, "status")), id = json_get_str(entry, "message-id");
	if (!code.at)
		return -ENOMEM;
	enum send_class class = str_to_u64(code, &status) ? class_of(status) : SEND_UNKNOWN;
	if (class == SEND_ACCEPTED && (!id.len || !dialect_id_ok(id)))
		class = SEND_UNKNOWN;
	if (class == SEND_ACCEPTED) {
		one->ids[one->ids_count] = arena_str(arena, id);
		if (!one->ids[one->ids_count++].at)
			return -ENOMEM;
	}
	one->result = first || one->result == class ? class : SEND_UNKNOWN;
	if (class != SEND_ACCEPTED)
		one->code = code;
	return 0;
}

static int read_answer(const json_t *entries, const struct outgoing *message, struct arena *arena,
		       struct recipient_result *one)
{
	size_t i;
	const json_t *entry;
	bool first = true;
	one->ids = arena_array(arena, json_array_size(entries) + 1, sizeof *one->ids);
	if (!one->ids)
		return -ENOMEM;
	json_array_foreach(entries, i, entry) {
		struct str to = json_get_str(entry, "to");
		if (to.at && !str_eq(call_digits(to), call_digits(message->to[0])))
			continue;
		int error = read_part_answer(entry, arena, one, first);
		if (error)
			return error;
		first = false;
	}
	if (one->result == SEND_ACCEPTED && one->ids_count > 0)
		one->id = one->ids[0];
	else
		one->ids_count = 0;
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
	int error = read_answer(json_object_get(body, "messages"), message, arena, &results[0]);
	json_decref(body);
	return error;
}

/* ---- the credit: {"value": 10.28}, in euro */

static int credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out)
{
	struct str key = channel_key(channel, "api_key"), secret = channel_key(channel, "api_secret");
	struct buf url = buf_new(arena, 1024), query = buf_new(arena, 16 + 3 * (key.len + secret.len) + 16);
	(void)access;
	if (!key.len || !secret.len)
		return -EINVAL;
	form_put(&query, "api_key", key);
	form_put(&query, "api_secret", secret);
	buf_put(&url, call_base(channel, "https://rest.nexmo.com"));
	buf_put_z(&url, "/account/get-balance?");
	buf_put(&url, buf_str(&query));
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	return url.full || query.full ? -ENOMEM : 0;
}

static int credited(const struct channel *channel, const struct http_result *result, struct arena *arena, struct str *out)
{
	(void)channel;
	if (transport_class(result) != SEND_ACCEPTED)
		return -EPROTO;
	json_t *body = json_parse(result->body, NULL), *euro = json_string("EUR");
	int error = call_amount(json_object_get(body, "value"), euro, arena, out);
	json_decref(euro);
	json_decref(body);
	return error;
}

const struct adapter vonage = {
	.name = "vonage",
	.keys = keys,
	.hooks = hooks,
	.decode = decode,
	.reply = inlet_reply_empty,
	.recipients_per_call = 1,
	.compose = compose,
	.classify = classify,
	.credit = credit,
	.credited = credited,
};
