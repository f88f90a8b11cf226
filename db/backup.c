#include "db/backup.h"

#include "db/inspect.h"
#include "db/ledger.h"
#include "db/message.h"
#include "db/staff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ID_ROOM = 1000000, PATH_ROOM = 4096 };

struct backup {
	struct db *db;
	sqlite3 *copy;
	sqlite3_backup *work;
	char path[PATH_ROOM];
	int left, total;
	bool whole;
};

int backup_begin(struct db *db, const char *path, struct backup **out, struct err *err)
{
	struct backup *b = calloc(1, sizeof *b);
	*out = NULL;
	if (!b || !str_copy(str_of(path), b->path, sizeof b->path)) {
		free(b);
		return err_set(err, b ? -ENAMETOOLONG : -ENOMEM, "the copy cannot be begun");
	}
	b->db = db;
	(void)unlink(path);
	int rc = sqlite3_open_v2(path, &b->copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	/* It is of no use until it is whole, and is synced then: no journal. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(b->copy, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		b->work = sqlite3_backup_init(b->copy, "main", db->conn, "main");
	if (b->work) {
		*out = b;
		return 0;
	}
	rc = err_set(err, -EIO, "%s: %s", path, b->copy ? sqlite3_errmsg(b->copy) : "no memory");
	backup_end(b);
	return rc;
}

int backup_step(struct backup *b, int pages)
{
	int rc = sqlite3_backup_step(b->work, pages);
	b->left = sqlite3_backup_remaining(b->work);
	b->total = sqlite3_backup_pagecount(b->work);
	if (rc == SQLITE_OK)
		return 0;
	if (rc != SQLITE_DONE) /* of the copy, or of the database; the database's own failure shows at its next batch */
		return rc == SQLITE_FULL ? -ENOSPC : rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? -EBUSY : rc == SQLITE_NOMEM ? -ENOMEM : -EIO;
	b->whole = sqlite3_backup_finish(b->work) == SQLITE_OK;
	b->work = NULL;
	return b->whole ? 1 : -EIO;
}

void backup_progress(const struct backup *b, int *left, int *total)
{
	*left = b->left, *total = b->total;
}

void backup_end(struct backup *b)
{
	(void)sqlite3_backup_finish(b->work);
	(void)sqlite3_close(b->copy);
	if (!b->whole)
		(void)unlink(b->path);
	free(b);
}

/* ---- after a restore */

static int park_outbox(struct db *db, int64_t *parked)
{
	int n;
	struct query q = db_query(db, SQL_OUTBOX_PARK);
	int rc = db_run_changes(&q, &n);
	*parked = n;
	return rc;
}

static int next_generation(struct db *db)
{
	char text[32];
	uint64_t generation = 0;
	int rc = setting_get(db, "generation", text, sizeof text);
	if (rc == 1 && !str_to_u64(str_of(text), &generation))
		generation = 0;
	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)generation + 1);
	return rc < 0 ? rc : setting_put(db, "generation", text);
}

static int restored(struct db *db, struct str made_at, int64_t now_ms, int64_t *parked)
{
	char floor[32];
	(void)snprintf(floor, sizeof floor, "%lld", (long long)db->last_id + ID_ROOM);
	int rc = park_outbox(db, parked);
	if (rc == 0) /* a cookie stolen or a link spent since the backup must not come back to life */
		rc = staff_shut_all(db);
	if (rc == 0)
		rc = setting_put(db, "id_floor", floor);
	if (rc == 0)
		rc = next_generation(db);
	return rc == 0 ? audit_add(db, now_ms, STR("administrator"), STR("restore"), STR("database"), made_at) : rc;
}

int backup_make_restored(struct db *db, struct str made_at, int64_t now_ms, int64_t *parked)
{
	int rc = db_begin(db);
	if (rc != 0)
		return rc;
	rc = db_item_begin(db);
	if (rc == 0)
		rc = restored(db, made_at, now_ms, parked);
	if (rc == 0)
		rc = db_item_end(db, true);
	if (rc == 0)
		return db_commit(db);
	db_rollback(db);
	return rc;
}

int backup_verify(struct db *db, struct err *err)
{
	int64_t rows, seq;
	int rc = db_whole(db->conn, true, err);
	if (rc == 0 && audit_verify(db, &rows, &seq) != 0)
		rc = err_set(err, -EUCLEAN, "the audit's chain breaks at line %lld", (long long)seq);
	return rc;
}

void backup_settle(const char *path)
{
	sqlite3 *conn = NULL;
	if (sqlite3_open_v2(path, &conn, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
		(void)sqlite3_wal_checkpoint_v2(conn, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	(void)sqlite3_close(conn);
}
