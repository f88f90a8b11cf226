/* Every table has its rule; a person in every table is gone after an erasure, and what is counted stays; what is past its
 * time goes when the clock says so, and the audit still verifies. */
#include "db/cases.h"
#include "db/contact.h"
#include "db/erase.h"
#include "db/holdings.h"
#include "db/ledger.h"
#include "db/message.h"
#include "db/retention.h"
#include "flows/text/buf.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY ((int64_t)24 * 3600 * 1000)
#define NOW (1790000000000)
#define NUMBER "+212655443322"

static void must(bool done)
{
	if (!done)
		abort();
}

static void begin(struct db *db)
{
	must(db_begin(db) == 0 && db_item_begin(db) == 0);
}

static void commit(struct db *db)
{
	must(db_item_end(db, true) == 0 && db_commit(db) == 0);
}

static void sql(struct db *db, const char *text)
{
	char *why = NULL;
	if (sqlite3_exec(db->conn, text, NULL, NULL, &why) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", text, why);
		abort();
	}
}

static int64_t number(struct db *db, const char *text)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db->conn, text, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW) {
		fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(db->conn));
		abort();
	}
	int64_t n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static const struct holding *holding_of(const char *table)
{
	for (const struct holding *h = holdings; h->table; h++)
		if (strcmp(h->table, table) == 0)
			return h;
	return NULL;
}

/* ---- the rules and the schema */

static void test_every_table(struct db *db)
{
	sqlite3_stmt *s;
	check_begin("each table of the schema is named by a rule of db/holdings.c");
	must(sqlite3_prepare_v2(db->conn, "SELECT name, (SELECT count(*) FROM pragma_table_info(m.name) WHERE name IN ('contact_id',"
		" 'case_ref', 'point_id', 'message_id')) FROM sqlite_master m WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", -1, &s,
		NULL) == SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(s, 0);
		const struct holding *h = holding_of(table);
		if (!h)
			check_fail(__FILE__, __LINE__, "table %s: say in db/holdings.c what it holds of people and what an erasure does", table);
		else if (sqlite3_column_int(s, 1) > 0 && h->act == HOLDING_NOBODY)
			check_fail(__FILE__, __LINE__, "table %s names a person, a case or a message: it does not hold nobody", table);
	}
	sqlite3_finalize(s);
	check_begin("and no rule names a table or a column that is not there");
	for (const struct holding *h = holdings; h->table; h++) {
		char text[256];
		(void)snprintf(text, sizeof text, "SELECT count(*) FROM pragma_table_info('%s')", h->table);
		if (number(db, text) == 0)
			check_fail(__FILE__, __LINE__, "no table %s", h->table);
		struct str rest = str_of(h->keep), word;
		while (str_split(&rest, ' ', &word)) {
			(void)snprintf(text, sizeof text, "SELECT count(*) FROM pragma_table_info('%s') WHERE name = '%.*s'", h->table,
				       STR_ARG(word));
			if (word.len && number(db, text) != 1)
				check_fail(__FILE__, __LINE__, "no column %.*s in %s", STR_ARG(word), h->table);
		}
	}
}

/* ---- a person in every table */

struct planted {
	struct contact who;
	char ref[REF_LEN + 1];
};

