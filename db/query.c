#include "db/db.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct query db_query(struct db *db, enum sql_name name)
{
	struct query q = { .db = db, .statement = db->statement[name] };
	if (!q.statement) {
		int rc = sqlite3_prepare_v3(db->conn, sql_text[name], -1, SQLITE_PREPARE_PERSISTENT, &q.statement, NULL);
		if (rc == SQLITE_ERROR) { /* SQL that does not fit the schema: our mistake */
			fprintf(stderr, "wasl: statement %d: %s\n", (int)name, sqlite3_errmsg(db->conn));
			abort();
		}
		if (rc != SQLITE_OK)
			q.failed = db_error(db, rc);
		db->statement[name] = q.statement;
	}
	return q;
}

static void bound(struct query *q, int rc)
{
	if (rc != SQLITE_OK && q->failed == 0)
		q->failed = db_error(q->db, rc);
}

void bind_i64(struct query *q, int64_t n)
{
	if (q->failed == 0)
		bound(q, sqlite3_bind_int64(q->statement, ++q->bound, n));
}

void bind_i64_or_null(struct query *q, int64_t n, bool present)
{
	if (present)
		bind_i64(q, n);
	else
		bind_text(q, (struct str){ NULL, 0 });
}

void bind_real_or_null(struct query *q, double n, bool present)
{
	if (!present)
		bind_text(q, (struct str){ NULL, 0 });
	else if (q->failed == 0)
		bound(q, sqlite3_bind_double(q->statement, ++q->bound, n));
}

void bind_text(struct query *q, struct str s)
{
	if (q->failed != 0)
		return;
	if (s.at)
		bound(q, sqlite3_bind_text64(q->statement, ++q->bound, s.at, s.len, SQLITE_STATIC, SQLITE_UTF8));
	else
		bound(q, sqlite3_bind_null(q->statement, ++q->bound));
}

void bind_text_or_null(struct query *q, struct str s)
{
	bind_text(q, s.len ? s : (struct str){ NULL, 0 });
}

void bind_z(struct query *q, const char *z)
{
	bind_text_or_null(q, str_of(z));
}

void bind_blob(struct query *q, const void *bytes, size_t len)
{
	if (q->failed != 0)
		return;
	if (bytes)
		bound(q, sqlite3_bind_blob64(q->statement, ++q->bound, bytes, len, SQLITE_STATIC));
	else
		bound(q, sqlite3_bind_null(q->statement, ++q->bound));
}

void bind_blob_str(struct query *q, struct str s)
{
	bind_blob(q, s.at, s.len);
}

void bind_sealed(struct query *q, const struct seal_key *key, struct seal_place place, struct str plain)
{
	struct str sealed = plain;
	if (plain.at)
		sealed = vault_seal(key, place, plain, &q->db->arena);
	if (plain.at && !sealed.at && q->failed == 0)
		q->failed = -ENOMEM;
	bind_blob_str(q, sealed);
}

void db_done(struct query *q)
{
	if (q->statement) {
		(void)sqlite3_reset(q->statement);
		(void)sqlite3_clear_bindings(q->statement);
	}
}

int db_row(struct query *q)
{
	int rc = q->failed;
	if (rc == 0) {
		int code = sqlite3_step(q->statement);
		if (code == SQLITE_ROW)
			return 1;
		rc = code == SQLITE_DONE ? 0 : db_error(q->db, code);
	}
	db_done(q);
	return rc;
}

int db_run(struct query *q)
{
	int rc = db_row(q);
	if (rc == 1)
		db_done(q);
	return rc > 0 ? 0 : rc;
}

int db_run_changes(struct query *q, int *changes)
{
	int rc = db_run(q);
	*changes = rc == 0 ? sqlite3_changes(q->db->conn) : 0;
	return rc;
}

int db_run_id(struct db *db, enum sql_name name, int64_t id)
{
	struct query q = db_query(db, name);
	bind_i64(&q, id);
	return db_run(&q);
}

int db_run_ids(struct db *db, enum sql_name name, int64_t first, int64_t second)
{
	struct query q = db_query(db, name);
	bind_i64(&q, first);
	bind_i64(&q, second);
	return db_run(&q);
}

int db_number(struct query *q, int64_t *out)
{
	int rc = db_row(q);
	bool null = rc == 1 && col_is_null(q, 0);
	*out = rc == 1 ? col_i64(q, 0) : 0;
	db_done(q);
	return rc < 0 ? rc : rc == 1 && !null;
}

int64_t col_i64(const struct query *q, int column)
{
	return sqlite3_column_int64(q->statement, column);
}

double col_real(const struct query *q, int column)
{
	return sqlite3_column_double(q->statement, column);
}

bool col_is_null(const struct query *q, int column)
{
	return sqlite3_column_type(q->statement, column) == SQLITE_NULL;
}

struct str col_str(const struct query *q, int column)
{
	const char *at = sqlite3_column_blob(q->statement, column);
	int len = sqlite3_column_bytes(q->statement, column);
	return at ? (struct str){ at, (size_t)len } : (struct str){ "", 0 };
}

void col_copy(const struct query *q, int column, char *dst, size_t cap)
{
	bool fits = str_copy(col_str(q, column), dst, cap);
	assert(fits);
	(void)fits;
}

int col_sealed(const struct query *q, int column, const struct seal_key *key, struct seal_place place, struct str *plain)
{
	*plain = (struct str){ NULL, 0 };
	if (col_is_null(q, column))
		return 0;
	return vault_unseal(key, place, col_str(q, column), &q->db->arena, plain);
}
