/* Quiet days of a country that the desk added to its file, or took out of it (gateway/holidays.h puts both together). */
#ifndef DB_HOLIDAY_H
#define DB_HOLIDAY_H

#include "db/db.h"

struct holiday {
	char country[3], day[12]; /* YYYY-MM-DD */
	bool off;                 /* none, although the file has it */
};

/* name empty: none. */
int holiday_put(struct db *db, const struct holiday *h, struct str name, struct str by, int64_t now_ms)
	__attribute__((warn_unused_result));
int holiday_delete(struct db *db, const struct holiday *h) __attribute__((warn_unused_result));
/* In order of country and day; calls each() for every row until it returns non-zero, which is returned. */
int holidays_each(struct db *db, int (*each)(const struct holiday *h, void *user), void *user) __attribute__((warn_unused_result));

#endif
