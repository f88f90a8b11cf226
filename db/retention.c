#include "db/retention.h"

#include "db/erase.h"
#include "db/ledger.h"
#include "flows/text/buf.h"

#include <errno.h>

enum { CONTACTS_A_PAGE = 100, ROWS_A_PAGE = 500, STATEMENT_MAX = 2048 };

/* A reference that begins with 0 is nobody's any more. */
#define CASES_OF(contact) "SELECT 1 FROM cases k WHERE k.contact_id = " contact " AND k.ref NOT LIKE '0%'"
#define ENDED_AT "ifnull(k.closed_at, k.updated_at)"
#define ENDED "k.status IN ('CLOSED', 'WITHDRAWN')"
#define ENDED_BEFORE "(" ENDED " AND " ENDED_AT " < ?1)"
/* All cases of that contact ended before ?1, and there is one. */
#define ALL_ENDED(contact) "EXISTS (" CASES_OF(contact) ") AND NOT EXISTS (" CASES_OF(contact) " AND NOT " ENDED_BEFORE ")"
/* The same, each counted from when it was handed over to IOM's own case system, if that was said and is later. */
#define GIVEN_BEFORE "(" ENDED " AND max(" ENDED_AT ", ifnull(unixepoch(k.handed_over_on) * 1000, 0)) < ?1)"
#define ALL_GIVEN(contact) "EXISTS (" CASES_OF(contact) ") AND NOT EXISTS (" CASES_OF(contact) " AND NOT " GIVEN_BEFORE ")"
#define DAYS_30 "2592000000"
#define WAVES "SELECT 1 FROM cases k JOIN checkin w ON w.case_ref = k.ref WHERE k.contact_id = contact.contact_id"

enum act { EMPTIED, DELETED, PERSON, AUDIT, NOTICE }; /* NOTICE: counted, and nothing is done */

/* ?1: the moment before which; pages over contacts: ?2 < contact_id <= ?3. */
static const struct rule {
	enum retention_class class;
	enum act act;
	bool by_contact;
	const char *table, *set, *where, *what;
} rules[] = {
	{ RETAIN_BODIES, EMPTIED, true, "message", "text = NULL", "text IS NOT NULL AND " ALL_ENDED("message.contact_id"),
	  "words of messages" },
	{ RETAIN_BODIES, EMPTIED, true, "answer", "raw = NULL", "raw IS NOT NULL AND flow <> 'feedback' AND "
	  ALL_ENDED("answer.contact_id"), "words of answers" },
	{ RETAIN_BODIES, EMPTIED, true, "task", "note = NULL", "note IS NOT NULL AND done_at IS NOT NULL AND "
	  ALL_ENDED("task.contact_id"), "notes of tasks" },
	{ RETAIN_BODIES, EMPTIED, true, "session", "state = NULL, open = 0, resumable = 0", "state IS NOT NULL AND "
	  ALL_ENDED("session.contact_id"), "conversations" },
	/* Who it was nobody knows: no case can end. */
	{ RETAIN_PARTIAL, EMPTIED, false, "message", "text = NULL", "contact_id IS NULL AND text IS NOT NULL AND created_at < ?1",
	  "words of unknown senders" },
	{ RETAIN_PARTIAL, DELETED, false, "parked", NULL, "at < ?1", "callbacks that were not understood" },
	{ RETAIN_COMPLAINTS, EMPTIED, true, "answer", "raw = NULL", "raw IS NOT NULL AND flow = 'feedback' AND answered_at < ?1",
	  "words of complaints" },
	{ RETAIN_METADATA, DELETED, true, "message", NULL, "text IS NULL AND created_at < ?1 AND message_id NOT IN"
	  " (SELECT message_id FROM outbox)", "traces of messages" },
	{ RETAIN_METADATA, DELETED, false, "message", NULL, "contact_id IS NULL AND text IS NULL AND created_at < ?1",
	  "traces of unknown senders" },
	{ RETAIN_METADATA, DELETED, true, "session", NULL, "updated_at < ?1 AND open = 0 AND resumable = 0", "traces of conversations" },
	{ RETAIN_PARTIAL, PERSON, true, "contact", NULL, "last_seen < ?1 AND EXISTS (" CASES_OF("contact.contact_id") ") AND NOT EXISTS ("
	  CASES_OF("contact.contact_id") " AND NOT (k.status = 'PARTIAL' AND k.updated_at < ?1))",
	  "people whose request was never finished" },
	{ RETAIN_PARTIAL, PERSON, true, "contact", NULL, "last_seen < ?1 AND NOT EXISTS (SELECT 1 FROM cases k WHERE"
	  " k.contact_id = contact.contact_id) AND EXISTS (SELECT 1 FROM contact_point p WHERE p.contact_id = contact.contact_id)",
	  "people who asked for a call, without a case" },
	{ RETAIN_CASES, PERSON, true, "contact", NULL, ALL_GIVEN("contact.contact_id"), "people whose cases are closed" },
	{ RETAIN_CASES, NOTICE, false, "cases", NULL, "ref NOT LIKE '0%' AND handed_over_on IS NULL AND status IN ('CLOSED', 'WITHDRAWN')"
	  " AND ifnull(closed_at, updated_at) BETWEEN ?1 AND ?1 + " DAYS_30,
	  "closed cases that go within 30 days, never marked as handed over" },
	{ RETAIN_ANSWERS, PERSON, true, "contact", NULL, "last_seen < ?1 AND EXISTS (" WAVES " AND k.ref NOT LIKE '0%') AND NOT EXISTS ("
	  WAVES " AND w.due_at >= ?1)", "people after their last check-in" },
	{ RETAIN_AUDIT, DELETED, false, "approval", NULL, "requested_at < ?1 AND state NOT IN ('REQUESTED', 'APPROVED')", "approvals" },
	{ RETAIN_AUDIT, AUDIT, false, "audit", NULL, "at < ?1", "lines of the audit" },
};

