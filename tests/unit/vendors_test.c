/* The calls out of the payload corpora (tests/data/payloads): send, token, poll, signature.
 * What comes in is run by tests/e2e/explain_test.py. */
#include "gateway/channels/channel.h"
#include "gateway/channels/twilio.h"
#include "gateway/channels/vonage.h"
#include "gateway/form.h"
#include "gateway/json.h"
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

static struct str or_empty(struct str s)
{
	return s.at ? s : STR("");
}

static void add_key(struct channel *c, const char *name, const json_t *value)
{
	char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	c->key[c->keys_count].name = str_of(name);
	c->key[c->keys_count++].value = text ? arena_str(&lasting, str_of(text)) : json_str(value);
	free(text);
}

static struct channel channel_from(const json_t *corpus)
{
	static const char *const known = " id adapter token sender country base_url ";
	const json_t *object = json_object_get(corpus, "channel");
	struct channel c = { .id = json_get_str(object, "id"), .token = or_empty(json_get_str(object, "token")),
			     .sender = or_empty(json_get_str(object, "sender")),
			     .country = or_empty(json_get_str(object, "country")),
			     .base_url = or_empty(json_get_str(object, "base_url")), .sms = true, .ussd = true,
			     .public_url = json_get_str(corpus, "public_url") };
	const char *name;
	json_t *value;
	char padded[64];
	c.adapter = adapter_named(json_get_str(object, "adapter"));
	c.hooks = c.adapter->hooks;
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		(void)snprintf(padded, sizeof padded, " %s ", name);
		if (!strstr(known, padded))
			add_key(&c, name, value);
	}
	struct err err = { .text = "" };
	CHECK(!c.adapter->prepare || c.adapter->prepare(&c, &lasting, &err) == 0);
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

static void check_call(const json_t *test_case, const struct http_call *call)
{
	const json_t *headers = json_object_get(test_case, "headers");
	bool get = str_eq(json_get_str(test_case, "method"), STR("GET"));
	CHECK_INT(call->method, get ? HTTP_GET : HTTP_POST);
	CHECK_STR(call->url, json_get_str(test_case, "path_or_query"));
	CHECK_STR(call->body, or_empty(json_get_str(test_case, "body")));
	CHECK_INT(call->headers_count, json_object_size(headers));
	for (size_t i = 0; i < call->headers_count; i++)
		CHECK_STR(call->headers[i].value, or_empty(json_get_str(headers, call->headers[i].name.at)));
}

static struct http_result result_of(const json_t *test_case)
{
	const json_t *response = json_object_get(test_case, "response");
	return (struct http_result){
		.request_left = !json_object_get(response, "transport_error"),
		.curl_code = json_object_get(response, "transport_error") ? 7 : 0,
		.status = (unsigned)json_integer_value(json_object_get(response, "status")),
		.content_type = or_empty(json_get_str(json_object_get(response, "headers"), "Content-Type")),
		.body = or_empty(json_get_str(response, "body")),
		.retry_after_s = -1,
	};
}

/* Our own reference, where the case's request shows one. */
static struct str reference_in(struct str body)
{
	static const char *const before[] = { "\"messageId\": \"", "\"clientCorrelator\": \"", "\"id\": \"" };
	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
		const char *found = body.len ? memmem(body.at, body.len, before[i], strlen(before[i])) : NULL;
		if (!found)
			continue;
		struct str rest = str_span(found + strlen(before[i]), body.at + body.len), reference;
		if (str_split(&rest, '"', &reference))
			return reference;
	}
	return STR("gw-1");
}

static void check_recipient(const json_t *want, const struct recipient_result *got)
{
	CHECK_STR(got->to, json_get_str(want, "to"));
	CHECK(allows(json_object_get(want, "result"), send_class_name(got->result)));
	if (json_object_get(want, "id"))
		CHECK_STR(got->id, or_empty(json_get_str(want, "id")));
	if (json_object_get(want, "code"))
		CHECK_STR(got->code, json_get_str(want, "code"));
}

