/* Which columns of the schema name a case or a contact: asked of the schema itself, so that a table of tomorrow is among them. */
#ifndef DB_LINKS_H
#define DB_LINKS_H

#include "db/db.h"

enum { LINKS_MAX = 64, LINK_NAME_LEN = 64 };

struct link {
	char table[LINK_NAME_LEN], column[LINK_NAME_LEN];
};

/* name: SQL_LINKS_TO_CASES, SQL_LINKS_TO_CONTACTS, SQL_LINKS_SEALED.  How many, or an error. */
int links_find(struct db *db, enum sql_name name, struct link out[LINKS_MAX]) __attribute__((warn_unused_result));
/* 0: no table names this contact any more but its own; -EEXIST: one does, and its foreign key would break the commit of the
 * whole batch; or an error. */
int links_none_to_contact(struct db *db, int64_t contact_id) __attribute__((warn_unused_result));

#endif
