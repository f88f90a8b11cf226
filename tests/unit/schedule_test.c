/* The life of a check-in with the clock in our hands: planned, said in the window, reminded, answered, scored; who gets none;
 * limits, silence, a clock that jumps.  The real engine and database, no network. */
#include "db/checkin.h"
#include "db/delivery.h"
#include "db/ledger.h"
#include "db/message.h"
#include "db/outbox.h"
#include "flows/date.h"
#include "gateway/calendar.h"
#include "gateway/case_change.h"
#include "gateway/clock_watch.h"
#include "gateway/number_signal.h"
#include "gateway/outbox.h"
#include "gateway/push.h"
#include "gateway/schedule.h"
#include "gateway/schedule_case.h"
#include "gateway/schedule_now.h"
#include "gateway/step.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS (24 * HOUR_MS)

static const char config_text[] =
	"{\"public_url\": \"https://gw.example.org\", \"countries\": {\"MA\": {\"sos\": \"112\", \"quiet_days\": [{\"day\": \"fri\","
	" \"hours\": \"12:00-15:00\"}]}, \"GN\": {\"sos\": \"117\", \"quiet_days\": []}, \"SN\": {\"sos\": \"17\"}},"
	" \"offices\": [{\"id\": \"RABAT\", \"name\": \"Rabat\", \"country\": \"MA\", \"default\": true},"
	" {\"id\": \"CONAKRY\", \"name\": \"Conakry\", \"country\": \"GN\", \"default\": true}],"
	" \"channels\": [{\"id\": \"ma\", \"adapter\": \"africastalking\", \"token\": \"k7Qm2vXw9pLr4TzB\", \"username\": \"u\","
	" \"api_key\": \"k\", \"sender\": \"3939\", \"country\": \"MA\"}, {\"id\": \"gn\", \"adapter\": \"africastalking\","
	" \"token\": \"k7Qm2vXw9pLr4TzC\", \"username\": \"u\", \"api_key\": \"k\", \"sender\": \"3940\", \"country\": \"GN\"}]}";

static struct gateway g;
static struct config config;
static int people;

static void on_problem(const char *problem, void *user)
{
	(void)user;
	(void)printf("%s\n", problem);
}

/* ---- the clock */

static int64_t at(const char *text) /* "2026-12-01 09:00" UTC */
{
	struct date d = { 1970, 1, 1 };
	uint64_t hour = 0, minute = 0;
	struct str s = str_of(text);
	CHECK(date_parse(str_slice(s, 0, 10), &d) && str_to_u64(str_slice(s, 11, 13), &hour) && str_to_u64(str_slice(s, 14, 16), &minute));
	return date_to_days(d) * DAY_MS + (int64_t)hour * HOUR_MS + (int64_t)minute * 60000;
}

/* Time passes: both clocks. */
static void now_is(int64_t ms)
{
	int64_t by = ms - gateway_now(&g);
	g.clock_offset_ms += by;
	g.boot_offset_ms += by;
}

/* ---- the database */

static void begin(void)
{
	CHECK_INT(db_begin(&g.db), 0);
	CHECK_INT(db_item_begin(&g.db), 0);
}

static void end(void)
{
	CHECK_INT(db_item_end(&g.db, true), 0);
	CHECK_INT(db_commit(&g.db), 0);
}

