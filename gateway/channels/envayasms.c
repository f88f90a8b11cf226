#include "gateway/channels/envayasms.h"

#include "gateway/channels/inlet.h"
#include "gateway/mac.h"

#include <errno.h>
#include <stdlib.h>

static const char *const keys[] = { "?password", "password_old", NULL };

static const struct hook hooks[] = {
	{ .name = "hook", .methods = 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = NULL },
};

/* ---- the signature */

static int by_name(const void *a, const void *b)
{
	const struct form_field *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

static struct str signed_text(struct str password, struct str url, const struct form *form, struct arena *arena)
{
	size_t len = url.len + password.len + 1;
	struct form *sorted = arena_alloc(arena, sizeof *sorted);
	if (!sorted)
		return (struct str){ NULL, 0 };
	*sorted = *form;
	qsort(sorted->field, sorted->count, sizeof sorted->field[0], by_name);
	for (size_t i = 0; i < sorted->count; i++)
		len += sorted->field[i].name.len + sorted->field[i].value.len + 2;
	struct buf text = buf_new(arena, len);
	buf_put(&text, url);
	for (size_t i = 0; i < sorted->count; i++) {
		buf_put_char(&text, ',');
		buf_put(&text, sorted->field[i].name);
		buf_put_char(&text, '=');
		buf_put(&text, sorted->field[i].value);
	}
	buf_put_char(&text, ',');
	buf_put(&text, password);
	return text.full ? (struct str){ NULL, 0 } : buf_str(&text);
}

/* base64(SHA-1(url + ",name=value" of all fields by name + "," + password)): EnvayaSMS.php, compute_signature(). */
static bool signature_ok(struct str password, struct str url, const struct form *form, struct str given, struct arena *arena)
{
	struct mac mac;
	size_t mark = arena_mark(arena);
	struct str text = signed_text(password, url, form, arena);
	bool ok = password.len && text.at && mac_digest(MAC_SHA1, text, &mac) == 0 && mac_same(&mac, MAC_BASE64, given);
	arena_back(arena, mark);
	return ok;
}

static bool proved(const struct inlet *in)
{
	const struct http_request *request = in->request;
	struct str given = http_header(request, "X-Request-Signature"), base = in->channel->public_url;
	struct buf url = buf_new(in->arena, base.len + request->path.len + request->query.len + 1);
	buf_put(&url, base);
	buf_put(&url, request->path);
	if (request->query.len)
		buf_put_char(&url, '?');
	buf_put(&url, request->query);
	if (!given.at || url.full)
		return false;
	bool now = signature_ok(channel_key(in->channel, "password"), buf_str(&url), in->form, given, in->arena);
	bool before = signature_ok(channel_key(in->channel, "password_old"), buf_str(&url), in->form, given, in->arena);
	return now || before;
}

/* ---- actions */

static int read_incoming(struct inlet *in, struct event *event)
{
	struct str type = inlet_field(in, "message_type"), from = inlet_once(in, "from"), text = inlet_once(in, "message");
	bool readable;
	if (inlet_refused(in))
		return 0;
	event->ts_ms = inlet_epoch(inlet_field(in, "timestamp"));
	if (str_eq(type, STR("call"))) {
		event->kind = EVENT_NOTICE;
		event->reason = STR("missed_call");
		in->out->verdict = VERDICT_IGNORE;
		return inlet_sender_of(in, event, from, &readable);
	}
	int error = inlet_sender(in, event, from);
	if (!error && !inlet_refused(in))
		error = inlet_to(in, event, inlet_field(in, "phone_number"));
	return error || inlet_refused(in) ? error : inlet_text(in, event, text);
}

static int read_status(struct inlet *in, struct event *event)
{
	static const struct {
		const char *word;
		enum report_status status;
	} map[] = { { "queued", REPORT_SENT }, { "sent", REPORT_SENT }, { "failed", REPORT_FAILED },
		    { "cancelled", REPORT_REJECTED } };
	struct str status = inlet_once(in, "status"), id = inlet_once(in, "id");
	if (inlet_refused(in))
		return 0;
	if (!id.len || !dialect_id_ok(id))
		return inlet_refuse(in, VERDICT_MALFORMED, "id");
	event->kind = EVENT_REPORT;
	event->phone = PHONE_TOOK;
	event->id = event->client_ref = id;
	event->reason = dialect_word(inlet_field(in, "error"));
	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
		if (str_eq_z(status, map[i].word))
			event->status = map[i].status;
	if (event->status == REPORT_NONE)
		in->out->verdict = VERDICT_IGNORE;
	return 0;
}

static int read_action(struct inlet *in, struct event *event)
{
	struct str action = inlet_once(in, "action");
	if (inlet_refused(in))
		return 0;
	if (str_eq(action, STR("incoming")))
		return read_incoming(in, event);
	if (str_eq(action, STR("send_status")))
		return read_status(in, event);
	event->kind = EVENT_NOTICE;
	event->phone = str_eq(action, STR("outgoing")) ? PHONE_ASKS : PHONE_NOTHING;
	event->reason = event->phone == PHONE_ASKS ? STR("poll") : STR("device");
	if (action.len == 0)
		return inlet_refuse(in, VERDICT_MALFORMED, "action");
	if (event->phone != PHONE_ASKS) /* device_status, test, forward_sent: nobody wrote that */
		in->out->verdict = VERDICT_IGNORE;
	return 0;
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct inlet in;
	inlet_open(&in, channel, hook, request, phones, arena, out);
	int error = inlet_refused(&in) ? 0 : inlet_form(&in);
	if (error || inlet_refused(&in))
		return error;
	if (!proved(&in))
		return inlet_refuse(&in, VERDICT_UNAUTHORISED, NULL);
	struct event *event = inlet_event(&in, EVENT_SMS);
	return event ? read_action(&in, event) : -ENOMEM;
}

/* ---- answers */

static json_t *events_json(const struct reply_to *to)
{
	json_t *root = json_object(), *events = json_array(), *event = json_object(), *messages = json_array();
	for (size_t i = 0; i < to->queued_count; i++) {
		json_t *one = json_object();
		json_put_str(one, "id", to->queued[i].uuid);
		json_put_str(one, "to", to->queued[i].to);
		json_put_str(one, "message", to->queued[i].text);
		(void)json_array_append_new(messages, one);
	}
	json_put_str(event, "event", STR("send"));
	(void)json_object_set_new(event, "messages", messages);
	if (to->queued_count)
		(void)json_array_append(events, event);
	json_decref(event);
	(void)json_object_set_new(root, "events", events);
	return root;
}

static int reply(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		 const struct reply_to *to, struct arena *arena, struct http_response *out)
{
	struct str body = call_json(arena, events_json(to));
	(void)channel;
	inlet_answer(hook, decoded, to, out, STR("application/json; charset=utf-8"), body);
	return body.at ? 0 : -ENOMEM;
}

const struct adapter envayasms = {
	.name = "envayasms",
	.keys = keys,
	.hooks = hooks,
	.authenticates = true,
	.phone_queue = true,
	.decode = decode,
	.reply = reply,
};
