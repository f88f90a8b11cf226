/* What an import writes beside persons and cases: the files that were taken, the history of a case, totals of other years. */
#ifndef DB_IMPORT_H
#define DB_IMPORT_H

#include "db/db.h"

/* Notes a file by a keyed hash of its bytes.  -EEXIST: it was imported before. */
int import_note(struct db *db, struct str kind, struct str bytes, int64_t rows, int64_t now_ms) __attribute__((warn_unused_result));

/* The statuses in case_event follow each change by themselves (triggers); these replace it where the dates are known better. */
int case_history_clear(struct db *db, struct str ref) __attribute__((warn_unused_result));
int case_history_add(struct db *db, struct str ref, struct str status, struct str by, int64_t at_ms)
		__attribute__((warn_unused_result));

struct historic_total {
	struct str direction, source;
	int64_t year_from, year_to, persons, requests; /* requests -1: not known */
	bool approximate;
};
int historic_put(struct db *db, const struct historic_total *total) __attribute__((warn_unused_result)); /* replaces */

#endif
