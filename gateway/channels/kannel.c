/* Kannel, the SMPP bearerbox of many operators: callbacks by the get-url and post-url that we tell the administrator to
 * write (gateway/channels/README.md), sending by smsbox's sendsms (aggregators.md 8).
 *
 * Whatever smsbox gets as the body of our answer it may send to the person as an SMS: the body is always empty. */
#include "gateway/channels/vendors.h"

#include "gateway/channels/charset.h"
#include "gateway/channels/fields.h"
#include "gateway/channels/inlet.h"
#include "gateway/channels/template.h"

#include <errno.h>
#include <string.h>

enum { URL_ROOM = 2048 };

static const char *const keys[] = { "!username", "!password", "smsc", NULL };

static const struct hook hooks[] = {
	{ .name = "mo", .methods = 1u << HTTP_GET | 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = "mo-post", .methods = 1u << HTTP_POST, .kind = EVENT_SMS },
	{ .name = "dlr", .methods = 1u << HTTP_GET | 1u << HTTP_POST, .kind = EVENT_REPORT },
	{ .name = NULL },
};

/* ---- in */

/* %C names the charset of %b; %c is the coding of SMPP.  With %a, or an old box, %C may be missing: then the coding
 * says it, unless the bytes are UTF-8 already. */
static enum charset charset_of(struct str charset, struct str coding, struct str bytes)
{
	enum charset named = charset_named(charset);
	bool has_nul = bytes.len && memchr(bytes.at, '\0', bytes.len);
	if (named != CHARSET_UNKNOWN)
		return named;
	if (str_eq(coding, STR("1")))
		return CHARSET_BINARY;
	return str_eq(coding, STR("2")) && has_nul ? CHARSET_UTF_16BE : CHARSET_UTF_8;
}

struct mo { /* one message as the box describes it */
	struct str id, from, to, time, coding, charset, text;
};

static int take_message(const struct channel *channel, const struct phone_plan *phones, const struct mo *mo,
			struct arena *arena, struct event *event, struct decoded *out)
{
	if (mo->from.len == 0 || mo->from.len > DIALECT_WORD_MAX)
		return dialect_malformed(out, "from");
	if (!dialect_id_ok(mo->id))
		return dialect_malformed(out, "id");
	enum charset charset = charset_of(mo->charset, mo->coding, mo->text);
	int error = dialect_sender(channel, phones, mo->from, arena, event);
	struct str raw;
	if (!error)
		error = dialect_text(arena, mo->to.len ? mo->to : channel->sender, &event->to, &raw);
	if (!error)
		error = charset_decode(charset, mo->text, arena, &event->text, &event->raw);
	event->id = mo->id;
	event->ts_ms = dialect_instant(mo->time);
	if (event->from.kind != PHONE_E164)
		out->verdict = VERDICT_UNADDRESSABLE;
	else if (charset == CHARSET_BINARY) /* settings and ring tones of the network: nothing a person wrote */
		out->verdict = VERDICT_IGNORE;
	return error;
}

static struct str header(const struct http_request *request, const char *name)
{
	struct str value = http_header(request, name);
	return value.at ? value : STR("");
}

/* text/plain; charset="UTF-16BE" */
static struct str charset_parameter(struct str content_type)
{
	struct str part;
	while (str_split(&content_type, ';', &part)) {
		struct str value = str_trim(part), name;
		if (!str_split(&value, '=', &name) || !value.at || !str_eq_nocase(str_trim(name), STR("charset")))
			continue;
		value = str_trim(value);
		bool quoted = value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"';
		return quoted ? str_slice(value, 1, value.len - 1) : value;
	}
	return STR("");
}

static struct mo mo_of_headers(const struct http_request *request)
{
	return (struct mo){
		.id = header(request, "X-Kannel-SMS-ID"), .from = header(request, "X-Kannel-From"),
		.to = header(request, "X-Kannel-To"), .time = header(request, "X-Kannel-Time"),
		.coding = header(request, "X-Kannel-Coding"),
		.charset = charset_parameter(header(request, "Content-Type")), .text = request->body,
	};
}

static struct mo mo_of_fields(struct fields *f)
{
	return (struct mo){ .id = fields_word(f, "id"), .from = fields_word(f, "from"), .to = fields_word(f, "to"),
			    .time = fields_word(f, "ts"), .coding = fields_word(f, "coding"), .charset = fields_word(f, "charset"),
			    .text = fields_word(f, "text") };
}

/* %d; 2 and 16 are refined by the SMSC's own words in %A: "id:… stat:EXPIRED err:…". */
static enum report_status status_of(struct str type, struct str answer)
{
	static const struct {
		const char *word;
		enum report_status status;
	} words[] = {
		{ "stat:EXPIRED", REPORT_EXPIRED },
		{ "stat:REJECTD", REPORT_REJECTED },
	};
	static const struct {
		uint64_t type;
		enum report_status status;
	} types[] = { { 1, REPORT_DELIVERED }, { 2, REPORT_FAILED }, { 4, REPORT_SENT },
		      { 8, REPORT_SENT },      { 16, REPORT_REJECTED }, { 32, REPORT_SENT } };
	uint64_t number;
	if (!str_to_u64(type, &number))
		return REPORT_NONE;
	for (size_t i = 0; number == 2 && answer.len && i < sizeof words / sizeof words[0]; i++)
		if (memmem(answer.at, answer.len, words[i].word, strlen(words[i].word)))
			return words[i].status;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (types[i].type == number)
			return types[i].status;
	return REPORT_NONE;
}

