#include "db/erase.h"

#include "db/cases.h"
#include "db/contact.h"
#include "db/holdings.h"
#include "db/ledger.h"
#include "db/links.h"
#include "flows/text/buf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { STATEMENT_MAX = 4096 };

struct erasing {
	struct db *db;
	int64_t contact_id, nameless;
	struct seal_key old, fresh;
	enum erase_how how;
	int64_t now_ms;
};

/* ---- statements made of the rules: names of tables and columns alone, never a value */

static int run_made(struct erasing *e, const struct buf *sql)
{
	sqlite3_stmt *s = NULL;
	if (sql->full)
		return -EMSGSIZE;
	int rc = sqlite3_prepare_v2(e->db->conn, sql->at, (int)sql->len, &s, NULL);
	int values = rc == SQLITE_OK ? sqlite3_bind_parameter_count(s) : 0;
	if (rc == SQLITE_OK && values >= 1)
		rc = sqlite3_bind_int64(s, 1, e->contact_id);
	if (rc == SQLITE_OK && values >= 2)
		rc = sqlite3_bind_int64(s, 2, e->nameless);
	if (rc == SQLITE_OK && values >= 3)
		rc = sqlite3_bind_int(s, 3, e->how == ERASE_BY_TIME);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	sqlite3_finalize(s);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : rc == SQLITE_ERROR ? -EPROTO : db_error(e->db, rc);
}

static const char *becomes(const struct holding *h, struct str column)
{
	for (size_t i = 0; i < BECOMES_MAX && h->becomes[i].column; i++)
		if (str_eq_z(column, h->becomes[i].column))
			return h->becomes[i].to;
	return NULL;
}

static bool stays(const struct holding *h, struct str column)
{
	struct str rest = str_of(h->keep), word;
	while (str_split(&rest, ' ', &word))
		if (str_eq(word, column))
			return true;
	return false;
}

/* "column = what it becomes" for each column that does not stay. */
static int put_changes(struct erasing *e, const struct holding *h, struct buf *sql)
{
	int rc;
	bool first = true;
	struct query q = db_query(e->db, SQL_TABLE_COLUMNS);
	bind_z(&q, h->table);
	while ((rc = db_row(&q)) == 1) {
		struct str column = col_str(&q, 0);
		const char *to = becomes(h, column);
		if (!to && stays(h, column))
			continue;
		buf_put_z(sql, first ? " SET \"" : ", \"");
		buf_put(sql, column);
		buf_put_z(sql, "\" = ");
		if (to)
			buf_put_z(sql, to);
		else if (col_i64(&q, 1) && !col_is_null(&q, 2)) /* may not be empty: what it is for who said nothing */
			buf_put(sql, col_str(&q, 2));
		else
			buf_put_z(sql, "NULL");
		first = false;
	}
	return rc;
}

static int follow(struct erasing *e, const struct holding *h)
{
	char text[STATEMENT_MAX];
	struct buf sql = buf_over(text, sizeof text);
	int rc = 0;
	buf_put_z(&sql, h->act == HOLDING_GOES ? "DELETE FROM " : "UPDATE ");
	buf_put_z(&sql, h->table);
	if (h->act == HOLDING_STRIPPED)
		rc = put_changes(e, h, &sql);
	buf_put_z(&sql, " WHERE ");
	buf_put_z(&sql, h->rows);
	return rc == 0 ? run_made(e, &sql) : rc;
}

/* ---- references: 0 and seven digits; no person was ever told one */

static int nameless_ref(struct db *db, char out[REF_LEN + 1])
{
	for (int tries = 0; tries < 100; tries++) {
		(void)snprintf(out, REF_LEN + 1, "0%07u", vault_random_below(10000000));
		struct query q = db_query(db, SQL_CASE_BY_REF);
		bind_text(&q, str_of(out));
		int rc = db_row(&q);
		db_done(&q);
		if (rc <= 0)
			return rc;
	}
	return -ENOSPC;
}