/* A value for each column that asks for one: the column's own words where they are checked, else something to find. */
static void put_value(struct buf *b, const char *table, const char *column, const char *type, const struct planted *p, int64_t id)
{
	static const struct { const char *table, *column, *value; } words[] = {
		{ "message", "direction", "'in'" }, { "consent", "purpose", "'CALLS'" }, { "consent", "answer", "'YES'" },
		{ "session", "mode", "'ussd'" }, { "task", "kind", "'OTHER'" }, { "number_claim", "why", "'LOST'" },
		{ "number_claim", "state", "'OPEN'" }, { "approval", "decided_by", "'second'" },
		{ "approval", "state", "'REQUESTED'" }, { "checkin", "outcome", "'COMPLETED'" },
		{ "case_event", "field", "'status'" }, { "case_event", "was", "'NEW'" }, { "case_event", "became", "'ASSIGNED'" },
		{ "appointment", "answer", "'CONFIRMED'" }, { "appointment", "meeting_id", "NULL" }, { "note", "corrects", "NULL" },
		{ "alert", "closed_at", "1790000000000" }, { "outbox", "sending", "0" }, { "referral", "made_on", "'2026-09-21'" },
		{ "referral", "feedback_due", "'2026-10-21'" }, { "referral", "feedback_on", "NULL" }, { "task", "outcome", "'DONE'" },
		{ "message", "status", "'received'" }, { "message", "mode", "'sms'" }, { "message", "channel", "'at'" },
		{ "contact_was", "person", "x'00112233445566778899aabbccddeeff'" },
		{ "glass", "finding", "'RIGHT'" }, { "glass", "reviewed_by", "'second'" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].table, table) == 0 && strcmp(words[i].column, column) == 0) {
			buf_put_z(b, words[i].value);
			return;
		}
	if (strcmp(column, "contact_id") == 0)
		buf_put_i64(b, p->who.contact_id);
	else if (strcmp(column, "case_ref") == 0)
		buf_printf(b, "'%s'", p->ref);
	else if (strcmp(column, "point_id") == 0)
		buf_put_i64(b, p->who.point_id);
	else if (strcmp(column, "message_id") == 0 && strcmp(table, "message") != 0)
		buf_put_z(b, "(SELECT max(message_id) FROM message)");
	else if (strcmp(column, "kind") == 0 && strcmp(table, "alert") == 0)
		buf_put_z(b, "NULL");
	else if (strcmp(type, "BLOB") == 0)
		buf_put_z(b, "x'504c414e544544'");
	else if (strcmp(type, "TEXT") == 0)
		buf_printf(b, "'%s'", "PLANTED");
	else
		buf_put_i64(b, strstr(column, "_at") || strcmp(column, "at") == 0 ? NOW : id);
}

static void plant_row(struct db *db, const char *table, const struct planted *p)
{
	char text[4096], probe[128];
	struct buf b = buf_over(text, sizeof text);
	int64_t id = db_new_id(db);
	sqlite3_stmt *s;
	bool first = true;
	(void)snprintf(probe, sizeof probe, "SELECT name, type FROM pragma_table_info('%s')", table);
	must(sqlite3_prepare_v2(db->conn, probe, -1, &s, NULL) == SQLITE_OK);
	buf_printf(&b, "INSERT INTO %s VALUES (", table);
	while (sqlite3_step(s) == SQLITE_ROW) {
		buf_put_z(&b, first ? "" : ", ");
		put_value(&b, table, (const char *)sqlite3_column_text(s, 0), (const char *)sqlite3_column_text(s, 1), p, id);
		first = false;
	}
	sqlite3_finalize(s);
	buf_put_z(&b, ")");
	buf_put_char(&b, '\0');
	must(!b.full);
	sql(db, text);
}

/* The person and a case by the house's own doors, everything else by the schema: a table of tomorrow is planted, too. */
static void plant(struct db *db, struct planted *p)
{
	struct alert_row alert = { .level = STR("HIGH"), .kind = STR("FEAR"), .rule = STR("PLANTED"), .raised_at = NOW };
	must(contact_add(db, STR(NUMBER), STR("MA"), NOW, 0, &p->who) == 0 && contact_set_name(db, &p->who, STR("PLANTED")) == 0);
	must(case_new_ref(db, p->ref) == 0 && case_open(db, str_of(p->ref), p->who.contact_id, STR("FROM_MA"), STR("CLOSED"), STR("CALL_OK"),
							 STR("RABAT"), NOW) == 0);
	must(case_set_sensitive(db, str_of(p->ref), &p->who.key, STR("{\"urgent_need\":\"PLANTED\",\"vulnerabilities\":[\"VOT_POTENTIAL\"]}"),
				NOW) == 0);
	alert.contact_id = p->who.contact_id, alert.case_ref = str_of(p->ref);
	must(alert_add(db, &alert, &p->who.key) == 0);
	sql(db, "UPDATE alert SET closed_at = 1790000000000");
	must(parked_add(db, STR("at"), "sms", "why", STR("from=%2B" "212655443322&text=x"), NOW) == 0);
	plant_row(db, "message", p);
	for (const struct holding *h = holdings; h->table; h++)
		if (h->act != HOLDING_NOBODY && strcmp(h->table, "message") != 0 && strcmp(h->table, "contact") != 0 &&
		    strcmp(h->table, "contact_point") != 0 && strcmp(h->table, "cases") != 0)
			plant_row(db, h->table, p);
}

