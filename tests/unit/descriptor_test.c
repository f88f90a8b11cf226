/* gateway/channels/descriptor*.c: an aggregator that is nothing but a file (tests/data/descriptors/bonga.json), and what
 * is said of one that is wrong. */
#include "gateway/channels/channel.h"
#include "gateway/json.h"
#include "tests/unit/check.h"
#include "tests/unit/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct arena arena, lasting;
static struct phone_plan phones;
static struct channel bonga;
static struct decoded got;

static struct str read_text(const char *path)
{
	static char bytes[16384];
	FILE *file = fopen(path, "rb");
	assert(file);
	size_t len = fread(bytes, 1, sizeof bytes, file);
	(void)fclose(file);
	return (struct str){ bytes, len };
}

static struct channel channel_with(struct str descriptor)
{
	struct channel c = { .id = STR("bg"), .token = STR("k7Qm2vXw9pLr4TzB"), .sender = STR("3939"), .country = STR("MA"),
			     .base_url = STR(""), .public_url = STR("https://gw.example.org") };
	c.adapter = adapter_named(STR("generic"));
	c.key[0].name = STR("descriptor"), c.key[0].value = descriptor;
	c.key[1].name = STR("api_key"), c.key[1].value = STR("in-secret");
	c.key[2].name = STR("api_secret"), c.key[2].value = STR("out-secret");
	c.keys_count = 3;
	return c;
}

static const struct hook *hook(const char *name)
{
	for (const struct hook *h = bonga.hooks; h->name; h++)
		if (strcmp(h->name, name) == 0)
			return h;
	return NULL;
}

static struct http_response call(const char *name, enum http_method method, const char *query, const char *body,
				 const char *secret, const char *screen)
{
	struct http_request request = { .method = method, .query = str_of(query), .body = str_of(body), .path = STR("/") };
	struct http_response response = { 0 };
	struct reply_to to = { .state = ANSWERED, .ussd_text = str_of(screen) };
	request.headers[request.headers_count++] = (struct http_header){ STR("X-Api-Key"), str_of(secret) };
	if (body[0])
		request.headers[request.headers_count++] = (struct http_header){ STR("Content-Type"), STR("application/json") };
	CHECK_INT(bonga.adapter->decode(&bonga, hook(name), &request, &phones, &arena, &got), 0);
	if (got.verdict == VERDICT_MALFORMED)
		to.state = ANSWER_MALFORMED;
	CHECK_INT(bonga.adapter->reply(&bonga, hook(name), &got, &to, &arena, &response), 0);
	return response;
}

static void test_callbacks(void)
{
	check_begin("USSD by names alone");
	struct http_response r = call("ussd", HTTP_GET, "mobile_number=0600000101&session_id=S1&service_code=*384%23&message=1*2",
				      "", "in-secret", "1. Oui <&>\n2. Non");
	CHECK_INT(got.verdict, VERDICT_ACCEPT);
	CHECK_STR(str_of(got.events[0].from.e164), STR("+212600000101"));
	CHECK(got.events[0].cumulative && !got.events[0].first_is_code);
	CHECK_STR(r.body, STR("CON 1. Oui <&>\n2. Non"));

	check_begin("a wrong secret proves nothing");
	(void)call("ussd", HTTP_GET, "mobile_number=0600000101&session_id=S1&message=1", "", "in-secret2", "");
	CHECK_INT(got.verdict, VERDICT_UNAUTHORISED);

	check_begin("a batch: the good ones are taken, the bad one is kept for an operator");
	r = call("sms", HTTP_POST, "", "{\"messages\": [{\"message\": {\"ref\": 7, \"body\": \"سلام\"}, \"sender\": {\"msisdn\": "
		 "\"212600000101\"}, \"received\": 1773220465}, {\"message\": {\"ref\": \"8\"}}, {\"message\": {\"ref\": \"9\","
		 "\"body\": \"ok\"}, \"sender\": {\"msisdn\": \"MTN\"}}]}", "in-secret", "");
	CHECK_INT(got.verdict, VERDICT_ACCEPT);
	CHECK_INT(got.count, 2);
	CHECK_INT(got.parked_count, 1);
	CHECK_STR(got.events[0].text, STR("سلام"));
	CHECK_STR(got.events[0].id, STR("7"));
	CHECK(got.events[0].ts_ms == 1773220465000);
	CHECK(got.events[1].from.kind != PHONE_E164);
	CHECK_STR(r.body, STR("{\"status\":\"received\"}"));

	check_begin("reports: words mapped, an unknown one changes nothing");
	(void)call("dlr", HTTP_GET, "ref=b-1&state=absent&why=phone+off", "", "in-secret", "");
	CHECK_INT(got.events[0].status, REPORT_FAILED);
	(void)call("dlr", HTTP_GET, "ref=b-1&state=NOSTATE", "", "in-secret", "");
	CHECK_INT(got.verdict, VERDICT_IGNORE);
	r = call("dlr", HTTP_GET, "state=DELIVERED", "", "in-secret", "");
	CHECK_INT(r.status, 400);
	r = call("dlr", HTTP_POST, "", "{}", "in-secret", "");
	CHECK_INT(r.status, 405);
}

