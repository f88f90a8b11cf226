#include "gateway/channels/infobip.h"

#include "gateway/mac.h"

#include <errno.h>

static const char *const keys[] = { "basic_user", "basic_user_old", "basic_password", "basic_password_old", "!api_key",
				    NULL };

static const struct hook hooks[] = {
	{ .name = "sms", .methods = 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = "dlr", .methods = 1u << HTTP_POST, .kind = EVENT_REPORT },
	{ .name = "session", .methods = 1u << HTTP_POST | 1u << HTTP_PUT | 1u << HTTP_GET, .kind = EVENT_USSD, .deep = true },
	{ .name = NULL },
};

/* ---- one element of results[] */

static bool text_or_nothing(const json_t *value)
{
	return !value || json_is_null(value) || json_is_string(value);
}

/* An MMS has its text among the parts of `message`. */
static struct str text_of(const struct inlet *in, const json_t *entry)
{
	size_t i;
	const json_t *part;
	json_array_foreach(json_object_get(entry, "message"), i, part) {
		struct str type = json_get_str(part, "contentType");
		if (type.at && str_starts(type, STR("text/plain")))
			return inlet_string(in, part, "value");
	}
	return inlet_string(in, entry, "text");
}

/* Without a sender, or with a text that is none: for an operator; its neighbours go on. */
static int read_message(struct inlet *in, const json_t *entry)
{
	struct str from = inlet_string(in, entry, "from"), id = inlet_string(in, entry, "messageId");
	struct str text = text_of(in, entry), to = inlet_string(in, entry, "to");
	if (!from.at || !id.at || !text.at || !to.at)
		return -ENOMEM;
	if (!from.len || from.len > DIALECT_WORD_MAX || !text_or_nothing(json_object_get(entry, "text")) ||
	    !dialect_id_ok(id))
		return inlet_park(in, entry, id);
	struct event *event = inlet_event(in, EVENT_SMS);
	bool readable;
	if (!event)
		return -ENOMEM;
	event->id = id;
	event->ts_ms = dialect_time(json_get_str(entry, "receivedAt"));
	int error = inlet_sender_of(in, event, from, &readable);
	if (!error)
		error = inlet_text(in, event, text);
	return error ? error : inlet_to(in, event, to);
}

/* Groups by name; the number where the name is missing (response-status-and-error-codes). */
static enum report_status report_status(const json_t *status)
{
	static const struct {
		const char *group;
		int id;
		enum report_status status;
	} map[] = {
		{ "ACCEPTED", 0, REPORT_SENT },        { "PENDING", 1, REPORT_SENT },   { "UNDELIVERABLE", 2, REPORT_FAILED },
		{ "DELIVERED", 3, REPORT_DELIVERED },  { "EXPIRED", 4, REPORT_EXPIRED }, { "REJECTED", 5, REPORT_REJECTED },
	};
	const json_t *number = json_object_get(status, "groupId");
	struct str group = json_get_str(status, "groupName"), name = json_get_str(status, "name");
	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++) {
		bool same = group.at ? str_eq_nocase(group, str_of(map[i].group)) :
				       json_is_integer(number) && json_integer_value(number) == map[i].id;
		if (!same)
			continue;
		bool to_operator = str_eq(name, STR("DELIVERED_TO_OPERATOR")) ||
				   (!name.at && json_integer_value(json_object_get(status, "id")) == 2);
		return map[i].status == REPORT_DELIVERED && to_operator ? REPORT_SENT : map[i].status;
	}
	return REPORT_NONE;
}

static int read_report(struct inlet *in, const json_t *entry)
{
	const json_t *status = json_object_get(entry, "status"), *error_of = json_object_get(entry, "error");
	struct str id = inlet_string(in, entry, "messageId"), to = inlet_string(in, entry, "to");
	struct str why = json_get_str(error_of, "name"), name = json_get_str(status, "name");
	if (!id.at || !to.at)
		return -ENOMEM;
	if (!id.len || !dialect_id_ok(id))
		return inlet_park(in, entry, id);
	struct event *event = inlet_event(in, EVENT_REPORT);
	bool readable;
	if (!event)
		return -ENOMEM;
	event->id = event->client_ref = id; /* where we set it, see infobip_send.c */
	event->status = report_status(status);
	event->reason = arena_str(in->arena, dialect_word(why.at && !str_eq(why, STR("NO_ERROR")) ? why : name));
	event->ts_ms = dialect_time(json_get_str(entry, "doneAt"));
	return event->reason.at ? inlet_sender_of(in, event, to, &readable) : -ENOMEM;
}

