#include "tests/simulation/watch.h"

#include "db/backup.h"
#include "db/contact.h"
#include "db/ledger.h"
#include "flows/lint.h"
#include "gateway/calendar.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/house.h"
#include "tests/simulation/people.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20, UNSOLICITED_IN_14_DAYS = 3 };

static unsigned broken;

unsigned watch_broken(void)
{
	return broken;
}

void watch_reset(void)
{
	broken = 0;
}

__attribute__((format(printf, 1, 2))) static void wrong(const char *format, ...)
{
	va_list args;
	if (broken++ >= SHOWN)
		return;
	printf("  day %lld: ", (long long)(sim_now() / DAY_MS - 20819));
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	printf("\n");
}

/* ---- a text that leaves */

static const char *country_of(const char *number)
{
	return strncmp(number, "+224", 4) == 0 ? "GN" : "MA";
}

/* Worked out here once more, without the calendar: Guinea has UTC, Morocco UTC+1 or, in Ramadan, UTC. */
static bool decent_hour(const char *country)
{
	int64_t minute = sim_now() / MINUTE_MS % (24 * 60);
	bool ma = strcmp(country, "MA") == 0;
	return minute >= 9 * 60 - 60 * ma && minute < 19 * 60;
}

static void who_hears_nothing(struct phone_line *l, struct str text)
{
	struct contact who;
	char status[32] = "";
	if (l->stopped)
		wrong("written to after STOP: %.*s", STR_ARG(text));
	if (contact_by_number(&house.db, str_of(l->number), &who) != 1)
		return; /* known no more: the outbox says so itself */
	seal_key_forget(&who.key);
	if (strcmp(who.contact_pref, "NO_CALL") == 0)
		wrong("written to, though \"do not call me\": %.*s", STR_ARG(text));
	if (who.frozen || who.texts_paused || who.opted_out)
		wrong("written to a number that is frozen, paused or opted out: %.*s", STR_ARG(text));
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(
		    house.db.conn,
		    "SELECT status || ' ' || ifnull(age_band, '') FROM cases WHERE contact_id = ?1 AND closed_at IS NULL", -1,
		    &s, NULL) == SQLITE_OK &&
	    sqlite3_bind_int64(s, 1, who.contact_id) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		(void)snprintf(status, sizeof status, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	if (strstr(status, "REFERRED_PROTECTION") || strstr(status, "U18"))
		wrong("a protected person or a minor is written to first: %.*s", STR_ARG(text));
}

static void unsolicited(struct phone_line *l, struct str text)
{
	int64_t now = sim_now();
	size_t lately = 0;
	const char *country = country_of(l->number);
	for (size_t i = 0; i < FIRST_TEXTS_KEPT; i++) {
		lately += l->first_ms[i] && now - l->first_ms[i] < 14 * DAY_MS;
		if (l->first_ms[i] && now - l->first_ms[i] < 10 * MINUTE_MS)
			wrong("two texts to one phone within ten minutes: %.*s", STR_ARG(text));
	}
	if (lately >= UNSOLICITED_IN_14_DAYS)
		wrong("a fourth text in 14 days: %.*s", STR_ARG(text));
	if (!decent_hour(country) || calendar_next_permitted(&house.config, str_of(country), now) != now)
		wrong("at a quiet time in %s: %.*s", country, STR_ARG(text));
	if (lint_find_any(house.book.lint, LINT_TELLING, text))
		wrong("sent first and not quiet: %.*s", STR_ARG(text));
	who_hears_nothing(l, text);
	l->first_ms[l->first_count++ % FIRST_TEXTS_KEPT] = now;
	people_counts.first_out++;
}

void watch_text(struct str to, struct str text, void *user)
{
	char number[24];
	(void)user;
	struct phone_line *l = str_copy(to, number, sizeof number) ? people_line(number) : NULL;
	if (!l) {
		wrong("sent to a number nobody has");
		return;
	}
	if (sim_now() - l->heard_ms > 10 * MINUTE_MS)
		unsolicited(l, text);
	people_got(number, text);
}

/* ---- the database, each day */

static const struct {
	const char *sql, *why;
} never[] = {
	{ "SELECT count(*) FROM (SELECT contact_id FROM cases WHERE status NOT IN ('CLOSED', 'WITHDRAWN') GROUP BY contact_id"
	  " HAVING count(*) > 1)",
	  "a person has two open cases" },
	{ "SELECT count(*) FROM alert WHERE role IS NULL OR due_at IS NULL OR due_at <= raised_at",
	  "an alert without role or time" },
	{ "SELECT count(*) FROM task WHERE role IS NULL OR due_at IS NULL", "a task without role or time" },
	{ "SELECT count(*) FROM answer a WHERE flow = 'return_request' AND NOT EXISTS (SELECT 1 FROM consent c WHERE "
	  "c.contact_id = a.contact_id"
	  " AND purpose = 'REQUEST' AND answer = 'YES') AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.contact_id = "
	  "a.contact_id"
	  " AND k.age_band = 'U18')",
	  "an answer before consent" },
	{ "SELECT count(*) FROM answer a WHERE flow = 'checkin' AND state <> 'ARRIVAL' AND NOT EXISTS (SELECT 1 FROM consent "
	  "c"
	  " WHERE c.contact_id = a.contact_id AND purpose = 'CHECKINS' AND answer = 'YES' AND c.at <= a.answered_at)",
	  "a check-in's answer before consent" },
	{ "SELECT count(*) FROM (SELECT run_id, state, answered_at FROM answer GROUP BY run_id, state, answered_at HAVING "
	  "count(*) > 1)",
	  "an answer stands twice" },
	{ "SELECT count(*) FROM message WHERE direction = 'in' AND status = 'received' GROUP BY channel, provider_id HAVING "
	  "count(*) > 1"
	  " UNION ALL SELECT 0 LIMIT 1",
	  "a message was taken twice" },
	{ "SELECT count(*) FROM answer WHERE case_ref IS NOT NULL AND case_ref NOT IN (SELECT ref FROM cases)",
	  "an answer of no case" },
	{ "SELECT count(*) FROM v_case WHERE status IS NULL OR opened_at IS NULL", "a case without status" },
	{ "SELECT (SELECT count(*) FROM cases) - (SELECT sum(n) FROM (SELECT count(*) AS n FROM v_case GROUP BY status, "
	  "direction))"
	  " * (SELECT count(*) > 0 FROM cases)",
	  "the counts by status do not add up" },
	{ "SELECT count(*) FROM message WHERE direction = 'out' AND mode = 'sms' AND status = 'sending'",
	  "a text is under way for ever" },
	{ "SELECT count(*) FROM pragma_foreign_key_check", "a row points at nothing" },
};

static void never_consented(void)
{
	sqlite3_stmt *s = NULL;
	/* a call back without a case keeps the number for thirty days */
	if (sqlite3_prepare_v2(
		    house.db.conn,
		    "SELECT count(*) FROM contact c WHERE last_seen < ?1 AND opted_out = 0 AND wipe_due IS NOT NULL"
		    " AND NOT EXISTS (SELECT 1 FROM task t WHERE t.contact_id = c.contact_id)"
		    " AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.contact_id = c.contact_id)"
		    " AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.contact_id = c.contact_id)",
		    -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_bind_int64(s, 1, sim_now() - DAY_MS - HOUR_MS) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		wrong("the people without consent cannot be counted");
	else if (sqlite3_column_int64(s, 0) != 0)
		wrong("%lld people without consent are still there after a day", (long long)sqlite3_column_int64(s, 0));
	sqlite3_finalize(s);
}

void watch_day(void)
{
	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		int64_t n = house_count(never[i].sql);
		if (n != 0)
			wrong("%s (%lld)", never[i].why, (long long)n);
	}
	never_consented();
}

/* ---- what is sealed stands in no plain column */

static void look_for(const char *table, const char *column)
{
	for (const char *const *word = people_planted; *word; word++) {
		sqlite3_stmt *s = NULL;
		char sql[256];
		(void)sqlite3_snprintf(sizeof sql, sql,
				       "SELECT count(*) FROM \"%w\" WHERE instr(CAST(\"%w\" AS BLOB), CAST(?1 AS BLOB)) > 0",
				       table, column);
		if (sqlite3_prepare_v2(house.db.conn, sql, -1, &s, NULL) == SQLITE_OK &&
		    sqlite3_bind_text(s, 1, *word, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW &&
		    sqlite3_column_int64(s, 0) > 0)
			wrong("%s.%s holds \"%s\" in plain", table, column, *word);
		sqlite3_finalize(s);
	}
}

void watch_end(void)
{
	sqlite3_stmt *s = NULL;
	int64_t rows, seq;
	watch_day();
	if (sqlite3_prepare_v2(
		    house.db.conn,
		    "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'", -1, &s,
		    NULL) != SQLITE_OK)
		exit(1);
	while (sqlite3_step(s) == SQLITE_ROW)
		look_for((const char *)sqlite3_column_text(s, 0), (const char *)sqlite3_column_text(s, 1));
	sqlite3_finalize(s);
	if (audit_verify(&house.db, &rows, &seq) != 0)
		wrong("the audit's chain is broken");
}
