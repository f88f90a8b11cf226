/* Africa's Talking, callbacks: POST forms in UTF-8, no signature (the token in the URL is the secret). */
#include "gateway/channels/africastalking.h"

#include "gateway/channels/dialect.h"
#include "gateway/form.h"

#include <errno.h>

static const char *const keys[] = { "!username", "!api_key", NULL };

static const struct hook hooks[] = {
	{ .name = "sms", .methods = 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = "ussd", .methods = 1u << HTTP_POST, .kind = EVENT_USSD },
	{ .name = "ussd-end", .methods = 1u << HTTP_POST, .kind = EVENT_USSD_END },
	{ .name = "dlr", .methods = 1u << HTTP_POST, .kind = EVENT_REPORT },
	{ .name = "optout", .methods = 1u << HTTP_POST, .kind = EVENT_OPT_OUT },
	{ .name = NULL },
};

/* What one callback is read from and into. */
struct reading {
	const struct channel *channel;
	const struct phone_plan *phones;
	struct arena *arena;
	struct form form;
	struct event *event;
	struct decoded *out;
};

static struct str field(const struct reading *r, const char *name)
{
	struct str value = form_get(&r->form, name);
	return value.at ? value : STR("");
}

static int malformed(struct decoded *out, const char *why)
{
	*out = (struct decoded){ .verdict = VERDICT_MALFORMED, .why = why };
	return 0;
}

/* The sender decides whether a person can be meant at all. */
static int read_sender(struct reading *r, const char *name)
{
	struct str given = field(r, name);
	if (given.len == 0 || given.len > DIALECT_WORD_MAX)
		return malformed(r->out, name);
	int error = dialect_sender(r->channel, r->phones, given, r->arena, r->event);
	if (!error && r->event->from.kind != PHONE_E164)
		r->out->verdict = VERDICT_UNADDRESSABLE;
	return error;
}

static int read_id(struct reading *r, const char *name, bool required, struct str *id)
{
	*id = field(r, name);
	if (!dialect_id_ok(*id) || (required && id->len == 0))
		return malformed(r->out, name);
	return 0;
}

/* Our number or code; a channel has one, so a callback that leaves it out means that one. */
static int read_to(struct reading *r, const char *name)
{
	struct str raw, given = field(r, name);
	return dialect_text(r->arena, given.len ? given : r->channel->sender, &r->event->to, &raw);
}

static bool refused(const struct reading *r)
{
	return r->out->verdict == VERDICT_MALFORMED;
}

/* An absent text is an empty one: frameworks drop empty fields, and a blank SMS is an answer of a person too.  The id
 * may be missing (the gateway's fingerprint stands in), and a date nobody can read is no reason to lose the message. */
static int read_sms(struct reading *r)
{
	int error = read_sender(r, "from");
	if (!error && !refused(r))
		error = read_id(r, "id", false, &r->event->id);
	if (!error)
		error = read_to(r, "to");
	if (!error)
		error = dialect_text(r->arena, field(r, "text"), &r->event->text, &r->event->raw);
	r->event->ts_ms = dialect_time(field(r, "date"));
	return error;
}

/* They say neither "new" nor "continue" and give no id of a hop: text holds all that was typed so far, and the stored
 * history decides (aggregators.md 2). */
static int read_ussd(struct reading *r)
{
	int error = read_sender(r, "phoneNumber");
	if (!error && !refused(r))
		error = read_id(r, "sessionId", true, &r->event->session);
	if (!error)
		error = read_to(r, "serviceCode");
	if (!error)
		error = dialect_text(r->arena, field(r, "text"), &r->event->text, &r->event->raw);
	r->event->cumulative = true;
	r->event->event = r->event->text.len ? USSD_CONTINUE : USSD_NEW;
	return error;
}

/* Success, Incomplete and Failed all mean that the session is over; they don't tell a time-out from a person who hung
 * up, so neither do we. */
static int read_ussd_end(struct reading *r)
{
	int error = read_sender(r, "phoneNumber");
	if (!error && !refused(r))
		error = read_id(r, "sessionId", true, &r->event->session);
	if (!error)
		error = read_to(r, "serviceCode");
	r->event->event = USSD_END;
	r->event->reason = dialect_word(field(r, "status"));
	r->event->ts_ms = dialect_time(field(r, "date"));
	return error;
}

static enum report_status report_status(struct str word)
{
	static const struct {
		const char *word;
		enum report_status status;
	} map[] = {
		{ "Sent", REPORT_SENT },           { "Submitted", REPORT_SENT },
		{ "Buffered", REPORT_SENT },       { "Success", REPORT_DELIVERED },
		{ "Failed", REPORT_FAILED },       { "AbsentSubscriber", REPORT_FAILED },
		{ "Rejected", REPORT_REJECTED },   { "Expired", REPORT_EXPIRED },
	};
	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
		if (str_eq_nocase(word, str_of(map[i].word)))
			return map[i].status;
	return REPORT_NONE;
}

/* Their documents and their API spell the first one differently; letters' case does not count. */
bool africastalking_word_is_opt_out(struct str word)
{
	return str_eq_nocase(word, STR("UserInBlacklist")) || str_eq_nocase(word, STR("DoNotDisturbRejection"));
}

/* A report is found by the id of the message; the number only confirms it.  A status that is missing or new to us
 * changes nothing and is not worth twelve hours of retries. */
