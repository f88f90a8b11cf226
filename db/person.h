/* What is held about one person: every row of every table that the rules of db/holdings.c call theirs, sealed columns opened.
 * Reads on a connection of its own, and writes nothing: whoever shows it to somebody has the audit's line written first. */
#ifndef DB_PERSON_H
#define DB_PERSON_H

#include "db/vault.h"

enum person_value { PERSON_NULL, PERSON_NUMBER, PERSON_TIME, PERSON_TEXT, PERSON_HASH /* keyed: compared, never read */ };

struct person_field {
	const char *table, *column;
	size_t row;            /* of this table, from 0 */
	enum person_value kind;
	int64_t number;        /* NUMBER; TIME: ms since 1970 UTC */
	struct str text;       /* may hold anything a person typed */
};

typedef int person_field_fn(const struct person_field *field, void *user);

/* Non-zero of each() stops and is returned.  -ENOENT: no such person; why says why of a table before its first row. */
int person_each(const char *state_dir, const char *key_file, int64_t contact_id, person_field_fn *each, void *user, struct err *err)
	__attribute__((warn_unused_result));

#endif
