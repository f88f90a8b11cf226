#include "db/merge.h"

#include "db/case_file.h"
#include "db/erase.h"
#include "db/ledger.h"
#include "db/links.h"
#include "db/outbox.h"
#include "flows/text/buf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENT_MAX = 512, PLACE_MAX = 2 * LINK_NAME_LEN + 2, POINTS_MAX = 64 };

struct merging {
	struct db *db;
	int64_t into, from, now_ms;
	struct str by;
	struct seal_key key, old; /* of into, of from */
	unsigned char person[VAULT_INDEX_LEN]; /* from, as an older copy knows them */
};

static int run_both(struct merging *m, enum sql_name name)
{
	struct query q = db_query(m->db, name);
	bind_i64(&q, m->into);
	bind_i64(&q, m->from);
	bind_i64(&q, m->now_ms);
	return db_run(&q);
}

/* ---- what is sealed is sealed anew */

/* A statement about one column: words, with the names of table and column between them; never a value. */
static int make(struct merging *m, const char *const words[], size_t count, sqlite3_stmt **out)
{
	char text[STATEMENT_MAX];
	struct buf sql = buf_over(text, sizeof text);
	for (size_t i = 0; i < count; i++)
		buf_put_z(&sql, words[i]);
	int rc = sql.full ? SQLITE_TOOBIG : sqlite3_prepare_v2(m->db->conn, sql.at, (int)sql.len, out, NULL);
	return rc == SQLITE_OK ? 0 : db_error(m->db, rc);
}

