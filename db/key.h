/* Whether the key in hand is the one this database was written with.  A mark, a keyed hash of a fixed word, stands in
 * the settings; it tells nothing about the key.  A database of before the mark is tried on one person's key. */
#ifndef DB_KEY_H
#define DB_KEY_H

#include "db/db.h"

/* Outside a batch.  0; -EBADMSG: another key, nothing was changed; or an error of the disk. */
int db_check_key(struct db *db, struct err *err) __attribute__((warn_unused_result));

#endif