static size_t count_plausible(const json_t *results)
{
	size_t i, n = 0;
	const json_t *entry;
	json_array_foreach(results, i, entry)
		n += json_object_get(entry, "from") || json_object_get(entry, "messageId");
	return n;
}

int infobip_read_batch(struct inlet *in, const json_t *body, enum event_kind kind)
{
	const json_t *results = json_object_get(body, "results"), *entry;
	size_t i, count = json_array_size(results), plausible = count_plausible(results);
	if (!json_is_array(results))
		return inlet_refuse(in, VERDICT_MALFORMED, "results");
	if (plausible > INFOBIP_BATCH_MAX || count - plausible > INFOBIP_PARKED_MAX)
		return inlet_refuse(in, VERDICT_MALFORMED, "more results than a batch may hold");
	int error = inlet_room(in, plausible, count);
	json_array_foreach(results, i, entry) {
		if (!error)
			error = kind == EVENT_SMS ? read_message(in, entry) : read_report(in, entry);
	}
	if (count == 0)
		in->out->verdict = VERDICT_IGNORE;
	else if (!error && count == 1 && in->out->count == 1 && kind == EVENT_SMS &&
		 in->out->events[0].from.kind != PHONE_E164)
		in->out->verdict = VERDICT_UNADDRESSABLE;
	return error;
}

/* ---- callbacks */

/* Basic of the notification profile, where the configuration has it; the token in the URL was proved before. */
static bool basic_is(const struct inlet *in, const char *user_key, const char *password_key, struct str given)
{
	struct str user = channel_key(in->channel, user_key), password = channel_key(in->channel, password_key);
	if (!password.len)
		return false;
	if (!user.len)
		user = channel_key(in->channel, "basic_user");
	struct str wanted = call_basic(in->arena, user, password);
	return wanted.at && mac_secret_same(str_from(wanted, 6), given);
}

static bool proved(const struct inlet *in)
{
	struct str header = http_header(in->request, "Authorization");
	if (!channel_key(in->channel, "basic_password").len)
		return true;
	if (!header.at || header.len < 6 || !str_eq_nocase(str_slice(header, 0, 6), STR("Basic ")))
		return false;
	struct str given = str_trim(str_from(header, 6));
	bool now = basic_is(in, "basic_user", "basic_password", given);
	bool before = basic_is(in, "basic_user_old", "basic_password_old", given);
	return now || before;
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct inlet in;
	json_t *body;
	inlet_open(&in, channel, hook, request, phones, arena, out);
	if (inlet_refused(&in))
		return 0;
	if (!proved(&in))
		return inlet_refuse(&in, VERDICT_UNAUTHORISED, NULL);
	if (hook->kind == EVENT_USSD)
		return infobip_read_ussd(&in);
	int error = inlet_json(&in, &body);
	if (error || !body)
		return error;
	error = infobip_read_batch(&in, body, hook->kind);
	json_decref(body);
	return error;
}

static int reply(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		 const struct reply_to *to, struct arena *arena, struct http_response *out)
{
	(void)channel;
	if (hook->kind == EVENT_USSD)
		return infobip_reply_ussd(decoded, to, arena, out);
	inlet_answer(hook, decoded, to, out, STR("text/plain; charset=utf-8"), STR(""));
	return 0;
}

const struct adapter infobip = {
	.name = "infobip",
	.keys = keys,
	.hooks = hooks,
	.decode = decode,
	.reply = reply,
	.recipients_per_call = RECIPIENTS_MAX,
	.compose = infobip_compose,
	.classify = infobip_classify,
	.credit = infobip_credit,
	.credited = infobip_credited,
	.once = true,
	.poll = infobip_poll,
	.polled = infobip_polled,
};
