/* When a text that nobody asked for may reach a phone: outside a country's quiet hours, quiet days and holidays, in its own
 * local time (domain.md 3.2, failures.md O20).  Pure: the zone is given. */
#ifndef GATEWAY_QUIET_H
#define GATEWAY_QUIET_H

#include "gateway/config.h"
#include "gateway/zone.h"

enum { HOLIDAYS_MAX = 512 };

struct holidays { /* days since 1970, in order, each once */
	int64_t days[HOLIDAYS_MAX];
	size_t count;
};

/* A date a line, YYYY-MM-DD, words behind it are for people; empty lines and "#" are skipped.  0, or -EINVAL with err: file,
 * line, what to write.  *out is touched only when all is well. */
int holidays_parse(struct str file, struct str bytes, struct holidays *out, struct err *err) __attribute__((warn_unused_result));

bool holidays_has(const struct holidays *holidays, int64_t day); /* NULL: none */

/* The first permitted instant at or after asked_ms (ms since 1970 UTC); asked_ms itself when it is permitted.  -1: a country
 * whose quiet hours leave no time at all.  holidays NULL: none. */
int64_t quiet_next(const struct country *country, const struct zone *zone, const struct holidays *holidays, int64_t asked_ms);

/* When a text for that day (days since 1970, local) leaves: at the beginning of the day's permitted time plus a jitter of
 * jitter_ms, so that no pattern shows (failures.md P6); later where that falls into a quiet time.  -1 as above. */
int64_t quiet_due(const struct country *country, const struct zone *zone, const struct holidays *holidays, int64_t day,
		  int64_t jitter_ms);

#endif
