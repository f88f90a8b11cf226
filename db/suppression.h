/* What no restore may undo: who said STOP, who lifted it with START, who was erased (failures.md D14).
 *
 * A list beside the database, state/suppression.log: one line an event, "STOP", "START" or "ERASED", a keyed hash of the
 * number or of the person's key, the time, and a keyed hash over the line and all before it.  No number, no name.
 *
 * The list is synced first, then the database commits.  A crash between the two leaves a line that the database does not
 * have; the next start applies it.  That is right also when the callback was never acknowledged: the person did say it.
 * The database remembers how much of the list it has applied: after a restore that is less, and the rest is applied again.
 * A list that does not go on where the database stopped (lost, or of another folder) is merged both ways.
 *
 * Belongs to the writing connection; nothing of it exists for a database in memory. */
#ifndef DB_SUPPRESSION_H
#define DB_SUPPRESSION_H

#include "flows/err.h"

#include <stddef.h>
#include <stdint.h>

#define SUPPRESSION_FILE "suppression.log"

struct db;

enum suppression_kind { SUPPRESSION_STOP, SUPPRESSION_START, SUPPRESSION_ERASED };
enum { SUPPRESSION_HASH_LEN = 16 };

struct suppression {
	int folder, fd;       /* -1: a database in memory; no list yet */
	char *pending;        /* lines of this batch */
	size_t len, cap, mark;
	int64_t size;         /* of the file */
	int64_t before_flush; /* its size before this batch's lines; -1: none were written */
	unsigned char last[SUPPRESSION_HASH_LEN], last_flushed[SUPPRESSION_HASH_LEN]; /* of the last line; with pending, without */
	unsigned char last_mark[SUPPRESSION_HASH_LEN];
};

/* Reads the list and brings database and list together, in a batch of its own.  -EBADMSG: a line was changed. */
int suppression_open(struct db *db, const char *state_dir, struct err *err) __attribute__((warn_unused_result));
void suppression_close(struct db *db);

/* Part of the batch's item: undone with it. */
int suppression_note(struct db *db, enum suppression_kind kind, const unsigned char who[SUPPRESSION_HASH_LEN], int64_t at_ms)
	__attribute__((warn_unused_result));
void suppression_item_begin(struct db *db);
void suppression_item_undo(struct db *db);
/* Writes and syncs what was noted, once a batch; db_commit() does it when nobody did before.  After an error nothing of
 * it stands in the list, unless that error is -EIO. */
int suppression_flush(struct db *db) __attribute__((warn_unused_result));
/* The batch was rolled back although its lines were written. */
int suppression_take_back(struct db *db) __attribute__((warn_unused_result));
void suppression_committed(struct db *db);

#endif
