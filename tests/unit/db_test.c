/* The floor that touches the disk: sealing, people, the outbox' states, reports, references, the audit chain, and what
 * plain SQL can and cannot see. */
#include "db/cases.h"
#include "db/contact.h"
#include "db/delivery.h"
#include "db/inspect.h"
#include "db/ledger.h"
#include "db/message.h"
#include "db/outbox.h"
#include "db/reader.h"
#include "db/seen.h"
#include "db/staff.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], key_file[96];

static void make_folder(void)
{
	(void)snprintf(folder, sizeof folder, "/tmp/wasl-db-test-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	(void)snprintf(key_file, sizeof key_file, "%s/key", folder);
	int fd = open(key_file, O_CREAT | O_WRONLY, 0600);
	for (int i = 0; i < 64; i++)
		if (write(fd, &"0123456789abcdef"[i % 16], 1) != 1)
			abort();
	close(fd);
}

static void open_or_die(struct db *db, const char *state)
{
	struct err err;
	if (db_open(db, state, state ? key_file : NULL, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

static void begin(struct db *db)
{
	CHECK_INT(db_begin(db), 0);
	CHECK_INT(db_item_begin(db), 0);
}

static void commit(struct db *db)
{
	CHECK_INT(db_item_end(db, true), 0);
	CHECK_INT(db_commit(db), 0);
}

static void test_sealing(void)
{
	struct db db;
	struct str plain;
	open_or_die(&db, NULL);
	check_begin("what is sealed opens only in its place and with its key");
	struct seal_place here = { "message.text", 7 }, other_row = { "message.text", 8 }, other_column = { "answer.raw", 7 };
	struct str sealed = vault_seal(&db.vault.own, here, STR("bonjour"), &db.arena);
	CHECK(vault_unseal(&db.vault.own, here, sealed, &db.arena, &plain) == 0);
	CHECK_STR(plain, STR("bonjour"));
	CHECK_INT(vault_unseal(&db.vault.own, other_row, sealed, &db.arena, &plain), -EBADMSG);
	CHECK_INT(vault_unseal(&db.vault.own, other_column, sealed, &db.arena, &plain), -EBADMSG);
	CHECK_INT(vault_unseal(&db.vault.wrap, here, sealed, &db.arena, &plain), -EBADMSG);
	CHECK_INT(vault_unseal(&db.vault.own, here, STR("short"), &db.arena, &plain), -EBADMSG);
	db_close(&db);
}

static void test_people(struct db *db)
{
	struct contact c, again;
	check_begin("a number is found again by its blind index, and only the active one");
	begin(db);
	CHECK_INT(contact_by_number(db, STR("+212600000101"), &c), 0);
	CHECK_INT(contact_add(db, STR("+212600000101"), STR("MA"), 1000, 5000, &c), 0);
	CHECK_INT(contact_set_language(db, c.contact_id, STR("ar")), 0);
	CHECK_INT(contact_by_number(db, STR("+212600000101"), &again), 1);
	CHECK_INT(again.contact_id, c.contact_id);
	CHECK_STR(str_of(again.language), STR("ar"));
	CHECK(memcmp(&again.key, &c.key, sizeof c.key) == 0);
	struct point p;
	CHECK_INT(point_by_id(db, c.point_id, &p), 1);
	CHECK_STR(p.e164, STR("+212600000101"));
	commit(db);

	check_begin("without consent a person is gone when the time comes, with all messages");
	int64_t ids[200];
	begin(db);
	struct message m = { .channel = STR("at"), .status = "received", .contact_id = c.contact_id, .created_at = 1000,
			     .text = STR("salut") };
	CHECK_INT(message_add(db, &m, &c.key), 0);
	CHECK_INT(contacts_due_for_wipe(db, 4999, ids), 0);
	CHECK_INT(contacts_due_for_wipe(db, 5000, ids), 1);
	CHECK_INT(contact_wipe(db, c.contact_id, 5000), 1);
	CHECK_INT(contact_by_number(db, STR("+212600000101"), &again), 0);
	struct str text;
	CHECK_INT(message_text(db, m.message_id, &c.key, &text), 0);
	commit(db);

	check_begin("STOP outlives the person: the same number comes back opted out");
	begin(db);
	CHECK_INT(opt_out(db, STR("+212600000102"), "keyword", 1), 0);
	CHECK_INT(contact_add(db, STR("+212600000102"), STR("MA"), 1000, 0, &c), 0);
	CHECK(c.opted_out);
	CHECK_INT(opt_in(db, STR("+212600000102"), 2), 0);
	CHECK_INT(contact_by_number(db, STR("+212600000102"), &again), 1);
	CHECK(!again.opted_out);
	commit(db);
}

static int64_t queue(struct db *db, const struct contact *c, const char *text)
{
	struct message m = { .out = true, .channel = STR("at"), .status = "queued", .class = "reply", .created_at = 10,
			     .contact_id = c->contact_id, .point_id = c->point_id, .text = str_of(text) };
	CHECK_INT(message_add(db, &m, &c->key), 0);
	CHECK_INT(outbox_add(db, m.message_id, m.channel, OUTBOX_ANSWER, 10, 0), 0);
	return m.message_id;
}

static const char *one_text(struct db *db, const char *sql, char out[64])
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db->conn, sql, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		abort();
	(void)snprintf(out, 64, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return out;
}

static const char *status_of(struct db *db, int64_t message_id, char out[64])
{
	char sql[96];
	(void)snprintf(sql, sizeof sql, "SELECT status FROM message WHERE message_id = %lld", (long long)message_id);
	return one_text(db, sql, out);
}

static void report_with(struct db *db, const char *id, const char *ref, const char *status, enum report_outcome want)
{
	enum report_outcome outcome;
	char final[16];
	int64_t contact;
	struct report report = { str_of(id), str_of(ref), status, STR("why") };
	CHECK_INT(delivery_report(db, STR("at"), &report, 99, &outcome, final, &contact), 0);
	CHECK_INT(outcome, want);
}

static void report(struct db *db, const char *id, const char *status, enum report_outcome want)
{
	report_with(db, id, "", status, want);
}

static int64_t queue_and_start(struct db *db, const struct contact *c, char ref[24])
{
	int64_t id = queue(db, c, "trois");
	(void)snprintf(ref, 24, "%lld", (long long)id);
	CHECK_INT(outbox_start(db, id), 0);
	return id;
}

static void test_reports(struct db *db)
{
	struct contact c;
	char s[64], ref[24];
	int64_t left;
	int gone;
	begin(db);
	CHECK_INT(contact_add(db, STR("+212600000104"), STR("MA"), 1000, 0, &c), 0);

	check_begin("a report with our own reference finds what was sent without an answer");
	int64_t id = queue_and_start(db, &c, ref);
	CHECK_INT(outbox_give_up(db, id, "unknown", "no answer"), 0);
	report_with(db, "V1", ref, "delivered", REPORT_TAKEN);
	CHECK_STR(str_of(status_of(db, id, s)), STR("delivered"));
	report_with(db, "V2", "999999999", "delivered", REPORT_HELD);
	report_with(db, "V2", "gw-1", "delivered", REPORT_HELD);

	check_begin("it settles a send that is still under way: neither its refusal nor its success takes that back");
	id = queue_and_start(db, &c, ref);
	report_with(db, "V3", ref, "delivered", REPORT_TAKEN);
	CHECK_INT(outbox_retry(db, id, "busy", 5), 0);
	CHECK_STR(str_of(status_of(db, id, s)), STR("delivered"));
	CHECK_INT(outbox_count(db, STR("at"), &left), 0);
	CHECK_INT(left, 0);
	CHECK_INT(outbox_give_up(db, id, "unknown", "no answer"), 0);
	CHECK_STR(str_of(status_of(db, id, s)), STR("delivered"));
	CHECK_INT(delivery_sent(db, id, STR("at"), &STR("V3"), 1, 20), 0);
	CHECK_STR(str_of(status_of(db, id, s)), STR("delivered"));

	check_begin("what was never tried is no vendor's to report on");
	id = queue(db, &c, "quatre");
	(void)snprintf(ref, sizeof ref, "%lld", (long long)id);
	report_with(db, "V4", ref, "delivered", REPORT_HELD);
	CHECK_STR(str_of(status_of(db, id, s)), STR("queued"));

	check_begin("parts that are reported on one by one: delivered when all are, whatever the order");
	const struct str parts[] = { STR("P1"), STR("P2"), STR("P3") }, more[] = { STR("Q1"), STR("Q2") };
	id = queue_and_start(db, &c, ref);
	report(db, "P3", "delivered", REPORT_HELD);
	CHECK_INT(delivery_sent(db, id, STR("at"), parts, 3, 20), 0);
	report(db, "P1", "delivered", REPORT_LATE);
	CHECK_STR(str_of(status_of(db, id, s)), STR("sent"));
	report(db, "P1", "delivered", REPORT_LATE);
	report(db, "P2", "sent", REPORT_LATE);
	CHECK_STR(str_of(status_of(db, id, s)), STR("sent"));
	report(db, "P2", "delivered", REPORT_TAKEN);
	CHECK_STR(str_of(status_of(db, id, s)), STR("delivered"));

	check_begin("a part that failed is a message that failed");
	id = queue_and_start(db, &c, ref);
	CHECK_INT(delivery_sent(db, id, STR("at"), more, 2, 20), 0);
	report(db, "Q2", "expired", REPORT_TAKEN);
	CHECK_STR(str_of(status_of(db, id, s)), STR("expired"));
	report(db, "Q1", "delivered", REPORT_LATE);
	CHECK_STR(str_of(status_of(db, id, s)), STR("expired"));

	check_begin("a phone has its time to confirm; what it does not is unknown, what it does in time is not");
	id = queue(db, &c, "cinq");
	int64_t other = queue(db, &c, "six");
	CHECK_INT(outbox_hand_out(db, id, 100), 0);
	CHECK_INT(outbox_hand_out(db, other, 200), 0);
	CHECK_INT(outbox_unconfirmed(db, STR("at"), 99), 0);
	CHECK_INT(outbox_unconfirmed(db, STR("elsewhere"), 100), 0);
	CHECK_INT(outbox_unconfirmed(db, STR("at"), 100), 1);
	CHECK_STR(str_of(status_of(db, id, s)), STR("unknown"));
	CHECK_STR(str_of(status_of(db, other, s)), STR("sending"));
	CHECK_INT(outbox_due(db, STR("at"), 1000, OUTBOX_FIRST, (struct outbox_item[8]){ 0 }, 8), 1); /* "quatre", no more */

	check_begin("held reports that nobody asked for are counted when they go");
	CHECK_INT(delivery_reports_expire(db, 99, &gone), 0);
	CHECK_INT(gone, 0);
	CHECK_INT(delivery_reports_expire(db, 100, &gone), 0);
	CHECK_INT(gone, 2);
	CHECK_INT(db_item_end(db, false), 0);
	CHECK_INT(db_commit(db), 0);
}

static void test_outbox(struct db *db)
{
	struct contact c;
	struct outbox_item due[8];
	char s[64];
	check_begin("the outbox gives what is due, once, and keeps what is under way");
	begin(db);
	CHECK_INT(contact_add(db, STR("+212600000103"), STR("MA"), 1000, 0, &c), 0);
	int64_t first = queue(db, &c, "un"), second = queue(db, &c, "deux");
	CHECK_INT(outbox_due(db, STR("at"), 9, OUTBOX_FIRST, due, 8), 0);
	CHECK_INT(outbox_due(db, STR("other"), 10, OUTBOX_FIRST, due, 8), 0);
	CHECK_INT(outbox_due(db, STR("at"), 10, OUTBOX_FIRST, due, 8), 2);
	CHECK_INT(outbox_start(db, first), 0);
	CHECK_INT(outbox_due(db, STR("at"), 10, OUTBOX_FIRST, due, 8), 1);
	CHECK_INT(due[0].message_id, second);
	commit(db);

	check_begin("a report before the send's answer is held and applied; a state only moves up");
	begin(db);
	report(db, "X1", "delivered", REPORT_HELD);
	CHECK_INT(delivery_sent(db, first, STR("at"), &STR("X1"), 1, 20), 0);
	CHECK_STR(str_of(status_of(db, first, s)), STR("delivered"));
	report(db, "X1", "sent", REPORT_LATE);
	CHECK_STR(str_of(status_of(db, first, s)), STR("delivered"));
	report(db, "X1", "failed", REPORT_CONFLICT);
	CHECK_STR(str_of(status_of(db, first, s)), STR("delivered"));
	commit(db);

	check_begin("what was under way when the daemon died is unknown; STOP cancels what is queued");
	begin(db);
	CHECK_INT(outbox_start(db, second), 0);
	CHECK_INT(outbox_interrupted(db), 1);
	CHECK_STR(str_of(status_of(db, second, s)), STR("unknown"));
	int64_t third = queue(db, &c, "trois");
	CHECK_INT(opt_out(db, STR("+212600000103"), "keyword", 1), 0);
	CHECK_STR(str_of(status_of(db, third, s)), STR("cancelled"));
	int64_t left;
	CHECK_INT(outbox_count(db, STR(""), &left), 0);
	CHECK_INT(left, 0);
	commit(db);
}

static void test_items(struct db *db)
{
	char value[8];
	check_begin("an item that fails leaves nothing, its neighbours stay");
	CHECK_INT(db_begin(db), 0);
	CHECK_INT(db_item_begin(db), 0);
	CHECK_INT(setting_put(db, "a", "1"), 0);
	CHECK_INT(db_item_end(db, true), 0);
	CHECK_INT(db_item_begin(db), 0);
	CHECK_INT(setting_put(db, "b", "2"), 0);
	CHECK_INT(db_item_end(db, false), 0);
	CHECK_INT(db_commit(db), 0);
	CHECK_INT(setting_get(db, "a", value, sizeof value), 1);
	CHECK_INT(setting_get(db, "b", value, sizeof value), 0);
	CHECK_INT(db_begin(db), 0);
	for (int i = 0; i < 4; i++) { /* the first ones fail: there is no savepoint yet */
		CHECK_INT(db_item_begin(db), 0);
		CHECK_INT(setting_put(db, (const char *[]){ "c", "d", "e", "f" }[i], "3"), 0);
		CHECK_INT(db_item_end(db, i == 2), 0);
	}
	CHECK_INT(db_commit(db), 0);
	CHECK_INT(setting_get(db, "c", value, sizeof value) + setting_get(db, "d", value, sizeof value), 0);
	CHECK_INT(setting_get(db, "e", value, sizeof value), 1);
	CHECK_INT(setting_get(db, "f", value, sizeof value), 0);

	check_begin("what was seen is answered the same, and may be added once only");
	unsigned char key[VAULT_INDEX_LEN];
	struct replay answer = { 200, STR("text/plain"), STR("CON 1 Oui"), 5 }, found;
	vault_fingerprint(&db->vault, (struct str[]){ STR("a"), STR("b") }, 2, key);
	begin(db);
	CHECK_INT(seen_find(db, key, &found), 0);
	CHECK_INT(seen_add(db, key, 0, &answer), 0);
	CHECK_INT(seen_find(db, key, &found), 1);
	CHECK_STR(found.body, answer.body);
	CHECK_INT(seen_add(db, key, 0, &answer), -EEXIST);
	commit(db);
}

static void test_cases(struct db *db)
{
	char ref[REF_LEN + 1];
	struct contact c;
	struct case_row row;
	check_begin("a reference has a check digit that finds each wrong digit and each swap of neighbours");
	begin(db);
	CHECK_INT(case_new_ref(db, ref), 0);
	CHECK(case_ref_valid(str_of(ref)));
	for (int i = 0; i < REF_LEN; i++)
		for (char d = '0'; d <= '9'; d++) {
			char wrong[REF_LEN + 1];
			memcpy(wrong, ref, sizeof wrong);
			wrong[i] = d;
			CHECK(d == ref[i] || !case_ref_valid(str_of(wrong)));
		}
	for (int i = 0; i + 1 < REF_LEN; i++) {
		char swapped[REF_LEN + 1];
		memcpy(swapped, ref, sizeof swapped);
		swapped[i] = ref[i + 1], swapped[i + 1] = ref[i];
		CHECK(ref[i] == ref[i + 1] || !case_ref_valid(str_of(swapped)));
	}

	check_begin("a change touches what it names; a rule never lowers the priority");
	CHECK_INT(contact_add(db, STR("+212600000104"), STR("MA"), 1000, 0, &c), 0);
	CHECK_INT(case_open(db, str_of(ref), c.contact_id, STR("FROM_MA"), STR("PARTIAL"), STR("CALL_OK"), STR(""), 1), 0);
	struct case_change change = case_change_none();
	change.text[CASE_NATIONALITY] = STR("GN");
	change.priority = STR("P2");
	CHECK_INT(case_update(db, str_of(ref), &change, 2), 0);
	change = case_change_none();
	change.priority = STR("P3");
	CHECK_INT(case_update(db, str_of(ref), &change, 3), 0);
	CHECK_INT(case_by_ref(db, str_of(ref), &c.key, &row), 1);
	CHECK_STR(str_of(row.priority), STR("P2"));
	CHECK_STR(str_of(row.status), STR("PARTIAL"));
	change = case_change_none();
	change.text[CASE_STATUS] = STR("CLOSED");
	CHECK_INT(case_update(db, str_of(ref), &change, 4), 0);
	CHECK_INT(case_of_contact(db, c.contact_id, &c.key, &row), 0);
	commit(db);
}

static void test_audit(struct db *db)
{
	int64_t rows, seq;
	check_begin("the audit only grows, and a changed line breaks its chain");
	begin(db);
	CHECK_INT(audit_add(db, 1, STR("system"), STR("start"), STR("daemon"), STR("")), 0);
	CHECK_INT(audit_add(db, 2, STR("rabat"), STR("case.set"), STR("12345678"), STR("phone call")), 0);
	commit(db);
	CHECK_INT(audit_verify(db, &rows, &seq), 0);
	CHECK_INT(rows, 10);
	CHECK(sqlite3_exec(db->conn, "UPDATE audit SET actor = 'x'", NULL, NULL, NULL) != SQLITE_OK);
	CHECK_INT(sqlite3_exec(db->conn, "DROP TRIGGER audit_is_append_only_update; UPDATE audit SET actor = 'x' WHERE seq = 1",
			       NULL, NULL, NULL), SQLITE_OK);
	CHECK_INT(audit_verify(db, &rows, &seq), -EBADMSG);
	CHECK_INT(seq, 1);
}

static void test_audit_reasons(struct db *db)
{
	static const char *const told[][2] = {
		{ "called +212655000001 twice", "called +**********01 twice" },
		{ "06 55 00 00 01, his cousin", "** ** ** ** 01, his cousin" },
		{ "0655-00.00-01", "****-**.**-01" },
		{ "212655000001", "**********01" },
		{ "same as 12345678 23456789, on 2026-11-28 10:00", "same as 12345678 23456789, on 2026-11-28 10:00" },
		{ "12345678", "12345678" },
		{ "0 1 -2 +", "0 1 -2 +" },
		{ "+", "+" },
	};
	char stored[64];
	int64_t rows, seq;
	check_begin("no telephone number stands in a line of the audit");
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		begin(db);
		CHECK_INT(audit_add(db, 1, STR("a"), STR("b"), STR("c"), str_of(told[i][0])), 0);
		commit(db);
		CHECK(strcmp(one_text(db, "SELECT reason FROM audit ORDER BY seq DESC LIMIT 1", stored), told[i][1]) == 0);
	}
	CHECK_INT(audit_verify(db, &rows, &seq), 0);
}

/* Keeps the first column of the last row. */
static int take_number(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	*(int64_t *)user = row[0].integer;
	return 0;
}

static int take_name(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)row;
	if (columns == 1)
		(void)snprintf(user, 32, "%s", names[0]);
	return 0;
}

static int collect(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	static char kept[256];
	struct str *got = user;
	(void)names, (void)columns;
	if (!row)
		return 0;
	bool fits = str_copy(row[0].kind == CELL_TEXT ? row[0].text : STR(""), kept, sizeof kept);
	*got = str_of(kept);
	return fits ? 0 : 1;
}

static bool file_holds(const char *name, const char *word)
{
	char path[128], command[256];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	(void)snprintf(command, sizeof command, "grep -qa -- '%s' %s 2>/dev/null", word, path);
	return system(command) == 0;
}

static void test_reader(void)
{
	struct db db, second;
	struct contact c;
	struct err err;
	struct reader *r;
	struct str got = { "", 0 };
	open_or_die(&db, folder);
	check_begin("a second daemon on the same folder is refused");
	CHECK_INT(db_open(&second, folder, key_file, &err), -EBUSY);

	check_begin("the file holds no number and no word of a person; the reader opens them");
	begin(&db);
	CHECK_INT(contact_add(&db, STR("+212611223344"), STR("MA"), 1000, 0, &c), 0);
	struct message m = { .channel = STR("at"), .status = "received", .contact_id = c.contact_id, .created_at = 1000,
			     .text = STR("je suis a Oujda") };
	CHECK_INT(message_add(&db, &m, &c.key), 0);
	commit(&db);
	CHECK(!file_holds("wasl.db-wal", "+212611223344"));
	CHECK(!file_holds("wasl.db-wal", "Oujda"));
	CHECK_INT(reader_open(folder, key_file, &r, &err), 0);
	CHECK_INT(reader_query(r, STR("SELECT phone FROM v_contact_point"), NULL, 0, collect, &got, &err), 0);
	CHECK_STR(got, STR("+212611223344"));
	CHECK_INT(reader_query(r, STR("SELECT text FROM v_message"), NULL, 0, collect, &got, &err), 0);
	CHECK_STR(got, STR("je suis a Oujda"));

	check_begin("the reader reads the views and nothing else");
	static const char *const refused[] = { "SELECT * FROM contact", "DELETE FROM v_contact", "SELECT 1; SELECT 2",
		"ATTACH 'x' AS y", "PRAGMA journal_mode=DELETE", "SELECT unseal('contact.key', 1, NULL, key) FROM contact",
		"CREATE TABLE t (a)", "" };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		CHECK_INT(reader_query(r, str_of(refused[i]), NULL, 0, collect, &got, &err), -EINVAL);
	err.text[0] = '\0';
	CHECK_INT(reader_query(r, STR("SELECT count(*) FROM v_checkin"), NULL, 0, collect, &got, &err), 0);
	CHECK_STR(str_of(err.text), STR(""));

	check_begin("a statement that is kept knows its columns after the file was written anew");
	static const char kept[] = "SELECT count(*) AS how_many FROM main.contact";
	char column[32] = "";
	CHECK_INT(reader_ask(r, kept, NULL, 0, take_name, column), 0);
	CHECK_STR(str_of(column), STR("how_many"));
	CHECK_INT(db_begin(&db), 0);
	CHECK_INT(setting_put(&db, "scrub", "1"), 0);
	CHECK_INT(db_commit(&db), 0);
	CHECK_INT(db_scrub(&db, true), 1);
	column[0] = '\0';
	CHECK_INT(reader_ask(r, kept, NULL, 0, take_name, column), 0);
	CHECK_STR(str_of(column), STR("how_many"));

	check_begin("what the reader sorts is never written to a temporary file");
	static const char temporary[] = "PRAGMA temp_store";
	int64_t where = 0;
	CHECK_INT(reader_ask(r, temporary, NULL, 0, take_number, &where), 0);
	CHECK_INT(where, 2);

	check_begin("what is noted stays on the reader's own connection");
	static const char table[] = "CREATE TEMP TABLE noted (n INTEGER)", add[] = "INSERT INTO temp.noted VALUES (?)",
			  outside[] = "DELETE FROM main.contact", count[] = "SELECT count(*) AS noted FROM temp.noted WHERE n = 7";
	struct cell seven = cell_of_i64(7);
	CHECK_INT(reader_note(r, table, NULL, 0), 0);
	CHECK_INT(reader_note(r, add, &seven, 1), 0);
	CHECK_INT(reader_ask(r, count, NULL, 0, take_name, column), 0);
	CHECK_STR(str_of(column), STR("noted"));
	CHECK(reader_note(r, outside, NULL, 0) < 0);
	CHECK(reader_ask(r, add, &seven, 1, take_name, column) < 0);
	reader_close(r);
	db_close(&db);

	check_begin("the log is moved into the file and begun anew: it does not grow with what is written");
	char path[128], value[2048];
	struct stat st;
	memset(value, 'x', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	open_or_die(&db, folder);
	for (int i = 0; i < 3000; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "n%d", i);
		begin(&db);
		CHECK_INT(setting_put(&db, name, value), 0);
		commit(&db);
		CHECK_INT(db_checkpoint(&db), 0);
	}
	(void)snprintf(path, sizeof path, "%s/wasl.db-wal", folder);
	CHECK(stat(path, &st) == 0 && st.st_size < 1200 * 4120);
	(void)snprintf(path, sizeof path, "%s/wasl.db", folder);
	CHECK(stat(path, &st) == 0 && st.st_size > 1 << 20);
	db_close(&db);

	check_begin("a number that any table has is not given again after a new start");
	open_or_die(&db, folder);
	struct staff staff = { .user = STR("amina"), .name = STR("Amina"), .roles = STR("counsellor"), .offices = STR("") };
	begin(&db);
	CHECK_INT(staff_add(&db, &staff, 1000), 0);
	commit(&db);
	db_close(&db);
	open_or_die(&db, folder);
	CHECK(db_new_id(&db) > staff.staff_id);
	db_close(&db);

	check_begin("who looks at the file sees a row that points at nobody");
	struct db_inspection seen;
	sqlite3 *raw;
	(void)snprintf(path, sizeof path, "%s/wasl.db", folder);
	CHECK_INT(db_inspect(folder, key_file, &seen, &err), 0);
	CHECK_INT(sqlite3_open(path, &raw), SQLITE_OK);
	CHECK_INT(sqlite3_exec(raw, "INSERT INTO answer (answer_id, contact_id, flow, flow_version, run_id, state, mode, channel,"
			       " answered_at) VALUES (1, 999, 'f', '1', 1, 'Q1', 'sms', 'at', 0)", NULL, NULL, NULL), SQLITE_OK);
	CHECK_INT(db_inspect(folder, key_file, &seen, &err), -EUCLEAN);
	CHECK(strstr(err.text, "is damaged (SELECT count(*) FROM pragma_foreign_key_check says 1)"));
	CHECK_INT(sqlite3_exec(raw, "DELETE FROM answer", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(raw);

	check_begin("a newer schema is refused, another program's file too");
	CHECK_INT(sqlite3_open(path, &raw), SQLITE_OK);
	CHECK_INT(sqlite3_exec(raw, "PRAGMA user_version=999", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(raw);
	CHECK_INT(db_open(&db, folder, key_file, &err), -EPROTONOSUPPORT);
	CHECK_INT(sqlite3_open(path, &raw), SQLITE_OK);
	CHECK_INT(sqlite3_exec(raw, "PRAGMA user_version=1; PRAGMA application_id=7", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(raw);
	CHECK_INT(db_open(&db, folder, key_file, &err), -EUCLEAN);

	check_begin("a key file that others may read is refused");
	CHECK_INT(chmod(key_file, 0644), 0);
	CHECK_INT(db_open(&db, folder, key_file, &err), -EACCES);
}

int main(void)
{
	struct db db;
	make_folder();
	test_sealing();
	open_or_die(&db, NULL);
	test_people(&db);
	test_outbox(&db);
	test_reports(&db);
	test_items(&db);
	test_cases(&db);
	test_audit_reasons(&db);
	test_audit(&db);
	db_close(&db);
	test_reader();
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s", folder);
	return check_end() | (system(command) != 0);
}
