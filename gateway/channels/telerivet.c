#include "gateway/channels/telerivet.h"

#include "gateway/channels/inlet.h"

#include <errno.h>

static const char *const keys[] = { "?secret", "secret_old", "!api_key", "!project_id", "route_id", NULL };

static const struct hook hooks[] = {
	{ .name = "hook", .methods = 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = NULL },
};

/* ---- the webhook: events by name, in a form */

static int read_call(struct inlet *in, struct event *event)
{
	bool readable;
	event->kind = EVENT_NOTICE;
	event->reason = STR("missed_call");
	in->out->verdict = VERDICT_IGNORE;
	return inlet_sender_of(in, event, inlet_field(in, "from_number"), &readable);
}

static int read_incoming(struct inlet *in, struct event *event)
{
	struct str type = inlet_field(in, "message_type"), e164 = inlet_once(in, "from_number_e164");
	struct str from = inlet_once(in, "from_number"), text = inlet_once(in, "content"), id = inlet_once(in, "id");
	if (inlet_refused(in))
		return 0;
	if (!dialect_id_ok(id))
		return inlet_refuse(in, VERDICT_MALFORMED, "id");
	event->id = id;
	event->ts_ms = inlet_epoch(inlet_field(in, "time_created"));
	if (str_eq(type, STR("call")))
		return read_call(in, event);
	int error = inlet_sender(in, event, e164.len ? e164 : from);
	if (!error && !inlet_refused(in))
		error = inlet_to(in, event, inlet_field(in, "to_number"));
	return error || inlet_refused(in) ? error : inlet_text(in, event, text);
}

static enum report_status report_status(struct str word)
{
	static const struct {
		const char *word;
		enum report_status status;
	} map[] = {
		{ "queued", REPORT_SENT },         { "sent", REPORT_SENT },          { "delivered", REPORT_DELIVERED },
		{ "read", REPORT_DELIVERED },      { "failed", REPORT_FAILED },      { "failed_queued", REPORT_SENT },
		{ "not_delivered", REPORT_FAILED }, { "cancelled", REPORT_REJECTED },
	};
	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
		if (str_eq_z(word, map[i].word))
			return map[i].status;
	return REPORT_NONE;
}

static int read_report(struct inlet *in, struct event *event)
{
	struct str status = inlet_once(in, "status"), id = inlet_once(in, "id");
	bool readable;
	if (inlet_refused(in))
		return 0;
	if (!id.len || !dialect_id_ok(id))
		return inlet_refuse(in, VERDICT_MALFORMED, "id");
	event->kind = EVENT_REPORT;
	event->id = id;
	event->status = report_status(status);
	event->reason = dialect_word(status);
	event->ts_ms = inlet_epoch(inlet_field(in, "time_updated"));
	if (event->status == REPORT_NONE)
		in->out->verdict = VERDICT_IGNORE;
	return inlet_sender_of(in, event, inlet_field(in, "to_number"), &readable);
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct inlet in;
	inlet_open(&in, channel, hook, request, phones, arena, out);
	int error = inlet_refused(&in) ? 0 : inlet_form(&in);
	if (error || inlet_refused(&in))
		return error;
	if (!inlet_secret(channel, "secret", inlet_field(&in, "secret")))
		return inlet_refuse(&in, VERDICT_UNAUTHORISED, NULL);
	struct str name = inlet_field(&in, "event");
	struct event *event = inlet_event(&in, EVENT_SMS);
	if (!event)
		return -ENOMEM;
	if (str_eq(name, STR("incoming_message")))
		return read_incoming(&in, event);
	if (str_eq(name, STR("send_status")))
		return read_report(&in, event);
	event->kind = EVENT_NOTICE;
	event->reason = STR("other");
	if (name.len == 0)
		return inlet_refuse(&in, VERDICT_MALFORMED, "event");
	out->verdict = VERDICT_IGNORE;
	return 0;
}

/* ---- sending: POST /v1/projects/<id>/messages/send, the key as the user name */

static int compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		   struct http_call *out)
{
	struct str key = channel_key(channel, "api_key"), project = channel_key(channel, "project_id");
	struct str route = channel_key(channel, "route_id"), secret = channel_key(channel, "secret");
	struct str callback = channel_callback(channel, "hook", arena);
	if (!key.len || !project.len || !dialect_id_ok(project) || message->count != 1)
		return -EINVAL;
	struct buf url = buf_new(arena, 1024);
	buf_put(&url, call_base(channel, "https://api.telerivet.com"));
	buf_put_z(&url, "/v1/projects/");
	buf_put(&url, project);
	buf_put_z(&url, "/messages/send");
	json_t *root = json_object();
	json_put_str(root, "to_number", message->to[0]);
	json_put_str(root, "content", message->text);
	if (route.len)
		json_put_str(root, "route_id", route);
	if (callback.len) {
		json_put_str(root, "status_url", callback);
		json_put_str(root, "status_secret", secret);
	}
	struct str body = call_json(arena, root), basic = call_basic(arena, key, STR(""));
	if (url.full || !basic.at || !body.at || !callback.at)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_POST, .url = buf_str(&url), .body = body };
	call_header(out, "Authorization", basic);
	call_header(out, "Content-Type", STR("application/json"));
	call_header(out, "Accept", STR("application/json"));
	return 0;
}

static int read_answer(const json_t *body, struct arena *arena, struct recipient_result *one)
{
	struct str id = json_get_str(body, "id"), status = json_get_str(body, "status");
	if (!id.len || !dialect_id_ok(id))
		return 0;
	bool failed = status.at && (str_eq(status, STR("failed")) || str_eq(status, STR("cancelled")));
	one->result = failed ? SEND_REJECTED_PERMANENT : SEND_ACCEPTED;
	one->id = failed ? STR("") : arena_str(arena, id);
	return one->id.at ? 0 : -ENOMEM;
}

static int classify(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
		    struct arena *arena, struct recipient_result *results)
{
	(void)channel;
	if (classify_transport(message, result, results))
		return 0;
	classify_all(message, SEND_UNKNOWN, STR(""), results);
	json_t *body = json_parse(result->body, NULL);
	int error = read_answer(body, arena, &results[0]);
	json_decref(body);
	return error;
}

const struct adapter telerivet = {
	.name = "telerivet",
	.keys = keys,
	.hooks = hooks,
	.authenticates = true,
	.decode = decode,
	.reply = inlet_reply_empty,
	.recipients_per_call = 1,
	.compose = compose,
	.classify = classify,
};
