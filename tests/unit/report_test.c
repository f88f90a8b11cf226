/* R7 to R15 against figures counted by hand: a small house of people written through the same functions as the daemon's, read
 * by report_run().  R1 to R6 and the published year are in tests/e2e/report_test.py; masking and CSV stand here too. */
#include "db/cases.h"
#include "db/contact.h"
#include "db/import.h"
#include "db/message.h"
#include "flows/embedded.h"
#include "flows/text/tsv.h"
#include "gateway/csv.h"
#include "gateway/definitions.h"
#include "gateway/report_mask.h"
#include "gateway/report_write.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], key_file[96];
static struct db db;
static struct reader *reader;
static struct config config;
static struct weights weights;
static struct report_page report;
static enum report_language spoken = REPORT_FR;

enum { DAY = 86400000, HOUR = 3600000 };
/* Noon of 1 March 2026 in Casablanca (UTC+0 in Ramadan, else +1: noon is the same day either way). */
static const int64_t march = 1772362800000;

static void make_folder(void)
{
	(void)snprintf(folder, sizeof folder, "/tmp/wasl-report-test-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	(void)snprintf(key_file, sizeof key_file, "%s/key", folder);
	int fd = open(key_file, O_CREAT | O_WRONLY, 0600);
	for (int i = 0; i < 64; i++)
		if (write(fd, &"0123456789abcdef"[i % 16], 1) != 1)
			abort();
	close(fd);
}

static void problem(const char *text, void *user)
{
	(void)user;
	fprintf(stderr, "%s\n", text);
}

static void must(int rc)
{
	if (rc != 0)
		abort();
}

static void sql(const char *text)
{
	if (sqlite3_exec(db.conn, text, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s\n", sqlite3_errmsg(db.conn));
		abort();
	}
}

static struct contact person(int n, const char *ref, const char *direction, int64_t opened)
{
	char number[20];
	struct contact who;
	(void)snprintf(number, sizeof number, "+21260000%04d", n);
	must(contact_add(&db, str_of(number), STR("MA"), opened, 0, &who));
	must(case_open(&db, str_of(ref), who.contact_id, str_of(direction), STR("NEW"), STR("CALL_OK"), STR("RABAT"), opened));
	return who;
}

static void answer(const struct contact *who, const char *ref, int64_t run, const char *mode, const char *language, const char *state,
		   const char *value, int64_t at)
{
	struct answer_row row = { .case_ref = str_of(ref), .flow = STR("return_request"), .flow_version = STR("0123456789abcdef"),
				  .state = str_of(state), .value = str_of(value), .raw = STR("1"), .mode = str_of(mode), .channel = STR("at"),
				  .language = str_of(language), .contact_id = who->contact_id, .run_id = run, .answered_at = at };
	must(answer_add(&db, &row, &who->key));
}

static void alert(const struct contact *who, const char *ref, const char *kind, const char *rule, int64_t raised, int64_t due, int64_t taken,
		  int64_t closed)
{
	char text[200];
	struct alert_row row = { .case_ref = str_of(ref), .level = STR("HIGH"), .office = STR("RABAT"), .role = STR("counsellor"),
				 .kind = str_of(kind), .rule = str_of(rule), .contact_id = who->contact_id, .raised_at = raised, .due_at = due };
	must(alert_add(&db, &row, &who->key));
	(void)snprintf(text, sizeof text, "UPDATE alert SET taken_at = nullif(%lld, 0), closed_at = nullif(%lld, 0) WHERE alert_id ="
		       " (SELECT max(alert_id) FROM alert)", (long long)taken, (long long)closed);
	sql(text);
}

static int64_t to_point; /* of the messages that follow */

static void message(bool out, bool ussd, const char *channel, const char *status, const char *reason, size_t segments)
{
	struct message m = { .out = out, .ussd = ussd, .channel = str_of(channel), .status = status, .reason = str_of(reason),
			     .created_at = march, .segments = segments, .point_id = to_point, .text = STR("x") };
	must(message_add(&db, &m, &db.vault.own));
}

/* ---- the house: three people who asked in March, one in February; A departed, B is counselled, C stopped half-way */

static void people_who_ask(void)
{
	struct contact a = person(1, "10000006", "FROM_MA", march), b = person(2, "20000004", "FROM_MA", march + DAY),
		       c = person(3, "30000001", "FROM_MA", march + 2 * DAY), d = person(4, "40000002", "FROM_MA", march - 10 * (int64_t)DAY);
	static const char *const states[] = { "AGE", "SAFE", "COUNTRY", "CONFIRM" }, *const values[] = { "18_39", "CALL_OK", "GN", "SEND" };
	for (int i = 0; i < 4; i++) {
		answer(&a, "10000006", 1001, "ussd", "fr", states[i], values[i], march);
		answer(&b, "20000004", 1002, "sms", "ar", states[i], values[i], march + DAY);
	}
	for (int i = 0; i < 3; i++)
		answer(&c, "30000001", 1003, "ussd", "fr", states[i], i == 1 ? "NO_CALL" : values[i], march + 2 * (int64_t)DAY);
	answer(&d, "40000002", 1004, "ussd", "fr", "MINOR", "1", march);
	must(case_history_add(&db, STR("10000006"), STR("COUNSELLED"), STR("amina"), march + 2 * (int64_t)DAY));
	must(case_history_add(&db, STR("20000004"), STR("COUNSELLED"), STR("amina"), march + 5 * (int64_t)DAY));
	must(case_history_add(&db, STR("40000002"), STR("WITHDRAWN"), STR("amina"), march + 6 * (int64_t)DAY));
	sql("UPDATE cases SET departed_on = '2026-03-21', sex = 'M', tags = 'ORION' WHERE ref = '10000006'");
	sql("UPDATE cases SET status = 'PARTIAL' WHERE ref = '30000001'");
	sql("INSERT INTO task (task_id, case_ref, kind, created_at, done_at, outcome) VALUES (900001, '10000006', 'CALL_BACK', 1772362800000,"
	    " 1772362800000 + 86400000, 'REACHED')");
	for (int i = 0; i < 5; i++) {
		char text[256];
		(void)snprintf(text, sizeof text, "INSERT INTO session (session_id, contact_id, channel, mode, open, started_at, updated_at)"
			       " SELECT %d, min(contact_id), 'at', '%s', %d, %lld, %lld FROM contact", 800000 + i, i < 4 ? "ussd" : "sms", i == 0,
			       (long long)march, (long long)march);
		sql(text);
	}
	/* raised, due, taken: one in time after 2 hours, one late after 30, one open and overdue, one open and not due */
	alert(&a, "10000006", "URGENT_NEED", "urgent_need=HEALTH", march, march + 8 * HOUR, march + 2 * HOUR, march + 3 * HOUR);
	alert(&b, "20000004", "URGENT_NEED", "urgent_need=SOON", march, march + 8 * HOUR, march + 30 * HOUR, 0);
	alert(&c, "30000001", "FEAR", "topic=FEAR", march, march + 8 * HOUR, 0, 0);
	alert(&d, "40000002", "CHECKIN", "checkin.q8=1", march, march + 400 * (int64_t)DAY, 0, 0);
	alert(&a, "10000006", "COMPLAINT", "topic=PROBLEM number 7", march, march + 10 * (int64_t)DAY, march + DAY, march + 2 * (int64_t)DAY);
	alert(&a, "10000006", "COMPLAINT", "topic=OPINION number 8", march, march + 10 * (int64_t)DAY, march + 11 * (int64_t)DAY, 0);
	alert(&b, "20000004", "COMPLAINT_PSEA", "topic=PSEA number 9", march, march + DAY, march + HOUR, 0);
}

static void checkin(int n, const char *ref, const char *wave, const char *outcome, int delivered, int started, const char *version,
		    double composite, int64_t at)
{
	char text[512];
	bool done = strcmp(outcome, "COMPLETED") == 0;
	(void)snprintf(text, sizeof text, "INSERT INTO checkin (checkin_id, case_ref, wave, due_at, sent_at, delivered_at, started_at, completed_at,"
		       " outcome, instrument, weights_version, score_e, score_s, score_p, score_c) VALUES (%d, '%s', '%s', %lld, %lld, nullif(%lld, 0),"
		       " nullif(%lld, 0), nullif(%lld, 0), '%s', %s, %s, %s, NULL, %s, %s)", 700000 + n, ref, wave, (long long)at, (long long)at,
		       (long long)at * delivered, (long long)at * started, done ? (long long)at : 0LL, outcome, done ? "'SMS8-v1'" : "NULL",
		       done ? version : "NULL", done ? "0.5" : "NULL", done ? "1.0" : "NULL", "NULL");
	sql(text);
	if (done) {
		(void)snprintf(text, sizeof text, "UPDATE checkin SET score_c = %f WHERE checkin_id = %d", composite, 700000 + n);
		sql(text);
	}
}

static void people_who_answer(void)
{
	(void)person(11, "50000000", "TO_MA", march);
	(void)person(12, "60000009", "TO_MA", march);
	sql("UPDATE cases SET sex = 'M', mentor_id = 'm1' WHERE ref = '50000000'");
	sql("UPDATE cases SET sex = 'F' WHERE ref = '60000009'");
	checkin(1, "50000000", "M3", "COMPLETED", 1, 1, "'equal-1'", 0.25, march);
	checkin(2, "60000009", "M3", "COMPLETED", 1, 1, "'equal-1'", 0.75, march);
	checkin(3, "50000000", "M6", "COMPLETED", 0, 1, "'equal-1'", 0.50, march + 20 * (int64_t)DAY);
	checkin(4, "60000009", "M6", "COMPLETED", 1, 1, "'equal-2'", 0.80, march + 20 * (int64_t)DAY);
	checkin(5, "10000006", "M3", "REFUSED", 1, 0, NULL, 0, march);
	checkin(6, "20000004", "M3", "SENT", 0, 0, NULL, 0, march);
	checkin(7, "20000004", "M6", "SUPPRESSED", 0, 0, NULL, 0, march);
	sql("INSERT INTO referral (referral_id, case_ref, service, organisation, made_on, outcome) VALUES"
	    " (1, '50000000', 'HEALTH', 'CHU', '2026-03-05', 'DONE'), (2, '60000009', 'HEALTH', 'CHU', '2026-03-06', 'DONE'),"
	    " (3, '60000009', 'TRAINING', NULL, '2026-03-07', NULL), (4, '60000009', 'TRAINING', NULL, '2026-02-07', NULL)");
}

static void lines(void)
{
	struct contact guinean;
	must(contact_add(&db, STR("+224620000001"), STR("GN"), march, 0, &guinean));
	message(false, true, "at", "received", "", 0);
	message(true, true, "at", "sent", "", 0);
	message(false, false, "at", "received", "", 2);
	message(true, false, "at", "delivered", "", 1);
	message(true, false, "at", "delivered", "", 3);
	to_point = guinean.point_id;
	message(true, false, "at", "failed", "AbsentSubscriber", 1);
	to_point = 0;
	message(true, false, "at", "cancelled", "", 1);
	message(true, false, "mtn", "queued", "", 1);
	sql("UPDATE message SET status = 'sending' WHERE channel = 'mtn'; UPDATE message SET status = 'sent' WHERE channel = 'mtn'");
	sql("UPDATE cases SET source_point = 'RETOUR3' WHERE ref = '10000006'");
	sql("UPDATE cases SET step = 1, assigned_to = 'amina' WHERE ref IN ('50000000', '60000009')");
	sql("UPDATE cases SET step = 2 WHERE ref = '20000004'");
	sql("INSERT INTO meeting (meeting_id, tag, kind, place, at, made_by, made_at) VALUES (1, 'FORAS', 'INFORMATION', 'Oujda', 1772362800000,"
	    " 'amina', 1), (2, 'FORAS', 'INFORMATION', 'Rabat', 1772449200000, 'amina', 1)");
	sql("INSERT INTO appointment (appointment_id, meeting_id, case_ref, contact_id, at, made_by, made_at, answer, attended)"
	    " SELECT n, meeting, ref, contact_id, 1, 'amina', 1, answer, attended FROM (SELECT 1 AS n, 1 AS meeting, '10000006' AS ref,"
	    " 'CONFIRMED' AS answer, 1 AS attended UNION ALL SELECT 2, 1, '20000004', 'CONFIRMED', 0 UNION ALL SELECT 3, 1, '30000001', NULL, 1"
	    " UNION ALL SELECT 4, 2, '10000006', 'OTHER_DATE', NULL) JOIN cases USING (ref)");
}

static void open_house(void)
{
	struct err err;
	make_folder();
	if (db_open(&db, folder, key_file, &err) != 0)
		abort();
	must(db_begin(&db));
	must(db_item_begin(&db));
	people_who_ask();
	people_who_answer();
	lines();
	must(db_item_end(&db, true));
	must(db_commit(&db));
	static const char json[] = "{\"public_url\": \"https://gw.example.org\", \"countries\": {\"MA\": {\"sos\": \"112\"}}, \"channels\": ["
		"{\"id\": \"at\", \"adapter\": \"africastalking\", \"token\": \"k7Qm2vXw9pLr4TzB\", \"username\": \"u\", \"api_key\": \"k\"},"
		"{\"id\": \"mtn\", \"adapter\": \"africastalking\", \"token\": \"k7Qm2vXw9pLr4TzC\", \"username\": \"u\", \"api_key\": \"k\"}],"
		"\"prices\": [{\"channel\": \"at\", \"country\": \"GN\", \"segment\": \"0.65\", \"currency\": \"MAD\"},"
		"{\"channel\": \"at\", \"segment\": \"0.35\", \"currency\": \"MAD\"}],"
		"\"steps\": [{\"fr\": \"Arrivée\", \"en\": \"Arrival\", \"ar\": \"الوصول\"}, {\"fr\": \"B\", \"en\": \"B\"}, {\"fr\": \"C\", \"en\": \"C\"},"
		" {\"fr\": \"D\", \"en\": \"D\"}, {\"fr\": \"E\", \"en\": \"E\"}]}";
	must(config_parse(&config, "wasl.json", str_of(json), problem, NULL));
	must(definitions_weights(&weights, &config, &err));
	must(reader_open(folder, key_file, &reader, &err));
}

/* ---- reading a report */

static void run(const char *name, const char *year, bool outside)
{
	struct err err = { .text = "" };
	struct report_ask ask = { .name = str_of(name), .outside = outside, .protection = true, .complaints = true,
				  .now_ms = march + 60 * (int64_t)DAY, .user = STR("amina"), .weights = &weights, .language = spoken };
	report_free(&report);
	must(period_parse(str_of(year), STR(""), STR(""), &ask.period, &err));
	CHECK_INT(report_run(reader, &config, &ask, NULL, NULL, &report, &err), 0);
	if (err.text[0])
		fprintf(stderr, "%s\n", err.text);
}

static const struct report_cell *cell(const char *table, const char *code, const char *column)
{
	static const struct report_cell none;
	for (size_t t = 0; t < report.tables_count; t++)
		for (const struct report_row *row = report.tables[t].rows; row && strcmp(report.tables[t].key, table) == 0; row = row->next)
			for (size_t c = 0; c < report.tables[t].columns_count; c++)
				if (str_eq_z(row->code, code) && strcmp(report.tables[t].columns[c].key, column) == 0)
					return &row->cells[c];
	check_fail(__FILE__, __LINE__, "no cell %s %s %s", table, code, column);
	return &none;
}

static int64_t n_of(const char *table, const char *code, const char *column)
{
	const struct report_cell *c = cell(table, code, column);
	CHECK_INT(c->kind, REPORT_COUNT);
	return c->n;
}

static int thousandths(const char *table, const char *code, const char *column)
{
	double x = cell(table, code, column)->x * 1000;
	return (int)(x < 0 ? x - 0.5 : x + 0.5);
}

/* ---- R7, R8 */

static void test_month(void)
{
	check_begin("R7: requests, interviews, departures, withdrawals and medians of a month");
	run("month", "2026-03", false);
	CHECK_INT(n_of("month", "month-1", "requests"), 2); /* C is unfinished, D asked in February */
	CHECK_INT(n_of("month", "month-1", "interviews"), 2);
	CHECK_INT(n_of("month", "month-1", "departures"), 1);
	CHECK_INT(n_of("month", "month-1", "withdrawals"), 1);
	CHECK_INT(thousandths("month", "month-1", "days_to_contact"), 2500);   /* A 1 (called), B 4 (interview): between them */
	CHECK_INT(thousandths("month", "month-1", "days_to_departure"), 20000); /* asked on the 1st, left on the 21st */
	CHECK_INT(n_of("month", "month-1", "previous"), 0); /* in February somebody asked and nobody left: that is known */
	check_begin("requests by orientation point: what the poster's keyword was, or nobody knows");
	CHECK_INT(n_of("points", "RETOUR3", "requests"), 1);
	CHECK_INT(n_of("points", "", "requests"), 1);
	CHECK_INT(n_of("points", "total", "requests"), 2);
	check_begin("R7: a month of which nothing is known");
	run("month", "2025-03", false);
	CHECK_INT(cell("month", "month-1", "requests")->kind, REPORT_UNKNOWN);
	CHECK_INT(cell("month", "month-1", "departures")->kind, REPORT_UNKNOWN);
}

static void test_funnel(void)
{
	check_begin("R8: from the session to the departure, by way and language, and where people stopped");
	run("funnel", "2026", false);
	CHECK_INT(n_of("mode", "ussd", "sessions"), 4);
	CHECK_INT(n_of("mode", "sms", "sessions"), 1);
	CHECK_INT(n_of("mode", "ussd", "consent"), 2); /* A and C; the minor is no request */
	CHECK_INT(n_of("mode", "ussd", "safe"), 1);
	CHECK_INT(n_of("mode", "ussd", "completed"), 1);
	CHECK_INT(n_of("mode", "ussd", "contacted"), 1);
	CHECK_INT(n_of("mode", "ussd", "departed"), 1);
	CHECK_INT(n_of("language", "ar", "completed"), 1);
	CHECK_INT(n_of("language", "ar", "counselled"), 1);
	CHECK_INT(n_of("language", "ar", "departed"), 0);
	CHECK_INT(n_of("mode", "total", "consent"), 3);
	CHECK_INT(n_of("left", "COUNTRY", "walks"), 1);
	CHECK_INT(n_of("left", "total", "walks"), 1);
}

/* ---- R9, R10 */

static void test_checkins(void)
{
	check_begin("R9: due, delivered, completed, refused, and the three rates");
	run("checkins", "2026-03", false);
	CHECK_INT(n_of("wave", "M3", "due"), 4);
	CHECK_INT(n_of("wave", "M3", "delivered"), 3);
	CHECK_INT(n_of("wave", "M3", "completed"), 2);
	CHECK_INT(n_of("wave", "M3", "refused"), 1);
	CHECK_INT(thousandths("wave", "M3", "contact_rate"), 750);
	CHECK_INT(thousandths("wave", "M3", "response_rate"), 667);
	CHECK_INT(thousandths("wave", "M3", "refusal_rate"), 333);
	CHECK_INT(n_of("wave", "M6", "due"), 2);
	CHECK_INT(n_of("wave", "M6", "delivered"), 2); /* who began has got it, whatever the network said */
	CHECK_INT(n_of("wave", "M6", "not_sent"), 1);
	CHECK_INT(n_of("sex", "F", "completed"), 2);
	CHECK_INT(n_of("country", "MA", "completed"), 4);
	CHECK_INT(n_of("wave", "total", "due"), 6);
	check_begin("R9: of a period without check-ins there are no rows, and no 0");
	run("checkins", "2020", false);
	CHECK(report.tables[0].rows == NULL);
}

static void test_scores(void)
{
	check_begin("R10: means, bands, the change of those who answered both, one table an instrument and weighting");
	run("scores", "2026", false);
	CHECK_INT(report.tables_count, 8); /* equal-1 and equal-2, each by wave, country, sex, mentored */
	CHECK_INT(n_of("wave", "M3|", "n"), 2);
	CHECK_INT(thousandths("wave", "M3|", "composite"), 500);
	CHECK_INT(thousandths("wave", "M3|", "economic"), 500);
	CHECK_INT(cell("wave", "M3|", "social")->kind, REPORT_UNKNOWN);
	CHECK_INT(thousandths("wave", "M3|", "low"), 500);
	CHECK_INT(thousandths("wave", "M3|", "high"), 500);
	CHECK_INT(n_of("wave", "M6|", "n"), 1); /* the first table: equal-1; 0.80 of equal-2 is not in this mean */
	CHECK_INT(thousandths("wave", "M6|", "composite"), 500);
	CHECK_INT(n_of("wave", "M6|", "both"), 1);
	CHECK_INT(thousandths("wave", "M6|", "change"), 250);
	CHECK_INT(thousandths("mentored", "M3|mentorés", "composite"), 250);
	CHECK_INT(thousandths("sex", "M3|F", "composite"), 750);
	bool named = true;
	for (size_t i = 0; i < report.tables_count; i++)
		named = named && str_starts(report.tables[i].title, STR("Indice court SMS (non comparable au score RSS) SMS8-v1"));
	CHECK(named);
}

/* ---- R11, R12 */

static void test_alerts(void)
{
	check_begin("R11: count, share in time, median hours to the first action");
	run("alerts", "2026-03", false);
	CHECK_INT(n_of("alerts", "URGENT_NEED", "count"), 2);
	CHECK_INT(n_of("alerts", "URGENT_NEED", "open"), 1);
	CHECK_INT(thousandths("alerts", "URGENT_NEED", "in_time"), 500);
	CHECK_INT(thousandths("alerts", "URGENT_NEED", "hours"), 16000); /* 2 and 30 */
	CHECK_INT(thousandths("alerts", "FEAR", "in_time"), 0);
	CHECK_INT(cell("alerts", "FEAR", "hours")->kind, REPORT_UNKNOWN);
	CHECK_INT(cell("alerts", "CHECKIN", "in_time")->kind, REPORT_UNKNOWN); /* not due yet: neither in time nor late */
	CHECK_INT(n_of("alerts", "total", "count"), 7);
	CHECK_INT(thousandths("alerts", "total", "hours"), 24000); /* 1 2 24 30 264 */
}

static void test_complaints(void)
{
	check_begin("R12: type, month, open, share in time");
	run("complaints", "2026", false);
	CHECK_INT(n_of("complaints", "PROBLEM", "count"), 1);
	CHECK_INT(n_of("complaints", "PROBLEM", "open"), 0);
	CHECK_INT(thousandths("complaints", "PROBLEM", "in_time"), 1000);
	CHECK_INT(thousandths("complaints", "OPINION", "in_time"), 0);
	CHECK_INT(n_of("complaints", "PSEA", "count"), 1);
	CHECK_INT(n_of("complaints", "total", "count"), 3);
	CHECK_INT(thousandths("complaints", "total", "in_time"), 667);
	CHECK_INT(report.tables[1].rows->cells[3].n, 1); /* the third month */
	CHECK_INT(n_of("months", "total", "total"), 3);
	check_begin("R12: who may not see them reads no small count of serious ones");
	struct err err = { .text = "" };
	struct report_ask ask = { .name = STR("complaints"), .period = period_year(2026), .now_ms = march, .user = STR("karim") };
	report_free(&report);
	CHECK_INT(report_run(reader, &config, &ask, NULL, NULL, &report, &err), 0);
	CHECK_INT(cell("complaints", "PSEA", "count")->kind, REPORT_MASKED);
	check_begin("R6 is for staff with the right to protection");
	ask.name = STR("vulnerability");
	report_free(&report);
	CHECK_INT(report_run(reader, &config, &ask, NULL, NULL, &report, &err), -EACCES);
}

/* ---- R13, R14, R15 */

static void test_referrals(void)
{
	check_begin("R13: service, organisation, outcome");
	run("referrals", "2026-03", false);
	CHECK_INT(n_of("referrals", "HEALTH|CHU|DONE|", "referrals"), 2);
	CHECK_INT(n_of("referrals", "TRAINING|||", "referrals"), 1);
	CHECK_INT(n_of("referrals", "TRAINING|||", "previous"), 1);
	CHECK_INT(cell("referrals", "TRAINING|||", "organisation")->kind, REPORT_UNKNOWN);
	CHECK_INT(n_of("referrals", "total", "referrals"), 3);
	check_begin("cases by step and counsellor, as the configuration names the steps");
	CHECK_INT(n_of("steps", "1|amina", "cases"), 2);
	CHECK_STR(cell("steps", "1|amina", "step")->text, STR("1 Arrivée"));
	CHECK_INT(n_of("steps", "2|", "cases"), 1);
	CHECK_INT(cell("steps", "2|", "counsellor")->kind, REPORT_UNKNOWN);
	CHECK_INT(n_of("steps", "total", "cases"), 3);
}

static void test_tags(void)
{
	check_begin("R14: once a project, once a donor, once in all");
	run("tags", "2026", false);
	CHECK_INT(n_of("from", "ORION", "persons"), 1);
	CHECK_INT(n_of("from", "persons", "persons"), 1);
	CHECK_INT(n_of("from", "without", "persons"), 0);
	CHECK_INT(n_of("from-donors", "Royaume-Uni (DFID)", "persons"), 1);
	check_begin("sessions of a project: invited, confirmed, attended");
	CHECK_INT(n_of("sessions", "FORAS|INFORMATION", "sessions"), 2);
	CHECK_INT(n_of("sessions", "FORAS|INFORMATION", "invited"), 4);
	CHECK_INT(n_of("sessions", "FORAS|INFORMATION", "confirmed"), 2);
	CHECK_INT(n_of("sessions", "FORAS|INFORMATION", "attended"), 2);
}

static void test_service(void)
{
	check_begin("R15: messages, segments, delivery, errors, dropped sessions");
	run("service", "2026-03", false);
	CHECK_INT(n_of("volume", "out-sms", "messages"), 5);
	CHECK_INT(n_of("volume", "out-sms", "segments"), 7);
	CHECK_INT(n_of("volume", "in-sms", "segments"), 2);
	CHECK_INT(n_of("volume", "in-ussd", "messages"), 1);
	CHECK_INT(n_of("volume", "total", "messages"), 8);
	CHECK_INT(n_of("failures", "total", "sms"), 1);
	/* on "at" delivered 1 and 3 and failed 1 at 0.35, of which the failed one went to Guinea at 0.65; "mtn" has no price */
	CHECK_INT(n_of("cost", "at|", "segments"), 4);
	CHECK_INT(thousandths("cost", "at|", "cost"), 1400);
	CHECK_INT(thousandths("cost", "at|GN", "price"), 650);
	CHECK_INT(thousandths("cost", "at|GN", "cost"), 650);
	CHECK_INT(thousandths("cost", "total-MAD", "cost"), 2050);
	CHECK_INT(n_of("cost", "total-MAD", "segments"), 5);
	CHECK_INT(n_of("cost", "mtn|", "segments"), 1);
	CHECK_INT(cell("cost", "mtn|", "cost")->kind, REPORT_UNKNOWN);
	CHECK_INT(n_of("delivery", "at", "sms"), 4);
	CHECK_INT(n_of("delivery", "at", "delivered"), 2);
	CHECK_INT(thousandths("delivery", "at", "delivery_rate"), 667); /* of three: one was called off */
	CHECK_INT(thousandths("delivery", "mtn", "delivery_rate"), 0);
	CHECK_INT(n_of("failures", "at|failed|AbsentSubscriber|", "sms"), 1);
	CHECK_INT(n_of("ussd", "at", "sessions"), 4);
	CHECK_INT(thousandths("ussd", "at", "drop_rate"), 250);
}

/* ---- languages */

static bool has_arabic(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] >= 0xD8 && (unsigned char)s.at[i] <= 0xDB)
			return true;
	return false;
}