enum { RULES = sizeof rules / sizeof *rules };
_Static_assert((int)RULES <= (int)RETENTION_RULES_MAX, "a run counts each rule");

static const char *const class_name[RETENTION_CLASSES] = {
	[RETAIN_BODIES] = "bodies", [RETAIN_COMPLAINTS] = "complaints",
	[RETAIN_METADATA] = "metadata", [RETAIN_PARTIAL] = "partial", [RETAIN_CASES] = "cases", [RETAIN_ANSWERS] = "answers",
	[RETAIN_AUDIT] = "audit",
};

size_t retention_rules(void)
{
	return RULES;
}

struct retention_rule_name retention_rule(size_t rule)
{
	return (struct retention_rule_name){ rules[rule].class, rules[rule].what, rules[rule].act == NOTICE };
}

const char *retention_class_name(enum retention_class class)
{
	return class_name[class];
}

/* ---- pages */

/* The last contact of the page after run->after; 0: there is none. */
static int end_of_page(struct db *db, const struct retention_run *run, int64_t *end)
{
	struct query q = db_query(db, SQL_CONTACTS_PAGE);
	bind_i64(&q, run->after);
	bind_i64(&q, CONTACTS_A_PAGE);
	int rc = db_row(&q);
	*end = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}

/* Made of the rules: names of tables and columns alone, never a value. */
static int prepare(struct db *db, const struct rule *rule, bool count, const struct retention_run *run, int64_t end,
		   sqlite3_stmt **out)
{
	char text[STATEMENT_MAX];
	struct buf sql = buf_over(text, sizeof text);
	*out = NULL;
	if (count) {
		buf_put_z(&sql, "SELECT count(*) FROM ");
	} else if (rule->act == PERSON) {
		buf_put_z(&sql, "SELECT contact_id FROM ");
	} else {
		buf_put_z(&sql, rule->act == EMPTIED ? "UPDATE " : "DELETE FROM ");
	}
	buf_put_z(&sql, rule->table);
	if (!count && rule->act == EMPTIED) {
		buf_put_z(&sql, " SET ");
		buf_put_z(&sql, rule->set);
	}
	buf_put_z(&sql, " WHERE ");
	if (rule->by_contact) {
		buf_put_z(&sql, rule->table);
		buf_put_z(&sql, ".contact_id > ?2 AND ");
		buf_put_z(&sql, rule->table);
		buf_put_z(&sql, ".contact_id <= ?3 AND ");
	} else if (!count) {
		buf_put_z(&sql, "rowid IN (SELECT rowid FROM ");
		buf_put_z(&sql, rule->table);
		buf_put_z(&sql, " WHERE ");
	}
	buf_put_z(&sql, rule->where);
	if (!rule->by_contact && !count)
		buf_put_z(&sql, " LIMIT ?2)");
	if (sql.full)
		return -EMSGSIZE;
	int rc = sqlite3_prepare_v2(db->conn, sql.at, (int)sql.len, out, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(*out, 1, run->before_ms[rule->class]);
	if (rc == SQLITE_OK && (rule->by_contact || !count))
		rc = sqlite3_bind_int64(*out, 2, rule->by_contact ? run->after : ROWS_A_PAGE);
	if (rc == SQLITE_OK && rule->by_contact)
		rc = sqlite3_bind_int64(*out, 3, end);
	return rc == SQLITE_OK ? 0 : rc == SQLITE_ERROR ? -EPROTO : db_error(db, rc);
}

/* ---- one page */

static int count_page(struct db *db, const struct rule *rule, const struct retention_run *run, int64_t end, int64_t *n)
{
	sqlite3_stmt *s;
	int rc = prepare(db, rule, true, run, end, &s);
	if (rc == 0) {
		int code = sqlite3_step(s);
		*n = code == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
		rc = code == SQLITE_ROW ? 0 : db_error(db, code);
	}
	sqlite3_finalize(s);
	return rc;
}

static int change_page(struct db *db, const struct rule *rule, const struct retention_run *run, int64_t end, int64_t *n)
{
	sqlite3_stmt *s;
	int rc = prepare(db, rule, false, run, end, &s);
	if (rc == 0)
		rc = db_error(db, sqlite3_step(s));
	sqlite3_finalize(s);
	*n = rc == 0 ? sqlite3_changes(db->conn) : 0;
	return rc;
}

static int people_of_page(struct db *db, const struct rule *rule, struct retention_run *run, int64_t end, int64_t *n)
{
	int64_t ids[CONTACTS_A_PAGE];
	int count = 0, code = SQLITE_ERROR;
	sqlite3_stmt *s;
	int rc = prepare(db, rule, false, run, end, &s);
	while (rc == 0 && count < CONTACTS_A_PAGE && (code = sqlite3_step(s)) == SQLITE_ROW)
		ids[count++] = sqlite3_column_int64(s, 0);
	if (rc == 0 && code != SQLITE_ROW && code != SQLITE_DONE)
		rc = db_error(db, code);
	sqlite3_finalize(s);
	*n = 0;
	for (int i = 0; rc == 0 && i < count; i++) {
		enum erase_obstacle obstacle;
		rc = erase_obstacle(db, ids[i], &obstacle);
		if (rc == 0 && obstacle == ERASE_ALERT_OPEN)
			run->kept_for_alert++;
		if (rc != 0 || obstacle != ERASE_FREE)
			continue;
		if (!run->only_count)
			rc = erase_person(db, ids[i], ERASE_BY_TIME, run->now_ms);
		arena_reset(&db->arena);
		++*n;
	}
	return rc;
}

static int audit_page(struct db *db, const struct rule *rule, const struct retention_run *run, int64_t *n)
{
	int64_t before = run->before_ms[rule->class];
	int rc = audit_drop_before(db, before, run->now_ms, n);
	/* Its first line from now on says what is missing before it. */
	return rc == 0 && *n ? audit_add(db, run->now_ms, STR("wasl"), STR("audit.drop"), STR("audit"), STR("past its time")) : rc;
}

static void next_rule(struct retention_run *run)
{
	run->rule++;
	run->after = 0;
}

int retention_step(struct db *db, struct retention_run *run)
{
	if (run->rule >= RULES)
		return 0;
	const struct rule *rule = &rules[run->rule];
	int64_t n = 0, end = 0;
	int rc = rule->by_contact ? end_of_page(db, run, &end) : 0;
	if (rc != 0)
		return rc;
	if (rule->by_contact && end == 0) {
		next_rule(run);
		return run->rule < RULES;
	}
	if (rule->act == PERSON)
		rc = people_of_page(db, rule, run, end, &n);
	else if (run->only_count || rule->act == NOTICE)
		rc = count_page(db, rule, run, end, &n);
	else if (rule->act == AUDIT)
		rc = audit_page(db, rule, run, &n);
	else
		rc = change_page(db, rule, run, end, &n);
	if (rc != 0)
		return rc;
	run->count[run->rule] += n;
	bool full = !run->only_count && (rule->act == DELETED || rule->act == EMPTIED) && n == ROWS_A_PAGE;
	if (rule->by_contact)
		run->after = end;
	else if (!full)
		next_rule(run);
	return run->rule < RULES;
}
