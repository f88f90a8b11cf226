/* Two contacts become one: every sealed column of every table opens with the key that stays and with no other, the stricter
 * answer holds, what is still being decided stands in the way, and an erasure after it takes both. */
#include "db/cases.h"
#include "db/checkin.h"
#include "db/contact.h"
#include "db/erase.h"
#include "db/ledger.h"
#include "db/links.h"
#include "db/merge.h"
#include "flows/text/buf.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW (1790000000000)
#define SECRET "the word that is sealed"

static struct db db;

static void must(bool done)
{
	if (!done)
		abort();
}

static void begin(void)
{
	must(db_begin(&db) == 0 && db_item_begin(&db) == 0);
}

static void commit(void)
{
	must(db_item_end(&db, true) == 0 && db_commit(&db) == 0);
}

static void sql(const char *text)
{
	char *why = NULL;
	if (sqlite3_exec(db.conn, text, NULL, NULL, &why) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", text, why);
		abort();
	}
}

static int64_t number(const char *text)
{
	sqlite3_stmt *s;
	must(sqlite3_prepare_v2(db.conn, text, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW);
	int64_t n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

struct person {
	struct contact who;
	char ref[REF_LEN + 1];
};

static void consent(const struct person *p, const char *purpose, const char *answer, int64_t at)
{
	must(consent_add(&db, p->who.contact_id, &(struct consent){ .purpose = str_of(purpose), .answer = str_of(answer) }, at) == 0);
}

static void plant(struct person *p, const char *phone, const char *name)
{
	must(contact_add(&db, str_of(phone), STR("MA"), NOW, 0, &p->who) == 0 && contact_set_name(&db, &p->who, str_of(name)) == 0);
	must(case_new_ref(&db, p->ref) == 0 && case_open(&db, str_of(p->ref), p->who.contact_id, STR("FROM_MA"), STR("NEW"), STR("CALL_OK"),
							 STR("RABAT"), NOW) == 0);
	must(contact_set_pref(&db, &p->who, STR("CALL_OK")) == 0);
	consent(p, "REQUEST", "YES", NOW);
}

static int merge(const struct person *into, const struct person *from)
{
	begin();
	int rc = merge_people(&db, into->who.contact_id, from->who.contact_id, STR("fatima"), NOW + 9);
	must(db_item_end(&db, rc == 0) == 0 && db_commit(&db) == 0);
	return rc;
}

static enum merge_obstacle obstacle(const struct person *into, const struct person *from)
{
	enum merge_obstacle out;
	CHECK_INT(merge_obstacle(&db, into->who.contact_id, from->who.contact_id, 0, &out), 0);
	return out;
}

/* ---- every sealed column */

/* A value for each column that asks for one. */
static const char *value_of(const char *column, const char *type, const struct person *p, char text[64])
{
	static const struct { const char *column, *value; } words[] = {
		{ "direction", "'in'" }, { "mode", "'sms'" }, { "purpose", "'CALLS'" }, { "answer", "'YES'" }, { "kind", "'OTHER'" },
		{ "why", "'LOST'" }, { "state", "'DONE'" }, { "status", "'OLD'" }, { "corrects", "NULL" }, { "meeting_id", "NULL" },
		{ "finding", "'RIGHT'" }, { "reviewed_by", "'y'" }, { "again_of", "NULL" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].column, column) == 0)
			return words[i].value;
	if (strcmp(column, "contact_id") == 0)
		(void)snprintf(text, 64, "%lld", (long long)p->who.contact_id);
	else if (strcmp(column, "case_ref") == 0)
		(void)snprintf(text, 64, "'%s'", p->ref);
	else
		(void)snprintf(text, 64, "%s", strcmp(type, "BLOB") == 0 ? "x'00'" : strcmp(type, "TEXT") == 0 ? "'x'" : "1");
	return text;
}

static void plant_row(const char *table, const struct person *p)
{
	char text[4096], probe[128], value[64];
	struct buf b = buf_over(text, sizeof text - 1);
	sqlite3_stmt *s;
	bool first = true;
	(void)snprintf(probe, sizeof probe, "SELECT name, type, pk FROM pragma_table_info('%.60s')", table);
	must(sqlite3_prepare_v2(db.conn, probe, -1, &s, NULL) == SQLITE_OK);
	buf_printf(&b, "INSERT INTO %s VALUES (", table);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *column = (const char *)sqlite3_column_text(s, 0);
		buf_put_z(&b, first ? "" : ", ");
		if (sqlite3_column_int(s, 2))
			buf_put_i64(&b, db_new_id(&db));
		else if (strcmp((const char *)sqlite3_column_text(s, 1), "BLOB") == 0)
			buf_put_z(&b, "x'00'");
		else if (strcmp(table, "appointment") == 0 && strcmp(column, "answer") == 0)
			buf_put_z(&b, "NULL");
		else if (strcmp(table, "approval") == 0 && strcmp(column, "state") == 0)
			buf_put_z(&b, "'USED'");
		else if (strcmp(table, "approval") == 0 && strcmp(column, "decided_by") == 0)
			buf_put_z(&b, "'y'");
		else
			buf_put_z(&b, value_of(column, (const char *)sqlite3_column_text(s, 1), p, value));
		first = false;
	}
	sqlite3_finalize(s);
	buf_put_z(&b, ")");
	text[b.len] = '\0';
	sql(text);
}