static void run_send(const json_t *test_case)
{
	const json_t *input = json_object_get(test_case, "input"), *expect = json_object_get(test_case, "expect");
	const json_t *to = json_object_get(input, "to"), *want = json_object_get(expect, "recipients");
	struct outgoing message = { .text = json_get_str(input, "text"), .count = json_array_size(to),
				    .client_ref = reference_in(or_empty(json_get_str(test_case, "body"))),
				    .access = STR("AT-TOKEN-1") };
	struct recipient_result results[RECIPIENTS_MAX];
	struct http_result result = result_of(test_case);
	struct http_call call;
	(void)text_units(message.text, &message.encoding);
	if (at.sender.len == 0)
		at.sender = or_empty(json_get_str(input, "from"));
	for (size_t i = 0; i < message.count; i++)
		message.to[i] = json_str(json_array_get(to, i));
	CHECK_INT(at.adapter->compose(&at, &message, &arena, &call), 0);
	check_call(test_case, &call);
	CHECK_INT(at.adapter->classify(&at, &message, &result, &arena, results), 0);
	CHECK(allows(json_object_get(expect, "result"), send_result_name(results, message.count)));
	if (json_object_get(expect, "code"))
		CHECK_STR(results[0].code, json_get_str(expect, "code"));
	if (json_object_get(expect, "opt_out"))
		CHECK_INT(results[0].opt_out, json_is_true(json_object_get(expect, "opt_out")));
	CHECK(!want || json_array_size(want) == message.count);
	for (size_t i = 0; want && i < message.count; i++)
		check_recipient(json_array_get(want, i), &results[i]);
}

static void run_login(const json_t *test_case)
{
	const json_t *expect = json_object_get(test_case, "expect");
	struct http_result result = result_of(test_case);
	struct http_call call;
	struct str token;
	int64_t life_s;
	CHECK(at.adapter->login);
	CHECK_INT(at.adapter->login(&at, &arena, &call), 0);
	check_call(test_case, &call);
	CHECK_INT(at.adapter->logged_in(&at, &result, &arena, &token, &life_s), 0);
	CHECK_STR(token, json_get_str(expect, "token"));
	CHECK_INT(life_s, json_integer_value(json_object_get(expect, "expires_in")));
	struct http_result other = { .status = 200, .body = STR("<html>hello</html>") };
	CHECK_INT(at.adapter->logged_in(&at, &other, &arena, &token, &life_s), -EPROTO);
}

static void check_polled(const json_t *wanted, const struct decoded *page)
{
	size_t i;
	const json_t *want;
	CHECK_INT(page->count, json_array_size(wanted));
	json_array_foreach(wanted, i, want) {
		if (i >= page->count)
			break;
		const struct event *event = &page->events[i];
		CHECK_STR(event->id, json_get_str(want, "id"));
		if (json_object_get(want, "from"))
			CHECK_STR(str_of(event->from.e164), json_get_str(want, "from"));
		if (json_object_get(want, "text"))
			CHECK_STR(event->text, json_get_str(want, "text"));
		if (json_object_get(want, "status"))
			CHECK(allows(json_object_get(want, "status"), report_status_name(event->status)));
	}
}

static void run_poll(const json_t *test_case)
{
	const json_t *expect = json_object_get(test_case, "expect");
	const json_t *reports = json_object_get(expect, "reports");
	struct http_result result = result_of(test_case);
	struct http_call call;
	struct decoded page;
	struct event *parked;
	size_t parked_count;
	struct str next, cursor = reports ? STR("reports") : STR("");
	CHECK_INT(at.adapter->poll(&at, cursor, &arena, &call), 0);
	check_call(test_case, &call);
	CHECK_INT(at.adapter->polled(&at, cursor, &result, &phones, &arena, &page, &parked, &parked_count, &next), 0);
	CHECK_INT(page.verdict, json_object_get(expect, "must_keep_raw") ? VERDICT_MALFORMED : VERDICT_ACCEPT);
	check_polled(reports ? reports : json_object_get(expect, "messages"), &page);
}

/* ---- signatures */

