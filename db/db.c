#include "db/db.h"

#include "db/key.h"
#include "db/ledger.h"

#include "flows/embedded.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ITEM_ARENA_SIZE = 1 << 20, CHECKPOINT_PAGES = 1000, TRUNCATE_PAGES = 64 * 256 /* of 4 kB: 64 MB */,
       SCRUB_PAGES = 32 * 256 };

static bool only_room(int reason)
{
	return reason == 0 || reason == EDQUOT || reason == EFBIG;
}

/* SQLite tells a quota as an I/O error; the reason stands with the file, or with the log, whichever it was. */
static bool over_quota(struct db *db)
{
	sqlite3_file *log = NULL;
	int of_file = 0, of_log = 0;
	(void)sqlite3_file_control(db->conn, "main", SQLITE_FCNTL_LAST_ERRNO, &of_file);
	(void)sqlite3_file_control(db->conn, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log && log->pMethods)
		(void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &of_log);
	return (of_file || of_log) && only_room(of_file) && only_room(of_log);
}

/* A disk that is full lets go again, a broken one does not.  The log's index (SHMSIZE) is never synced: all it can want is
 * room.  A sync that fails is never taken for a full disk, whatever the reason it gives. */
static int io_error(struct db *db, int code)
{
	bool full = code == SQLITE_IOERR_SHMSIZE || (code == SQLITE_IOERR_WRITE && db->conn && over_quota(db));
	return full ? -ENOSPC : -EIO;
}

int db_error(struct db *db, int code)
{
	int ours;
	switch (code & 0xff) {
	case SQLITE_OK: case SQLITE_ROW: case SQLITE_DONE: return 0;
	case SQLITE_FULL: ours = -ENOSPC; break;
	case SQLITE_NOMEM: ours = -ENOMEM; break;
	case SQLITE_CONSTRAINT: return -EEXIST;
	case SQLITE_BUSY: case SQLITE_LOCKED: ours = -EBUSY; break;
	case SQLITE_CORRUPT: case SQLITE_NOTADB: ours = -EUCLEAN; break;
	case SQLITE_READONLY: case SQLITE_PERM: case SQLITE_CANTOPEN: ours = -EACCES; break;
	case SQLITE_MISUSE: case SQLITE_RANGE: assert(false && "SQLite used wrongly"); return -EINVAL;
	default: ours = io_error(db, code); break;
	}
	if (db->failure == 0)
		db->failure = ours;
	return ours;
}

/* ---- opening */

static int take_lock(struct db *db, const char *state_dir, struct err *err)
{
	char path[4096];
	if (snprintf(path, sizeof path, "%s/lock", state_dir) >= (int)sizeof path)
		return err_set(err, -ENAMETOOLONG, "the state folder's path is too long");
	db->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (db->lock_fd < 0) {
		int code = errno;
		return err_set(err, -code, "%s: %s", path, strerror(code));
	}
	if (flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, -EBUSY, "%s: another wasl works with this state folder", state_dir);
	return 0;
}

/* SQLite calls a disk that has no room for the log's index an I/O error; a person should not look for a broken one. */
static const char *reason_of(struct db *db, int code)
{
	return db_error(db, code) == -ENOSPC ? "the disk is full" : sqlite3_errmsg(db->conn);
}

static int pragma_is(struct db *db, const char *sql, const char *want, struct err *err)
{
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v2(db->conn, sql, -1, &s, NULL);
	if (rc != SQLITE_OK)
		return err_set(err, db_error(db, rc), "%s: %s", sql, reason_of(db, rc));
	rc = sqlite3_step(s);
	const char *got = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
	bool same = got && strcmp(got, want) == 0;
	if (!same)
		(void)err_set(err, 0, "%s: the database says %s, not %s", sql, got ? got : reason_of(db, rc), want);
	int code = same ? 0 : rc == SQLITE_ROW ? -EIO : db_error(db, rc);
	sqlite3_finalize(s);
	return same ? 0 : code ? code : -EIO;
}