static int64_t number_of(const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t n = -1;
	if (sqlite3_prepare_v2(g.db.conn, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	else
		check_fail(__FILE__, __LINE__, "%s: %s", sql, sqlite3_errmsg(g.db.conn));
	sqlite3_finalize(s);
	return n;
}

static const char *text_of(const char *sql)
{
	static char text[128];
	sqlite3_stmt *s = NULL;
	text[0] = '\0';
	if (sqlite3_prepare_v2(g.db.conn, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW &&
	    sqlite3_column_text(s, 0))
		(void)snprintf(text, sizeof text, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return text;
}

static const char *of(const char *ref, const char *what)
{
	static char sql[256];
	(void)snprintf(sql, sizeof sql, "SELECT %s FROM checkin WHERE case_ref = '%s' ORDER BY due_at LIMIT 1", what, ref);
	return text_of(sql);
}

static int64_t of_int(const char *ref, const char *what, const char *wave)
{
	char sql[256];
	(void)snprintf(sql, sizeof sql, "SELECT ifnull(%s, 0) FROM checkin WHERE case_ref = '%s' AND wave = '%s'", what, ref, wave);
	return number_of(sql);
}

/* ---- people */

struct person {
	int64_t contact_id;
	char number[24], ref[REF_LEN + 1];
	const struct channel *channel;
	unsigned heard; /* messages */
};

static void set_all(const struct person *p, const struct case_assignment *a, size_t count)
{
	struct act_call call = { .g = &g, .db = &g.db, .user = STR("amina"), .reason = STR("test"), .now_ms = gateway_now(&g) };
	begin();
	if (case_assign(&call, str_of(p->ref), a, count) != 0)
		check_fail(__FILE__, __LINE__, "%s", call.err.text);
	end();
}

static void set(const struct person *p, const char *key, const char *value)
{
	set_all(p, &(struct case_assignment){ str_of(key), str_of(value) }, 1);
}

static void close_case(const struct person *p)
{
	struct case_assignment a[] = { { STR("status"), STR("CLOSED") }, { STR("close_reason"), STR("COMPLETED") } };
	set_all(p, a, 2);
}

static struct person somebody(const char *country, const char *returned_on)
{
	struct person p = { .channel = config_channel(&g.config, strcmp(country, "GN") == 0 ? STR("gn") : STR("ma")) };
	struct contact who;
	(void)snprintf(p.number, sizeof p.number, "%s%03d", strcmp(country, "GN") == 0 ? "+224620000" : "+212600000", ++people);
	begin();
	CHECK_INT(contact_add(&g.db, str_of(p.number), str_of(country), gateway_now(&g), gateway_now(&g) + 900 * DAY_MS, &who), 0);
	CHECK_INT(contact_set_language(&g.db, who.contact_id, STR("fr")), 0);
	CHECK_INT(contact_set_pref(&g.db, &who, STR("CALL_OK")), 0);
	CHECK_INT(contact_keep(&g.db, who.contact_id), 0);
	CHECK_INT(case_new_ref(&g.db, p.ref), 0);
	CHECK_INT(case_open(&g.db, str_of(p.ref), who.contact_id, STR("FROM_MA"), STR("DEPARTED"), STR("CALL_OK"), STR("RABAT"),
			    gateway_now(&g)), 0);
	end();
	p.contact_id = who.contact_id;
	seal_key_forget(&who.key);
	set(&p, "return_country", country);
	set(&p, "status", "RETURNED");
	set(&p, "birth_year", "1994");
	set(&p, "consent_checkins", "yes");
	if (returned_on)
		set(&p, "returned_on", returned_on);
	return p;
}

/* The aggregator takes what is due. */
static int deliver(const char *channel)
{
	struct outbox_item due[32];
	int left = 0;
	begin();
	int n = outbox_due(&g.db, str_of(channel), gateway_now(&g), schedule_worst_rank(&g), due, 32);
	for (int i = 0; i < n; i++) {
		struct point to;
		struct str id;
		char provider[24];
		(void)snprintf(provider, sizeof provider, "id-%lld", (long long)due[i].message_id);
		id = str_of(provider);
		int rc = point_by_id(&g.db, due[i].point_id, &to);
		rc = outbox_may_leave(&g, &due[i], rc == 1 ? &to : NULL, gateway_now(&g));
		seal_key_forget(&to.key);
		CHECK(rc >= 0);
		if (rc != 1)
			continue;
		CHECK_INT(outbox_start(&g.db, due[i].message_id), 0);
		CHECK_INT(delivery_sent(&g.db, due[i].message_id, str_of(channel), &id, 1, gateway_now(&g)), 0);
		left++;
	}
	end();
	return left;
}

/* The schedule looks, and what it says leaves.  Returns how many texts left. */
static int turn(void)
{
	int left = 0;
	for (int i = 0; i < 30; i++) {
		schedule_tick(&g);
		if (!g.batch.first)
			break;
		batch_turn(&g.batch);
		int n = deliver("ma") + deliver("gn");
		left += n;
	}
	return left;
}

static void sms(struct person *p, const char *text)
{
	struct step_result out;
	char id[32];
	(void)snprintf(id, sizeof id, "in-%s-%u", p->number, ++p->heard);
	struct event e = { .kind = EVENT_SMS, .from_raw = STR(""), .to = STR("3939"), .text = str_of(text), .raw = STR(""), .id = str_of(id),
			   .ts_ms = gateway_now(&g), .session = STR(""), .reason = STR(""), .id_scope = STR(""), .part_ref = STR(""),
			   .client_ref = STR("") };
	phone_parse_network(&g.book.phones, str_of(p->number), &e.from);
	begin();
	CHECK_INT(step_event(&g, p->channel, &e, &out), 0);
	end();
	(void)deliver(p->channel->id.at);
}

/* What this person was told last. */
static struct str last_text(const struct person *p)
{
	static char copy[600];
	char sql[200];
	struct contact who;
	struct str text = STR("");
	(void)snprintf(sql, sizeof sql, "SELECT message_id FROM message WHERE contact_id = %lld AND direction = 'out' ORDER BY message_id DESC"
		       " LIMIT 1", (long long)p->contact_id);
	begin();
	CHECK_INT(contact_by_id(&g.db, p->contact_id, &who), 1);
	CHECK_INT(message_text(&g.db, number_of(sql), &who.key, &text), 1);
	seal_key_forget(&who.key);
	CHECK(str_copy(text, copy, sizeof copy));
	end();
	return str_of(copy);
}

static int64_t texts_first(const struct person *p)
{
	char sql[200];
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM message JOIN scheduled_text USING (message_id) WHERE contact_id = %lld AND status"
		       " = 'sent'", (long long)p->contact_id);
	return number_of(sql);
}

static bool says(const struct person *p, const char *words)
{
	char all[600];
	return str_copy(last_text(p), all, sizeof all) && strstr(all, words) != NULL;
}

/* Two hours at a time until then. */
static int pass_until(int64_t until)
{
	int left = 0;
	while (gateway_now(&g) < until) {
		now_is(gateway_now(&g) + 2 * HOUR_MS < until ? gateway_now(&g) + 2 * HOUR_MS : until);
		left += turn();
	}
	return left;
}

/* ---- */

static void test_rows(void)
{
	now_is(at("2026-11-30 08:00"));
	struct person p = somebody("GN", NULL);
	check_begin("without a date of return nothing is planned");
	CHECK_STR(str_of(of(p.ref, "count(*)")), STR("0"));
	set(&p, "returned_on", "2026-11-28");
	check_begin("with date and consent each wave has a row, in the country's window, at most two hours into it");
	CHECK_STR(str_of(of(p.ref, "count(*)")), STR("5"));
	CHECK_STR(str_of(of(p.ref, "count(DISTINCT wave)")), STR("5"));
	CHECK(of_int(p.ref, "due_at", "M12") > of_int(p.ref, "due_at", "M6") + 180 * DAY_MS);
	int64_t due = of_int(p.ref, "due_at", "ARR");
	CHECK(due >= at("2026-12-03 09:00") && due <= at("2026-12-03 11:00"));
	check_begin("worked out again nothing moves");
	set(&p, "returned_on", "2026-11-28");
	CHECK_INT(of_int(p.ref, "due_at", "ARR"), due);
	CHECK_STR(str_of(of(p.ref, "count(*)")), STR("5"));
	check_begin("another date moves what was not said yet");
	set(&p, "returned_on", "2026-11-29");
	CHECK(of_int(p.ref, "due_at", "ARR") >= at("2026-12-04 09:00"));
	check_begin("consent taken back: nothing is sent; given again: it is planned again");
	set(&p, "consent_checkins", "no");
	CHECK_STR(str_of(of(p.ref, "outcome")), STR("SUPPRESSED"));
	set(&p, "consent_checkins", "yes");
	CHECK_STR(str_of(of(p.ref, "outcome")), STR("SCHEDULED"));
	check_begin("a return after the fact: only waves whose window is still open");
	struct person late = somebody("GN", "2026-10-20"); /* M1 was due eleven days ago, ARR's window is over */
	CHECK_INT(of_int(late.ref, "count(*)", "ARR"), 0);
	CHECK_INT(of_int(late.ref, "count(*)", "M1"), 1);
	CHECK(turn() >= 0);
	now_is(at("2026-11-30 10:00"));
	CHECK_INT(turn(), 1);
	CHECK(says(&late, "avoir de vos nouvelles (3 questions"));
	close_case(&p);
	close_case(&late);
}

/* The whole life: invited, reminded, answered, scored. */
static void test_life(void)
{
	now_is(at("2027-01-04 08:00"));
	struct person p = somebody("GN", "2026-10-09"); /* M3 is due on 2027-01-07 */
	check_begin("invited on the day, in the window");
	CHECK_INT(pass_until(at("2027-01-07 08:00")), 0);
	CHECK_INT(pass_until(at("2027-01-07 19:00")), 1);
	CHECK(says(&p, "avoir de vos nouvelles (8 questions, c'est gratuit)"));
	CHECK_INT(of_int(p.ref, "outcome = 'SENT'", "M3"), 1);
	int64_t sent = of_int(p.ref, "sent_at", "M3");
	CHECK(sent >= at("2027-01-07 09:00") && sent < at("2027-01-07 12:01"));
	check_begin("reminded once after two days, in the window");
	CHECK_INT(pass_until(at("2027-01-08 23:00")), 0);
	CHECK_INT(pass_until(at("2027-01-09 19:00")), 1);
	CHECK(says(&p, "vous pouvez encore nous donner de vos nouvelles"));
	check_begin("\"later\" moves it by two days");
	sms(&p, "2");
	CHECK(says(&p, "Nous vous écrivons dans 2 jours") || says(&p, "Nous vous ecrivons dans 2 jours"));
	int64_t next = of_int(p.ref, "next_at", "M3");
	CHECK(next >= at("2027-01-11 09:00") && next <= at("2027-01-11 11:00"));
	CHECK_INT(pass_until(at("2027-01-11 19:00")), 1);
	CHECK(says(&p, "dernier rappel"));
	check_begin("the answer: the year, the consent, eight questions");
	sms(&p, "1");
	CHECK(says(&p, "année de naissance") || says(&p, "annee de naissance"));
	sms(&p, "1994");
	for (int i = 0; i < 8; i++) {
		now_is(gateway_now(&g) + 30000);
		if (i == 0)
			CHECK_INT(of_int(p.ref, "outcome = 'STARTED'", "M3"), 1);
		sms(&p, i == 7 ? "3" : "4");
	}
	CHECK_INT(of_int(p.ref, "outcome = 'COMPLETED'", "M3"), 1);
	check_begin("scored by SMS8: all four is 0.25");
	CHECK_INT(of_int(p.ref, "instrument = 'SMS8-v1' AND weights_version = 'equal-1'", "M3"), 1);
	CHECK_INT(of_int(p.ref, "score_e = 0.25 AND score_s = 0.25 AND score_p = 0.25 AND score_c = 0.25", "M3"), 1);
	check_begin("below 0.33 somebody is told; slow answers are no flag");
	char sql[200];
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM alert WHERE case_ref = '%s' AND level = 'NORMAL' AND role = 'counsellor'", p.ref);
	CHECK_INT(number_of(sql), 2); /* q2=4 by the definition, the composite by the score */
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM alert WHERE case_ref = '%s' AND level = 'QUALITY'", p.ref);
	CHECK_INT(number_of(sql), 0);
	check_begin("completed: no reminder any more");
	CHECK_INT(pass_until(at("2027-02-20 19:00")), 0);
	check_begin("the next wave: fast and all the same is flagged; worse by a quarter is told");
	CHECK_INT(pass_until(at("2027-04-08 08:00")), 1);
	sms(&p, "1");
	sms(&p, "1994");
	for (int i = 0; i < 8; i++) {
		now_is(gateway_now(&g) + 1500);
		sms(&p, i == 7 ? "3" : i == 6 ? "4" : "5");
	}
	CHECK_INT(of_int(p.ref, "outcome = 'COMPLETED' AND score_c = 0.0", "M6"), 1);
	CHECK_INT(number_of(sql), 1);
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM alert WHERE case_ref = '%s'", p.ref);
	CHECK_INT(number_of(sql), 3 + 7); /* q2=4 q6=4 composite; q2=5 q3=5 q4=5 q6=5 composite, all the same, a fall */
	close_case(&p);
}

static void test_silent(void)
{
	now_is(at("2027-05-03 08:00"));
	struct person p = somebody("GN", "2027-04-03"); /* M1: 2027-05-03 */
	check_begin("no answer: invitation, two reminders, then a person calls, then the window closes");
	CHECK_INT(pass_until(at("2027-05-03 19:00")), 1);
	CHECK_INT(pass_until(at("2027-05-05 19:00")), 1);
	CHECK_INT(pass_until(at("2027-05-08 19:00")), 1);
	CHECK(says(&p, "dernier rappel"));
	CHECK_INT(pass_until(at("2027-05-12 19:00")), 0);
	char sql[200];
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM task WHERE case_ref = '%s' AND kind = 'CHECKIN_CALL' AND office = 'CONAKRY'", p.ref);
	CHECK_INT(number_of(sql), 1);
	CHECK_INT(of_int(p.ref, "outcome = 'SENT'", "M1"), 1);
	CHECK_INT(pass_until(at("2027-05-26 19:00")), 0);
	CHECK_INT(of_int(p.ref, "outcome = 'EXPIRED'", "M1"), 1);
	CHECK_INT(texts_first(&p), 3);
	check_begin("silent for two waves: somebody finds out whether the number is still this person's");
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM task WHERE case_ref = '%s' AND kind = 'VERIFY_NUMBER'", p.ref);
	CHECK_INT(number_of(sql), 0);
	CHECK_INT(pass_until(at("2027-07-28 19:00")), 3);
	CHECK_INT(number_of(sql), 1);
	close_case(&p);
}

static void test_excluded(void)
{
	static const struct {
		const char *key, *value;
	} why[] = { { "contact_pref", "NO_CALL" }, { "age_band", "U18" }, { "tags", "+UASC" }, { "status", "REFERRED_PROTECTION" },
		    { "status", "WITHDRAWN" }, { "consent_checkins", "no" } };
	now_is(at("2027-08-02 08:00"));
	for (size_t i = 0; i < sizeof why / sizeof *why; i++) {
		struct person p = somebody("GN", "2027-07-29");
		set(&p, why[i].key, why[i].value);
		check_begin("nothing is sent: %s=%s", why[i].key, why[i].value);
		CHECK_INT(of_int(p.ref, "outcome = 'SUPPRESSED'", "ARR"), 1);
	}
	struct person stop = somebody("GN", "2027-07-29"), paused = somebody("GN", "2027-07-29"), dead = somebody("GN", "2027-07-29"),
		      harmed = somebody("GN", "2027-07-29"), safe = somebody("GN", "2027-07-29"), sn = somebody("SN", "2027-07-29");
	struct contact who;
	begin();
	CHECK_INT(opt_out(&g.db, str_of(stop.number), "keyword", gateway_now(&g)), 0);
	CHECK_INT(contact_pause(&g.db, paused.contact_id, true), 0);
	CHECK_INT(contact_by_id(&g.db, dead.contact_id, &who), 1);
	CHECK_INT(point_set_status(&g.db, who.point_id, "INVALID", gateway_now(&g)), 0);
	CHECK_INT(contact_by_id(&g.db, harmed.contact_id, &who), 1);
	CHECK_INT(case_set_sensitive(&g.db, str_of(harmed.ref), &who.key, STR("{\"vulnerabilities\":[\"MEDICAL\",\"VOT_POTENTIAL\"]}"), 0), 0);
	CHECK_INT(contact_by_id(&g.db, safe.contact_id, &who), 1);
	CHECK_INT(case_set_sensitive(&g.db, str_of(safe.ref), &who.key, STR("{\"vulnerabilities\":\"GBV\"}"), 0), 0);
	seal_key_forget(&who.key);
	end();
	set(&safe, "checkin_safe", "yes");
	CHECK_INT(pass_until(at("2027-08-03 19:00")), 1);
	check_begin("nor to who said STOP, is paused, has no number, was harmed, or whom no channel reaches");
	CHECK_INT(texts_first(&stop) + texts_first(&paused) + texts_first(&dead) + texts_first(&harmed) + texts_first(&sn), 0);
	CHECK_INT(of_int(stop.ref, "outcome = 'SUPPRESSED'", "ARR"), 1);
	CHECK_INT(of_int(harmed.ref, "outcome = 'SUPPRESSED'", "ARR"), 1);
	CHECK_STR(str_of(of(sn.ref, "reason")), STR("no channel reaches the number's country"));
	check_begin("staff may say that it is safe");
	CHECK_INT(texts_first(&safe), 1);
	CHECK(says(&safe, "Tout va bien depuis votre voyage"));
	check_begin("\"not me\": the number is invalid for this person, somebody is told, no wave comes any more");
	sms(&safe, "4");
	CHECK_INT(of_int(safe.ref, "outcome = 'WRONG_PERSON'", "ARR"), 1);
	CHECK_INT(pass_until(at("2027-09-20 19:00")), 0);
	CHECK_INT(of_int(safe.ref, "outcome = 'SUPPRESSED'", "M1"), 1);
	begin();
	CHECK_INT(sqlite3_exec(g.db.conn, "UPDATE cases SET status = 'CLOSED'", NULL, NULL, NULL), SQLITE_OK);
	end();
}

static void test_limits(void)
{
	now_is(at("2027-10-04 10:00"));
	struct person p = somebody("GN", "2027-09-29"); /* ARR: 2027-10-04 */
	check_begin("not the fourth in fourteen days");
	struct contact who;
	begin();
	CHECK_INT(contact_by_id(&g.db, p.contact_id, &who), 1);
	for (int i = 0; i < 3; i++) {
		struct message m = { .out = true, .channel = STR("gn"), .status = "sent", .class = "once_only", .contact_id = p.contact_id,
				     .point_id = who.point_id, .created_at = gateway_now(&g) - (3 + i) * DAY_MS,
				     .sent_at = gateway_now(&g) - (3 + i) * DAY_MS, .text = STR("x") };
		CHECK_INT(message_add(&g.db, &m, &who.key), 0);
	}
	seal_key_forget(&who.key);
	end();
	CHECK_INT(pass_until(at("2027-10-12 19:00")), 0);
	CHECK_INT(pass_until(at("2027-10-14 19:00")), 1);
	check_begin("while nothing may leave, the text expires with a record and is said again; never at night");
	close_case(&p);
	struct person q = somebody("GN", "2027-10-15"); /* ARR: 2027-10-20 */
	now_is(at("2027-10-20 11:30"));
	schedule_tick(&g);
	batch_turn(&g.batch); /* queued, and the brake is on */
	now_is(at("2027-10-20 22:00"));
	CHECK_INT(turn(), 0);
	now_is(at("2027-10-21 02:00"));
	CHECK_INT(turn(), 0);
	CHECK_INT(pass_until(at("2027-10-21 19:00")), 1);
	CHECK_INT(number_of("SELECT count(*) FROM message WHERE status = 'expired' AND reason = 'expired'"), 1);
	CHECK_INT(of_int(q.ref, "outcome = 'SENT' AND texts = 1", "ARR"), 1);
	close_case(&q);
}

static void test_clock(void)
{
	struct clock_watch w = { 0 };
	check_begin("a clock that runs as time does has not jumped; sleep counts as time");
	CHECK_INT(clock_watch_look(&w, 1000000, 500), 0);
	CHECK_INT(clock_watch_look(&w, 1000000 + 8 * HOUR_MS + 900, 500 + 8 * HOUR_MS), 0);
	check_begin("forward or back by more than a minute it has");
	CHECK_INT(clock_watch_look(&w, w.wall_ms + 61000, w.boot_ms), 61000);
	CHECK_INT(clock_watch_look(&w, w.wall_ms - HOUR_MS, w.boot_ms + 10), -HOUR_MS - 10);
	CHECK_INT(clock_watch_look(&w, w.wall_ms + 59000, w.boot_ms), 0);

	now_is(at("2027-11-01 08:00"));
	struct person p = somebody("GN", "2027-10-28"); /* ARR: 2027-11-02 */
	(void)turn();
	char why[128];
	check_begin("the clock jumps: nothing that nobody asked for leaves, the audit and an alert say so");
	int64_t alerts = number_of("SELECT count(*) FROM alert WHERE level = 'HIGH' AND role = 'admin'");
	g.clock_offset_ms += 26 * HOUR_MS;
	now_is(at("2027-11-02 11:30"));
	CHECK_INT(turn(), 0);
	CHECK_INT(number_of("SELECT count(*) FROM audit WHERE action = 'schedule.pause' AND reason LIKE 'the clock jumped by +93%'"), 1);
	CHECK_INT(number_of("SELECT count(*) FROM alert WHERE level = 'HIGH' AND role = 'admin'"), alerts + 1);
	CHECK(schedule_is_paused(&g.db, why));
	CHECK(strstr(why, "the clock jumped by +") != NULL);
	check_begin("what was asked for is answered all the same");
	sms(&p, "AIDE");
	char sql[160];
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM message WHERE contact_id = %lld AND direction = 'out' AND status = 'sent'",
		       (long long)p.contact_id);
	CHECK_INT(number_of(sql), 1);
	check_begin("a restart changes nothing; what is due is listed");
	schedule_stop(&g);
	CHECK_INT(schedule_start(&g), 0);
	CHECK_INT(turn(), 0);
	json_t *list = schedule_list(&g.db, gateway_now(&g));
	CHECK(list && json_array_size(list) == 1);
	CHECK_STR(json_get_str(json_array_get(list, 0), "case_ref"), str_of(p.ref));
	CHECK_STR(json_get_str(json_array_get(list, 0), "next"), STR("invitation"));
	json_decref(list);
	check_begin("released by a person it goes on");
	begin();
	CHECK_INT(schedule_resume(&g.db, gateway_now(&g)), 0);
	end();
	schedule_resumed(&g);
	batch_turn(&g.batch);
	now_is(gateway_now(&g) + 2 * HOUR_MS); /* a conversation is not cut into */
	CHECK_INT(turn(), 1);
	CHECK(!schedule_is_paused(&g.db, why));
	close_case(&p);
}

static void test_unfinished(void)
{
	now_is(at("2027-12-06 10:00")); /* a Monday */
	struct person p = { .channel = config_channel(&g.config, STR("ma")) }, no = p;
	(void)snprintf(p.number, sizeof p.number, "+212611000001");
	(void)snprintf(no.number, sizeof no.number, "+212611000002");
	static const char *const walk[] = { "Bonjour", "1", "1", "2", "1", "1", "1" };
	static const char *const refuses[] = { "Bonjour", "1", "1", "2", "1", "1", "3" };
	for (size_t i = 0; i < sizeof walk / sizeof *walk; i++) {
		sms(&p, walk[i]);
		sms(&no, refuses[i]);
	}
	p.contact_id = number_of("SELECT contact_id FROM contact ORDER BY contact_id DESC LIMIT 1 OFFSET 1");
	no.contact_id = number_of("SELECT contact_id FROM contact ORDER BY contact_id DESC LIMIT 1");
	check_begin("a request by SMS that stopped is reminded once after a day, not at night; never who must not be called");
	CHECK_INT(pass_until(at("2027-12-07 09:30")), 0);
	CHECK_INT(pass_until(at("2027-12-07 12:00")), 1);
	CHECK(says(&p, "Vous n'avez pas fini. 1 = continuer, 2 = arreter."));
	CHECK_INT(pass_until(at("2027-12-08 18:00")), 0);
	check_begin("and goes on where it stopped");
	sms(&p, "1");
	CHECK(!says(&p, "Vous n'avez pas fini"));
	CHECK(!says(&p, "Bienvenue"));
	check_begin("after three days of silence the conversation is over, the case stays partial");
	CHECK_INT(pass_until(at("2027-12-13 18:00")), 0 + (texts_first(&p) == 2));
	char sql[200];
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM session WHERE contact_id = %lld AND mode = 'sms' AND open", (long long)p.contact_id);
	CHECK_INT(number_of(sql), 0);
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM cases WHERE contact_id = %lld AND status = 'PARTIAL'", (long long)p.contact_id);
	CHECK_INT(number_of(sql), 1);
}

static void report(const struct person *p, const char *id, const char *reason)
{
	struct step_result out;
	struct event e = { .kind = EVENT_REPORT, .from_raw = STR(""), .to = STR("3940"), .text = STR(""), .raw = STR(""), .id = str_of(id),
			   .session = STR(""), .reason = str_of(reason), .id_scope = STR(""), .part_ref = STR(""), .client_ref = STR(""),
			   .status = REPORT_FAILED };
	begin();
	CHECK_INT(step_event(&g, p->channel, &e, &out), 0);
	end();
}

static void sent_to(const struct person *p, const char *id)
{
	struct contact who;
	struct str provider = str_of(id);
	begin();
	CHECK_INT(contact_by_id(&g.db, p->contact_id, &who), 1);
	struct message m = { .out = true, .channel = STR("gn"), .status = "queued", .class = "reply", .contact_id = p->contact_id,
			     .point_id = who.point_id, .created_at = gateway_now(&g), .text = STR("x") };
	CHECK_INT(message_add(&g.db, &m, &who.key), 0);
	CHECK_INT(outbox_add(&g.db, m.message_id, STR("gn"), OUTBOX_ANSWER, gateway_now(&g), 0), 0);
	CHECK_INT(outbox_start(&g.db, m.message_id), 0);
	CHECK_INT(delivery_sent(&g.db, m.message_id, STR("gn"), &provider, 1, gateway_now(&g)), 0);
	seal_key_forget(&who.key);
	end();
}

static void test_signals(void)
{
	static const struct {
		const char *reason;
		enum number_signal signal;
	} words[] = { { "AbsentSubscriber", SIGNAL_ABSENT }, { "EC_ABSENT_SUBSCRIBER", SIGNAL_ABSENT }, { "UserIsInactive", SIGNAL_ABSENT },
		      { "EC_UNKNOWN_SUBSCRIBER", SIGNAL_UNKNOWN }, { "InvalidPhoneNumber", SIGNAL_UNKNOWN }, { "30005", SIGNAL_UNKNOWN },
		      { "30003", SIGNAL_ABSENT }, { "DeliveryFailure", SIGNAL_NONE }, { "InsufficientCredit", SIGNAL_NONE }, { "", SIGNAL_NONE },
		      { "UserInBlackList", SIGNAL_NONE }, { "30001", SIGNAL_NONE } };
	check_begin("vendors' words: absent, unknown, or nothing about the number");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		CHECK_INT(number_signal_of(str_of(words[i].reason)), words[i].signal);

	now_is(at("2027-12-20 10:00"));
	struct person p = somebody("GN", NULL), q = somebody("GN", NULL);
	char tasks[160];
	(void)snprintf(tasks, sizeof tasks, "SELECT count(*) FROM task WHERE contact_id = %lld AND kind = 'VERIFY_NUMBER'", (long long)p.contact_id);
	static const char *const ids[] = { "f1", "f2", "f3", "f4" };
	check_begin("absent three times in ten days: a task, once");
	for (int i = 0; i < 4; i++) {
		sent_to(&p, ids[i]);
		now_is(gateway_now(&g) + 2 * DAY_MS);
		report(&p, ids[i], "AbsentSubscriber");
		CHECK_INT(number_of(tasks), i >= 2);
	}
	check_begin("unknown subscriber: the number is invalid, a person looks");
	sent_to(&q, "u1");
	report(&q, "u1", "EC_UNKNOWN_SUBSCRIBER");
	(void)snprintf(tasks, sizeof tasks, "SELECT count(*) FROM contact_point WHERE contact_id = %lld AND status = 'INVALID'", (long long)q.contact_id);
	CHECK_INT(number_of(tasks), 1);
	(void)snprintf(tasks, sizeof tasks, "SELECT count(*) FROM task WHERE contact_id = %lld AND kind = 'VERIFY_NUMBER'", (long long)q.contact_id);
	CHECK_INT(number_of(tasks), 1);
}

static void test_fading(void)
{
	now_is(at("2028-03-06 10:00"));
	struct person p = somebody("GN", NULL);
	char sql[160];
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM contact_point WHERE contact_id = %lld AND faded_at IS NOT NULL", (long long)p.contact_id);
	check_begin("heard again within two months a number is still the person's; later it proves nothing by itself");
	now_is(gateway_now(&g) + 59 * DAY_MS);
	sms(&p, "AIDE");
	CHECK_INT(number_of(sql), 0);
	now_is(gateway_now(&g) + 61 * DAY_MS);
	sms(&p, "AIDE");
	CHECK_INT(number_of(sql), 1);
}

static void test_ramadan(void)
{
	now_is(at("2028-01-10 10:00"));
	struct person p = somebody("MA", "2028-01-19"); /* ARR: Monday 2028-01-24, the second day of Ramadan's clock */
	const struct country *ma = config_country(&g.config, STR("MA"));
	struct local_time t;
	check_begin("Morocco in Ramadan: in the window of its own clock");
	CHECK_INT(pass_until(at("2028-01-24 08:59")), 0);
	CHECK_INT(pass_until(at("2028-01-24 12:00")), 1);
	CHECK(calendar_local(ma->timezone, of_int(p.ref, "due_at", "ARR"), &t));
	CHECK_INT(t.day, 24);
	CHECK(t.minute >= 9 * 60 && t.minute <= 11 * 60);
	check_begin("each row has its own minute");
	struct person q = somebody("MA", "2028-01-19");
	CHECK(of_int(p.ref, "due_at", "M1") != of_int(q.ref, "due_at", "M1"));
}

/* ---- "send a check-in now" */

static int ask_now(const struct person *p, char at_or_why[64])
{
	json_t *request = json_pack("{s:s}", "ref", p->ref);
	struct act_call call = { .g = &g, .db = &g.db, .user = STR("amina"), .reason = STR(""), .now_ms = gateway_now(&g),
				 .request = request, .answer = json_object() };
	begin();
	int rc = act_run("case.checkin", &call);
	CHECK_INT(db_item_end(&g.db, rc == 0), 0);
	CHECK_INT(db_commit(&g.db), 0);
	const char *wave = json_string_value(json_object_get(call.answer, "wave"));
	const char *waits = json_string_value(json_object_get(call.answer, "waits"));
	(void)snprintf(at_or_why, 64, "%s %s", wave ? wave : "-", waits ? waits : "-");
	json_decref(call.answer);
	json_decref(request);
	return rc;
}

static const char *looks(const struct person *p)
{
	static struct checkin_now now;
	CHECK_INT(schedule_now_look(&g, str_of(p->ref), gateway_now(&g), &now), 1);
	return now.why_not ? now.why_not : now.waits ? now.waits : now.wave;
}

static void test_now(void)
{
	char said[64];
	now_is(at("2028-03-06 10:00"));
	struct person p = somebody("GN", "2028-01-10"); /* M1 is over, M3 due in April */
	int64_t m3 = of_int(p.ref, "due_at", "M3");
	check_begin("now: one beside the waves, quiet, and the waves stay where they are");
	CHECK_STR(str_of(looks(&p)), STR("SPONT"));
	CHECK_INT(ask_now(&p, said), 0);
	CHECK_STR(str_of(said), STR("SPONT -"));
	CHECK_INT(deliver("gn"), 1);
	CHECK(!strstr(last_text(&p).at, "OIM") && !strstr(last_text(&p).at, "retour"));
	CHECK_INT(of_int(p.ref, "texts = 1 AND outcome = 'SENT'", "SPONT"), 1);
	CHECK(of_int(p.ref, "due_at", "M3") == m3 && m3 > 0);
	check_begin("one that waits for its answer is not said again");
	CHECK_STR(str_of(looks(&p)), STR("open"));
	CHECK_INT(ask_now(&p, said), -EALREADY);
	check_begin("it is answered like any other");
	sms(&p, "1");
	sms(&p, "1994");
	CHECK_INT(of_int(p.ref, "outcome = 'STARTED'", "SPONT"), 1);
	close_case(&p);

	check_begin("the wave of this week is brought forward, once");
	now_is(at("2028-03-12 23:00"));
	struct person q = somebody("GN", "2028-02-15"); /* M1: 2028-03-16 */
	CHECK_STR(str_of(looks(&q)), STR("quiet_hours"));
	CHECK_INT(ask_now(&q, said), 0);
	CHECK_STR(str_of(said), STR("M1 quiet_hours"));
	CHECK_INT(ask_now(&q, said), 0);
	CHECK_INT(pass_until(at("2028-03-13 12:00")), 1);
	CHECK_INT(of_int(q.ref, "texts = 1 AND outcome = 'SENT'", "M1"), 1);
	CHECK_INT(of_int(q.ref, "count(*)", "SPONT"), 0);

	check_begin("what keeps somebody from being asked keeps them from being asked now, and nothing is left of it");
	static const struct {
		const char *key, *value, *why;
	} why[] = { { "contact_pref", "NO_CALL", "no_call" }, { "age_band", "U18", "unsafe" }, { "status", "REFERRED_PROTECTION", "unsafe" },
		    { "status", "WITHDRAWN", "closed" }, { "consent_checkins", "no", "no_consent" } };
	now_is(at("2028-03-20 10:00"));
	for (size_t i = 0; i < sizeof why / sizeof *why; i++) {
		struct person r = somebody("GN", "2028-01-10");
		set(&r, why[i].key, why[i].value);
		CHECK_STR(str_of(looks(&r)), str_of(why[i].why));
		CHECK_INT(ask_now(&r, said), -EPERM);
		CHECK_INT(of_int(r.ref, "count(*)", "SPONT") + texts_first(&r), 0);
	}
	struct person stop = somebody("GN", "2028-01-10"), frozen = somebody("GN", "2028-01-10"), home = somebody("GN", NULL),
		      sn = somebody("SN", "2028-01-10"), braked = somebody("GN", "2028-01-10");
	begin();
	CHECK_INT(opt_out(&g.db, str_of(stop.number), "keyword", gateway_now(&g)), 0);
	CHECK_INT(points_of_contact_set_status(&g.db, frozen.contact_id, "BLOCKED", gateway_now(&g)), 0);
	end();
	CHECK_STR(str_of(looks(&stop)), STR("opted_out"));
	CHECK_STR(str_of(looks(&frozen)), STR("no_number"));
	CHECK_STR(str_of(looks(&home)), STR("no_return"));
	CHECK_STR(str_of(looks(&sn)), STR("no_channel"));
	CHECK_INT(ask_now(&stop, said), -EPERM);
	CHECK_INT(ask_now(&frozen, said), -EPERM);
	check_begin("the limit of unsolicited texts holds");
	for (int i = 0; i < 3; i++) {
		begin();
		CHECK_INT(sqlite3_exec(g.db.conn, "UPDATE checkin SET outcome = 'COMPLETED', next_at = NULL WHERE wave = 'SPONT'", NULL, NULL,
				       NULL), SQLITE_OK);
		end();
		CHECK_INT(ask_now(&braked, said), 0);
		CHECK_STR(str_of(said), STR("SPONT -"));
		CHECK_INT(deliver("gn"), 1);
		now_is(gateway_now(&g) + 2 * HOUR_MS);
	}
	begin();
	CHECK_INT(sqlite3_exec(g.db.conn, "UPDATE checkin SET outcome = 'COMPLETED', next_at = NULL WHERE wave = 'SPONT'", NULL, NULL, NULL),
		  SQLITE_OK);
	end();
	CHECK_STR(str_of(looks(&braked)), STR("limit"));
	CHECK_INT(ask_now(&braked, said), 0);
	CHECK_STR(str_of(said), STR("SPONT limit"));
	CHECK_INT(deliver("gn"), 0);
}

static void test_held_back(void)
{
	int64_t message_id;
	struct push invitation = { .flow_state = STR("contact:APPOINTMENT"), .must_arrive = true, .expires_ms = at("2028-06-02 12:00"),
				   .vars = { { STR("date"), STR("02/06") }, { STR("time"), STR("12:00") }, { STR("place"), STR("Rabat") } },
				   .vars_count = 3 };
	now_is(at("2028-06-01 17:00"));
	struct person p = somebody("GN", NULL);
	begin();
	CHECK_INT(push_begin(&g, p.contact_id, &invitation, gateway_now(&g), &message_id), PUSH_QUEUED);
	end();
	check_begin("what an outage held back until the night waits for the morning");
	now_is(at("2028-06-02 01:00"));
	CHECK_INT(deliver("gn"), 0);
	now_is(at("2028-06-02 08:59"));
	CHECK_INT(deliver("gn"), 0);
	now_is(at("2028-06-02 09:01"));
	CHECK_INT(deliver("gn"), 1);
}

int main(void)
{
	struct err err = { .text = "" };
	if (config_parse(&config, "test", str_of(config_text), on_problem, NULL) != 0 || gateway_open(&g, &config, NULL, &err) != 0 ||
	    loop_new(&g.loop) != 0) {
		(void)printf("%s\n0 passed, 1 failed\n", err.text);
		return EXIT_FAILURE;
	}
	now_is(at("2026-11-30 08:00"));
	CHECK_INT(schedule_start(&g), 0);
	test_rows();
	test_life();
	test_silent();
	test_excluded();
	test_limits();
	test_clock();
	test_unfinished();
	test_signals();
	test_ramadan();
	test_now();
	test_fading();
	test_held_back();
	schedule_stop(&g);
	loop_free(g.loop);
	gateway_close(&g);
	return check_end();
}