static int take_report(struct fields *f, struct event *event, struct decoded *out)
{
	struct str status = fields_word(f, "status");
	event->id = event->client_ref = fields_word(f, "uuid");
	if (event->id.len == 0 || !dialect_id_ok(event->id))
		return dialect_malformed(out, "uuid");
	if (status.len == 0)
		return dialect_malformed(out, "status");
	event->status = status_of(status, fields_word(f, "answer"));
	event->reason = dialect_word(status);
	if (event->status == REPORT_NONE)
		out->verdict = VERDICT_IGNORE;
	return 0;
}

static int decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	struct fields f = { .request = request };
	const char *why = NULL;
	*out = (struct decoded){ .verdict = VERDICT_ACCEPT };
	if (!hook_takes(hook, request->method))
		return dialect_malformed(out, decoded_wrong_method);
	bool posted = strcmp(hook->name, "mo-post") == 0;
	int error = posted ? 0 : fields_read(request, FIELDS_FORM, arena, &f, &why);
	if (error)
		return error == -EINVAL ? dialect_malformed(out, why) : error;
	struct event *event = arena_alloc(arena, sizeof *event);
	if (!event)
		return -ENOMEM;
	dialect_event_init(event, hook->kind);
	if (hook->kind == EVENT_REPORT) {
		error = take_report(&f, event, out);
	} else {
		struct mo mo = posted ? mo_of_headers(request) : mo_of_fields(&f);
		error = take_message(channel, phones, &mo, arena, event, out);
	}
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
	unsigned status = to->state == ANSWERED ? 200 : to->state == ANSWER_UNAVAILABLE ? 503 : 400;
	if (to->state == ANSWER_MALFORMED && decoded->why == decoded_wrong_method)
		status = 405;
	dialect_answer(out, status, STR(""));
	if (status == 503)
		http_add_header(out, "Retry-After", STR("60"));
	else if (status == 405)
		http_add_header(out, "Allow", STR("GET, POST"));
	return 0;
}

/* ---- out */

static void put(struct buf *url, const char *name, struct str value)
{
	buf_put_z(url, name);
	escape_put(url, value, ESCAPE_URL);
}

/* Kannel puts %d and %A into it, escaped, when it calls. */
static struct str report_url(const struct channel *channel, struct str ref, struct arena *arena)
{
	struct buf url = buf_new(arena, URL_ROOM);
	struct str hook = channel_callback(channel, "dlr", arena);
	buf_put(&url, hook);
	put(&url, "?uuid=", ref);
	buf_put_z(&url, "&status=%d&answer=%A");
	return url.full || !hook.at ? (struct str){ NULL, 0 } : buf_str(&url);
}

static int compose(const struct channel *channel, const struct outgoing *message, struct arena *arena, struct http_call *out)
{
	struct str user = channel_key(channel, "username"), password = channel_key(channel, "password");
	struct str base = call_base(channel, ""), report = report_url(channel, message->client_ref, arena);
	if (!report.at)
		return -ENOMEM;
	if (user.len == 0 || password.len == 0 || base.len == 0 || message->count != 1 || message->client_ref.len == 0)
		return -EINVAL;
	struct buf url = buf_new(arena, URL_ROOM + 3 * (report.len + message->text.len + channel->sender.len));
	buf_put(&url, base);
	put(&url, "/cgi-bin/sendsms?username=", user);
	put(&url, "&password=", password);
	put(&url, "&from=", channel->sender);
	put(&url, "&to=", message->to[0]);
	if (channel_key(channel, "smsc").len)
		put(&url, "&smsc=", channel_key(channel, "smsc"));
	put(&url, "&dlr-mask=31&dlr-url=", report);
	if (message->encoding == ENCODING_UCS2)
		buf_put_z(&url, "&coding=2&charset=UTF-8");
	put(&url, "&text=", message->text);
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	return url.full ? -ENOMEM : 0;
}

/* "0: Accepted for delivery", "3: Queued for later delivery": there is no id but ours, which the reports carry.  403 is
 * both a wrong password and a number without a route: the words tell. */
static int classify(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
		    struct arena *arena, struct recipient_result *results)
{
	(void)channel, (void)arena;
	bool answered = !result->curl_code;
	if (answered && result->status == 403 && str_starts(result->body, STR("Not routable"))) {
		classify_all(message, SEND_REJECTED_PERMANENT, STR(""), results);
	} else if (!classify_transport(message, result, results)) {
		bool taken = str_starts(result->body, STR("0:")) || str_starts(result->body, STR("3:"));
		classify_all(message, taken ? SEND_ACCEPTED : SEND_UNKNOWN, STR(""), results);
		if (taken)
			results[0].id = message->client_ref;
	}
	return 0;
}

const struct adapter kannel = {
	.name = "kannel",
	.keys = keys,
	.hooks = hooks,
	.decode = decode,
	.reply = reply,
	.recipients_per_call = 1,
	.compose = compose,
	.classify = classify,
};
