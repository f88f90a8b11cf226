#include "tests/simulation/house.h"

#include "gateway/housekeeping.h"
#include "gateway/inbound.h"
#include "gateway/log.h"
#include "gateway/outbox.h"
#include "gateway/schedule.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gateway house;
static struct housekeeping *housekeeping;

static const char configuration[] =
	"{\"programme\": {\"name\": \"Simulation\"}, \"public_url\": \"http://127.0.0.1:1\","
	" \"listen\": {\"webhooks\": \"127.0.0.1:1\", \"console\": \"127.0.0.1:2\"}, \"state\": \"/nowhere\", \"key_file\": "
	"\"/nowhere/key\","
	" \"countries\": {\"MA\": {\"sos\": \"112\"}, \"GN\": {\"sos\": \"117\"}},"
	" \"offices\": [{\"id\": \"RABAT\", \"name\": \"Rabat\", \"country\": \"MA\", \"regions\": [\"MA-04\"], \"default\": "
	"true},"
	"  {\"id\": \"OUJDA\", \"name\": \"Oujda\", \"country\": \"MA\", \"regions\": [\"MA-02\"]}],"
	" \"optional_states\": [\"PIN\"],"
	" \"channels\": [{\"id\": \"ma\", \"adapter\": \"africastalking\", \"token\": \"simulation-ma-0001\", \"username\": "
	"\"u\","
	"   \"api_key\": \"k\", \"sender\": \"2200\", \"country\": \"MA\", \"base_url\": \"http://127.0.0.1:1/ma\"},"
	"  {\"id\": \"gn\", \"adapter\": \"africastalking\", \"token\": \"simulation-gn-0001\", \"username\": \"u\","
	"   \"api_key\": \"k\", \"sender\": \"2300\", \"country\": \"GN\", \"base_url\": \"http://127.0.0.1:1/gn\"}]}";

static void problem(const char *words, void *user)
{
	(void)user;
	printf("%s\n", words);
}

void house_open(void)
{
	static struct config config;
	struct err err = { .text = "" };
	log_setup(LOG_ERROR, false);
	if (config_parse(&config, "simulation", str_of(configuration), problem, NULL) != 0 ||
	    gateway_open(&house, &config, NULL, &err) != 0 || loop_new(&house.loop) != 0 ||
	    sender_new(house.loop, &house.sender) != 0 || outbox_new(&house, &err) != 0 ||
	    housekeeping_start(&house, &housekeeping) != 0 || schedule_start(&house) != 0) {
		printf("the house does not open: %s\n", err.text);
		exit(1);
	}
}

void house_close(void)
{
	schedule_stop(&house);
	housekeeping_stop(housekeeping);
	outbox_free(&house);
	loop_free(house.loop);
	gateway_close(&house);
}

void house_settle(void)
{
	unsigned moved;
	do {
		if (loop_turn(house.loop, 0) != 0)
			exit(1);
		batch_turn(&house.batch);
		(void)outbox_turn(&house);
		moved = house.batch.first != NULL;
		moved += sink_answer();
		if (house.batch.fatal) {
			printf("the batch is fatal\n");
			exit(1);
		}
	} while (moved);
}

/* ---- items */

struct job {
	struct batch_item item;
	struct event event;
	const struct channel *channel;
	struct screen *screen;
	int (*run)(void *user);
	void *user;
	int result;
};

static int run_event(struct batch_item *item, struct db *db)
{
	struct job *j = (struct job *)item;
	struct step_result step;
	(void)db;
	int rc = inbound_take(&house, j->channel, &j->event, &step);
	if (rc == 0 && j->screen) {
		j->screen->taken = step.what == STEP_TAKEN;
		j->screen->ended = step.ussd_end;
		if (!str_copy(step.ussd_text.at ? step.ussd_text : STR(""), j->screen->text, sizeof j->screen->text))
			j->screen->text[0] = '\0';
	}
	return rc;
}

static int run_other(struct batch_item *item, struct db *db)
{
	struct job *j = (struct job *)item;
	(void)db;
	return j->run(j->user);
}

static void job_done(struct batch_item *item, int result)
{
	((struct job *)item)->result = result;
}

static int carry_out(struct job *j)
{
	j->item.done = job_done;
	batch_add(&house.batch, &j->item);
	batch_turn(&house.batch);
	house_settle();
	return j->result;
}

static struct job event_job(const char *channel, const char *number, const char *text)
{
	struct job j = { .item = { .run = run_event }, .channel = config_channel(&house.config, str_of(channel)) };
	j.event.text = str_of(text);
	if (!j.channel)
		exit(1);
	phone_parse_network(&house.book.phones, str_of(number), &j.event.from);
	return j;
}

void house_ussd(const char *channel, const char *number, const char *session, const char *inputs, struct screen *out)
{
	struct job j = event_job(channel, number, inputs);
	*out = (struct screen){ "", true, false };
	j.event.kind = EVENT_USSD;
	j.event.cumulative = true;
	j.event.session = str_of(session);
	j.screen = out;
	if (carry_out(&j) != 0)
		printf("a USSD step failed: %d\n", j.result);
}

void house_sms(const char *channel, const char *number, const char *id, const char *text)
{
	struct job j = event_job(channel, number, text);
	j.event.kind = EVENT_SMS;
	j.event.id = str_of(id);
	if (carry_out(&j) != 0)
		printf("an SMS failed: %d\n", j.result);
}

int house_do(int (*run)(void *user), void *user)
{
	struct job j = { .item = { .run = run_other }, .run = run, .user = user };
	return carry_out(&j);
}

/* ---- looking */

int64_t house_count(const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t n = -1;
	if (sqlite3_prepare_v2(house.db.conn, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	else
		printf("%s: %s\n", sql, sqlite3_errmsg(house.db.conn));
	sqlite3_finalize(s);
	return n;
}

const char *house_text(const char *sql, char *out, size_t cap)
{
	sqlite3_stmt *s = NULL;
	out[0] = '\0';
	if (sqlite3_prepare_v2(house.db.conn, sql, -1, &s, NULL) != SQLITE_OK)
		printf("%s: %s\n", sql, sqlite3_errmsg(house.db.conn));
	else if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0))
		(void)snprintf(out, cap, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return out;
}
