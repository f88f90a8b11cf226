/* The holidays of a country: the file that its configuration names, and what the desk added to it or took out of it (db/holiday.h),
 * whose word wins, day by day.
 *
 * Kept for the life of the process and safe from any thread; a file that changed is read anew when it is asked for next.
 * One that is broken leaves the old holidays standing, and says why on stderr, once. */
#ifndef GATEWAY_HOLIDAYS_H
#define GATEWAY_HOLIDAYS_H

#include "gateway/quiet.h"

struct db;

/* NULL: there are none, or there never was a file that could be read. */
const struct holidays *holidays_of(const struct country *country);
/* Those of the file alone. */
const struct holidays *holidays_of_file(const struct country *country);
/* What the desk says, read anew: at the start and after each change.  0 or an error of the db floor: the old ones stay. */
int holidays_of_desk(struct db *db) __attribute__((warn_unused_result));
/* 0; -EINVAL, -ENOENT, -EIO … with err: file, line, what to write. */
int holidays_read(const struct country *country, struct holidays *out, struct err *err) __attribute__((warn_unused_result));

#endif