/* What the house itself says, of which a page in Arabic has not a word that is not Arabic. */
static void all_arabic(void)
{
	const struct report_page *r = &report;
	static const char *const same[] = { "n", "SMS", "", NULL }; /* the same in all three */
	for (size_t i = 0; i < r->tables_count; i++)
		for (size_t c = 0; c < r->tables[i].columns_count; c++) {
			bool good = has_arabic(r->tables[i].columns[c].label);
			for (size_t k = 0; same[k]; k++)
				good = good || str_eq_z(r->tables[i].columns[c].label, same[k]);
			if (!good && strcmp(r->tables[i].columns[c].key, "previous") != 0)
				check_fail(__FILE__, __LINE__, "%s: column %.*s", r->name, STR_ARG(r->tables[i].columns[c].label));
		}
	for (size_t i = 0; i < r->tables_count; i++)
		if (!has_arabic(r->tables[i].title))
			check_fail(__FILE__, __LINE__, "%s: %.*s", r->name, STR_ARG(r->tables[i].title));
	for (size_t i = 0; i < r->notes_count; i++)
		if (!has_arabic(r->notes[i]))
			check_fail(__FILE__, __LINE__, "%s: %.*s", r->name, STR_ARG(r->notes[i]));
	CHECK(has_arabic(r->title) && has_arabic(r->made));
}