/* Rows of from that hold something there: their rowids, for the caller to free. */
static int rows_with(struct merging *m, const struct link *l, int64_t **rows, size_t *count)
{
	sqlite3_stmt *s = NULL;
	size_t cap = 0;
	const char *const words[] = { "SELECT rowid FROM \"", l->table, "\" WHERE contact_id = ?1 AND \"", l->column, "\" IS NOT NULL" };
	int rc = make(m, words, 5, &s), code = SQLITE_ROW;
	if (rc == 0)
		rc = db_error(m->db, sqlite3_bind_int64(s, 1, m->from));
	while (rc == 0 && (code = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t *grown = *count < cap ? *rows : realloc(*rows, (cap = cap ? 2 * cap : 64) * sizeof **rows);
		if (!grown)
			rc = -ENOMEM;
		else
			(*rows = grown)[(*count)++] = sqlite3_column_int64(s, 0);
	}
	sqlite3_finalize(s);
	return rc != 0 || code == SQLITE_DONE ? rc : db_error(m->db, code);
}

/* A column may hold something else than what the person's key sealed (a keyed hash, the house's own): that stays as it is. */
static int seal_anew(struct merging *m, const char *name, sqlite3_stmt *get, sqlite3_stmt *set, int64_t row)
{
	struct db *db = m->db;
	struct str plain, sealed = { NULL, 0 };
	size_t mark = arena_mark(&db->arena);
	int rc = db_error(db, sqlite3_bind_int64(get, 1, row));
	if (rc == 0 && sqlite3_step(get) == SQLITE_ROW) {
		struct seal_place place = { name, sqlite3_column_int64(get, 1) };
		struct str bytes = { sqlite3_column_blob(get, 0), (size_t)sqlite3_column_bytes(get, 0) };
		rc = vault_unseal(&m->old, place, bytes, &db->arena, &plain);
		if (rc == 0 && !(sealed = vault_seal(&m->key, place, plain, &db->arena)).at)
			rc = -ENOMEM;
	}
	(void)sqlite3_reset(get);
	if (rc == 0 && sealed.at) {
		rc = db_error(db, sqlite3_bind_blob64(set, 1, sealed.at, sealed.len, SQLITE_STATIC));
		rc = rc == 0 ? db_error(db, sqlite3_bind_int64(set, 2, row)) : rc;
		int code = rc == 0 ? sqlite3_step(set) : SQLITE_DONE;
		rc = rc == 0 && code != SQLITE_DONE ? db_error(db, code) : rc;
		(void)sqlite3_reset(set);
	}
	arena_back(&db->arena, mark);
	return rc == -EBADMSG ? 0 : rc;
}

static int seal_column_anew(struct merging *m, const struct link *l)
{
	sqlite3_stmt *get = NULL, *set = NULL;
	char place[PLACE_MAX];
	int64_t *rows = NULL;
	size_t count = 0;
	bool cases = strcmp(l->table, "cases") == 0; /* bound to their reference (case_row_number()) */
	const char *const getting[] = { "SELECT \"", l->column, cases ? "\", CAST(ref AS INTEGER) FROM \"" : "\", rowid FROM \"", l->table,
					"\" WHERE rowid = ?1" };
	const char *const setting[] = { "UPDATE \"", l->table, "\" SET \"", l->column, "\" = ?1 WHERE rowid = ?2" };
	struct buf b = buf_over(place, sizeof place);
	buf_put_z(&b, cases ? "case" : l->table);
	buf_put_char(&b, '.');
	buf_put_z(&b, l->column);
	buf_put_char(&b, '\0');
	int rc = rows_with(m, l, &rows, &count);
	if (rc == 0 && count)
		rc = make(m, getting, 5, &get);
	if (rc == 0 && count)
		rc = make(m, setting, 5, &set);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = seal_anew(m, place, get, set, rows[i]);
	sqlite3_finalize(get);
	sqlite3_finalize(set);
	free(rows);
	return rc;
}

static int seal_all_anew(struct merging *m)
{
	struct link link[LINKS_MAX];
	int n = links_find(m->db, SQL_LINKS_SEALED, link), rc = n < 0 ? n : 0;
	for (int i = 0; rc == 0 && i < n; i++)
		rc = seal_column_anew(m, &link[i]);
	return rc;
}

/* ---- rows change hands */

static int move(struct merging *m, const struct link *l)
{
	sqlite3_stmt *s = NULL;
	const char *const words[] = { "UPDATE \"", l->table, "\" SET \"", l->column, "\" = ?1 WHERE \"", l->column, "\" = ?2" };
	int rc = make(m, words, 7, &s);
	if (rc == 0)
		rc = db_error(m->db, sqlite3_bind_int64(s, 1, m->into));
	if (rc == 0)
		rc = db_error(m->db, sqlite3_bind_int64(s, 2, m->from));
	int code = rc == 0 ? sqlite3_step(s) : SQLITE_DONE;
	sqlite3_finalize(s);
	return rc != 0 || code == SQLITE_DONE ? rc : db_error(m->db, code);
}

static int move_all(struct merging *m)
{
	struct link link[LINKS_MAX];
	int n = links_find(m->db, SQL_LINKS_TO_CONTACTS, link), rc = n < 0 ? n : 0;
	for (int i = 0; rc == 0 && i < n; i++)
		rc = move(m, &link[i]);
	return rc;
}

/* ---- the person */

static int name_of(struct merging *m, int64_t contact_id, const struct seal_key *key, struct str *name)
{
	struct query q = db_query(m->db, SQL_CONTACT_NAME_GET);
	bind_i64(&q, contact_id);
	*name = (struct str){ NULL, 0 };
	int rc = db_row(&q);
	if (rc == 1)
		rc = col_sealed(&q, 0, key, (struct seal_place){ "contact.name", contact_id }, name);
	db_done(&q);
	return rc < 0 ? rc : 0;
}

/* A second name is kept where people read it: a note at the newest case. */
static int keep_second_name(struct merging *m, const struct contact *who, struct str name)
{
	struct case_row row;
	struct buf b = buf_new(&m->db->arena, name.len + 8);
	struct note note = { .author = m->by };
	buf_put_z(&b, "= ");
	buf_put(&b, name);
	int rc = case_of_contact(m->db, m->into, NULL, &row);
	if (rc != 1)
		return rc;
	note.ref = str_of(row.ref), note.text = buf_str(&b);
	return note_add(m->db, who, &note, m->now_ms);
}

static int join_names(struct merging *m)
{
	struct contact who = { .contact_id = m->into, .key = m->key };
	struct str name, other;
	int rc = name_of(m, m->into, &m->key, &name);
	if (rc == 0)
		rc = name_of(m, m->from, &m->old, &other);
	if (rc == 0 && other.len && !name.len)
		rc = contact_set_name(m->db, &who, other);
	else if (rc == 0 && other.len && !str_eq(name, other))
		rc = keep_second_name(m, &who, other);
	seal_key_forget(&who.key);
	return rc;
}

/* One number said STOP: all of the person have. */
static int join_stops(struct merging *m)
{
	unsigned char index[POINTS_MAX][VAULT_INDEX_LEN];
	int n = 0, rc;
	struct query q = db_query(m->db, SQL_MERGE_STOPS);
	bind_i64(&q, m->into);
	while ((rc = db_row(&q)) == 1) {
		struct str one = col_str(&q, 0);
		if (n == POINTS_MAX || one.len != VAULT_INDEX_LEN) {
			db_done(&q);
			return n == POINTS_MAX ? -EMSGSIZE : -EUCLEAN;
		}
		memcpy(index[n++], one.at, VAULT_INDEX_LEN);
	}
	for (int i = 0; rc == 0 && i < n; i++) {
		rc = opt_out_index(m->db, index[i], "staff", m->now_ms);
		if (rc == 1)
			rc = suppression_note(m->db, SUPPRESSION_STOP, index[i], m->now_ms);
	}
	return rc;
}

/* What must not be said first any more waits no longer. */
static int cancel_what_waits(struct merging *m)
{
	struct contact who;
	int rc = contact_by_id(m->db, m->into, &who);
	seal_key_forget(&who.key);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	bool quiet = who.texts_paused || strcmp(who.contact_pref, "NO_CALL") == 0;
	return quiet ? outbox_cancel_automatic(m->db, m->into, "the person was merged: no contact wanted") : 0;
}

static int remember(struct merging *m)
{
	struct query q = db_query(m->db, SQL_CONTACT_WAS_ADD);
	bind_i64(&q, m->from);
	bind_i64(&q, m->into);
	bind_blob(&q, m->person, sizeof m->person);
	bind_i64(&q, m->now_ms);
	return db_run(&q);
}

static int remove_the_other(struct merging *m)
{
	int rc = links_none_to_contact(m->db, m->from);
	if (rc != 0)
		return rc;
	struct query q = db_query(m->db, SQL_CONTACT_DELETE);
	bind_i64(&q, m->from);
	rc = db_run(&q);
	return rc == 0 ? setting_put(m->db, "scrub", "due") : rc; /* the old key's bytes and what it sealed */
}

static int merge(struct merging *m)
{
	/* While it can still be told who said what. */
	static const enum sql_name before[] = { SQL_MERGE_CONSENTS, SQL_MERGE_SESSIONS, SQL_MERGE_CONTACT, SQL_MERGE_PREF };
	static const enum sql_name after[] = { SQL_MERGE_REQUEST, SQL_MERGE_CASES, SQL_MERGE_CASE_PREFS, SQL_MERGE_POINTS };
	int rc = join_names(m);
	for (size_t i = 0; rc == 0 && i < sizeof before / sizeof *before; i++)
		rc = run_both(m, before[i]);
	if (rc == 0)
		rc = seal_all_anew(m);
	if (rc == 0)
		rc = move_all(m);
	for (size_t i = 0; rc == 0 && i < sizeof after / sizeof *after; i++)
		rc = run_both(m, after[i]);
	if (rc == 0)
		rc = join_stops(m);
	if (rc == 0)
		rc = cancel_what_waits(m);
	if (rc == 0)
		rc = remove_the_other(m);
	return rc == 0 ? remember(m) : rc;
}

int merge_people(struct db *db, int64_t into, int64_t from, struct str by, int64_t now_ms)
{
	unsigned char unused[VAULT_INDEX_LEN];
	struct merging m = { .db = db, .into = into, .from = from, .by = by, .now_ms = now_ms };
	int rc = into == from ? 0 : person_fingerprint(db, into, &m.key, unused);
	if (rc == 1)
		rc = person_fingerprint(db, from, &m.old, m.person);
	rc = rc == 1 ? merge(&m) : rc < 0 ? rc : -ENOENT;
	seal_key_forget(&m.key);
	seal_key_forget(&m.old);
	return rc;
}

/* ---- what stands in the way */

int merge_obstacle(struct db *db, int64_t into, int64_t from, int64_t but_approval, enum merge_obstacle *out)
{
	static const enum merge_obstacle found[] = { MERGE_NOBODY, MERGE_NO_CONSENT, MERGE_PROTECTED, MERGE_NUMBER_OPEN,
						     MERGE_DECISION_OPEN, MERGE_MESSAGE_LEAVING };
	struct query q = db_query(db, SQL_MERGE_OBSTACLES);
	bind_i64(&q, into);
	bind_i64(&q, from);
	bind_i64(&q, but_approval);
	int rc = db_row(&q);
	*out = into == from ? MERGE_SAME : MERGE_FREE;
	for (int i = 0; rc == 1 && *out == MERGE_FREE && i < (int)(sizeof found / sizeof *found); i++)
		if (col_i64(&q, i))
			*out = found[i];
	db_done(&q);
	return rc < 0 ? rc : 0;
}