static int64_t rows_of(struct db *db, const char *table)
{
	char text[96];
	(void)snprintf(text, sizeof text, "SELECT count(*) FROM %s", table);
	return number(db, text);
}

/* Nothing of the person in any row of any table: not the id, not the reference, not what was planted. */
static int64_t traces(struct db *db, const struct planted *p)
{
	sqlite3_stmt *s;
	int64_t found = 0;
	must(sqlite3_prepare_v2(db->conn, "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c"
		" WHERE m.type = 'table' AND m.name <> 'audit' AND c.name <> 'object'", -1, &s, NULL) == SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		char text[512];
		const char *table = (const char *)sqlite3_column_text(s, 0), *column = (const char *)sqlite3_column_text(s, 1);
		(void)snprintf(text, sizeof text, "SELECT count(*) FROM \"%s\" WHERE instr(CAST(\"%s\" AS TEXT), 'PLANTED') OR \"%s\" = '%s'"
			       " OR (\"%s\" = %lld AND '%s' = 'contact_id')", table, column, column, p->ref, column,
			       (long long)p->who.contact_id, column);
		int64_t n = number(db, text);
		if (n)
			fprintf(stderr, "    %s.%s still holds it\n", table, column);
		found += n;
	}
	sqlite3_finalize(s);
	return found;
}

/* Columns that say what happened, not who: kept by their rule.  They may hold what was planted. */
static void forget_kept(struct db *db)
{
	for (const struct holding *h = holdings; h->table; h++) {
		struct str rest = str_of(h->keep), word;
		while (h->act == HOLDING_STRIPPED && str_split(&rest, ' ', &word)) {
			char text[256];
			(void)snprintf(text, sizeof text, "UPDATE OR IGNORE %s SET \"%.*s\" = 'kept' WHERE \"%.*s\" = 'PLANTED'", h->table,
				       STR_ARG(word), STR_ARG(word));
			sql(db, text);
		}
	}
}