/* A misspelt PRAGMA is ignored in silence: each is set, then read back. */
static int set_pragmas(struct db *db, bool in_memory, struct err *err)
{
	static const struct { const char *set, *read, *want; } pragma[] = {
		{ "PRAGMA synchronous=FULL", "PRAGMA synchronous", "2" },
		{ "PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1" },
		{ "PRAGMA secure_delete=ON", "PRAGMA secure_delete", "1" },
		{ "PRAGMA temp_store=MEMORY", "PRAGMA temp_store", "2" },
		{ "PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", "0" },
		{ "PRAGMA cell_size_check=ON", "PRAGMA cell_size_check", "1" },
		{ "PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", "0" },
		{ "PRAGMA cache_size=-16384", "PRAGMA cache_size", "-16384" },
	};
	int rc = in_memory ? 0 : pragma_is(db, "PRAGMA journal_mode=WAL", "wal", err);
	for (size_t i = 0; rc == 0 && i < sizeof pragma / sizeof *pragma; i++) {
		rc = db_error(db, sqlite3_exec(db->conn, pragma[i].set, NULL, NULL, NULL));
		if (rc == 0)
			rc = pragma_is(db, pragma[i].read, pragma[i].want, err);
		else
			(void)err_set(err, 0, "%s: %s", pragma[i].set, sqlite3_errmsg(db->conn));
	}
	return rc;
}