static int read_report(struct reading *r)
{
	int error = read_id(r, "id", true, &r->event->id);
	if (error || refused(r))
		return error;
	struct str number = field(r, "phoneNumber");
	if (number.len <= DIALECT_WORD_MAX)
		error = dialect_sender(r->channel, r->phones, number, r->arena, r->event);
	struct str status = field(r, "status"), why = field(r, "failureReason");
	r->event->status = report_status(status);
	r->event->reason = dialect_word(why.len ? why : status);
	r->event->opt_out = africastalking_word_is_opt_out(why);
	if (r->event->status == REPORT_NONE)
		r->out->verdict = VERDICT_IGNORE;
	return error;
}

/* Two callbacks share this hook: the opt-out from bulk SMS (senderId, phoneNumber) and the subscription to a keyword,
 * which alone carries updateType. */
static int read_opt_out(struct reading *r)
{
	int error = read_sender(r, "phoneNumber");
	if (error || refused(r))
		return error;
	error = read_to(r, field(r, "shortCode").len ? "shortCode" : "senderId");
	struct str update = field(r, "updateType");
	r->event->opt_in = str_eq_nocase(update, STR("addition"));
	r->event->opt_out = update.len == 0 || str_eq_nocase(update, STR("deletion"));
	if (update.len && !r->event->opt_in && !r->event->opt_out) {
		r->out->verdict = VERDICT_PARK;
		r->out->why = "updateType";
	}
	if (update.len)
		r->event->reason = r->event->opt_in ? STR("subscribe") : STR("unsubscribe");
	return error;
}

static int read_event(struct reading *r)
{
	switch (r->event->kind) {
	case EVENT_SMS:
		return read_sms(r);
	case EVENT_USSD:
		return read_ussd(r);
	case EVENT_USSD_END:
		return read_ussd_end(r);
	case EVENT_REPORT:
		return read_report(r);
	case EVENT_OPT_OUT:
		return read_opt_out(r);
	case EVENT_NOTICE:
		break;
	}
	return malformed(r->out, "hook");
}

/* Which of two equal fields would be meant is for nobody to guess (failures.md I12). */
static bool repeats_a_field(const struct form *form)
{
	for (size_t i = 0; i < form->count; i++)
		for (size_t k = i + 1; k < form->count; k++)
			if (str_eq(form->field[i].name, form->field[k].name))
				return true;
	return false;
}

static int read_form(const struct http_request *request, struct reading *r)
{
	struct str type = http_header(request, "Content-Type");
	if (type.at && !dialect_media_type_is(type, "application/x-www-form-urlencoded"))
		return malformed(r->out, "content type");
	int error = form_decode(request->body, r->arena, &r->form);
	if (error == -EINVAL || error == -E2BIG)
		return malformed(r->out, "form");
	if (!error && repeats_a_field(&r->form))
		return malformed(r->out, "repeated field");
	return error;
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct reading r = { .channel = channel, .phones = phones, .arena = arena, .out = out };
	*out = (struct decoded){ .verdict = VERDICT_ACCEPT };
	if (!hook_takes(hook, request->method))
		return malformed(out, decoded_wrong_method);
	int error = read_form(request, &r);
	if (error || refused(&r))
		return error;
	r.event = arena_alloc(arena, sizeof *r.event);
	if (!r.event)
		return -ENOMEM;
	dialect_event_init(r.event, hook->kind);
	error = read_event(&r);
	if (error || refused(&r))
		return error;
	out->events = r.event;
	out->count = 1;
	return 0;
}

/* ---- answers */

/* The body begins exactly with CON or END: no mark, no white space before it; all else ends the session. */
static int screen(const struct reply_to *to, bool end, struct arena *arena, struct http_response *out)
{
	struct buf body = buf_new(arena, to->ussd_text.len + 4);
	buf_put(&body, end ? STR("END ") : STR("CON "));
	buf_put(&body, to->ussd_text);
	if (body.full)
		return -ENOMEM;
	dialect_answer(out, 200, buf_str(&body));
	return 0;
}

static void answer_malformed(const struct decoded *decoded, struct http_response *out)
{
	if (decoded->why == decoded_wrong_method) {
		dialect_answer(out, 405, STR("POST only\n"));
		http_add_header(out, "Allow", STR("POST"));
		return;
	}
	dialect_answer(out, 400, STR("malformed\n"));
}

/* 503 makes them come again each minute for twelve hours; a person at a USSD session must be told now. */
static int reply(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		 const struct reply_to *to, struct arena *arena, struct http_response *out)
{
	(void)channel;
	if (to->state == ANSWER_MALFORMED) {
		answer_malformed(decoded, out);
		return 0;
	}
	if (hook->kind == EVENT_USSD)
		return screen(to, to->ussd_end || to->state == ANSWER_UNAVAILABLE, arena, out);
	if (to->state == ANSWER_UNAVAILABLE) {
		dialect_answer(out, 503, STR(""));
		http_add_header(out, "Retry-After", STR("60"));
		return 0;
	}
	dialect_answer(out, 200, STR(""));
	return 0;
}

const struct adapter africastalking = {
	.name = "africastalking",
	.keys = keys,
	.hooks = hooks,
	.decode = decode,
	.reply = reply,
	.recipients_per_call = RECIPIENTS_MAX,
	.compose = africastalking_compose,
	.classify = africastalking_classify,
	.credit = africastalking_credit,
	.credited = africastalking_credited,
	.poll = africastalking_poll,
	.polled = africastalking_polled,
};
