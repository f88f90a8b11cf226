/* gateway/channels/africastalking: every case of the payload corpus (tests/data/payloads).
 *
 * What needs a memory (duplicate, new or continue, the input of a USSD step, reports that come late) is the gateway's
 * and is tested with the daemon; any other member of "expect" that this file does not know fails the case. */
#include "gateway/channels/africastalking.h"
#include "gateway/channels/dialect.h"
#include "gateway/json.h"
#include "tests/unit/check.h"
#include "tests/unit/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static struct arena arena, lasting;
static struct channel at;
static struct phone_plan phones;

static struct str or_empty(struct str s)
{
	return s.at ? s : STR("");
}

static struct channel channel_from(const json_t *object)
{
	static const char *const known[] = { "id", "adapter", "token", "sender" };
	struct channel c = { .id = json_get_str(object, "id"), .token = json_get_str(object, "token"),
			     .sender = or_empty(json_get_str(object, "sender")), .sms = true, .ussd = true };
	const char *name;
	json_t *value;
	c.adapter = adapter_named(json_get_str(object, "adapter"));
	assert(c.adapter);
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		bool own = true;
		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
			own = own && strcmp(name, known[i]) != 0;
		if (own) {
			c.key[c.keys_count].name = str_of(name);
			c.key[c.keys_count++].value = json_str(value);
		}
	}
	return c;
}

/* Is word the expected value, or one of the expected list? */
static bool allows(const json_t *expected, const char *word)
{
	size_t i;
	const json_t *one;
	if (json_is_string(expected))
		return strcmp(json_string_value(expected), word) == 0;
	json_array_foreach(expected, i, one)
		if (allows(one, word))
			return true;
	return false;
}

static enum http_method method_of(const json_t *test_case)
{
	return str_eq(json_get_str(test_case, "method"), STR("GET")) ? HTTP_GET : HTTP_POST;
}

static struct http_request request_of(const json_t *test_case)
{
	struct http_request request = { .method = method_of(test_case), .query = STR("") };
	struct str rest = json_get_str(test_case, "path_or_query"), query = STR("");
	const char *name;
	json_t *value;
	(void)str_split(&rest, '?', &request.path);
	(void)str_split(&rest, '?', &query);
	request.query = query;
	json_object_foreach(json_object_get(test_case, "headers"), name, value) {
		request.headers[request.headers_count].name = str_of(name);
		request.headers[request.headers_count++].value = json_str(value);
	}
	request.body = or_empty(json_get_str(test_case, "body"));
	return request;
}

static const struct hook *hook_of(const struct adapter *adapter, struct str path)
{
	struct str part = STR(""), name = STR("");
	while (str_split(&path, '/', &part))
		name = part;
	for (const struct hook *hook = adapter->hooks; hook->name; hook++)
		if (str_eq_z(name, hook->name))
			return hook;
	return NULL;
}

static struct str time_text(int64_t ms)
{
	static char text[64];
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	(void)gmtime_r(&seconds, &tm);
	return (struct str){ text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) };
}

