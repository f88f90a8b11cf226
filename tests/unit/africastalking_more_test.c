/* gateway/channels/africastalking and what all dialects share: what the payload corpus does not ask. */
#include "flows/text/utf8.h"
#include "gateway/channels/africastalking.h"
#include "gateway/channels/dialect.h"
#include "tests/unit/check.h"
#include "tests/unit/plan.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena, lasting;
static struct channel at;
static struct phone_plan phones;

static const struct hook *hook_named(const char *name)
{
	for (const struct hook *hook = africastalking.hooks; hook->name; hook++)
		if (strcmp(hook->name, name) == 0)
			return hook;
	return NULL;
}

static void use_own_channel(void)
{
	at = (struct channel){ .id = STR("at"), .adapter = &africastalking, .sender = STR("28901"),
			       .base_url = STR("http://127.0.0.1:8099/"), .country = STR("KE") };
	at.key[0].name = STR("username");
	at.key[0].value = STR("iomavrr");
	at.key[1].name = STR("api_key");
	at.key[1].value = STR("k");
	at.keys_count = 2;
}

static struct decoded decode_at(const char *hook, const char *type, struct str body)
{
	struct http_request request = { .method = HTTP_POST, .body = body, .query = STR("") };
	struct decoded decoded = { .verdict = VERDICT_UNAUTHORISED };
	if (type)
		request.headers[request.headers_count++] = (struct http_header){ STR("Content-Type"), str_of(type) };
	CHECK_INT(at.adapter->decode(&at, hook_named(hook), &request, &phones, &arena, &decoded), 0);
	return decoded;
}

static const char form_type[] = "application/x-www-form-urlencoded; charset=UTF-8";