static void test_erase(struct db *db)
{
	struct planted p;
	struct contact again;
	enum erase_obstacle obstacle;
	int64_t before[64], cases = rows_of(db, "cases"), i = 0;
	begin(db);
	plant(db, &p);
	commit(db);
	for (const struct holding *h = holdings; h->table; h++)
		before[i++] = rows_of(db, h->table);

	check_begin("an open alert stands in the way: protection decides first");
	begin(db);
	sql(db, "UPDATE alert SET closed_at = NULL");
	CHECK_INT(erase_obstacle(db, p.who.contact_id, &obstacle), 0);
	CHECK_INT(obstacle, ERASE_ALERT_OPEN);
	sql(db, "UPDATE alert SET closed_at = 1790000000000");
	CHECK_INT(erase_obstacle(db, p.who.contact_id, &obstacle), 0);
	CHECK_INT(obstacle, ERASE_FREE);

	check_begin("after an erasure no table holds the person");
	CHECK_INT(opt_out(db, STR(NUMBER), "keyword", NOW), 0);
	CHECK_INT(erase_person(db, p.who.contact_id, ERASE_BY_RIGHT, NOW), 0);
	commit(db);
	CHECK_INT(contact_by_number(db, STR(NUMBER), &again), 0);
	forget_kept(db);
	CHECK_INT(traces(db, &p), 0);
	CHECK_INT(rows_of(db, "parked"), 0);
	CHECK_INT(number(db, "SELECT count(*) FROM pragma_foreign_key_check"), 0);

	check_begin("what is counted stays, by the month, of nobody");
	i = 0;
	for (const struct holding *h = holdings; h->table; h++, i++)
		if (h->act == HOLDING_STRIPPED)
			CHECK_INT(rows_of(db, h->table), before[i]);
	CHECK_INT(rows_of(db, "cases"), cases + 1);
	CHECK_INT(number(db, "SELECT count(*) FROM cases WHERE ref LIKE '0%' AND direction = 'FROM_MA' AND office = 'RABAT'"
			     " AND strftime('%d %H:%M', opened_at / 1000, 'unixepoch') = '01 12:00'"), 1);
	CHECK_INT(number(db, "SELECT count(*) FROM alert WHERE taken_by IS NOT NULL"), 0);

	check_begin("vulnerability codes open with the nameless contact's key, and nothing else of the sensitive column");
	struct case_row row;
	sqlite3_stmt *s;
	must(sqlite3_prepare_v2(db->conn, "SELECT ref, contact_id FROM cases WHERE ref LIKE '0%'", -1, &s, NULL) == SQLITE_OK);
	must(sqlite3_step(s) == SQLITE_ROW);
	CHECK_INT(contact_by_id(db, sqlite3_column_int64(s, 1), &again), 1);
	CHECK_INT(case_by_ref(db, str_of((const char *)sqlite3_column_text(s, 0)), &again.key, &row), 1);
	CHECK_STR(row.sensitive, STR("{\"vulnerabilities\":[\"VOT_POTENTIAL\"]}"));
	sqlite3_finalize(s);

	check_begin("STOP outlives it; whoever writes from the number is somebody new");
	begin(db);
	CHECK_INT(contact_add(db, STR(NUMBER), STR("MA"), NOW, NOW, &again), 0);
	CHECK(again.opted_out);
	CHECK_INT(contact_wipe(db, again.contact_id, NOW), 1);
	commit(db);
}

static void test_unknown_table(struct db *db)
{
	struct planted p;
	check_begin("a table that no rule knows stops an erasure, and that alone");
	begin(db);
	plant(db, &p);
	commit(db);
	sql(db, "CREATE TABLE later (later_id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contact) STRICT");
	begin(db);
	plant_row(db, "later", &p);
	CHECK_INT(erase_person(db, p.who.contact_id, ERASE_BY_RIGHT, NOW), -EEXIST);
	must(db_item_end(db, false) == 0 && db_commit(db) == 0);
	sql(db, "DROP TABLE later");
	begin(db);
	CHECK_INT(erase_person(db, p.who.contact_id, ERASE_BY_RIGHT, NOW), 0);
	commit(db);
}

/* ---- time */

static int64_t run_retention(struct db *db, int64_t now, bool only_count, struct retention_run *run)
{
	static const int64_t days[RETENTION_CLASSES] = { 90, 730, 730, 30, 365, 730, 1825 };
	int64_t sum = 0;
	int rc = 1;
	*run = (struct retention_run){ .only_count = only_count, .now_ms = now };
	for (int i = 0; i < RETENTION_CLASSES; i++)
		run->before_ms[i] = now - days[i] * DAY;
	while (rc == 1) {
		begin(db);
		rc = retention_step(db, run);
		commit(db);
	}
	CHECK_INT(rc, 0);
	for (size_t i = 0; i < retention_rules(); i++)
		sum += run->count[i];
	return sum;
}