struct count {
	int opened, old, columns;
};

/* Seals the secret into every column that may hold something sealed (seal), or counts which key opens it. */
static struct count each_sealed(int64_t contact_id, const struct seal_key *seal, const struct seal_key *key, const struct seal_key *old)
{
	struct link link[LINKS_MAX];
	struct count count = { 0 };
	int n = links_find(&db, SQL_LINKS_SEALED, link);
	for (int i = 0; i < n; i++) {
		char get[256], set[256], name[160];
		bool cases = strcmp(link[i].table, "cases") == 0;
		sqlite3_stmt *s, *u;
		(void)snprintf(name, sizeof name, "%.60s.%.60s", cases ? "case" : link[i].table, link[i].column);
		(void)snprintf(get, sizeof get, "SELECT rowid, %s, \"%.60s\" FROM \"%.60s\" WHERE contact_id = %lld",
			       cases ? "CAST(ref AS INTEGER)" : "rowid", link[i].column, link[i].table, (long long)contact_id);
		(void)snprintf(set, sizeof set, "UPDATE \"%.60s\" SET \"%.60s\" = ? WHERE rowid = ?", link[i].table, link[i].column);
		must(sqlite3_prepare_v2(db.conn, get, -1, &s, NULL) == SQLITE_OK && sqlite3_prepare_v2(db.conn, set, -1, &u, NULL) == SQLITE_OK);
		count.columns++;
		while (sqlite3_step(s) == SQLITE_ROW) {
			struct seal_place place = { name, sqlite3_column_int64(s, 1) };
			struct str plain, bytes = { sqlite3_column_blob(s, 2), (size_t)sqlite3_column_bytes(s, 2) };
			arena_reset(&db.arena);
			if (seal) {
				bytes = vault_seal(seal, place, STR(SECRET), &db.arena);
				must(sqlite3_bind_blob(u, 1, bytes.at, (int)bytes.len, SQLITE_TRANSIENT) == SQLITE_OK &&
				     sqlite3_bind_int64(u, 2, sqlite3_column_int64(s, 0)) == SQLITE_OK && sqlite3_step(u) == SQLITE_DONE);
				(void)sqlite3_reset(u);
			} else {
				count.opened += vault_unseal(key, place, bytes, &db.arena, &plain) == 0 && str_eq(plain, STR(SECRET));
				count.old += old && vault_unseal(old, place, bytes, &db.arena, &plain) == 0;
			}
		}
		sqlite3_finalize(s);
		sqlite3_finalize(u);
	}
	return count;
}

