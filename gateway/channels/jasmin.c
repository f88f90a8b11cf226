/* Jasmin, an SMPP gateway: callbacks of its HTTP thrower, sending by its /send (aggregators.md 9).
 *
 * It takes nothing for an answer but a status below 400 and exactly "ACK/Jasmin"; else it comes back three times and
 * then drops the message for good, so everything authentic is acknowledged. */
#include "gateway/channels/vendors.h"

#include "flows/text/gsm7.h"
#include "flows/text/utf8.h"
#include "gateway/channels/charset.h"
#include "gateway/channels/fields.h"
#include "gateway/channels/inlet.h"
#include "gateway/channels/template.h"

#include <errno.h>
#include <string.h>

enum { URL_ROOM = 2048 };

static const char *const keys[] = { "!username", "!password", NULL };

static const struct hook hooks[] = {
	{ .name = "mo", .methods = 1u << HTTP_GET | 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = "dlr", .methods = 1u << HTTP_GET | 1u << HTTP_POST, .kind = EVENT_REPORT },
	{ .name = NULL },
};

/* ---- in */

/* data_coding of SMPP 3.4, 5.2.19. */
static enum charset charset_of(struct str coding)
{
	if (coding.len == 0 || str_eq(coding, STR("0")))
		return CHARSET_GSM_7;
	if (str_eq(coding, STR("8")))
		return CHARSET_UTF_16BE;
	if (str_eq(coding, STR("3")))
		return CHARSET_LATIN_1;
	if (str_eq(coding, STR("2")) || str_eq(coding, STR("4")))
		return CHARSET_BINARY;
	return CHARSET_UTF_8;
}

static bool is_seven_bit(struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if ((unsigned char)bytes.at[i] > 0x7f)
			return false;
	return true;
}

/* "binary", the hex of the content, is what cannot be bent on the way; "content" is the bytes themselves. */
static int take_text(struct fields *f, struct event *event, struct decoded *out)
{
	struct str bytes = fields_word(f, "content"), hex = fields_word(f, "binary");
	enum charset charset = charset_of(fields_word(f, "coding"));
	if (hex.len && !charset_unhex(hex, f->arena, &bytes))
		return dialect_malformed(out, "binary");
	if (charset == CHARSET_GSM_7 && !is_seven_bit(bytes)) /* no septets: a proxy or a route has decoded them */
		charset = CHARSET_UTF_8;
	if (charset == CHARSET_BINARY)
		out->verdict = VERDICT_IGNORE;
	return charset_decode(charset, bytes, f->arena, &event->text, &event->raw);
}

static int take_message(const struct channel *channel, const struct phone_plan *phones, struct fields *f,
			struct event *event, struct decoded *out)
{
	struct str from = fields_word(f, "from"), to = fields_word(f, "to"), raw;
	event->id = fields_word(f, "id");
	if (from.len == 0 || from.len > DIALECT_WORD_MAX)
		return dialect_malformed(out, "from");
	if (event->id.len == 0 || !dialect_id_ok(event->id))
		return dialect_malformed(out, "id");
	int error = take_text(f, event, out);
	if (error || out->verdict == VERDICT_MALFORMED)
		return error;
	error = dialect_sender(channel, phones, from, f->arena, event);
	if (!error)
		error = dialect_text(f->arena, to.len ? to : channel->sender, &event->to, &raw);
	if (event->from.kind != PHONE_E164)
		out->verdict = VERDICT_UNADDRESSABLE;
	return error;
}

/* The words of SMPP receipts (5.2.28) and, at level 1, of the SMSC's first answer. */
static enum report_status status_of(struct str word)
{
	static const struct {
		const char *word;
		enum report_status status;
	} words[] = {
		{ "DELIVRD", REPORT_DELIVERED }, { "ESME_ROK", REPORT_SENT },   { "ACCEPTD", REPORT_SENT },
		{ "ENROUTE", REPORT_SENT },      { "UNDELIV", REPORT_FAILED },  { "DELETED", REPORT_FAILED },
		{ "EXPIRED", REPORT_EXPIRED },   { "REJECTD", REPORT_REJECTED },
	};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_eq_nocase(word, str_of(words[i].word)))
			return words[i].status;
	return str_starts(word, STR("ESME_R")) ? REPORT_REJECTED : REPORT_NONE;
}

static bool is_one(struct str number)
{
	uint64_t n;
	return str_to_u64(number, &n) && n == 1;
}

static int take_report(struct fields *f, struct event *event, struct decoded *out)
{
	struct str word = fields_word(f, "message_status"), delivered = fields_word(f, "dlvrd"), error = fields_word(f, "err");
	event->id = fields_word(f, "id");
	if (event->id.len == 0 || !dialect_id_ok(event->id))
		return dialect_malformed(out, "id");
	if (word.len == 0 && delivered.len == 0 && error.len == 0)
		return dialect_malformed(out, "message_status");
	event->status = status_of(word);
	if (word.len == 0)
		event->status = is_one(delivered) ? REPORT_DELIVERED : is_one(error) ? REPORT_FAILED : REPORT_NONE;
	event->reason = dialect_word(word);
	if (event->status == REPORT_NONE)
		out->verdict = VERDICT_IGNORE;
	return 0;
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct fields f;
	const char *why = NULL;
	*out = (struct decoded){ .verdict = VERDICT_ACCEPT };
	if (!hook_takes(hook, request->method))
		return dialect_malformed(out, decoded_wrong_method);
	int error = fields_read(request, FIELDS_FORM, arena, &f, &why);
	if (error)
		return error == -EINVAL ? dialect_malformed(out, why) : error;
	struct event *event = arena_alloc(arena, sizeof *event);
	if (!event)
		return -ENOMEM;
	dialect_event_init(event, hook->kind);
	error = hook->kind == EVENT_REPORT ? take_report(&f, event, out) : take_message(channel, phones, &f, event, out);
	if (error || out->verdict == VERDICT_MALFORMED)
		return error;
	out->events = event;
	out->count = 1;
	return 0;
}

