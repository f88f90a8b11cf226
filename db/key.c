#include "db/key.h"

#include "db/ledger.h"
#include "flows/text/buf.h"

#include <errno.h>
#include <string.h>

/* 1: some person's key opens; 0: there is nobody; -EBADMSG: locked with another key. */
static int try_a_person(struct db *db)
{
	struct seal_key key;
	struct query q = db_query(db, SQL_CONTACT_KEY_ANY);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	rc = vault_unwrap(&db->vault, col_i64(&q, 0), col_str(&q, 1), &key);
	seal_key_forget(&key);
	db_done(&q);
	return rc == 0 ? 1 : -EBADMSG;
}

/* The database knows its key by a mark.  With another one nobody would be found again: people who said STOP would be
 * written to, and messages seen before would be applied twice. */
int db_check_key(struct db *db, struct err *err)
{
	unsigned char index[VAULT_INDEX_LEN];
	char mark[2 * VAULT_INDEX_LEN + 1], kept[sizeof mark];
	struct buf b = buf_over(mark, sizeof mark);
	vault_mark(&db->vault, index);
	buf_put_hex(&b, index, sizeof index);
	buf_put_char(&b, '\0');
	int rc = setting_get(db, "key", kept, sizeof kept);
	if (rc == 1)
		rc = strcmp(kept, mark) == 0 ? 1 : -EBADMSG;
	else if (rc == 0 && (rc = try_a_person(db)) >= 0)
		rc = setting_put(db, "key", mark);
	if (rc == -EBADMSG)
		return err_set(err, rc, "the key file does not open this database: it belongs to another one");
	return rc >= 0 || rc == -ENOSPC ? 0 : err_set(err, rc, "the key cannot be checked: %s", sqlite3_errmsg(db->conn));
}