static size_t conversions(struct str s, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i + 1 < s.len; i++) {
		if (s.at[i] != '%')
			continue;
		do
			out[n++] = s.at[i++];
		while (i < s.len && strchr("0123456789.*-lz", s.at[i]) && n < 200);
		if (i < s.len)
			out[n++] = s.at[i];
	}
	out[n] = '\0';
	return n;
}

static void test_languages(void)
{
	check_begin("each of the fifteen says everything in Arabic, too");
	spoken = REPORT_AR;
	for (size_t i = 0; report_names[i]; i++) {
		run(report_names[i], "2026", false);
		all_arabic();
	}
	check_begin("and in English");
	spoken = REPORT_EN;
	run("scores", "2026", false);
	CHECK(str_starts(report.tables[0].title, STR("Short SMS index (not comparable to the RSS score) SMS8-v1, weights equal-1: by wave")));
	run("month", "2026-03", false);
	CHECK_STR(cell("month", "month-1", "month")->text, STR("March 2026"));
	CHECK_STR(report.previous, STR("February 2026"));
	spoken = REPORT_FR;
	check_begin("the words: three columns each, and a format keeps its conversions in their order");
	struct tsv t;
	struct err err;
	CHECK_INT(tsv_open(&t, (struct str){ report_files[0].bytes, report_files[0].len }, "report.tsv", STR("fr\ten\tar"), &err), 0);
	int rows = 0, rc;
	while ((rc = tsv_next(&t, &err)) == 1) {
		char in[3][256];
		for (int l = 0; l < 3; l++) {
			(void)conversions(t.cell[l], in[l]);
			CHECK(t.cell[l].len > 0);
		}
		CHECK_STR(str_of(in[1]), str_of(in[0]));
		CHECK_STR(str_of(in[2]), str_of(in[0]));
		rows++;
	}
	CHECK_INT(rc, 0);
	CHECK(rows > 300);
}