static struct recipient_result sent(unsigned status, const char *body)
{
	struct outgoing message = { .to = { STR("+212600000101") }, .count = 1, .text = STR("\"Ça\" va\n?"),
				    .client_ref = STR("gw-1") };
	struct http_result result = { .status = status, .body = str_of(body), .content_type = STR(""), .request_left = true,
				      .retry_after_s = -1 };
	struct recipient_result out[1];
	struct http_call c;
	CHECK_INT(bonga.adapter->compose(&bonga, &message, &arena, &c), 0);
	CHECK_STR(c.url, STR("https://api.bonga.example/v1/messages"));
	CHECK_STR(c.headers[0].value, STR("Bearer out-secret"));
	CHECK_STR(c.body, STR("{\"from\": \"3939\", \"to\": \"212600000101\", \"body\": \"\\\"Ça\\\" va\\n?\", \"ref\": \"gw-1\"}"));
	CHECK_INT(bonga.adapter->classify(&bonga, &message, &result, &arena, out), 0);
	return out[0];
}

static void test_sending(void)
{
	check_begin("sending by templates, results by the map");
	struct recipient_result r = sent(200, "{\"result\": {\"code\": 0, \"id\": \"b-77\"}}");
	CHECK_INT(r.result, SEND_ACCEPTED);
	CHECK_STR(r.id, STR("b-77"));
	CHECK_INT(sent(200, "{\"result\": {\"code\": 0, \"id\": null}}").result, SEND_UNKNOWN);
	CHECK_INT(sent(200, "{\"result\": {\"code\": 13}}").result, SEND_OPERATIONAL);
	CHECK_INT(sent(200, "{\"result\": {\"code\": 99}}").result, SEND_REJECTED_PERMANENT);
	CHECK(sent(200, "{\"result\": {\"code\": 44}}").opt_out);
	CHECK_INT(sent(200, "<html>").result, SEND_UNKNOWN);
	r = sent(200, "{\"result\": {\"id\": \"b-77\"}}");
	CHECK(r.result == SEND_UNKNOWN && r.code.at && r.code.len == 0);
	CHECK_INT(sent(502, "").result, SEND_TRANSIENT);
	CHECK_INT(sent(500, "").result, SEND_UNKNOWN);

	check_begin("without the key it needs, nothing is sent");
	struct channel poor = bonga;
	struct outgoing message = { .to = { STR("+212600000101") }, .count = 1, .text = STR("x"), .client_ref = STR("gw-1") };
	struct http_call c;
	poor.keys_count = 2;
	CHECK(poor.adapter->compose(&poor, &message, &arena, &c) < 0);
}

