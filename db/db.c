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

static int begin_transaction(struct db *db)
{
	db->changes_before = sqlite3_total_changes(db->conn);
	return exec(db, SQL_BEGIN);
}

int db_begin(struct db *db)
{
	assert(!db->in_batch);
	db->failure = 0;
	int rc = begin_transaction(db);
	db->in_batch = rc == 0;
	return rc;
}

int db_item_begin(struct db *db)
{
	assert(db->in_batch);
	arena_reset(&db->arena);
	suppression_item_begin(db);
	db->hours_before = db->message_hours;
	/* Before it changes a page, a savepoint copies it.  While nothing is changed, the transaction itself can be undone. */
	db->savepoint = sqlite3_total_changes(db->conn) != db->changes_before;
	return db->savepoint ? exec(db, SQL_SAVEPOINT) : 0;
}

/* The batch so far was this item.  After a failure of the disk db_rollback() ends it. */
static int start_anew(struct db *db)
{
	int rc = db->failure ? db->failure : exec(db, SQL_ROLLBACK);
	return rc == 0 ? begin_transaction(db) : rc;
}

int db_item_end(struct db *db, bool keep)
{
	if (!keep) {
		suppression_item_undo(db);
		db->message_hours = db->hours_before;
	}
	if (!db->savepoint)
		return keep ? 0 : start_anew(db);
	int rc = keep ? 0 : exec(db, SQL_ROLLBACK_TO);
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