/* ---- masks */

static void test_masks(void)
{
	check_begin("what is hidden cannot be computed from a row, a column, or a total");
	struct report_cell cells[3][5] = { { { .kind = REPORT_TEXT }, { .kind = REPORT_COUNT, .n = 40 }, { .kind = REPORT_COUNT, .n = 3 },
					     { .kind = REPORT_COUNT, .n = 9 }, { .kind = REPORT_COUNT, .n = 52 } },
					   { { .kind = REPORT_TEXT }, { .kind = REPORT_COUNT, .n = 20 }, { .kind = REPORT_COUNT, .n = 7 },
					     { .kind = REPORT_COUNT, .n = 0 }, { .kind = REPORT_COUNT, .n = 27 } },
					   { { .kind = REPORT_TEXT }, { .kind = REPORT_COUNT, .n = 60 }, { .kind = REPORT_COUNT, .n = 10 },
					     { .kind = REPORT_COUNT, .n = 9 }, { .kind = REPORT_COUNT, .n = 79 } } };
	struct report_row rows[3] = { { .cells = cells[0], .next = &rows[1] }, { .cells = cells[1], .next = &rows[2] },
				      { .cells = cells[2], .total = true } };
	struct report_table t = { .columns_count = 5, .sum = 4, .rows_add_up = true, .rows = rows };
	for (int c = 1; c < 5; c++)
		t.columns[c].counts = true, t.columns[c].adds_up = c < 4;
	report_mask_table(&t);
	CHECK_INT(cells[0][2].kind, REPORT_MASKED);
	CHECK_INT(cells[0][2].n, 0); /* "<5" */
	for (int r = 0; r < 3; r++) { /* no line of sums has exactly one unknown */
		int hidden = 0;
		for (int c = 1; c < 5; c++)
			hidden += cells[r][c].kind == REPORT_MASKED;
		CHECK(hidden != 1);
	}
	for (int c = 1; c < 5; c++) {
		int hidden = 0;
		for (int r = 0; r < 3; r++)
			hidden += cells[r][c].kind == REPORT_MASKED;
		CHECK(hidden != 1);
	}
	CHECK_INT(cells[2][4].kind, REPORT_COUNT); /* the total of all stays */
	CHECK_INT(cells[0][4].kind, REPORT_COUNT);
}