static void callbacks(void)
{
	static const struct {
		const char *promise, *hook, *body;
		enum verdict verdict;
	} cases[] = {
		{ "no id: the gateway's fingerprint", "sms", "from=%2B254711000108&text=a", VERDICT_ACCEPT },
		{ "no text at all is a blank SMS", "sms", "from=%2B254711000108&id=1", VERDICT_ACCEPT },
		{ "a date nobody can read", "sms", "from=%2B254711000108&id=1&text=a&date=hier", VERDICT_ACCEPT },
		{ "a name as sender", "sms", "from=MTN&id=1&text=promo", VERDICT_UNADDRESSABLE },
		{ "a sender of nothing", "sms", "from=&id=1&text=a", VERDICT_MALFORMED },
		{ "a field twice", "sms", "from=%2B254711000108&id=1&from=%2B254711000109", VERDICT_MALFORMED },
		{ "an id with a line break", "sms", "from=%2B254711000108&id=1%0D%0Ax&text=a", VERDICT_MALFORMED },
		{ "an id with a NUL", "sms", "from=%2B254711000108&id=1%00x&text=a", VERDICT_MALFORMED },
		{ "a session without an id", "ussd", "phoneNumber=%2B254711000108&text=", VERDICT_MALFORMED },
		{ "a session of a short code", "ussd", "phoneNumber=5055&sessionId=s&text=", VERDICT_UNADDRESSABLE },
		{ "an end without a session", "ussd-end", "phoneNumber=%2B254711000108", VERDICT_MALFORMED },
		{ "a report without an id", "dlr", "status=Success&phoneNumber=%2B254711000108", VERDICT_MALFORMED },
		{ "a report without a number", "dlr", "status=Success&id=x", VERDICT_ACCEPT },
		{ "a status that is new to us", "dlr", "status=Pondering&id=x", VERDICT_IGNORE },
		{ "an update that is new to us", "optout", "phoneNumber=%2B254711000108&updateType=x", VERDICT_PARK },
		{ "an opt-out of nobody", "optout", "senderId=IOM", VERDICT_MALFORMED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		check_begin("%s", cases[i].promise);
		struct decoded d = decode_at(cases[i].hook, form_type, str_of(cases[i].body));
		CHECK_INT(d.verdict, cases[i].verdict);
		arena_reset(&arena);
	}
}

static void callback_contents(void)
{
	struct decoded d;
	check_begin("JSON where a form should be is refused; no content type at all is a form");
	CHECK_INT(decode_at("sms", "application/json", STR("{\"from\":\"+254711000108\"}")).verdict, VERDICT_MALFORMED);
	CHECK_INT(decode_at("sms", NULL, STR("from=%2B254711000108")).verdict, VERDICT_ACCEPT);

	check_begin("without `to` the channel's own code stands there");
	d = decode_at("sms", form_type, STR("from=%2B254711000108&text=a"));
	CHECK_STR(d.events[0].to, STR("28901"));

	check_begin("NUL and invalid bytes: text repaired, raw kept");
	d = decode_at("sms", form_type, STR("from=%2B254711000108&text=a%00%FFb"));
	CHECK_STR(d.events[0].text, STR("a\0\xEF\xBF\xBD" "b"));
	CHECK_STR(d.events[0].raw, STR("a\0\xFF" "b"));

	check_begin("USSD text is cumulative and has no id of its own");
	d = decode_at("ussd", form_type, STR("phoneNumber=%2B254711000108&sessionId=s&text=1**2&serviceCode=*384%23"));
	CHECK_STR(d.events[0].text, STR("1**2"));
	CHECK_STR(d.events[0].to, STR("*384#"));
	CHECK_STR(d.events[0].id, STR(""));
	CHECK(d.events[0].cumulative && !d.events[0].turn_ids);

	check_begin("a report that says why, and who wants nothing from us any more");
	d = decode_at("dlr", form_type, STR("id=x&status=Rejected&failureReason=UserInBlackList"));
	CHECK_INT(d.events[0].status, REPORT_REJECTED);
	CHECK_STR(d.events[0].reason, STR("UserInBlackList"));
	CHECK(d.events[0].opt_out);
	d = decode_at("dlr", form_type, STR("id=x&status=Failed&failureReason=DeliveryFailure"));
	CHECK(!d.events[0].opt_out);

	check_begin("opted out, subscription deleted, subscription added");
	d = decode_at("optout", form_type, STR("senderId=IOM&phoneNumber=%2B254711000108"));
	CHECK(d.events[0].opt_out && !d.events[0].opt_in);
	CHECK_STR(d.events[0].to, STR("IOM"));
	d = decode_at("optout", form_type, STR("phoneNumber=%2B254711000108&shortCode=6942&updateType=deletion"));
	CHECK(d.events[0].opt_out && !d.events[0].opt_in);
	d = decode_at("optout", form_type, STR("phoneNumber=%2B254711000108&shortCode=6942&updateType=Addition"));
	CHECK(!d.events[0].opt_out && d.events[0].opt_in);
	CHECK_STR(d.events[0].to, STR("6942"));
	arena_reset(&arena);
}

static struct http_response answer(const char *hook, enum answer_state state, bool end, const char *why)
{
	struct decoded decoded = { .verdict = VERDICT_MALFORMED, .why = why };
	struct reply_to to = { .state = state, .ussd_text = STR("Merci."), .ussd_end = end };
	struct http_response response = { 0 };
	CHECK_INT(at.adapter->reply(&at, hook_named(hook), &decoded, &to, &arena, &response), 0);
	return response;
}

static void answers(void)
{
	struct http_response r;
	check_begin("a screen goes on with CON and ends with END");
	CHECK_STR(answer("ussd", ANSWERED, false, NULL).body, STR("CON Merci."));
	CHECK_STR(answer("ussd", ANSWERED, true, NULL).body, STR("END Merci."));

	check_begin("storage unavailable: an apology for the person, 503 for the machine");
	r = answer("ussd", ANSWER_UNAVAILABLE, false, NULL);
	CHECK_INT(r.status, 200);
	CHECK_STR(r.body, STR("END Merci."));
	r = answer("sms", ANSWER_UNAVAILABLE, false, NULL);
	CHECK_INT(r.status, 503);
	CHECK_STR(r.headers[1].name, STR("Retry-After"));
	CHECK_INT(answer("dlr", ANSWER_UNAVAILABLE, false, NULL).status, 503);
	CHECK_INT(answer("ussd-end", ANSWER_UNAVAILABLE, false, NULL).status, 503);

	check_begin("an SMS is answered with nothing: the person's answer goes through the outbox");
	r = answer("sms", ANSWERED, false, NULL);
	CHECK_INT(r.status, 200);
	CHECK_STR(r.body, STR(""));

	check_begin("malformed: 400; another method: 405 and what is allowed");
	CHECK_INT(answer("sms", ANSWER_MALFORMED, false, "from").status, 400);
	CHECK_INT(answer("ussd", ANSWER_MALFORMED, false, "from").status, 400);
	r = answer("sms", ANSWER_MALFORMED, false, decoded_wrong_method);
	CHECK_INT(r.status, 405);
	CHECK_STR(r.headers[1].value, STR("POST"));
	arena_reset(&arena);
}

static void dates(void)
{
	static const struct {
		const char *written;
		int64_t ms;
	} cases[] = {
		{ "2017-05-03T06:04:45Z", INT64_C(1493791485000) },
		{ "2017-05-03 06:04:45", INT64_C(1493791485000) },
		{ "2017-05-03T07:04:45+01:00", INT64_C(1493791485000) },
		{ "2017-05-03T05:04:45.445-0100", INT64_C(1493791485445) },
		{ "2017-05-03T06:04:45.4456789Z", INT64_C(1493791485445) },
		{ "2016-12-31T23:59:60Z", INT64_C(1483228799000) },
		{ "2028-02-29 00:00:00", INT64_C(1835395200000) },
		{ "2027-02-29 00:00:00", 0 }, { "2026-02-31 00:00:00", 0 }, { "2026-13-01 00:00:00", 0 },
		{ "2026-01-01 24:00:00", 0 }, { "2026-01-01", 0 }, { "2026-01-01T00:00:00+99:00", 0 },
		{ "2026-01-01T00:00:00Zulu", 0 }, { "2026-01-01T00:00:00.Z", 0 }, { "", 0 }, { "x", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		check_begin("the date \"%s\"", cases[i].written);
		CHECK_INT(dialect_time(str_of(cases[i].written)), cases[i].ms);
	}
}

/* ---- sending */

static struct recipient_result classified(unsigned status, int curl_code, bool left, const char *body)
{
	struct outgoing message = { .to = { STR("+254711000108") }, .count = 1, .text = STR("x") };
	struct http_result result = { .status = status, .curl_code = curl_code, .request_left = left,
				      .content_type = STR("application/json"), .body = str_of(body) };
	struct recipient_result r[1];
	CHECK_INT(at.adapter->classify(&at, &message, &result, &arena, r), 0);
	return r[0];
}

#define NUMBER "\"number\":\"+254711000108\""

static struct recipient_result entry(const char *members)
{
	char body[512];
	(void)snprintf(body, sizeof body, "{\"SMSMessageData\":{\"Message\":\"\",\"Recipients\":[{%s}]}}", members);
	return classified(201, 0, true, body);
}

static void what_was_said(void)
{
	check_begin("accepted only with an id that was read");
	CHECK_INT(entry("\"statusCode\":100," NUMBER ",\"messageId\":\"A1\"").result, SEND_ACCEPTED);
	CHECK_INT(entry("\"statusCode\":\"102\",\"number\":\"254711000108\",\"messageId\":\"A\"").result,
		  SEND_ACCEPTED);
	CHECK_INT(entry("\"status\":\"Sent\"," NUMBER ",\"messageId\":\"A1\"").result, SEND_ACCEPTED);
	CHECK_INT(entry("\"statusCode\":101," NUMBER ",\"messageId\":\"None\"").result, SEND_UNKNOWN);
	CHECK_INT(entry("\"statusCode\":101," NUMBER ",\"messageId\":\"\"").result, SEND_UNKNOWN);
	CHECK_INT(entry("\"statusCode\":101," NUMBER ",\"messageId\":7").result, SEND_UNKNOWN);
	CHECK_INT(entry("\"statusCode\":101,\"number\":\"+254711000108\"").result, SEND_UNKNOWN);

	check_begin("another's number, or none, says nothing of ours");
	CHECK_INT(entry("\"statusCode\":403,\"number\":\"+254711000109\",\"messageId\":\"None\"").result, SEND_UNKNOWN);
	CHECK_INT(entry("\"statusCode\":101,\"messageId\":\"A1\"").result, SEND_UNKNOWN);

	check_begin("a code that is new to us is unknown, and is told");
	CHECK_INT(entry("\"statusCode\":408," NUMBER ",\"messageId\":\"None\"").result, SEND_UNKNOWN);
	CHECK_STR(entry("\"statusCode\":408,\"number\":\"+254711000108\"").code, STR("408"));
	CHECK_STR(entry("\"statusCode\":-1,\"status\":\"Odd\",\"number\":\"+254711000108\"").code, STR("Odd"));

	check_begin("of two entries for a number the accepted one counts");
	static const char bad[] = "\"number\":\"+254711000108\",\"statusCode\":500,\"messageId\":\"None\"";
	static const char good[] = "\"number\":\"+254711000108\",\"statusCode\":101,\"messageId\":\"A1\"";
	char both[256];
	(void)snprintf(both, sizeof both, "%s},{%s", bad, good);
	CHECK_INT(entry(both).result, SEND_ACCEPTED);
	(void)snprintf(both, sizeof both, "%s},{%s", good, bad);
	CHECK_INT(entry(both).result, SEND_ACCEPTED);

	check_begin("no recipients: the message is the reason, if it is one");
	static const char broke[] = "{\"SMSMessageData\":{\"Message\":\"InsufficientBalance\",\"Recipients\":[]}}";
	struct recipient_result r = classified(201, 0, true, broke);
	CHECK_INT(r.result, SEND_OPERATIONAL);
	CHECK_STR(r.code, STR("InsufficientBalance"));
	r = classified(201, 0, true, "{\"SMSMessageData\":{\"Message\":\"Sent to 0/1\",\"Recipients\":[]}}");
	CHECK_INT(r.result, SEND_UNKNOWN);
	r = classified(201, 0, true, "{\"SMSMessageData\":{\"Message\":\"Sent\",\"Recipients\":[]}}");
	CHECK_INT(r.result, SEND_UNKNOWN);
	arena_reset(&arena);
}

static void what_went_wrong(void)
{
	static const struct {
		unsigned status;
		int curl_code;
		bool left;
		const char *body;
		enum send_class class;
	} cases[] = {
		{ 200, 0, true, "<html>Log in</html>", SEND_UNKNOWN },
		{ 201, 0, true, "{\"SMSMessageData\":{\"Recip", SEND_UNKNOWN },
		{ 201, 0, true, "", SEND_UNKNOWN },
		{ 201, 0, true, "[]", SEND_UNKNOWN },
		{ 201, 0, true, "{\"SMSMessageData\":[]}", SEND_UNKNOWN },
		{ 201, 0, true, "{\"SMSMessageData\":{\"Recipients\":[null,1,[]]}}", SEND_UNKNOWN },
		{ 301, 0, true, "", SEND_OPERATIONAL },
		{ 400, 0, true, "", SEND_REJECTED_PERMANENT },
		{ 401, 0, true, "The supplied authentication is invalid", SEND_OPERATIONAL },
		{ 403, 0, true, "", SEND_OPERATIONAL },
		{ 404, 0, true, "", SEND_OPERATIONAL },
		{ 429, 0, true, "", SEND_TRANSIENT },
		{ 500, 0, true, "", SEND_UNKNOWN },
		{ 502, 0, true, "", SEND_TRANSIENT },
		{ 503, 0, true, "", SEND_TRANSIENT },
		{ 504, 0, true, "", SEND_UNKNOWN },
		{ 0, 6, false, "", SEND_TRANSIENT },
		{ 0, 7, false, "", SEND_TRANSIENT },
		{ 0, 28, false, "", SEND_TRANSIENT },
		{ 0, 28, true, "", SEND_UNKNOWN },
		{ 0, 56, true, "", SEND_UNKNOWN },
		{ 502, 18, true, "", SEND_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		check_begin("status %u, curl %d, %s: %s", cases[i].status, cases[i].curl_code,
			    cases[i].left ? "left" : "not left", send_class_name(cases[i].class));
		struct recipient_result r =
			classified(cases[i].status, cases[i].curl_code, cases[i].left, cases[i].body);
		CHECK(strcmp(send_class_name(r.result), send_class_name(cases[i].class)) == 0);
		CHECK_STR(r.id, STR(""));
	}
	check_begin("a certificate that does not hold stops the channel");
	struct http_result result = { .curl_code = 60, .certificate = true };
	CHECK_INT(transport_class(&result), SEND_OPERATIONAL);
	arena_reset(&arena);
}

static void calls(void)
{
	struct outgoing message = { .to = { STR("+254711000108") }, .count = 1, .text = STR("a&b=c+d é") };
	struct http_call call;
	check_begin("the sandbox's address, a slash at its end; everything escaped");
	CHECK_INT(at.adapter->compose(&at, &message, &arena, &call), 0);
	CHECK_STR(call.url, STR("http://127.0.0.1:8099/version1/messaging"));
	CHECK_STR(call.body, STR("username=iomavrr&to=%2B254711000108&message=a%26b%3Dc%2Bd+%C3%A9&from=28901"));

	check_begin("without a sender none is named");
	at.sender = STR("");
	CHECK_INT(at.adapter->compose(&at, &message, &arena, &call), 0);
	CHECK_STR(call.body, STR("username=iomavrr&to=%2B254711000108&message=a%26b%3Dc%2Bd+%C3%A9"));

	check_begin("without its key a channel can neither send nor fetch; a cursor of somebody else is refused");
	CHECK_INT(at.adapter->poll(&at, STR("abc"), &arena, &call), -EINVAL);
	CHECK_INT(at.adapter->poll(&at, STR("99999999999999999999"), &arena, &call), -EINVAL);
	at.keys_count = 1;
	CHECK_INT(at.adapter->compose(&at, &message, &arena, &call), -EINVAL);
	CHECK_INT(at.adapter->poll(&at, STR(""), &arena, &call), -EINVAL);
	arena_reset(&arena);
	use_own_channel();

	check_begin("the word for a whole send");
	struct recipient_result r[3] = { { .result = SEND_UNKNOWN }, { .result = SEND_TRANSIENT } };
	r[2].result = SEND_ACCEPTED;
	CHECK(strcmp(send_result_name(r, 2), "unknown") == 0);
	CHECK(strcmp(send_result_name(r, 3), "partial") == 0);
	CHECK(strcmp(send_result_name(r + 2, 1), "accepted") == 0);
}

/* ---- the inbox */

static struct event *parked_events;

static struct decoded fetched(const char *cursor, unsigned status, const char *body, size_t *parked_count,
			      struct str *next)
{
	struct http_result result = { .status = status, .body = str_of(body), .request_left = true };
	struct decoded page;
	int error = at.adapter->polled(&at, str_of(cursor), &result, &phones, &arena, &page, &parked_events,
				       parked_count, next);
	CHECK_INT(error, 0);
	return page;
}

static void inbox(void)
{
	size_t parked;
	struct str next;
	struct decoded page;
	check_begin("a fetch that failed leaves the cursor where it was");
	CHECK_INT(fetched("15", 503, "", &parked, &next).verdict, VERDICT_MALFORMED);
	CHECK_STR(next, STR("15"));
	CHECK_INT(fetched("15", 200, "<html>", &parked, &next).verdict, VERDICT_MALFORMED);
	CHECK_INT(fetched("15", 200, "{\"SMSMessageData\":{}}", &parked, &next).verdict, VERDICT_MALFORMED);
	CHECK_STR(next, STR("15"));

	check_begin("an empty inbox is a page");
	CHECK_INT(fetched("15", 200, "{\"SMSMessageData\":{\"Messages\":[]}}", &parked, &next).verdict, VERDICT_ACCEPT);
	CHECK_STR(next, STR("15"));

	check_begin("oldest first; the cursor never goes back; ids as text; what is no message is parked");
	page = fetched("20", 200,
		       "{\"SMSMessageData\":{\"Messages\":[{\"id\":19,\"from\":\"+254711000108\",\"text\":null},"
		       "{\"id\":\"17\",\"from\":\"5055\",\"text\":\"a\"},{\"id\":-3,\"from\":\"+254711000108\"},7,"
		       "{\"id\":18,\"from\":\"+254711000108\",\"text\":5}]}}",
		       &parked, &next);
	CHECK_INT(page.count, 2);
	CHECK_INT(parked, 3);
	CHECK_STR(parked_events[0].raw, STR("{\"id\":-3,\"from\":\"+254711000108\"}"));
	CHECK_STR(parked_events[1].raw, STR("7"));
	CHECK_STR(parked_events[2].id, STR("18"));
	CHECK_STR(page.events[0].id, STR("17"));
	CHECK_STR(page.events[0].from_raw, STR("5055"));
	CHECK_STR(page.events[1].id, STR("19"));
	CHECK_STR(page.events[1].to, STR("28901"));
	CHECK_STR(next, STR("20"));
	arena_reset(&arena);
}

static void long_inbox(void)
{
	static char body[300 * 64 + 64];
	struct buf text = buf_over(body, sizeof body);
	size_t parked;
	struct str next;
	check_begin("a page longer than a batch is taken up to a batch, the cursor at its end");
	buf_put_z(&text, "{\"SMSMessageData\":{\"Messages\":[");
	for (int i = 300; i > 0; i--)
		buf_printf(&text, "{\"id\":%d,\"from\":\"+254711000108\",\"text\":\"%d\"}%s", i, i,
			   i > 1 ? "," : "]}}");
	buf_put_char(&text, '\0');
	CHECK(!text.full);
	struct decoded page = fetched("", 200, body, &parked, &next);
	CHECK_INT(page.count, EVENTS_IN_REQUEST_MAX);
	CHECK_STR(page.events[0].text, STR("1"));
	CHECK_STR(next, STR("256"));
	arena_reset(&arena);
}

/* ---- memory and noise */

static const char hostile[] = "from=+254711000108&to=28901&id=tu1&text=%D8%B3%D9%84%D9&date=2026-03-11+09%3A15%3A00"
			      "&phoneNumber=%2B254711000108&sessionId=s1&status=Success&failureReason="
			      "&updateType=Deletion";

/* What a refused allocation must give, at whatever point it comes. */
static void small_arenas(void)
{
	struct arena room = arena;
	struct http_request request = { .method = HTTP_POST, .query = STR("") };
	struct outgoing message = { .to = { STR("+254711000108") }, .count = 1, .text = STR("x") };
	request.body = (struct str){ hostile, sizeof hostile - 1 };
	check_begin("an arena that is too small is an error, never half an event");
	for (const struct hook *hook = at.adapter->hooks; hook->name; hook++) {
		int error = -ENOMEM;
		for (room.size = 0; error && room.size < 8192; room.size += 16) {
			struct decoded d;
			struct http_call call;
			arena_reset(&room);
			error = at.adapter->decode(&at, hook, &request, &phones, &room, &d);
			if (!error)
				CHECK_INT(d.count, 1);
			else
				CHECK_INT(error, -ENOMEM);
			arena_reset(&room);
			int composed = at.adapter->compose(&at, &message, &room, &call);
			CHECK(composed == 0 || composed == -ENOMEM);
		}
		CHECK_INT(error, 0);
	}
}

static void noise(void)
{
	char body[sizeof hostile];
	unsigned accepted = 0;
	check_begin("20,000 damaged forms: text is valid UTF-8 or the request is refused");
	srand(11);
	for (int i = 0; i < 20000; i++) {
		memcpy(body, hostile, sizeof hostile);
		for (int hits = rand() % 6; hits >= 0; hits--)
			body[(size_t)rand() % (sizeof hostile - 1)] = (char)rand();
		const struct hook *hook = &at.adapter->hooks[rand() % 5];
		struct decoded d = decode_at(hook->name, form_type, (struct str){ body, sizeof hostile - 1 });
		for (size_t n = 0; n < d.count; n++, accepted++) {
			CHECK(utf8_valid(d.events[n].text) && utf8_valid(d.events[n].to) &&
			      utf8_valid(d.events[n].from_raw));
			CHECK(dialect_id_ok(d.events[n].id) && dialect_id_ok(d.events[n].session));
		}
		arena_reset(&arena);
	}
	CHECK(accepted > 1000);
}

int main(void)
{
	int error = arena_new(&arena, 8 * 1024 * 1024);
	if (!error)
		error = arena_new(&lasting, 1024 * 1024);
	assert(!error);
	phones = plan_built_in(&lasting);
	use_own_channel();
	callbacks();
	callback_contents();
	answers();
	dates();
	what_was_said();
	what_went_wrong();
	calls();
	inbox();
	long_inbox();
	small_arenas();
	noise();
	arena_free(&arena);
	arena_free(&lasting);
	return check_end();
}
