/* Looks at a state folder's database without changing anything: no migration, no lock, no checkpoint.  For `wasl check`
 * and `wasl doctor`, beside a running daemon too. */
#ifndef DB_INSPECT_H
#define DB_INSPECT_H

#include "flows/err.h"

#include <sqlite3.h>

struct db_inspection {
	int schema, schema_known;   /* of the file; of this program */
	int64_t bytes, log_bytes;   /* the file; its write-ahead log */
	int64_t began_at, backup_at; /* ms: the first line of the audit; when a backup was begun last.  0: never */
};

/* 0: whole, ours, and the key opens it.  -ENODATA: the key is good, but there is no database yet; -EUCLEAN: damaged, or
 * another program's; -EPROTONOSUPPORT: of a newer wasl; -EBADMSG: of another key; or vault_open()'s errors.  err says
 * what and what to do.  Reads the whole file once. */
int db_inspect(const char *state_dir, const char *key_file, struct db_inspection *out, struct err *err)
	__attribute__((warn_unused_result));

/* Every page, every constraint, every reference; indexes_too: each row is in its indexes, too, which takes several times as
 * long.  0, or -EUCLEAN and err says the first thing that is wrong.  Outside a batch. */
int db_whole(sqlite3 *conn, bool indexes_too, struct err *err) __attribute__((warn_unused_result));

#endif