static void test_csv(void)
{
	char *text = NULL, storage[256];
	size_t len, count, lines_read;
	struct csv csv;
	struct str cells[8];
	FILE *to = open_memstream(&text, &len);
	check_begin("CSV: formulas are guarded, quotes doubled, numbers of ours are not text; and it reads back");
	csv_begin(&csv, to, true);
	csv_text(&csv, STR("=1+2"));
	csv_text(&csv, STR("+212600000001"));
	csv_text(&csv, STR("a \"b\";\nc"));
	csv_real(&csv, -0.25, 2);
	csv_integer(&csv, -3);
	csv_blank(&csv);
	csv_end_line(&csv);
	(void)fclose(to);
	CHECK_STR(str_of(text), STR("\xef\xbb\xbf\"'=1+2\";\"'+212600000001\";\"a \"\"b\"\";\nc\";-0,25;-3;\r\n"));
	struct str rest = str_from(str_of(text), 3);
	CHECK_INT(csv_read(&rest, ';', cells, 8, &count, storage, sizeof storage, &lines_read), 1);
	CHECK_INT(count, 6);
	CHECK_INT(lines_read, 2);
	CHECK_STR(cells[2], STR("a \"b\";\nc"));
	CHECK_STR(cells[5], STR(""));
	CHECK_INT(csv_read(&rest, ';', cells, 8, &count, storage, sizeof storage, &lines_read), 0);
	free(text);
	for (const char *first = "=+-@\t\r"; *first; first++) { /* OWASP's list */
		to = open_memstream(&text, &len);
		csv_begin(&csv, to, false);
		csv_text(&csv, (struct str){ (char[]){ *first, '1' }, 2 });
		(void)fclose(to);
		CHECK_STR(str_of(text), ((struct str){ (char[]){ '"', '\'', *first, '1', '"' }, 5 }));
		free(text);
	}
}

