/* The fields of a case that a conversation may fill, and the codes each may hold (CONTRACT 5): one table for the engine,
 * which reports them, and for the loader's checks. */
#ifndef FLOWS_FIELD_H
#define FLOWS_FIELD_H

#include "flows/text/str.h"

struct field {
	const char *name;
	const char *const *codes; /* ends with NULL; NULL: a number, a country, a region or words */
	bool sensitive;           /* sealed: of v_case.sensitive, or the person's name */
};

extern const struct field fields[]; /* name NULL ends it */

const struct field *field_named(struct str name); /* NULL: a variable of the conversation only */

/* Other code lists of CONTRACT 5, each ends with NULL. */
extern const char *const alert_kinds[], *const alert_levels[], *const task_kinds[], *const purposes[], *const roles[];

#endif