static const char *event_word(const struct event *event)
{
	switch (event->kind) {
	case EVENT_OPT_OUT:
		return event->reason.len ? event->reason.at : "opt_out";
	case EVENT_USSD_END:
		return ussd_event_name(event->event);
	case EVENT_SMS:
	case EVENT_NOTICE:
	case EVENT_USSD:
	case EVENT_REPORT:
		break;
	}
	return NULL;
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static void check_text_of_event(const char *name, const json_t *value, const struct event *event)
{
	if (strcmp(name, "from") == 0)
		CHECK_STR(str_of(event->from.e164), json_str(value));
	else if (strcmp(name, "from_raw") == 0)
		CHECK_STR(event->from_raw, json_str(value));
	else if (strcmp(name, "to") == 0 || strcmp(name, "service") == 0)
		CHECK_STR(event->to, json_str(value));
	else if (strcmp(name, "text") == 0)
		CHECK_STR(event->text, json_str(value));
	else if (strcmp(name, "id") == 0)
		CHECK_STR(event->id, json_str(value));
	else if (strcmp(name, "ts") == 0)
		CHECK_STR(time_text(event->ts_ms), json_str(value));
	else if (strcmp(name, "session") == 0)
		CHECK_STR(event->session, json_str(value));
	else if (strcmp(name, "end_status") == 0)
		CHECK_STR(event->reason, json_str(value));
	else
		check_fail(__FILE__, __LINE__, "expect.%s is not known to this test", name);
}

static void check_member_of_event(const char *name, const json_t *value, const struct event *event, bool order)
{
	static const char *const gateways[] = { "outcome", "http", "status_any", "reply", "why", "input", "steps",
						"normalised_input", "input_any", "event_any", "conflict", NULL };
	char text[256];
	if (is_one_of(name, gateways))
		return;
	if (strcmp(name, "text_any") == 0) {
		CHECK(str_copy(event->text, text, sizeof text));
		CHECK(allows(value, text));
		CHECK(event->raw.len > 0);
	} else if (strcmp(name, "event") == 0) {
		if (event_word(event))
			CHECK(allows(value, event_word(event)));
	} else if (strcmp(name, "status") == 0) {
		const char *got = report_status_name(event->status);
		CHECK(order || (got ? allows(value, got) : json_is_null(value)));
	} else {
		check_text_of_event(name, value, event);
	}
}

static void check_reply(const json_t *expect, const struct hook *hook, const struct decoded *decoded)
{
	bool bad = decoded->verdict == VERDICT_MALFORMED;
	struct reply_to to = { .state = bad ? ANSWER_MALFORMED : ANSWERED,
			       .ussd_text = STR("1. Français\n2. العربية") };
	struct http_response response;
	const json_t *reply = json_object_get(expect, "reply"), *any = json_object_get(expect, "status_any");
	CHECK_INT(at.adapter->reply(&at, hook, decoded, &to, &arena, &response), 0);
	CHECK(allows(json_object_get(expect, "http"), response.status < 300 ? "2xx" : "4xx"));
	if (any)
		CHECK(json_integer_value(json_array_get(any, 0)) == response.status ||
		      json_integer_value(json_array_get(any, 1)) == response.status);
	if (!reply)
		return;
	CHECK_INT(response.status, json_integer_value(json_object_get(reply, "status")));
	const char *type = json_string_value(json_object_get(reply, "content_type"));
	CHECK(dialect_media_type_is(response.headers[0].value, type));
	struct str prefix = str_slice(response.body, 0, 4);
	CHECK(str_eq(prefix, STR("CON ")) || str_eq(prefix, STR("END ")));
	CHECK_STR(str_from(response.body, 4), to.ussd_text);
}

static const char *const verdict_word[] = {
	[VERDICT_ACCEPT] = "accept", [VERDICT_IGNORE] = "ignore", [VERDICT_PARK] = "park", [VERDICT_UNADDRESSABLE] = "unaddressable",
	[VERDICT_MALFORMED] = "malformed", [VERDICT_UNAUTHORISED] = "unauthorised",
};

static void run_callback(const json_t *test_case)
{
	const json_t *expect = json_object_get(test_case, "expect"), *outcome = json_object_get(expect, "outcome");
	struct http_request request = request_of(test_case);
	const struct hook *hook = hook_of(at.adapter, request.path);
	struct decoded decoded;
	CHECK(hook);
	if (!hook)
		return;
	CHECK_INT(at.adapter->decode(&at, hook, &request, &phones, &arena, &decoded), 0);
	/* Whether an accepted one was seen before is for the gateway to know. */
	CHECK(allows(outcome, verdict_word[decoded.verdict]) ||
	      (decoded.verdict == VERDICT_ACCEPT && allows(outcome, "duplicate")));
	if (json_object_get(expect, "why"))
		CHECK(strcmp(decoded.why, json_string_value(json_object_get(expect, "why"))) == 0);
	check_reply(expect, hook, &decoded);
	if (decoded.verdict == VERDICT_MALFORMED)
		return;
	CHECK_INT(decoded.count, 1);
	const char *name;
	json_t *value;
	bool order = json_array_size(json_object_get(test_case, "tags")) &&
		     allows(json_object_get(test_case, "tags"), "order");
	json_object_foreach((json_t *)(uintptr_t)expect, name, value)
		check_member_of_event(name, value, &decoded.events[0], order);
}

/* ---- calls */

static void check_call(const json_t *test_case, const struct http_call *call)
{
	const json_t *headers = json_object_get(test_case, "headers");
	CHECK_INT(call->method, method_of(test_case));
	CHECK_STR(call->url, json_get_str(test_case, "path_or_query"));
	CHECK_STR(call->body, or_empty(json_get_str(test_case, "body")));
	CHECK_INT(call->headers_count, json_object_size(headers));
	for (size_t i = 0; i < call->headers_count; i++)
		CHECK_STR(call->headers[i].value, json_get_str(headers, call->headers[i].name.at));
}

static struct http_result result_of(const json_t *test_case)
{
	const json_t *response = json_object_get(test_case, "response");
	return (struct http_result){
		.request_left = true,
		.status = (unsigned)json_integer_value(json_object_get(response, "status")),
		.content_type = json_get_str(json_object_get(response, "headers"), "Content-Type"),
		.body = json_get_str(response, "body"),
		.retry_after_s = -1,
	};
}

static void check_recipient(const json_t *want, const struct recipient_result *got)
{
	CHECK_STR(got->to, json_get_str(want, "to"));
	CHECK(allows(json_object_get(want, "result"), send_class_name(got->result)));
	CHECK_STR(got->id, or_empty(json_get_str(want, "id")));
	if (json_object_get(want, "code"))
		CHECK_STR(got->code, json_get_str(want, "code"));
	CHECK_INT(got->opt_out, json_is_true(json_object_get(want, "opt_out")));
}

static void run_send(const json_t *test_case)
{
	const json_t *input = json_object_get(test_case, "input"), *expect = json_object_get(test_case, "expect");
	const json_t *to = json_object_get(input, "to"), *want = json_object_get(expect, "recipients");
	struct outgoing message = { .text = json_get_str(input, "text"), .count = json_array_size(to) };
	struct recipient_result results[RECIPIENTS_MAX];
	struct http_result result = result_of(test_case);
	struct http_call call;
	CHECK_STR(at.sender, json_get_str(input, "from"));
	for (size_t i = 0; i < message.count; i++)
		message.to[i] = json_str(json_array_get(to, i));
	CHECK_INT(at.adapter->compose(&at, &message, &arena, &call), 0);
	check_call(test_case, &call);
	CHECK_INT(at.adapter->classify(&at, &message, &result, &arena, results), 0);
	CHECK(allows(json_object_get(expect, "result"), send_result_name(results, message.count)));
	CHECK(!want || json_array_size(want) == message.count);
	for (size_t i = 0; want && i < message.count; i++)
		check_recipient(json_array_get(want, i), &results[i]);
}

static void run_poll(const json_t *test_case)
{
	const json_t *expect = json_object_get(test_case, "expect");
	const json_t *messages = json_object_get(expect, "messages"), *parked_ids = json_object_get(expect, "parked");
	struct str url = json_get_str(test_case, "path_or_query"), cursor = STR(""), next;
	struct http_result result = result_of(test_case);
	struct http_call call;
	struct decoded page;
	struct event *parked;
	size_t parked_count;
	while (str_split(&url, '=', &cursor))
		;
	if (str_eq(cursor, STR("0")))
		cursor = STR("");
	CHECK_INT(at.adapter->poll(&at, cursor, &arena, &call), 0);
	check_call(test_case, &call);
	CHECK_INT(at.adapter->polled(&at, cursor, &result, &phones, &arena, &page, &parked, &parked_count, &next), 0);
	CHECK_INT(page.verdict, VERDICT_ACCEPT);
	CHECK_STR(next, json_get_str(expect, "next_cursor"));
	CHECK_INT(page.count, json_array_size(messages));
	CHECK_INT(parked_count, json_array_size(parked_ids));
	for (size_t i = 0; i < page.count && i < json_array_size(messages); i++) {
		const char *name;
		json_t *value;
		CHECK(page.events[i].pulled);
		json_object_foreach(json_array_get(messages, i), name, value)
			check_text_of_event(name, value, &page.events[i]);
	}
	for (size_t i = 0; i < parked_count && i < json_array_size(parked_ids); i++)
		CHECK_STR(parked[i].id, json_str(json_array_get(parked_ids, i)));
}

static json_t *read_corpus(const char *path)
{
	static char bytes[JSON_TEXT_MAX];
	FILE *file = fopen(path, "rb");
	assert(file);
	size_t len = fread(bytes, 1, sizeof bytes, file);
	(void)fclose(file);
	json_t *corpus = json_parse((struct str){ bytes, len }, NULL);
	assert(corpus);
	return corpus;
}

static void run_corpus(const char *path)
{
	json_t *corpus = read_corpus(path);
	const json_t *cases = json_object_get(corpus, "cases"), *test_case;
	size_t i;
	CHECK(json_array_size(cases) > 10);
	at = channel_from(json_object_get(corpus, "channel"));
	json_array_foreach(cases, i, test_case) {
		const char *kind = json_string_value(json_object_get(test_case, "kind"));
		check_begin("%s", json_string_value(json_object_get(test_case, "name")));
		if (strcmp(kind, "send") == 0)
			run_send(test_case);
		else if (strcmp(kind, "poll") == 0)
			run_poll(test_case);
		else
			run_callback(test_case);
		arena_reset(&arena);
	}
	json_decref(corpus);
}

int main(void)
{
	int error = arena_new(&arena, 8 * 1024 * 1024);
	if (!error)
		error = arena_new(&lasting, 1024 * 1024);
	assert(!error);
	phones = plan_built_in(&lasting);
	run_corpus("tests/data/payloads/africastalking_sms.json");
	run_corpus("tests/data/payloads/africastalking_ussd.json");
	arena_free(&arena);
	arena_free(&lasting);
	return check_end();
}