static void test_periods(void)
{
	struct err err;
	struct period p;
	char text[96];
	struct buf b = buf_over(text, sizeof text);
	check_begin("periods: a quarter goes back by a quarter, days by days, and each has its French name");
	CHECK_INT(period_parse(STR("2018-Q2"), STR(""), STR(""), &p, &err), 0);
	struct period before = period_before(p);
	CHECK_INT(before.from.month, 1);
	CHECK_INT(before.to.day, 31);
	period_name(p, REPORT_FR, &b);
	CHECK_STR(buf_str(&b), STR("2e trimestre 2018"));
	CHECK_INT(period_parse(STR(""), STR("2020-03-01"), STR("2020-03-10"), &p, &err), 0);
	before = period_before(p);
	CHECK_INT(before.from.month * 100 + before.from.day, 220);
	CHECK_INT(before.to.month * 100 + before.to.day, 229);
	CHECK_INT(period_parse(STR(""), STR("2020-03-10"), STR("2020-03-01"), &p, &err), -EINVAL);
	CHECK_INT(period_parse(STR("2020"), STR("2020-03-10"), STR("2020-03-11"), &p, &err), -EINVAL);
}

int main(void)
{
	open_house();
	test_month();
	test_funnel();
	test_checkins();
	test_scores();
	test_alerts();
	test_complaints();
	test_referrals();
	test_tags();
	test_service();
	test_languages();
	test_masks();
	test_csv();
	test_periods();
	report_free(&report);
	reader_close(reader);
	weights_free(&weights);
	config_free(&config);
	db_close(&db);
	char command[128];
	(void)snprintf(command, sizeof command, "%s/wasl.db", folder);
	(void)unlink(command);
	return check_end();
}