static int64_t pragma_number(struct db *db, const char *sql)
{
	sqlite3_stmt *s;
	int64_t n = -1;
	if (sqlite3_prepare_v2(db->conn, sql, -1, &s, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* Each migration and the version it leads to stand or fall together. */
static int migrate_one(struct db *db, const struct embedded_file *migration, int version, struct err *err)
{
	char stamp[96];
	(void)snprintf(stamp, sizeof stamp, "PRAGMA user_version=%d; PRAGMA application_id=%d", version,
		       DB_SCHEMA_APPLICATION_ID);
	int rc = sqlite3_exec(db->conn, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->conn, migration->bytes, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->conn, stamp, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->conn, "COMMIT", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return 0;
	(void)err_set(err, 0, "migration %s: %s", migration->name, sqlite3_errmsg(db->conn));
	if (!sqlite3_get_autocommit(db->conn))
		(void)sqlite3_exec(db->conn, "ROLLBACK", NULL, NULL, NULL);
	return db_error(db, rc);
}

static int migrate(struct db *db, struct err *err)
{
	int64_t have = pragma_number(db, "PRAGMA user_version");
	int64_t application = pragma_number(db, "PRAGMA application_id");
	int known = 0;
	while (db_migrations[known].name)
		known++;
	if (have < 0 || application < 0)
		return err_set(err, -EUCLEAN, "this is no database of Wasl: %s", sqlite3_errmsg(db->conn));
	if (application != (have == 0 ? 0 : DB_SCHEMA_APPLICATION_ID))
		return err_set(err, -EUCLEAN, "the file belongs to another program (application_id %lld)",
			       (long long)application);
	if (have > known)
		return err_set(err, -EPROTONOSUPPORT,
			       "the database is of schema %lld, this wasl knows %d: use the newer wasl", (long long)have,
			       known);
	for (int version = (int)have + 1; version <= known; version++) {
		int rc = migrate_one(db, &db_migrations[version - 1], version, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* The highest number that any table has as its key: which tables there are, the schema says, so that none is forgotten. */
static int find_last_id(struct db *db, struct err *err)
{
	static const char of_tables[] = "SELECT 'SELECT max(' || group_concat(printf('ifnull((SELECT max(\"%w\") FROM \"%w\"), 0)',"
		" k.name, t.name)) || ', ifnull((SELECT max(run_id) FROM answer), 0), "
		/* above whatever a lost time may have used, after a restore */
		"ifnull((SELECT CAST(value AS INTEGER) FROM setting WHERE name = ''id_floor''), 0))' FROM sqlite_schema t,"
		" pragma_table_info(t.name) k WHERE t.type = 'table' AND k.pk = 1 AND k.type = 'INTEGER'";
	sqlite3_stmt *s = NULL;
	bool read = sqlite3_prepare_v2(db->conn, of_tables, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW;
	db->last_id = read ? pragma_number(db, (const char *)sqlite3_column_text(s, 0)) : -1;
	sqlite3_finalize(s);
	return db->last_id >= 0 ? 0 : err_set(err, -EUCLEAN, "cannot read the ids: %s", sqlite3_errmsg(db->conn));
}

static int count_log_pages(void *user, sqlite3 *conn, const char *name, int pages)
{
	struct db *db = user;
	(void)conn, (void)name;
	db->log_pages = pages;
	return SQLITE_OK;
}

/* A sync that failed leaves pages of the log that can be read and are not on the disk: Linux takes them for written.  A
 * process that dies of it leaves such a log behind; new commits behind such pages would be lost with them when the power
 * fails.  So what the log holds is written anew, into the file, before anything is promised. */
static int settle_log(struct db *db, struct err *err)
{
	int code = sqlite3_wal_checkpoint_v2(db->conn, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if ((code & 0xff) == SQLITE_BUSY) /* somebody reads: the log stays, the next start tries again */
		return 0;
	int rc = db_error(db, code);
	if (rc == 0 || rc == -ENOSPC)
		return 0;
	return err_set(err, rc, "the log of the database cannot be written into it: %s", sqlite3_errmsg(db->conn));
}

/* Before the first connection of the process: no lock around each allocation only to count it. */
static void prepare_sqlite(void)
{
	static bool prepared;
	if (!prepared)
		(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	prepared = true;
}

static int open_file(struct db *db, const char *path, const char *state_dir, struct err *err)
{
	prepare_sqlite();
	int rc = sqlite3_open_v2(path, &db->conn,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
				 SQLITE_OPEN_EXRESCODE, NULL);
	if (rc != SQLITE_OK)
		return err_set(err, db_error(db, rc), "%s: %s", path, db->conn ? sqlite3_errmsg(db->conn) : "no memory");
	rc = set_pragmas(db, strcmp(path, ":memory:") == 0, err);
	/* After the pragmas: wal_autocheckpoint, even of 0, takes the hook away. */
	(void)sqlite3_wal_hook(db->conn, count_log_pages, db);
	if (rc == 0)
		rc = settle_log(db, err);
	if (rc == -EUCLEAN)
		rc = err_set(err, rc, "%s is damaged (%s): keep the file, restore the last backup", path, sqlite3_errmsg(db->conn));
	if (rc == 0)
		rc = migrate(db, err);
	if (rc == 0)
		rc = find_last_id(db, err);
	if (rc == 0)
		rc = db_check_key(db, err);
	if (rc == 0)
		rc = suppression_open(db, state_dir, err);
	if (rc == 0 && db_scrub(db, true) < 0)
		rc = err_set(err, -EIO, "%s cannot be written anew: %s", path, sqlite3_errmsg(db->conn));
	return rc;
}

int db_open(struct db *db, const char *state_dir, const char *key_file, struct err *err)
{
	char path[4096] = ":memory:";
	*db = (struct db){ .lock_fd = -1, .suppression = { .folder = -1, .fd = -1, .before_flush = -1 } };
	int rc = key_file ? vault_open(&db->vault, key_file, err) : vault_from_key(&db->vault, NULL);
	if (rc == 0 && state_dir)
		rc = take_lock(db, state_dir, err);
	if (rc == 0 && state_dir && snprintf(path, sizeof path, "%s/wasl.db", state_dir) >= (int)sizeof path)
		rc = err_set(err, -ENAMETOOLONG, "the state folder's path is too long");
	if (rc == 0 && arena_new(&db->arena, ITEM_ARENA_SIZE) != 0)
		rc = err_set(err, -ENOMEM, "no memory");
	if (rc == 0)
		rc = open_file(db, path, state_dir, err);
	db->failure = 0;
	if (rc != 0)
		db_close(db);
	return rc;
}

void db_close(struct db *db)
{
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->statement[i]);
	(void)sqlite3_close(db->conn);
	suppression_close(db);
	arena_free(&db->arena);
	vault_close(&db->vault);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	*db = (struct db){ .lock_fd = -1 };
}

int db_create(const char *state_dir, const char *key_file, struct err *err)
{
	char path[4096];
	struct db db;
	if (mkdir(state_dir, 0700) != 0 && errno != EEXIST) {
		int code = errno;
		return err_set(err, -code, "%s: %s", state_dir, strerror(code));
	}
	if (snprintf(path, sizeof path, "%s/wasl.db", state_dir) >= (int)sizeof path)
		return err_set(err, -ENAMETOOLONG, "the state folder's path is too long");
	if (access(path, F_OK) == 0)
		return err_set(err, -EEXIST, "%s: there is a database already", path);
	int rc = db_open(&db, state_dir, key_file, err);
	if (rc == 0)
		db_close(&db);
	return rc;
}

/* ---- batches */

static int exec(struct db *db, enum sql_name name)
{
	struct query q = db_query(db, name);
	return db_run(&q);
}

int db_begin(struct db *db)
{
	assert(!db->in_batch);
	db->failure = 0;
	int rc = exec(db, SQL_BEGIN);
	db->in_batch = rc == 0;
	return rc;
}

int db_item_begin(struct db *db)
{
	assert(db->in_batch);
	arena_reset(&db->arena);
	suppression_item_begin(db);
	db->hours_before = db->message_hours;
	return exec(db, SQL_SAVEPOINT);
}

int db_item_end(struct db *db, bool keep)
{
	int rc = keep ? 0 : exec(db, SQL_ROLLBACK_TO);
	if (!keep) {
		suppression_item_undo(db);
		db->message_hours = db->hours_before;
	}
	return rc == 0 ? exec(db, SQL_RELEASE) : rc;
}

int db_commit(struct db *db)
{
	assert(db->in_batch);
	int rc = db->failure ? db->failure : message_hours_flush(db);
	if (rc == 0)
		rc = suppression_flush(db);
	if (rc == 0)
		rc = exec(db, SQL_COMMIT);
	if (rc == 0)
		suppression_committed(db);
	else
		db_rollback(db);
	db->in_batch = false;
	return rc;
}

/* After an I/O error nobody knows whether the batch is on the disk: its lines stay in the list, the next start applies
 * them.  Else they are taken back with the batch. */
void db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->conn))
		(void)exec(db, SQL_ROLLBACK);
	db->in_batch = false;
	db->message_hours.count = 0;
	if (db->failure != -EIO && suppression_take_back(db) != 0)
		db->failure = -EIO;
}

int db_checkpoint(struct db *db)
{
	assert(!db->in_batch);
	if (db->log_pages < CHECKPOINT_PAGES)
		return 0;
	int how = db->log_pages > TRUNCATE_PAGES ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
	int rc = sqlite3_wal_checkpoint_v2(db->conn, NULL, how, NULL, NULL);
	/* BUSY: a reader still needs the log; the next batch tries again. */
	return (rc & 0xff) == SQLITE_BUSY ? 0 : db_error(db, rc);
}

static int run_plain(struct db *db, const char *sql)
{
	return db_error(db, sqlite3_exec(db->conn, sql, NULL, NULL, NULL));
}

/* With its temporary file, which has no name, on the disk of the state folder: the one that is encrypted. */
static int vacuum_beside(struct db *db)
{
	char folder[4096];
	struct str path = str_of(sqlite3_db_filename(db->conn, "main"));
	while (path.len && path.at[path.len - 1] != '/')
		path.len--;
	if (!str_copy(path, folder, sizeof folder))
		return -ENAMETOOLONG;
	sqlite3_temp_directory = folder;
	int rc = run_plain(db, "PRAGMA temp_store=FILE");
	if (rc == 0)
		rc = run_plain(db, "VACUUM");
	int again = run_plain(db, "PRAGMA temp_store=MEMORY");
	sqlite3_temp_directory = NULL;
	return rc == 0 ? again : rc;
}

int db_scrub(struct db *db, bool may_take_long)
{
	char due[8];
	int64_t pages = pragma_number(db, "PRAGMA page_count");
	assert(!db->in_batch);
	db->failure = 0;
	int rc = setting_get(db, "scrub", due, sizeof due);
	if (rc != 1 || (pages > SCRUB_PAGES && !may_take_long))
		return rc < 0 ? rc : 0;
	/* A large file is not put together in memory, but beside itself; a small one leaves no other trace on the disk. */
	rc = pages > SCRUB_PAGES ? vacuum_beside(db) : run_plain(db, "VACUUM");
	if (rc == 0)
		rc = db_error(db, sqlite3_wal_checkpoint_v2(db->conn, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
	if (rc == 0)
		rc = run_plain(db, "DELETE FROM setting WHERE name = 'scrub'");
	return rc == 0 ? 1 : rc == -EBUSY || rc == -ENOSPC ? 0 : rc; /* somebody reads, or there is no room: later */
}

int64_t db_new_id(struct db *db)
{
	return ++db->last_id;
}

/* ---- statements */

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
