/* wasl channel send, wasl channel poll: what a script reads from them. */
#include "gateway/command.h"
#include "gateway/command_channel.h"
#include "gateway/event_json.h"
#include "tests/unit/check.h"
#include "tests/unit/peer.h"
#include "tests/unit/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct arena arena;
static struct phone_plan phones;
static struct config config;
static struct peer peer;
static char url[64], printed[8192];

/* As config_parse() would make it; only what these commands look at. */
static void configure(void)
{
	struct channel *at = &config.channels[0];
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u", peer.port);
	*at = (struct channel){ .id = STR("at"), .adapter = adapter_named(STR("africastalking")), .sender = STR("IOM"),
				.country = STR("MA"), .base_url = str_of(url), .sms = true, .ucs2 = true,
				.max_segments = 3 };
	at->key[0].name = STR("username");
	at->key[0].value = STR("iomavrr");
	at->key[1].name = STR("api_key");
	at->key[1].value = STR("k");
	at->keys_count = 2;
	config.channels_count = 1;
}

typedef int part(const struct config *, const struct phone_plan *, int, char **);

/* Runs with stdout and stderr going to a file; printed gets what stdout got. */
static int run(part *command, const char *const *words)
{
	char *argv[32];
	int argc = 0;
	for (; words[argc]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	argv[argc] = NULL;
	FILE *out = tmpfile(), *err = tmpfile();
	assert(out && err);
	(void)fflush(NULL);
	int old_out = dup(1), old_err = dup(2);
	(void)dup2(fileno(out), 1);
	(void)dup2(fileno(err), 2);
	int code = command(&config, &phones, argc, argv);
	(void)fflush(NULL);
	(void)dup2(old_out, 1);
	(void)dup2(old_err, 2);
	(void)close(old_out);
	(void)close(old_err);
	rewind(out);
	printed[fread(printed, 1, sizeof printed - 1, out)] = '\0';
	(void)fclose(out);
	(void)fclose(err);
	return code;
}

#define RUN(command, ...) run(command, (const char *const[]){ __VA_ARGS__, NULL })
#define SEND(...) RUN(channel_send, "send", "--channel", "at", "--to", "+212600000101", __VA_ARGS__)

static void sends(void)
{
	peer.status = "201 Created";
	check_begin("accepted: the number as E.164, the vendor's id and code");
	peer.answer = "{\"SMSMessageData\":{\"Recipients\":[{\"statusCode\":101,\"number\":\"+212600000101\","
		      "\"messageId\":\"ATX1\"}]}}";
	CHECK_INT(RUN(channel_send, "send", "--channel", "at", "--to", "0600 000 101", "--text", "Bonjour"), EX_OK);
	CHECK_STR(str_of(printed), STR("{\"result\":\"accepted\",\"recipients\":[{\"to\":\"+212600000101\","
				       "\"result\":\"accepted\",\"id\":\"ATX1\",\"code\":\"101\"}]}\n"));

	check_begin("partial: each number its own result; who is not named is unknown");
	peer.answer = "{\"SMSMessageData\":{\"Recipients\":[{\"statusCode\":406,\"number\":\"+212600000102\","
		      "\"messageId\":\"None\"},{\"statusCode\":101,\"number\":\"+212600000101\","
		      "\"messageId\":\"ATX1\"}]}}";
	CHECK_INT(SEND("--to", "+212600000102", "--to", "+212600000103", "--text", "Bonjour"), EX_OK);
	CHECK_STR(str_of(printed),
		  STR("{\"result\":\"partial\",\"recipients\":["
		      "{\"to\":\"+212600000101\",\"result\":\"accepted\",\"id\":\"ATX1\",\"code\":\"101\"},"
		      "{\"to\":\"+212600000102\",\"result\":\"rejected_permanent\",\"code\":\"406\",\"opt_out\":true},"
		      "{\"to\":\"+212600000103\",\"result\":\"unknown\"}]}\n"));

	check_begin("a result that is no success is still an answer: code 0");
	peer.status = "401 Unauthorized";
	peer.answer = "The supplied authentication is invalid";
	CHECK_INT(SEND("--text", "x"), EX_OK);
	CHECK_STR(str_of(printed), STR("{\"result\":\"operational\",\"recipients\":[{\"to\":\"+212600000101\","
				       "\"result\":\"operational\"}]}\n"));
}

static void sends_nothing(void)
{
	static char too_long[500];
	unsigned before = peer_count(&peer, "/version1/messaging");
	memset(too_long, 'x', sizeof too_long - 1);
	check_begin("what cannot be sent is not sent, and stdout stays empty");
	CHECK_INT(RUN(channel_send, "send", "--channel", "at", "--to", "5055", "--text", "x"), EX_DATAERR);
	CHECK_INT(RUN(channel_send, "send", "--channel", "at", "--to", "MTN", "--text", "x"), EX_DATAERR);
	CHECK_INT(SEND("--text", ""), EX_DATAERR);
	CHECK_INT(SEND("--text", "\xff"), EX_DATAERR);
	CHECK_INT(SEND("--text", too_long), EX_DATAERR);
	CHECK_INT(SEND("--to", "0600000101", "--text", "x"), EX_DATAERR);
	CHECK_INT(RUN(channel_send, "send", "--channel", "ta", "--to", "+212600000101", "--text", "x"), EX_USAGE);
	CHECK_INT(RUN(channel_send, "send", "--channel", "at", "--text", "x"), EX_USAGE);
	CHECK_INT(SEND("--text", "x", "y"), EX_USAGE);
	CHECK_INT(RUN(channel_send, "send", "--to", "+212600000101", "--txt", "x"), EX_USAGE);
	config.channels[0].keys_count = 1;
	CHECK_INT(SEND("--text", "x"), EX_CONFIG);
	configure();
	config.channels[0].base_url = STR("ftp://127.0.0.1");
	CHECK_INT(SEND("--text", "x"), EX_CONFIG);
	configure();
	config.channels[0].sms = false;
	CHECK_INT(SEND("--text", "x"), EX_UNAVAILABLE);
	configure();
	CHECK_STR(str_of(printed), STR(""));
	CHECK_INT(peer_count(&peer, "/version1/messaging"), before);
}

static void polls(void)
{
	peer.status = "200 OK";
	check_begin("a page: messages as section 6 has them, what cannot be read by its id, the next cursor");
	peer.answer = "{\"SMSMessageData\":{\"Messages\":[{\"text\":\"سلام\",\"to\":\"28901\",\"id\":15071,\"date\":"
		      "\"2026-03-19T08:34:18.445Z\",\"from\":\"+254711000108\"},{\"id\":15072,\"text\":\"x\"}]}}";
	CHECK_INT(RUN(channel_poll, "poll", "--channel", "at", "--since", "15070"), EX_OK);
	CHECK_STR(str_of(printed),
		  STR("{\"messages\":[{\"kind\":\"sms\",\"from\":\"+254711000108\",\"to\":\"28901\",\"id\":\"15071\","
		      "\"ts\":\"2026-03-19T08:34:18.445Z\",\"text\":\"سلام\"}],\"reports\":[],"
		      "\"parked\":[\"15072\"],\"next_cursor\":\"15072\"}\n"));

	check_begin("an empty inbox is a page");
	peer.answer = "{\"SMSMessageData\":{\"Messages\":[]}}";
	CHECK_INT(RUN(channel_poll, "poll", "--channel", "at"), EX_OK);
	CHECK_STR(str_of(printed), STR("{\"messages\":[],\"reports\":[],\"next_cursor\":\"0\"}\n"));

	check_begin("no page: nothing printed, and a code that says whether to try again");
	peer.answer = "<html>Log in</html>";
	CHECK_INT(RUN(channel_poll, "poll", "--channel", "at"), EX_DATAERR);
	peer.status = "401 Unauthorized";
	CHECK_INT(RUN(channel_poll, "poll", "--channel", "at"), EX_UNAVAILABLE);
	peer.status = "503 Service Unavailable";
	CHECK_INT(RUN(channel_poll, "poll", "--channel", "at"), EX_TEMPFAIL);
	CHECK_INT(RUN(channel_poll, "poll", "--channel", "at", "--since", "x"), EX_USAGE);
	CHECK_INT(RUN(channel_poll, "poll"), EX_USAGE);
	config.channels[0].keys_count = 0;
	CHECK_INT(RUN(channel_poll, "poll", "--channel", "at"), EX_CONFIG);
	configure();
	CHECK_STR(str_of(printed), STR(""));
}

static struct str json_of(struct event *event)
{
	static char text[512];
	json_t *json = event_json(event);
	size_t len = json_dumpb(json, text, sizeof text, JSON_COMPACT);
	json_decref(json);
	return (struct str){ text, len };
}

static void events(void)
{
	check_begin("events as CONTRACT 6 prints them");
	struct event e = { .kind = EVENT_USSD, .from = { .kind = PHONE_E164, .e164 = "+212600000101" }, .text = STR(""),
			   .session = STR("s1"), .to = STR("*384#") };
	CHECK_STR(json_of(&e), STR("{\"kind\":\"ussd\",\"from\":\"+212600000101\",\"to\":\"*384#\",\"session\":\"s1\","
				   "\"text\":\"\",\"event\":\"new\"}"));
	e = (struct event){ .kind = EVENT_USSD_END, .session = STR("s1"), .event = USSD_END, .reason = STR("Success"),
			    .ts_ms = INT64_C(1493791485000) };
	CHECK_STR(json_of(&e), STR("{\"kind\":\"ussd_end\",\"ts\":\"2017-05-03T06:04:45Z\",\"session\":\"s1\","
				   "\"event\":\"end\",\"end_status\":\"Success\"}"));
	e = (struct event){ .kind = EVENT_REPORT, .id = STR("x"), .status = REPORT_REJECTED, .opt_out = true,
			    .reason = STR("UserInBlackList"), .from_raw = STR("5055") };
	CHECK_STR(json_of(&e), STR("{\"kind\":\"report\",\"from_raw\":\"5055\",\"id\":\"x\",\"status\":\"rejected\","
				   "\"reason\":\"UserInBlackList\",\"opt_out\":true}"));
	e = (struct event){ .kind = EVENT_OPT_OUT, .opt_out = true };
	CHECK_STR(json_of(&e), STR("{\"kind\":\"opt_out\",\"event\":\"opt_out\",\"opt_out\":true}"));
}

int main(void)
{
	int error = arena_new(&arena, 1024 * 1024);
	assert(!error);
	phones = plan_built_in(&arena);
	peer_start(&peer);
	configure();
	sends();
	sends_nothing();
	polls();
	events();
	peer_stop(&peer);
	arena_free(&arena);
	return check_end();
}
