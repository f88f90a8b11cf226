#include "db/inspect.h"

#include "db/db.h"
#include "flows/embedded.h"
#include "flows/text/buf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int64_t size_of(const char *state_dir, const char *name)
{
	char path[4096];
	struct stat st;
	if (snprintf(path, sizeof path, "%s/%s", state_dir, name) >= (int)sizeof path || stat(path, &st) != 0)
		return -1;
	return st.st_size;
}

/* The first column of the first row as a number; -1: it cannot be read. */
static int64_t number(sqlite3 *conn, const char *sql)
{
	sqlite3_stmt *s;
	int64_t n = -1;
	if (sqlite3_prepare_v2(conn, sql, -1, &s, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static int says(sqlite3 *conn, const char *sql, const char *want, struct err *err)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(conn, sql, -1, &s, NULL) != SQLITE_OK)
		return err_set(err, -EUCLEAN, "%s", sqlite3_errmsg(conn));
	const char *got = sqlite3_step(s) == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
	int rc = got && strcmp(got, want) == 0 ? 0 : err_set(err, -EUCLEAN, "%s says %s", sql, got ? got : sqlite3_errmsg(conn));
	sqlite3_finalize(s);
	return rc;
}

int db_whole(sqlite3 *conn, bool indexes_too, struct err *err)
{
	int rc = says(conn, indexes_too ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)", "ok", err);
	return rc == 0 ? says(conn, "SELECT count(*) FROM pragma_foreign_key_check", "0", err) : rc;
}

static int check_file(sqlite3 *conn, const char *path, struct db_inspection *out, struct err *err)
{
	struct err why;
	int64_t application = number(conn, "PRAGMA application_id");
	out->schema = (int)number(conn, "PRAGMA user_version");
	if (application < 0 || out->schema < 0)
		return err_set(err, -EUCLEAN, "%s: %s", path, sqlite3_errmsg(conn));
	if (out->schema > 0 && application != DB_SCHEMA_APPLICATION_ID)
		return err_set(err, -EUCLEAN, "%s belongs to another program", path);
	if (out->schema > out->schema_known)
		return err_set(err, -EPROTONOSUPPORT, "%s is of schema %d, this wasl knows %d: use the newer wasl",
			       path, out->schema, out->schema_known);
	if (out->schema > 0) {
		out->began_at = number(conn, "SELECT ifnull(min(at), 0) FROM audit");
		out->backup_at = number(conn, "SELECT ifnull(max(at), 0) FROM audit WHERE action = 'backup'");
	}
	if (db_whole(conn, false, &why) != 0)
		return err_set(err, -EUCLEAN, "%s is damaged (%s): keep the file, restore the last backup", path, why.text);
	return 0;
}

/* By the mark that the daemon looks at, too (db/key.h): also where nobody is stored yet whose number could be tried. */
static bool has_another_key(sqlite3 *conn, const struct vault *vault)
{
	unsigned char mark[VAULT_INDEX_LEN];
	char sql[256];
	struct buf b = buf_over(sql, sizeof sql);
	vault_mark(vault, mark);
	buf_put_z(&b, "SELECT count(*) FROM setting WHERE name = 'key' AND value <> '");
	buf_put_hex(&b, mark, sizeof mark);
	buf_put(&b, (struct str){ "'", 2 });
	return number(conn, sql) > 0;
}

int db_inspect(const char *state_dir, const char *key_file, struct db_inspection *out, struct err *err)
{
	char path[4096];
	struct vault vault;
	sqlite3 *conn = NULL;
	*out = (struct db_inspection){ .bytes = size_of(state_dir, "wasl.db"),
				       .log_bytes = size_of(state_dir, "wasl.db-wal") };
	while (db_migrations[out->schema_known].name)
		out->schema_known++;
	if (snprintf(path, sizeof path, "%s/wasl.db", state_dir) >= (int)sizeof path)
		return err_set(err, -ENAMETOOLONG, "the state folder's path is too long");
	int rc = vault_open(&vault, key_file, err);
	if (rc != 0)
		return rc;
	if (out->bytes < 0) {
		vault_close(&vault);
		return err_set(err, -ENODATA, "%s: no database there yet", path);
	}
	if (out->log_bytes < 0)
		out->log_bytes = 0;
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	int code = sqlite3_open_v2(path, &conn, flags, NULL);
	if (code != SQLITE_OK)
		rc = err_set(err, -EIO, "%s: %s", path, conn ? sqlite3_errmsg(conn) : "no memory");
	else
		rc = sqlite3_busy_timeout(conn, 2000) == SQLITE_OK ? check_file(conn, path, out, err) : -EIO;
	if (rc == 0 && out->schema > 0 && has_another_key(conn, &vault))
		rc = err_set(err, -EBADMSG, "the key %s does not open this database: it belongs to another one", key_file);
	(void)sqlite3_close(conn);
	vault_close(&vault);
	return rc;
}