static void test_every_sealed_column(void)
{
	struct person a, b;
	struct link link[LINKS_MAX];
	struct contact again;
	check_begin("what the old key sealed opens with the key that stays, in every column of the schema, and with the old one nowhere");
	begin();
	plant(&a, "+212655000011", "Aminata");
	plant(&b, "+212655000012", "Aminata B");
	commit();
	sql("PRAGMA foreign_keys = OFF");
	int n = links_find(&db, SQL_LINKS_TO_CONTACTS, link);
	for (int i = 0; i < n; i++)
		if (strcmp(link[i].table, "cases") != 0 && strcmp(link[i].table, "contact_point") != 0)
			plant_row(link[i].table, &b);
	sql("UPDATE cases SET external_index = NULL");
	(void)each_sealed(b.who.contact_id, &b.who.key, NULL, NULL);
	sql("PRAGMA foreign_keys = ON");
	struct count before = each_sealed(b.who.contact_id, NULL, &b.who.key, NULL);
	CHECK(before.opened >= before.columns && before.columns > 15);
	CHECK_INT(merge(&a, &b), 0);
	struct count after = each_sealed(a.who.contact_id, NULL, &a.who.key, &b.who.key);
	CHECK_INT(after.opened, before.opened);
	CHECK_INT(after.old, 0);
	CHECK_INT(each_sealed(b.who.contact_id, NULL, &b.who.key, NULL).opened, 0);
	CHECK_INT(links_none_to_contact(&db, b.who.contact_id), 0);
	CHECK_INT(contact_by_id(&db, b.who.contact_id, &again), 0);
	CHECK_INT(number("SELECT count(*) FROM pragma_foreign_key_check WHERE parent IN ('contact', 'cases')"), 0);
	CHECK_INT(number("SELECT count(*) FROM v_contact_was"), 2); /* and the one that was planted */
	check_begin("the file is to be written anew: the old key's bytes must not stay in it");
	char due[16];
	CHECK(setting_get(&db, "scrub", due, sizeof due) == 1 && strcmp(due, "due") == 0);
	check_begin("a second name stands in a note");
	CHECK_INT(number("SELECT count(*) FROM note WHERE author = 'fatima'"), 1);
}

/* ---- the stricter answer */

static void test_stricter(void)
{
	struct person a, b;
	struct contact who;
	int64_t at, message = 0;
	begin();
	plant(&a, "+212655000021", "Moussa");
	plant(&b, "+212655000022", "Moussa");
	consent(&a, "CHECKINS", "YES", NOW + 1);
	consent(&b, "CHECKINS", "YES", NOW + 1);
	consent(&b, "CHECKINS", "NO", NOW + 2);
	consent(&a, "SHARING", "YES", NOW + 3);
	consent(&b, "CALLS", "YES", NOW + 3);
	must(contact_set_pref(&db, &b.who, STR("SHARED")) == 0);
	must(opt_out(&db, STR("+212655000021"), "keyword", NOW) == 0);
	sql("UPDATE cases SET consent_checkins = 1, checkin_safe = 1");
	commit();
	char text[160];
	(void)snprintf(text, sizeof text, "UPDATE cases SET checkin_safe = 0 WHERE ref = '%s'", b.ref);
	sql(text);
	(void)message;
	CHECK_INT(merge(&a, &b), 0);
	begin();
	check_begin("a purpose that one of them refused does not stand");
	CHECK_INT(consent_last(&db, a.who.contact_id, STR("CHECKINS"), &at), 0);
	CHECK_INT(at, 0);
	check_begin("one that the other never was asked about does");
	CHECK_INT(consent_last(&db, a.who.contact_id, STR("SHARING"), &at), 0);
	CHECK_INT(at, NOW + 3);
	CHECK_INT(consent_last(&db, a.who.contact_id, STR("CALLS"), &at), 0);
	CHECK_INT(at, NOW + 3);
	check_begin("SHARED wins over CALL_OK, in the open cases and the numbers too");
	CHECK_INT(contact_by_id(&db, a.who.contact_id, &who), 1);
	CHECK_STR(str_of(who.contact_pref), STR("SHARED"));
	(void)snprintf(text, sizeof text, "SELECT count(*) FROM cases WHERE contact_id = %lld AND contact_pref = 'SHARED'"
		       " AND consent_checkins = 0 AND checkin_safe = 0", (long long)a.who.contact_id);
	CHECK_INT(number(text), 2);
	(void)snprintf(text, sizeof text, "SELECT count(*) FROM contact_point WHERE contact_id = %lld AND shared = 1",
		       (long long)a.who.contact_id);
	CHECK_INT(number(text), 2);
	check_begin("STOP of one number is STOP of both, on the list that outlives a restore");
	CHECK(who.opted_out);
	struct contact second;
	CHECK_INT(contact_by_number(&db, STR("+212655000022"), &second), 1);
	CHECK_INT(second.contact_id, a.who.contact_id);
	CHECK_INT(number("SELECT count(*) FROM opt_out"), 2);
	commit();
}

