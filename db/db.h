/* The one connection that writes: open, migrate, begin / savepoint / commit, statements by name.
 *
 * Exactly one struct db per state folder, held by an flock on state/lock, used by one thread.  It is also the only one that
 * checkpoints (Debian 12's SQLite 3.40.1 can corrupt when two connections write or checkpoint at once).  Every pragma is
 * read back.  Nothing is acknowledged before db_commit() returned 0.
 *
 * Errors below gateway/ are negative: -ENOSPC disk full, -EIO the disk says no, -EUCLEAN corrupt, -EBUSY another process has
 * the file, -ENOMEM, -EEXIST a row that may stand once, -ENOENT. */
#ifndef DB_DB_H
#define DB_DB_H

#include "db/message_hour.h"
#include "db/sql.h"
#include "db/suppression.h"
#include "db/vault.h"

#include <sqlite3.h>

enum { DB_SCHEMA_APPLICATION_ID = 0x5761736C }; /* "Wasl" */

struct db {
	sqlite3 *conn;
	sqlite3_stmt *statement[SQL_COUNT];
	struct vault vault;
	struct suppression suppression;
	struct message_hours message_hours, hours_before; /* of this batch; as they were before this item */
	struct arena arena;  /* for one batch item; reset by db_savepoint() */
	int64_t last_id;     /* ids are one sequence over all tables; a rolled-back batch leaves a gap */
	int lock_fd;
	int log_pages;       /* of the write-ahead log, after the last commit */
	int changes_before;  /* sqlite3_total_changes() when the batch began */
	bool in_batch, savepoint;
	int failure;         /* the first -EIO, -ENOSPC, -EUCLEAN of this batch: it can only be rolled back */
};

/* state_dir NULL: a database in memory, for `explain` and tests; its vault is random unless key_file is given.
 * 0; otherwise err says what and what to do; -EBUSY: another daemon has the folder; -EPROTONOSUPPORT: newer schema. */
int db_open(struct db *db, const char *state_dir, const char *key_file, struct err *err)
	__attribute__((warn_unused_result));
void db_close(struct db *db);
/* The state folder's database for the first time: folder 0700, schema, then closed.  -EEXIST when there is one. */
int db_create(const char *state_dir, const char *key_file, struct err *err) __attribute__((warn_unused_result));

/* A batch is one transaction, an item of it one savepoint, but for the first that changes something.  db_item_end(db, false)
 * undoes the item.  db_commit() syncs; when it fails nothing of the batch may be acknowledged and -EIO means: unknown outcome,
 * the process must end. */
int db_begin(struct db *db) __attribute__((warn_unused_result));
int db_item_begin(struct db *db) __attribute__((warn_unused_result));
int db_item_end(struct db *db, bool keep) __attribute__((warn_unused_result));
int db_commit(struct db *db) __attribute__((warn_unused_result));
void db_rollback(struct db *db);

/* Between batches: moves the log into the file once it has 1,000 pages (PASSIVE), empties it past 64 MB (TRUNCATE). */
int db_checkpoint(struct db *db) __attribute__((warn_unused_result));
/* Outside a batch.  What erasing left in unused parts of the file and in the log goes: the file is written anew (VACUUM).
 * Whoever calls meanwhile waits, a second for each 30 to 60 MB: above 32 MB only at start and in the night.
 * 1 done, 0 nothing to do or not now, or an error. */
int db_scrub(struct db *db, bool may_take_long) __attribute__((warn_unused_result));

int64_t db_new_id(struct db *db);
int db_error(struct db *db, int sqlite_code); /* SQLite's code -> ours; remembers failures of the disk */

/* ---- statements: q = db_query(db, SQL_…); bind in order; then db_run() or db_row() … db_done() */

struct query {
	struct db *db;
	sqlite3_stmt *statement;
	int bound;
	int failed; /* the first error while binding */
};

struct query db_query(struct db *db, enum sql_name name);
void bind_i64(struct query *q, int64_t n);
void bind_i64_or_null(struct query *q, int64_t n, bool present);
void bind_real_or_null(struct query *q, double n, bool present);
void bind_text(struct query *q, struct str s);         /* borrowed until the statement is done; at == NULL: NULL */
void bind_text_or_null(struct query *q, struct str s); /* the empty str is NULL too */
void bind_z(struct query *q, const char *z);           /* "" and NULL are NULL */
void bind_blob(struct query *q, const void *bytes, size_t len); /* NULL bytes: NULL */
void bind_blob_str(struct query *q, struct str s);
/* Seals and binds.  plain.at == NULL: NULL. */
void bind_sealed(struct query *q, const struct seal_key *key, struct seal_place place, struct str plain);

int db_run(struct query *q) __attribute__((warn_unused_result));            /* 0 or an error; the statement is done */
int db_run_changes(struct query *q, int *changes) __attribute__((warn_unused_result));
/* The whole of a statement that takes one number, or two. */
int db_run_id(struct db *db, enum sql_name name, int64_t id) __attribute__((warn_unused_result));
int db_run_ids(struct db *db, enum sql_name name, int64_t first, int64_t second) __attribute__((warn_unused_result));
int db_row(struct query *q) __attribute__((warn_unused_result));            /* 1 a row, 0 no more (done), or an error (done) */
/* The one number that a statement gives: 1; 0 and *out 0: none, or NULL; or an error.  It is done. */
int db_number(struct query *q, int64_t *out) __attribute__((warn_unused_result));
void db_done(struct query *q);                                              /* before the last row was read */

int64_t col_i64(const struct query *q, int column); /* NULL: 0 */
double col_real(const struct query *q, int column); /* NULL: 0 */
bool col_is_null(const struct query *q, int column);
struct str col_str(const struct query *q, int column); /* text or blob; alive until the next db_row()/db_done() */
/* Copies; a value longer than the field is our own mistake (what is stored was checked on the way in). */
void col_copy(const struct query *q, int column, char *dst, size_t cap);
/* Unseals into the batch's arena; NULL column: at == NULL and 0. */
int col_sealed(const struct query *q, int column, const struct seal_key *key, struct seal_place place, struct str *plain)
	__attribute__((warn_unused_result));

#endif