static void test_fetching(void)
{
	struct http_call c;
	struct event *parked;
	size_t parked_count;
	struct str next;
	struct http_result result = { .status = 200, .retry_after_s = -1,
				      .body = STR("{\"next\": \"c-2\", \"messages\": [{\"message\": {\"ref\": \"1\", \"body\": \"a\"},"
						  " \"sender\": {\"msisdn\": \"212600000101\"}}, {\"message\": 3}]}") };
	check_begin("the inbox by cursor");
	CHECK_INT(bonga.adapter->poll(&bonga, STR(""), &arena, &c), 0);
	CHECK_STR(c.url, STR("https://api.bonga.example/v1/inbox?after=0"));
	CHECK_INT(bonga.adapter->polled(&bonga, STR(""), &result, &phones, &arena, &got, &parked, &parked_count, &next), 0);
	CHECK_INT(got.count, 1);
	CHECK(got.events[0].pulled);
	CHECK_INT(parked_count, 1);
	CHECK_STR(next, STR("c-2"));
	result.status = 500;
	CHECK_INT(bonga.adapter->polled(&bonga, STR("c-2"), &result, &phones, &arena, &got, &parked, &parked_count, &next), 0);
	CHECK_INT(got.verdict, VERDICT_MALFORMED);
	CHECK_STR(next, STR("c-2"));
}

static void check_said(const char *descriptor, const char *said)
{
	struct channel c = channel_with(str_of(descriptor));
	struct err err = { .text = "" };
	check_begin("%s", said);
	CHECK(c.adapter->prepare(&c, &arena, &err) < 0);
	CHECK_STR(str_of(err.text), str_of(said));
	arena_reset(&arena);
}

static void test_mistakes(void)
{
	check_said("{\"hooks\": {\"in\": {\"kind\": \"sms\", \"from\": \"a\", \"text\": \"b\", \"chraset\": \"utf-8\"}}}",
		   "descriptor.hooks.in.chraset: is no member of a descriptor here; did you mean \"charset\"?");
	check_said("{\"hooks\": {\"in\": {\"kind\": \"smss\"}}}",
		   "descriptor.hooks.in.kind: must be \"sms\", \"ussd\", \"report\" or \"opt_out\"");
	check_said("{\"hooks\": {\"in\": {\"kind\": \"sms\", \"from\": 3, \"text\": \"b\"}}}",
		   "descriptor.hooks.in.from: must be the name of a field, \"/json/pointer\", \"q:name\" or \"h:Name\", or a list of them");
	check_said("{\"hooks\": {\"u\": {\"kind\": \"ussd\", \"from\": \"a\", \"session\": \"s\", \"reply\": {\"continue\": {\"body\": "
		   "\"{{txt}}\"}, \"end\": {\"body\": \"\"}}}}}",
		   "descriptor.hooks.u.reply.continue.body: {{txt}} is no name that can stand here");
	check_said("{\"send\": {\"url\": \"http://sms.example.net/\", \"id_path\": \"/id\"}}",
		   "descriptor.send.url: must begin with https:// or {{base_url}}");
	check_said("{\"send\": {\"url\": \"https://sms.example.net/{{to\", \"id_path\": \"/id\"}}",
		   "descriptor.send.url: \"{{\" is not closed by \"}}\"");
	check_said("{\"send\": {\"url\": \"https://sms.example.net/\"}}",
		   "descriptor.send.id_path: is missing: where the message's id stands in the answer; without an id there must be a "
		   "response_check");
	check_said("{\"hooks\": {\"d\": {\"kind\": \"report\", \"id\": \"a\", \"status\": \"b\", \"statuses\": {\"1\": \"gone\"}}}}",
		   "descriptor.hooks.d.statuses: a word means sent, delivered, failed, expired, rejected or null");
	check_said("{\"auth\": [{\"kind\": \"hmac\", \"place\": \"h:X\", \"key\": \"k\", \"alg\": \"crc32\"}], \"hooks\": {}}",
		   "descriptor.auth[0].alg: must be a digest and a form: md5, sha1, sha256 or sha512, -hex or -base64");
	check_said("{\"hooks\": ", "descriptor: line 1: the text ends too early: a bracket, brace or quote is not closed");
}

int main(void)
{
	struct err err = { .text = "" };
	int error = arena_new(&arena, 4 * 1024 * 1024);
	if (!error)
		error = arena_new(&lasting, 1024 * 1024);
	assert(!error);
	phones = plan_built_in(&lasting);
	bonga = channel_with(read_text("tests/data/descriptors/bonga.json"));
	check_begin("the file loads");
	CHECK_INT(bonga.adapter->prepare(&bonga, &lasting, &err), 0);
	CHECK_STR(str_of(err.text), STR(""));
	test_callbacks();
	test_sending();
	test_fetching();
	test_mistakes();
	arena_free(&arena);
	arena_free(&lasting);
	return check_end();
}