/* Who chose a secret code is not asked for less after a merge: the code of the one that stays counts, else the other's. */
static void test_secret_code(void)
{
	struct person none, one, two, third;
	begin();
	plant(&none, "+212611000061", "Awa");
	plant(&one, "+212611000062", "Awa");
	plant(&two, "+212611000063", "Awa");
	plant(&third, "+212611000064", "Awa");
	must(contact_set_pin(&db, one.who.contact_id, STR("4711")) == 0 && contact_set_pin(&db, two.who.contact_id, STR("0815")) == 0);
	commit();
	CHECK(!contact_pin_is(&db, none.who.contact_id, STR("4711")));
	CHECK_INT(merge(&none, &one), 0);
	CHECK(contact_pin_is(&db, none.who.contact_id, STR("4711")) && !contact_pin_is(&db, none.who.contact_id, STR("4712")));
	CHECK_INT(merge(&none, &two), 0);
	CHECK(contact_pin_is(&db, none.who.contact_id, STR("4711")) && !contact_pin_is(&db, none.who.contact_id, STR("0815")));
	CHECK_INT(merge(&third, &none), 0); /* moved twice */
	CHECK(contact_pin_is(&db, third.who.contact_id, STR("4711")) && !contact_pin_is(&db, third.who.contact_id, STR("0815")));
	begin();
	must(contact_set_pin(&db, third.who.contact_id, STR("1234")) == 0);
	commit();
	CHECK(contact_pin_is(&db, third.who.contact_id, STR("1234")) && !contact_pin_is(&db, third.who.contact_id, STR("4711")));
	begin();
	must(contact_forget_pin(&db, third.who.contact_id) == 0);
	commit();
	CHECK(!contact_pin_is(&db, third.who.contact_id, STR("1234")) && !contact_pin_is(&db, third.who.contact_id, STR("4711")));
}

static void test_request_and_sessions(void)
{
	struct person a, b;
	int64_t at;
	begin();
	plant(&a, "+212655000031", "Awa");
	plant(&b, "+212655000032", "Awa");
	consent(&b, "REQUEST", "NO", NOW + 5);
	sql("INSERT INTO session (session_id, contact_id, channel, mode, open, started_at, updated_at)"
	    " SELECT contact_id + 900000, contact_id, 'at', 'sms', 1, 1, 1 FROM contact_point WHERE valid_from > 0 AND contact_id IN"
	    " (SELECT contact_id FROM contact ORDER BY contact_id DESC LIMIT 2)");
	commit();
	CHECK_INT(merge(&a, &b), 0);
	check_begin("a request that was taken back with one phone counts against the yes before it, not one after");
	CHECK_INT(consent_last(&db, a.who.contact_id, STR("REQUEST"), &at), 0);
	CHECK_INT(at, 0);
	check_begin("two open questions: neither is answered by the next word");
	CHECK_INT(number("SELECT count(*) FROM session WHERE open AND session_id > 900000"), 0);
}

/* ---- what stands in the way */