static int rename_in(struct erasing *e, const char *table, const char *column, const char *from, const char *to)
{
	char text[STATEMENT_MAX];
	sqlite3_stmt *s = NULL;
	struct buf sql = buf_over(text, sizeof text);
	buf_put_z(&sql, "UPDATE \"");
	buf_put_z(&sql, table);
	buf_put_z(&sql, "\" SET \"");
	buf_put_z(&sql, column);
	buf_put_z(&sql, "\" = ?1 WHERE \"");
	buf_put_z(&sql, column);
	buf_put_z(&sql, "\" = ?2");
	int rc = sqlite3_prepare_v2(e->db->conn, sql.at, (int)sql.len, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(s, 1, to, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(s, 2, from, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : db_error(e->db, rc);
}

/* The vulnerability codes, alone, are what reports count; they move to the nameless contact's key. */
static int seal_case_anew(struct erasing *e, struct str sealed, const char *from, const char *to)
{
	struct db *db = e->db;
	struct str json = { NULL, 0 }, reduced = { NULL, 0 };
	int rc = sealed.at ? vault_unseal(&e->old, (struct seal_place){ "case.sensitive", case_row_number(str_of(from)) }, sealed,
					  &db->arena, &json) : 0;
	if (rc != 0)
		return rc;
	struct query q = db_query(db, SQL_SENSITIVE_REDUCED);
	bind_text(&q, json);
	rc = db_row(&q);
	if (rc == 1)
		reduced = arena_str(&db->arena, col_str(&q, 0));
	db_done(&q);
	if (rc < 0)
		return rc;
	struct query u = db_query(db, SQL_CASE_SEALED_ANEW);
	bind_sealed(&u, &e->fresh, (struct seal_place){ "case.sensitive", case_row_number(str_of(to)) }, reduced);
	bind_text(&u, str_of(to));
	return db_run(&u);
}

static int rename_case(struct erasing *e, const char *from, struct str sealed, const struct link *link, int links_count)
{
	char to[REF_LEN + 1];
	int rc = nameless_ref(e->db, to);
	if (rc == 0)
		rc = rename_in(e, "cases", "ref", from, to);
	for (int i = 0; rc == 0 && i < links_count; i++)
		rc = rename_in(e, link[i].table, link[i].column, from, to);
	return rc == 0 ? seal_case_anew(e, sealed, from, to) : rc;
}

static int rename_cases(struct erasing *e)
{
	struct link link[LINKS_MAX];
	char from[REF_LEN + 1] = "";
	struct db *db = e->db;
	int n = links_find(db, SQL_LINKS_TO_CASES, link), rc = n < 0 ? n : 0;
	while (rc == 0) {
		struct query q = db_query(db, SQL_CASES_OF_CONTACT);
		bind_i64(&q, e->contact_id);
		bind_text(&q, str_of(from));
		rc = db_row(&q);
		if (rc != 1)
			return rc;
		col_copy(&q, 0, from, sizeof from);
		struct str sealed = col_is_null(&q, 1) ? (struct str){ NULL, 0 } : arena_str(&db->arena, col_str(&q, 1));
		db_done(&q);
		rc = rename_case(e, from, sealed, link, n);
	}
	return rc;
}

/* ---- what is sealed and stays */

static int seal_alerts_anew(struct erasing *e)
{
	struct db *db = e->db;
	int64_t alert_id = 0;
	for (;;) {
		struct str kind;
		struct query q = db_query(db, SQL_ALERTS_TO_SEAL_ANEW);
		bind_i64(&q, e->contact_id);
		bind_i64(&q, alert_id);
		int rc = db_row(&q);
		if (rc != 1)
			return rc;
		alert_id = col_i64(&q, 0);
		size_t mark = arena_mark(&db->arena);
		rc = col_sealed(&q, 1, &e->old, (struct seal_place){ "alert.kind", alert_id }, &kind);
		db_done(&q);
		if (rc != 0)
			return rc;
		struct query u = db_query(db, SQL_ALERT_SEALED_ANEW);
		bind_sealed(&u, &e->fresh, (struct seal_place){ "alert.kind", alert_id }, kind);
		bind_i64(&u, alert_id);
		rc = db_run(&u);
		arena_back(&db->arena, mark);
		if (rc != 0)
			return rc;
	}
}

/* Callbacks that were kept because nobody understood them: those that hold the number go. */
static int drop_parked_with(struct db *db, struct str digits)
{
	int64_t parked_id = 0;
	for (;;) {
		struct str body;
		struct query q = db_query(db, SQL_PARKED_ALL);
		bind_i64(&q, parked_id);
		int rc = db_row(&q);
		if (rc != 1)
			return rc;
		size_t mark = arena_mark(&db->arena);
		parked_id = col_i64(&q, 0);
		rc = col_sealed(&q, 1, &db->vault.own, (struct seal_place){ "parked.body", parked_id }, &body);
		db_done(&q);
		if (rc == 0 && body.at && memmem(body.at, body.len, digits.at, digits.len)) {
			struct query d = db_query(db, SQL_PARKED_DELETE);
			bind_i64(&d, parked_id);
			rc = db_run(&d);
		}
		arena_back(&db->arena, mark);
		if (rc != 0)
			return rc;
	}
}

static int entomb(struct erasing *e, const unsigned char who[VAULT_INDEX_LEN])
{
	int rc = tombstone_add(e->db, who, e->now_ms);
	return rc == 1 ? suppression_note(e->db, SUPPRESSION_ERASED, who, e->now_ms) : rc;
}

static void print_of_number(const struct db *db, struct str e164, unsigned char out[VAULT_INDEX_LEN])
{
	vault_fingerprint(&db->vault, (struct str[]){ STR("number of who was erased"), e164 }, 2, out);
}

/* So that no file brings the number back against the person's word. */
static int entomb_number(struct erasing *e, struct str e164)
{
	unsigned char print[VAULT_INDEX_LEN];
	print_of_number(e->db, e164, print);
	return e->how == ERASE_BY_RIGHT ? entomb(e, print) : 0;
}

int erased_number(struct db *db, struct str e164)
{
	unsigned char print[VAULT_INDEX_LEN];
	print_of_number(db, e164, print);
	struct query q = db_query(db, SQL_TOMBSTONE_HAS);
	bind_blob(&q, print, sizeof print);
	int rc = db_row(&q);
	db_done(&q);
	return rc;
}

static int leave_numbers(struct erasing *e)
{
	int64_t point_id = 0;
	for (;;) {
		struct str phone;
		struct query q = db_query(e->db, SQL_POINTS_OF_CONTACT);
		bind_i64(&q, e->contact_id);
		bind_i64(&q, point_id);
		int rc = db_row(&q);
		if (rc != 1)
			return rc;
		point_id = col_i64(&q, 0);
		rc = col_sealed(&q, 1, &e->old, (struct seal_place){ "contact_point.phone", point_id }, &phone);
		db_done(&q);
		/* Vendors write it with + or without, or with %2B. */
		if (rc == 0 && phone.len > 6)
			rc = drop_parked_with(e->db, str_from(phone, 1));
		if (rc == 0)
			rc = entomb_number(e, phone);
		if (rc != 0)
			return rc;
	}
}

/* ---- the person */

static int fingerprint_of(struct db *db, struct str wrapped, unsigned char out[VAULT_INDEX_LEN])
{
	vault_fingerprint(&db->vault, (struct str[]){ STR("person"), wrapped }, 2, out);
	return wrapped.len == VAULT_WRAPPED_LEN ? 0 : -EBADMSG;
}

int tombstone_add(struct db *db, const unsigned char person[VAULT_INDEX_LEN], int64_t at_ms)
{
	int added;
	struct query q = db_query(db, SQL_TOMBSTONE_ADD);
	bind_blob(&q, person, VAULT_INDEX_LEN);
	bind_i64(&q, at_ms);
	int rc = db_run_changes(&q, &added);
	return rc == 0 ? added : rc;
}

int person_fingerprint(struct db *db, int64_t contact_id, struct seal_key *key, unsigned char out[VAULT_INDEX_LEN])
{
	struct query q = db_query(db, SQL_CONTACT_KEYS);
	bind_i64(&q, contact_id - 1);
	int rc = db_row(&q);
	bool found = rc == 1 && col_i64(&q, 0) == contact_id;
	if (found)
		rc = vault_unwrap(&db->vault, contact_id, col_str(&q, 1), key);
	if (found && rc == 0)
		rc = fingerprint_of(db, col_str(&q, 1), out);
	db_done(&q);
	return rc < 0 ? rc : found;
}

/* Whom a merge took up into this person (db/merge.c): an older backup holds them with a key of their own. */
static int entomb_merged(struct erasing *e)
{
	int rc, entombed = 0;
	struct query q = db_query(e->db, SQL_CONTACT_WAS_LIST);
	bind_i64(&q, e->contact_id);
	while ((rc = db_row(&q)) == 1 && entombed == 0) {
		struct str person = col_str(&q, 0);
		entombed = person.len == VAULT_INDEX_LEN ? entomb(e, (const unsigned char *)person.at) : -EUCLEAN;
	}
	db_done(&q);
	return rc < 0 ? rc : entombed;
}

/* 1 with the key, 0 nobody, or an error; by right: entombed. */
static int take_key(struct erasing *e)
{
	unsigned char person[VAULT_INDEX_LEN];
	int rc = person_fingerprint(e->db, e->contact_id, &e->old, person);
	if (rc != 1 || e->how != ERASE_BY_RIGHT)
		return rc;
	rc = entomb(e, person);
	if (rc == 0)
		rc = entomb_merged(e);
	return rc == 0 ? 1 : rc;
}

static int add_nameless(struct erasing *e)
{
	unsigned char wrapped[VAULT_WRAPPED_LEN];
	struct db *db = e->db;
	e->nameless = db_new_id(db);
	vault_new_person(&db->vault, e->nameless, &e->fresh, wrapped);
	struct query q = db_query(db, SQL_CONTACT_NAMELESS);
	bind_i64(&q, e->nameless);
	bind_blob(&q, wrapped, sizeof wrapped);
	bind_i64(&q, e->contact_id);
	return db_run(&q);
}

static int defer_foreign_keys(struct db *db)
{
	struct query q = db_query(db, SQL_DEFER_FOREIGN_KEYS);
	return db_run(&q);
}

int erase_person(struct db *db, int64_t contact_id, enum erase_how how, int64_t now_ms)
{
	struct erasing e = { .db = db, .contact_id = contact_id, .how = how, .now_ms = now_ms };
	int rc = take_key(&e);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	rc = defer_foreign_keys(db);
	if (rc == 0)
		rc = add_nameless(&e);
	if (rc == 0)
		rc = leave_numbers(&e);
	if (rc == 0)
		rc = seal_alerts_anew(&e);
	if (rc == 0)
		rc = rename_cases(&e);
	for (const struct holding *h = holdings; rc == 0 && h->table; h++)
		if (h->act != HOLDING_NOBODY)
			rc = follow(&e, h);
	if (rc == 0)
		rc = links_none_to_contact(db, contact_id);
	if (rc == 0)
		rc = setting_put(db, "scrub", "due");
	seal_key_forget(&e.old);
	seal_key_forget(&e.fresh);
	return rc;
}

int erase_obstacle(struct db *db, int64_t contact_id, enum erase_obstacle *out)
{
	int64_t alerts = 0, leaving = 0;
	struct query q = db_query(db, SQL_CONTACT_BY_ID);
	bind_i64(&q, contact_id);
	int rc = db_row(&q);
	db_done(&q);
	bool there = rc == 1;
	rc = rc < 0 ? rc : 0;
	if (rc == 0)
		rc = contact_count(db, SQL_ALERTS_OPEN, contact_id, &alerts);
	if (rc == 0)
		rc = contact_count(db, SQL_OUTBOX_LEAVING, contact_id, &leaving);
	*out = !there ? ERASE_NOBODY : alerts ? ERASE_ALERT_OPEN : leaving ? ERASE_MESSAGE_LEAVING : ERASE_FREE;
	return rc;
}

/* ---- after a restore */

/* The next one from contact_id on who has a tombstone: 1, 0, error. */
static int next_entombed(struct db *db, int64_t *contact_id)
{
	int rc;
	struct query q = db_query(db, SQL_CONTACT_KEYS);
	bind_i64(&q, *contact_id);
	while ((rc = db_row(&q)) == 1) {
		unsigned char person[VAULT_INDEX_LEN];
		*contact_id = col_i64(&q, 0);
		if (fingerprint_of(db, col_str(&q, 1), person) != 0)
			continue;
		struct query t = db_query(db, SQL_TOMBSTONE_HAS);
		bind_blob(&t, person, sizeof person);
		rc = db_row(&t);
		db_done(&t);
		if (rc != 0)
			break;
	}
	db_done(&q);
	return rc;
}

int erase_the_entombed(struct db *db, int64_t at_ms)
{
	int64_t contact_id = 0;
	int rc;
	while ((rc = next_entombed(db, &contact_id)) == 1) {
		rc = erase_person(db, contact_id, ERASE_BY_RIGHT, at_ms);
		if (rc == 0)
			rc = audit_add(db, at_ms, STR("wasl"), STR("erase.again"), STR("suppression.log"), STR(""));
		if (rc != 0)
			return rc;
		arena_reset(&db->arena);
	}
	return rc;
}