static int reply(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		 const struct reply_to *to, struct arena *arena, struct http_response *out)
{
	(void)channel, (void)hook, (void)arena;
	if (to->state == ANSWERED) {
		dialect_answer(out, 200, STR("ACK/Jasmin"));
	} else if (to->state == ANSWER_UNAVAILABLE) {
		dialect_answer(out, 503, STR(""));
		http_add_header(out, "Retry-After", STR("60"));
	} else if (decoded->why == decoded_wrong_method) {
		dialect_answer(out, 405, STR("GET or POST only\n"));
		http_add_header(out, "Allow", STR("GET, POST"));
	} else {
		dialect_answer(out, 400, STR("malformed\n"));
	}
	return 0;
}

/* ---- out */

static void put(struct buf *url, const char *name, struct str value)
{
	buf_put_z(url, name);
	escape_put(url, value, ESCAPE_URL);
}

/* What is the same in ASCII and in GSM 7-bit goes as it is; all else as hex, which leaves nothing to interpretation. */
static int put_content(struct buf *url, const struct outgoing *message, struct arena *arena)
{
	size_t count, cap = 2 * message->text.len + 1;
	unsigned char *septets = arena_alloc(arena, cap);
	if (!septets)
		return -ENOMEM;
	if (message->encoding == ENCODING_UCS2 || gsm7_encode(message->text, septets, cap, &count) != 0) {
		buf_put_z(url, "&coding=8&hex-content=");
		charset_put_utf16be_hex(url, message->text);
	} else if (str_eq((struct str){ (const char *)septets, count }, message->text)) {
		put(url, "&coding=0&content=", message->text);
	} else {
		buf_put_z(url, "&coding=0&hex-content=");
		buf_put_hex(url, septets, count);
	}
	return 0;
}

static int compose(const struct channel *channel, const struct outgoing *message, struct arena *arena, struct http_call *out)
{
	struct str user = channel_key(channel, "username"), password = channel_key(channel, "password");
	struct str base = call_base(channel, ""), report = channel_callback(channel, "dlr", arena);
	if (!report.at)
		return -ENOMEM;
	if (user.len == 0 || password.len == 0 || base.len == 0 || message->count != 1)
		return -EINVAL;
	struct buf url = buf_new(arena, URL_ROOM + 3 * report.len + 4 * message->text.len);
	buf_put(&url, base);
	put(&url, "/send?username=", user);
	put(&url, "&password=", password);
	put(&url, "&from=", channel->sender);
	put(&url, "&to=", str_from(message->to[0], str_starts(message->to[0], STR("+"))));
	put(&url, "&dlr=yes&dlr-url=", report);
	buf_put_z(&url, "&dlr-level=2&dlr-method=POST");
	int error = put_content(&url, message, arena);
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	return url.full ? -ENOMEM : error;
}

/* Success "07033084-…"; without an id between the quotes it is no success we could follow up.  Its own 500 is an answer
 * of the server that has not queued the message (aggregators.md 9). */
static int classify(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
		    struct arena *arena, struct recipient_result *results)
{
	(void)channel;
	if (!result->curl_code && result->status == 500 && str_starts(result->body, STR("Error"))) {
		classify_all(message, SEND_TRANSIENT, STR(""), results);
		return 0;
	}
	if (classify_transport(message, result, results))
		return 0;
	classify_all(message, SEND_UNKNOWN, STR(""), results);
	struct str rest = result->body, word, id = STR("");
	if (!str_split(&rest, '"', &word) || !str_eq(str_trim(word), STR("Success")) || !str_split(&rest, '"', &id) ||
	    id.len == 0 || !rest.at || !dialect_id_ok(id))
		return 0;
	results[0].id = arena_str(arena, id);
	results[0].result = SEND_ACCEPTED;
	return results[0].id.at ? 0 : -ENOMEM;
}

/* ---- the credit: {"balance": 10.23, "sms_count": "ND"}; "ND": no limit */

static int credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out)
{
	struct str user = channel_key(channel, "username"), password = channel_key(channel, "password");
	struct buf url = buf_new(arena, URL_ROOM + 3 * (user.len + password.len));
	(void)access;
	if (user.len == 0 || password.len == 0 || channel->base_url.len == 0)
		return -EINVAL;
	buf_put(&url, call_base(channel, ""));
	put(&url, "/balance?username=", user);
	put(&url, "&password=", password);
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	return url.full ? -ENOMEM : 0;
}

static int credited(const struct channel *channel, const struct http_result *result, struct arena *arena, struct str *out)
{
	(void)channel;
	return call_credited(result, NULL, "balance", NULL, arena, out);
}

const struct adapter jasmin = {
	.name = "jasmin",
	.keys = keys,
	.hooks = hooks,
	.decode = decode,
	.reply = reply,
	.recipients_per_call = 1,
	.compose = compose,
	.classify = classify,
	.credit = credit,
	.credited = credited,
};