static void test_obstacles(void)
{
	struct person a, b;
	char text[200];
	begin();
	plant(&a, "+212655000041", "Fatou");
	plant(&b, "+212655000042", "Fatou");
	commit();
	check_begin("what is being decided is decided first");
	CHECK_INT(obstacle(&a, &b), MERGE_FREE);
	CHECK_INT(obstacle(&a, &a), MERGE_SAME);
	CHECK_INT(obstacle(&a, &(struct person){ .who = { .contact_id = 99999999 } }), MERGE_NOBODY);
	(void)snprintf(text, sizeof text, "UPDATE contact SET wipe_due = 1 WHERE contact_id = %lld", (long long)b.who.contact_id);
	sql(text);
	CHECK_INT(obstacle(&a, &b), MERGE_NO_CONSENT);
	sql("UPDATE contact SET wipe_due = NULL");
	(void)snprintf(text, sizeof text, "UPDATE cases SET status = 'REFERRED_PROTECTION' WHERE ref = '%s'", b.ref);
	sql(text);
	CHECK_INT(obstacle(&a, &b), MERGE_PROTECTED);
	sql("UPDATE cases SET status = 'REFERRED_PROTECTION' WHERE status = 'NEW'");
	CHECK_INT(obstacle(&a, &b), MERGE_FREE);
	(void)snprintf(text, sizeof text, "INSERT INTO number_claim VALUES (1, '%s', 5, 5, 'LOST', 0, 'OPEN', 1, NULL)", a.ref);
	sql(text);
	CHECK_INT(obstacle(&a, &b), MERGE_NUMBER_OPEN);
	sql("UPDATE number_claim SET state = 'DENIED'");
	sql("UPDATE contact_point SET status = 'BLOCKED' WHERE status = 'ACTIVE'");
	CHECK_INT(obstacle(&a, &b), MERGE_NUMBER_OPEN);
	sql("UPDATE contact_point SET status = 'ACTIVE' WHERE status = 'BLOCKED'");
	(void)snprintf(text, sizeof text, "INSERT INTO approval (approval_id, kind, object, contact_id, requested_by, requested_at,"
		       " expires_at, state) VALUES (7, 'ERASE', 'x', %lld, 'a', 1, 1, 'REQUESTED')", (long long)b.who.contact_id);
	sql(text);
	CHECK_INT(obstacle(&a, &b), MERGE_DECISION_OPEN);
	sql("UPDATE approval SET state = 'REFUSED' WHERE approval_id = 7");
	(void)snprintf(text, sizeof text, "INSERT INTO message (message_id, direction, channel, mode, contact_id, status, created_at)"
		       " VALUES (8000001, 'out', 'at', 'sms', %lld, 'sending', 1)", (long long)b.who.contact_id);
	sql(text);
	sql("INSERT INTO outbox VALUES (8000001, 'at', 0, 1, 1, NULL)");
	CHECK_INT(obstacle(&a, &b), MERGE_MESSAGE_LEAVING);
	sql("DELETE FROM outbox");
	CHECK_INT(obstacle(&a, &b), MERGE_FREE);
	check_begin("a table whose rows cannot change hands stops it, and nothing is changed");
	sql("CREATE TABLE later (later_id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contact CHECK (later_id <> 1 OR contact_id = 5"
	    " OR contact_id > 5)) STRICT");
	(void)snprintf(text, sizeof text, "CREATE TRIGGER stays BEFORE UPDATE ON later BEGIN SELECT raise(ABORT, 'stays'); END");
	sql(text);
	(void)snprintf(text, sizeof text, "INSERT INTO later VALUES (1, %lld)", (long long)b.who.contact_id);
	sql(text);
	CHECK(merge(&a, &b) < 0);
	struct contact again;
	CHECK_INT(contact_by_number(&db, STR("+212655000042"), &again), 1);
	CHECK_INT(again.contact_id, b.who.contact_id);
	sql("DROP TABLE later");
}

/* ---- an erasure after it */

static void test_erasure_after(void)
{
	struct person a, b, c;
	unsigned char of_b[VAULT_INDEX_LEN], of_c[VAULT_INDEX_LEN];
	struct seal_key key;
	int64_t tombstones = number("SELECT count(*) FROM tombstone");
	begin();
	plant(&a, "+212655000051", "Ibrahima");
	plant(&b, "+212655000052", "Ibrahima");
	plant(&c, "+212655000053", "Ibrahima");
	must(person_fingerprint(&db, b.who.contact_id, &key, of_b) == 1 && person_fingerprint(&db, c.who.contact_id, &key, of_c) == 1);
	commit();
	check_begin("a chain of merges: an erasure takes all of it, and each has a tombstone for an older backup");
	CHECK_INT(merge(&b, &c), 0);
	CHECK_INT(merge(&a, &b), 0);
	begin();
	CHECK_INT(erase_person(&db, a.who.contact_id, ERASE_BY_RIGHT, NOW + 10), 0);
	commit();
	CHECK_INT(number("SELECT count(*) FROM tombstone"), tombstones + 3 + 3); /* persons, and their numbers for imports */
	begin();
	CHECK_INT(tombstone_add(&db, of_b, NOW), 0);
	CHECK_INT(tombstone_add(&db, of_c, NOW), 0);
	commit();
	struct contact again;
	CHECK_INT(contact_by_number(&db, STR("+212655000051"), &again), 0);
	CHECK_INT(contact_by_number(&db, STR("+212655000052"), &again), 0);
	CHECK_INT(contact_by_number(&db, STR("+212655000053"), &again), 0);
	char text[128];
	(void)snprintf(text, sizeof text, "SELECT count(*) FROM cases WHERE ref IN ('%s', '%s', '%s')", a.ref, b.ref, c.ref);
	CHECK_INT(number(text), 0);
}

int main(void)
{
	struct err err;
	must(db_open(&db, NULL, NULL, &err) == 0);
	test_every_sealed_column();
	test_stricter();
	test_secret_code();
	test_request_and_sessions();
	test_obstacles();
	test_erasure_after();
	db_close(&db);
	return check_end();
}
