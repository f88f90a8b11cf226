/* Time zones out of the system's tz database (IANA; TZif, RFC 8536), read here and not through the C library: that one has
 * one zone for the whole process, and threads would change it under each other.
 *
 * zone_parse() and what follows are pure.  zone_find() keeps what it read for the life of the process and is safe from any
 * thread; a file that is replaced by a newer tzdata is read anew. */
#ifndef GATEWAY_ZONE_H
#define GATEWAY_ZONE_H

#include "flows/date.h"

#include <stdint.h>

enum { ZONE_SPANS_MAX = 512 };

struct zone_span {
	int64_t from;    /* seconds since 1970 UTC */
	int32_t offset;  /* seconds east of UTC from then on */
};

struct zone_rule { /* the week-th weekday of a month, at a second of that day in local time; week 5: the last one */
	int month, week, weekday;
	int32_t second;
};

struct zone {
	int32_t first;                        /* before the first span */
	struct zone_span spans[ZONE_SPANS_MAX];
	size_t count;
	bool has_rule, has_summer;            /* after the last span */
	int32_t standard, summer;
	struct zone_rule to_summer, to_standard;
};

/* 0; -EPROTO: not a file of a zone, or one with what no zone of the database has. */
int zone_parse(struct str bytes, struct zone *out) __attribute__((warn_unused_result));

int32_t zone_offset(const struct zone *zone, int64_t at_s);
/* The instant at which clocks there show this local time (seconds, as if local time were UTC).  An hour that is skipped:
 * the first instant after it; an hour that comes twice: the first of the two. */
int64_t zone_instant(const struct zone *zone, int64_t local_s);

/* NULL: this machine has no such zone. */
const struct zone *zone_find(struct str name);

#endif
