/* Copies of the database: made page by page on the writing connection, sealed into one file, opened again.
 *
 * Why not VACUUM INTO: it is one statement, and every callback would wait until the last page is written.  Why not a second
 * connection: Debian 12's SQLite 3.40.1 can corrupt when two connections work on the log, and each write would make the
 * copy begin anew.  Made by the writing connection, between batches, a few pages a step, the copy takes up what is written
 * meanwhile, and when it is whole it is the database of that moment.
 *
 * The sealed file: "WASLBK1\n", the mark of the key (16 bytes), the stream's header, then frames of 64 kB (db/vault.h) that
 * hold: length of the description (4 bytes, little-endian), the description (JSON), the database. */
#ifndef DB_BACKUP_H
#define DB_BACKUP_H

#include "db/db.h"

struct backup;

/* path must not exist.  Between batches, as all of these. */
int backup_begin(struct db *db, const char *path, struct backup **out, struct err *err) __attribute__((warn_unused_result));
/* 1: whole; 0: go on; or an error. */
int backup_step(struct backup *backup, int pages) __attribute__((warn_unused_result));
void backup_progress(const struct backup *backup, int *left, int *total);
/* Syncs and closes the copy; when it is not whole, it is removed. */
void backup_end(struct backup *backup);

/* Everything of the file `from` behind the description into `to`, which must not exist and is removed when it fails. */
int backup_seal(const struct vault *vault, const char *from, struct str about, const char *to, struct err *err)
	__attribute__((warn_unused_result));
/* The way back; to NULL: only reads it through.  about: cap bytes.  -ENOKEY: sealed with another key; -EBADMSG: damaged,
 * cut off or no backup at all; -EEXIST: `to` is there. */
int backup_open(const struct vault *vault, const char *from, const char *to, char *about, size_t cap, struct err *err)
	__attribute__((warn_unused_result));

/* What a restored database must know before it is used: nothing that waited in its outbox leaves by itself, nobody is signed
 * in, no link of an account works, ids that a lost time may have used are not used again.  One batch; *parked: messages that
 * wait for somebody's decision. */
int backup_make_restored(struct db *db, struct str made_at, int64_t now_ms, int64_t *parked) __attribute__((warn_unused_result));
/* Every page, every index, every reference, the audit's chain. */
int backup_verify(struct db *db, struct err *err) __attribute__((warn_unused_result));
/* Moves the log of the database at path into it, as far as it can be opened at all. */
void backup_settle(const char *path);

#endif
