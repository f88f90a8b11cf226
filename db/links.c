#include "db/links.h"

#include "flows/text/buf.h"

#include <errno.h>

enum { STATEMENT_MAX = 256 };

int links_find(struct db *db, enum sql_name name, struct link out[LINKS_MAX])
{
	int n = 0, rc;
	struct query q = db_query(db, name);
	while ((rc = db_row(&q)) == 1) {
		if (n == LINKS_MAX || !str_copy(col_str(&q, 0), out[n].table, LINK_NAME_LEN) ||
		    !str_copy(col_str(&q, 1), out[n].column, LINK_NAME_LEN)) {
			db_done(&q);
			return -EMSGSIZE;
		}
		n++;
	}
	return rc < 0 ? rc : n;
}

int links_none_to_contact(struct db *db, int64_t contact_id)
{
	struct link link[LINKS_MAX];
	int n = links_find(db, SQL_LINKS_TO_CONTACTS, link), rc = n < 0 ? n : 0;
	for (int i = 0; rc == 0 && i < n; i++) {
		char text[STATEMENT_MAX];
		sqlite3_stmt *s = NULL;
		struct buf sql = buf_over(text, sizeof text);
		buf_put_z(&sql, "SELECT 1 FROM \"");
		buf_put_z(&sql, link[i].table);
		buf_put_z(&sql, "\" WHERE \"");
		buf_put_z(&sql, link[i].column);
		buf_put_z(&sql, "\" = ?1 LIMIT 1");
		int code = sqlite3_prepare_v2(db->conn, sql.at, (int)sql.len, &s, NULL);
		if (code == SQLITE_OK)
			code = sqlite3_bind_int64(s, 1, contact_id);
		if (code == SQLITE_OK)
			code = sqlite3_step(s);
		sqlite3_finalize(s);
		rc = code == SQLITE_DONE ? 0 : code == SQLITE_ROW ? -EEXIST : db_error(db, code);
	}
	return rc;
}
