/* The same message again causes nothing; the same words said again do; parts are one message.  The real engine and database, no network. */
#include "db/parts.h"
#include "gateway/inbound.h"
#include "gateway/schedule.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND ((int64_t)1000)
#define YEAR (365 * 24 * 3600 * SECOND)

static const char config_text[] =
	"{\"public_url\": \"https://gw.example.org\", \"countries\": {\"MA\": {\"sos\": \"112\"}},"
	" \"offices\": [{\"id\": \"RABAT\", \"name\": \"Rabat\", \"country\": \"MA\", \"default\": true}],"
	" \"channels\": [{\"id\": \"ma\", \"adapter\": \"africastalking\", \"token\": \"k7Qm2vXw9pLr4TzB\", \"username\": \"u\","
	" \"api_key\": \"k\", \"sender\": \"3939\", \"country\": \"MA\"}]}";

static struct gateway g;
static struct config config;
static bool from_inbox;
static unsigned part, parts;
static struct step_result out;

static void on_problem(const char *problem, void *user)
{
	(void)user;
	(void)printf("%s\n", problem);
}

/* The vendor's id and time: "" and 0 where it gives none. */
static enum step_what hear(const char *text, const char *id, int64_t ts_ms)
{
	struct event e = { .kind = EVENT_SMS, .from_raw = STR(""), .to = STR("3939"), .text = str_of(text), .raw = STR(""),
			   .id = str_of(id), .ts_ms = ts_ms, .session = STR(""), .reason = STR(""), .id_scope = STR(""),
			   .part_ref = STR(""), .client_ref = STR(""), .pulled = from_inbox, .part = part,
			   .parts = parts };
	phone_parse_network(&g.book.phones, STR("+212600000101"), &e.from);
	CHECK_INT(db_begin(&g.db), 0);
	CHECK_INT(db_item_begin(&g.db), 0);
	CHECK_INT(inbound_take(&g, &g.config.channels[0], &e, &out), 0);
	CHECK_INT(db_item_end(&g.db, true), 0);
	CHECK_INT(db_commit(&g.db), 0);
	return out.what;
}

static void pass(int64_t ms)
{
	g.clock_offset_ms += ms;
	g.boot_offset_ms += ms;
}

int main(void)
{
	struct err err = { .text = "" };
	if (config_parse(&config, "test", str_of(config_text), on_problem, NULL) != 0 || gateway_open(&g, &config, NULL, &err) != 0 ||
	    loop_new(&g.loop) != 0 || schedule_start(&g) != 0) {
		(void)printf("%s\n0 passed, 1 failed\n", err.text);
		return EXIT_FAILURE;
	}
	check_begin("what has an id is known by it for ever, whatever it says");
	CHECK_INT(hear("salam", "a", 0), STEP_TAKEN);
	CHECK_INT(hear("1", "b", 0), STEP_TAKEN);
	CHECK_INT(hear("1", "c", 0), STEP_TAKEN);
	pass(YEAR);
	CHECK_INT(hear("2", "c", 0), STEP_DUPLICATE);

	check_begin("what has only the vendor's time is known by time and words for ever");
	CHECK_INT(hear("1", "", 5000), STEP_TAKEN);
	CHECK_INT(hear("1", "", 6000), STEP_TAKEN);
	pass(YEAR);
	CHECK_INT(hear("1", "", 5000), STEP_DUPLICATE);

	check_begin("what has neither is the same message within some seconds, then it is an answer to the next question");
	CHECK_INT(hear("1", "", 0), STEP_TAKEN);
	CHECK_INT(hear("1", "", 0), STEP_DUPLICATE);
	pass(9 * SECOND);
	CHECK_INT(hear("1", "", 0), STEP_DUPLICATE);
	CHECK_INT(hear("2", "", 0), STEP_TAKEN);
	for (int i = 0; i < 40; i++) {
		pass(16 * SECOND);
		CHECK_INT(hear("1", "", 0), STEP_TAKEN);
	}

	check_begin("an inbox that gives neither may show the same message at any time");
	from_inbox = true;
	CHECK_INT(hear("1", "", 0), STEP_TAKEN);
	pass(YEAR);
	CHECK_INT(hear("1", "", 0), STEP_DUPLICATE);
	from_inbox = false;

	check_begin("a part waits for the others; one longer than a phone can cut is a message of its own, or the others never fit");
	static char long_text[PART_BYTES_MAX + 2];
	memset(long_text, 'x', sizeof long_text - 1);
	part = 1, parts = 2;
	CHECK_INT(hear(long_text, "long", 0), STEP_TAKEN);
	CHECK(!out.incomplete);
	long_text[PART_BYTES_MAX] = '\0';
	CHECK_INT(hear(long_text, "first", 0), STEP_TAKEN);
	CHECK(out.incomplete);
	part = 2;
	CHECK_INT(hear(long_text, "second", 0), STEP_TAKEN);
	CHECK(!out.incomplete && out.joined.len == 2 * PART_BYTES_MAX);
	schedule_stop(&g);
	loop_free(g.loop);
	gateway_close(&g);
	return check_end();
}