static void test_retention(struct db *db)
{
	struct retention_run run, counted;
	struct planted p;
	struct contact bare;
	int64_t rows, seq;
	begin(db);
	plant(db, &p);
	sql(db, "UPDATE cases SET closed_at = 1790000000000, updated_at = 1790000000000 WHERE ref NOT LIKE '0%'");
	sql(db, "DELETE FROM outbox");
	must(contact_add(db, STR("+212655443399"), STR("MA"), NOW, NOW, &bare) == 0);
	must(audit_add(db, NOW, STR("a"), STR("b"), STR("c"), STR("")) == 0);
	commit(db);

	check_begin("before its time nothing goes");
	CHECK_INT(run_retention(db, NOW + 29 * DAY, false, &run), 0);
	check_begin("a call-back without a case goes after 30 days, the closed case stays");
	(void)run_retention(db, NOW + 31 * DAY, false, &run);
	CHECK_INT(number(db, "SELECT count(*) FROM contact_point"), 1);
	check_begin("words go 90 days after the case was closed, the person stays");
	CHECK_INT(number(db, "SELECT count(*) FROM message WHERE text IS NOT NULL"), 1);
	int64_t want = run_retention(db, NOW + 91 * DAY, true, &counted);
	CHECK_INT(number(db, "SELECT count(*) FROM message WHERE text IS NOT NULL"), 1);
	CHECK_INT(run_retention(db, NOW + 91 * DAY, false, &run), want);
	CHECK(want > 0 && memcmp(run.count, counted.count, sizeof run.count) == 0);
	CHECK_INT(number(db, "SELECT count(*) FROM message WHERE text IS NOT NULL"), 0);
	CHECK_INT(number(db, "SELECT count(*) FROM answer WHERE raw IS NOT NULL"), 0);
	CHECK_INT(number(db, "SELECT count(*) FROM contact_point"), 1);
	check_begin("an open alert keeps the person, and the report says so");
	sql(db, "UPDATE alert SET closed_at = NULL WHERE contact_id = (SELECT max(contact_id) FROM contact_point)");
	(void)run_retention(db, NOW + 366 * DAY, false, &run);
	CHECK_INT(run.kept_for_alert, 1);
	CHECK_INT(number(db, "SELECT count(*) FROM contact_point"), 1);
	sql(db, "UPDATE alert SET closed_at = 1790000000000 WHERE closed_at IS NULL");
	check_begin("who it was goes a year after; the coded answers stay");
	int64_t answers = number(db, "SELECT count(*) FROM answer WHERE value IS NOT NULL");
	(void)run_retention(db, NOW + 366 * DAY, false, &run);
	CHECK_INT(number(db, "SELECT count(*) FROM contact_point"), 0);
	CHECK_INT(number(db, "SELECT count(*) FROM answer WHERE value IS NOT NULL"), answers);
	CHECK_INT(number(db, "SELECT count(*) FROM tombstone"), 4); /* of the tests before, whom they had been, and a number; time leaves none */
	check_begin("doing it again finds nothing");
	CHECK_INT(run_retention(db, NOW + 366 * DAY, false, &run), 0);
	check_begin("traces of messages go after two years");
	(void)run_retention(db, NOW + 731 * DAY, false, &run);
	CHECK_INT(rows_of(db, "message"), 0);
	check_begin("the audit's oldest lines go after five years, and what is left still verifies");
	begin(db);
	must(audit_add(db, NOW + 1800 * DAY, STR("a"), STR("later"), STR("c"), STR("")) == 0);
	commit(db);
	(void)run_retention(db, NOW + 1830 * DAY, false, &run);
	CHECK_INT(number(db, "SELECT count(*) FROM audit WHERE action = 'b'"), 0);
	CHECK_INT(audit_verify(db, &rows, &seq), 0);
	CHECK_INT(rows, 2);
	CHECK(sqlite3_exec(db->conn, "DELETE FROM audit", NULL, NULL, NULL) != SQLITE_OK);
	check_begin("an anchor that somebody without the key made is found");
	sql(db, "INSERT INTO audit_anchor SELECT seq, at, hash, hash FROM audit ORDER BY seq LIMIT 1");
	sql(db, "DELETE FROM audit WHERE seq <= (SELECT max(seq) FROM audit_anchor)");
	CHECK_INT(audit_verify(db, &rows, &seq), -EBADMSG);
}

int main(void)
{
	struct db db;
	struct err err;
	must(db_open(&db, NULL, NULL, &err) == 0);
	test_every_table(&db);
	test_erase(&db);
	test_unknown_table(&db);
	test_retention(&db);
	db_close(&db);
	return check_end();
}
