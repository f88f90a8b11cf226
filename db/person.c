#include "db/person.h"

#include "db/cases.h"
#include "db/holdings.h"
#include "flows/text/buf.h"
#include "flows/text/utf8.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum { STATEMENT_MAX = 1024, UNSEAL_ARENA = 1 << 18 };

struct looking {
	sqlite3 *conn;
	struct vault vault;
	struct seal_key key;
	struct arena arena;
	int64_t contact_id;
	person_field_fn *each;
	void *user;
};

static int open_key(struct looking *l, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = -ENOENT;
	if (sqlite3_prepare_v2(l->conn, "SELECT key FROM contact WHERE contact_id = ?", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_bind_int64(s, 1, l->contact_id) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		rc = vault_unwrap(&l->vault, l->contact_id,
				  (struct str){ sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0) }, &l->key);
	sqlite3_finalize(s);
	return rc == 0 ? 0 : rc == -ENOENT ? err_set(err, rc, "there is no such person") :
					     err_set(err, rc, "the key file does not open this person");
}

/* Sealed under "table.column" and the row's number, by the person's key or, what was said back, by the house's own. */
static bool unseal(struct looking *l, const struct holding *h, const char *column, int64_t row, struct str sealed,
		   struct str *plain)
{
	char place[96];
	(void)snprintf(place, sizeof place, "%s.%s", strcmp(h->table, "cases") == 0 ? "case" : h->table, column);
	struct seal_place where = { place, row };
	arena_reset(&l->arena);
	if (vault_unseal(&l->key, where, sealed, &l->arena, plain) != 0 &&
	    vault_unseal(&l->vault.own, where, sealed, &l->arena, plain) != 0)
		return false;
	return utf8_valid(*plain) && !memchr(plain->at, '\0', plain->len);
}

static bool is_time(const char *column)
{
	size_t len = strlen(column);
	return strcmp(column, "at") == 0 || (len > 3 && strcmp(column + len - 3, "_at") == 0) || strcmp(column, "valid_from") == 0 ||
	       strcmp(column, "valid_to") == 0 || strcmp(column, "first_seen") == 0 || strcmp(column, "last_seen") == 0 ||
	       strcmp(column, "wipe_due") == 0;
}

static int give_field(struct looking *l, const struct holding *h, sqlite3_stmt *s, int i, size_t row, int64_t id)
{
	const char *at = sqlite3_column_type(s, i) == SQLITE_BLOB ? sqlite3_column_blob(s, i) : (const char *)sqlite3_column_text(s, i);
	struct str bytes = { at ? at : "", at ? (size_t)sqlite3_column_bytes(s, i) : 0 };
	struct person_field f = { .table = h->table, .column = sqlite3_column_name(s, i), .row = row };
	switch (sqlite3_column_type(s, i)) {
	case SQLITE_NULL:
		return 0;
	case SQLITE_INTEGER:
		f.kind = is_time(f.column) ? PERSON_TIME : PERSON_NUMBER;
		f.number = sqlite3_column_int64(s, i);
		break;
	case SQLITE_BLOB:
		f.kind = unseal(l, h, f.column, id, bytes, &f.text) ? PERSON_TEXT : PERSON_HASH;
		break;
	default:
		f.kind = PERSON_TEXT;
		f.text = bytes;
	}
	return l->each(&f, l->user);
}

static int give_table(struct looking *l, const struct holding *h, struct err *err)
{
	char text[STATEMENT_MAX];
	struct buf sql = buf_over(text, sizeof text);
	sqlite3_stmt *s = NULL;
	int rc = 0, code;
	buf_put_z(&sql, "SELECT * FROM ");
	buf_put_z(&sql, h->table);
	buf_put_z(&sql, " WHERE ");
	buf_put_z(&sql, h->rows);
	code = sql.full ? SQLITE_TOOBIG : sqlite3_prepare_v2(l->conn, sql.at, (int)sql.len, &s, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(s, 1, l->contact_id);
	if (code == SQLITE_OK && sqlite3_bind_parameter_count(s) > 1)
		code = sqlite3_bind_int64(s, 2, l->contact_id);
	for (size_t row = 0; code == SQLITE_OK && rc == 0 && (code = sqlite3_step(s)) == SQLITE_ROW; row++, code = SQLITE_OK) {
		const char *first = (const char *)sqlite3_column_text(s, 0);
		int64_t id = strcmp(h->table, "cases") == 0 ? case_row_number(str_of(first)) : sqlite3_column_int64(s, 0);
		for (int i = 0; rc == 0 && i < sqlite3_column_count(s); i++)
			rc = give_field(l, h, s, i, row, id);
	}
	if (rc == 0 && code != SQLITE_DONE)
		rc = err_set(err, -EIO, "%s: %s", h->table, sqlite3_errmsg(l->conn));
	sqlite3_finalize(s);
	return rc;
}

/* The person first, what was done with them after. */
static int give_all(struct looking *l, struct err *err)
{
	int rc = 0, last = 0;
	while (holdings[last].table && holdings[last].act != HOLDING_NOBODY)
		last++;
	for (int i = last - 1; rc == 0 && i >= 0; i--)
		rc = give_table(l, &holdings[i], err);
	return rc;
}

int person_each(const char *state_dir, const char *key_file, int64_t contact_id, person_field_fn *each, void *user, struct err *err)
{
	char path[4096];
	struct looking l = { .contact_id = contact_id, .each = each, .user = user };
	if (snprintf(path, sizeof path, "%s/wasl.db", state_dir) >= (int)sizeof path)
		return err_set(err, -ENAMETOOLONG, "the state folder's path is too long");
	int rc = vault_open(&l.vault, key_file, err);
	if (rc != 0)
		return rc;
	if (arena_new(&l.arena, UNSEAL_ARENA) != 0)
		rc = err_set(err, -ENOMEM, "no memory");
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	if (rc == 0 && (sqlite3_open_v2(path, &l.conn, flags, NULL) != SQLITE_OK || sqlite3_busy_timeout(l.conn, 2000) != SQLITE_OK))
		rc = err_set(err, -EIO, "%s: %s", path, l.conn ? sqlite3_errmsg(l.conn) : "no memory");
	if (rc == 0)
		rc = open_key(&l, err);
	if (rc == 0)
		rc = give_all(&l, err);
	(void)sqlite3_close(l.conn);
	arena_free(&l.arena);
	seal_key_forget(&l.key);
	vault_close(&l.vault);
	return rc;
}