static struct form form_of(const json_t *test_case)
{
	struct form form = { .count = 0 };
	struct str rest = json_get_str(test_case, "path_or_query"), path, body = or_empty(json_get_str(test_case, "body"));
	(void)str_split(&rest, '?', &path);
	int error = form_decode(str_eq(json_get_str(test_case, "method"), STR("GET")) ? or_empty(rest) : body, &arena, &form);
	CHECK_INT(error, 0);
	return form;
}

static bool twilio_case_ok(const json_t *test_case)
{
	const json_t *headers = json_object_get(test_case, "headers");
	bool json = str_eq(or_empty(json_get_str(headers, "Content-Type")), STR("application/json"));
	struct form form = { .count = 0 };
	if (!json)
		form = form_of(test_case);
	return twilio_signature_ok(channel_key(&at, "auth_token"),
				   json_get_str(json_object_get(test_case, "expect"), "signature_url"), json ? NULL : &form,
				   json_get_str(headers, "X-Twilio-Signature"), &arena);
}

static bool vonage_case_ok(const json_t *test_case)
{
	const json_t *expect = json_object_get(test_case, "expect");
	struct form form = form_of(test_case);
	return vonage_signature_ok(json_get_str(expect, "signature_method"), json_get_str(expect, "signature_secret"), &form,
				   &arena);
}

static void run_signature(const json_t *test_case)
{
	bool wanted = json_is_true(json_object_get(json_object_get(test_case, "expect"), "signature_valid"));
	if (strcmp(at.adapter->name, "twilio") == 0)
		CHECK_INT(twilio_case_ok(test_case), wanted);
	else if (strcmp(at.adapter->name, "vonage") == 0)
		CHECK_INT(vonage_case_ok(test_case), wanted);
	else
		check_fail(__FILE__, __LINE__, "a signature of whom?");
}

/* ---- */

static json_t *read_corpus(const char *name)
{
	static char bytes[JSON_TEXT_MAX];
	char path[128];
	(void)snprintf(path, sizeof path, "tests/data/payloads/%s.json", name);
	FILE *file = fopen(path, "rb");
	assert(file);
	size_t len = fread(bytes, 1, sizeof bytes, file);
	(void)fclose(file);
	json_t *corpus = json_parse((struct str){ bytes, len }, NULL);
	assert(corpus);
	return corpus;
}

static void run_case(const char *file, const json_t *test_case)
{
	struct str kind = json_get_str(test_case, "kind");
	check_begin("%s %s", file, json_string_value(json_object_get(test_case, "name")));
	if (str_eq(kind, STR("send")) && json_object_get(json_object_get(test_case, "expect"), "token"))
		run_login(test_case);
	else if (str_eq(kind, STR("send")))
		run_send(test_case);
	else if (str_eq(kind, STR("poll")))
		run_poll(test_case);
	else
		run_signature(test_case);
}

static void run_corpus(const char *file)
{
	json_t *corpus = read_corpus(file);
	const json_t *cases = json_object_get(corpus, "cases"), *test_case;
	size_t i, ran = 0;
	at = channel_from(corpus);
	json_array_foreach(cases, i, test_case) {
		struct str kind = json_get_str(test_case, "kind");
		bool ours = json_object_get(test_case, "response") || str_eq(kind, STR("signature"));
		if (!ours)
			continue;
		ran++;
		run_case(file, test_case);
		arena_reset(&arena);
	}
	check_begin("%s has calls", file);
	CHECK(ran > 0);
	json_decref(corpus);
}

int main(void)
{
	static const char *const files[] = { "twilio", "vonage", "infobip_sms", "orange", "kannel", "jasmin", "mtn",
					     "mtarget", "generic" };
	int error = arena_new(&arena, 8 * 1024 * 1024);
	if (!error)
		error = arena_new(&lasting, 2 * 1024 * 1024);
	assert(!error);
	phones = plan_built_in(&lasting);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		run_corpus(files[i]);
	arena_free(&arena);
	arena_free(&lasting);
	return check_end();
}
