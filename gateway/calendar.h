/* Local time of a country and what is open then.  Zones come from the system's tz database (IANA), read without ever
 * touching the process' own TZ. */
#ifndef GATEWAY_CALENDAR_H
#define GATEWAY_CALENDAR_H

#include "gateway/config.h"

struct local_time {
	int year, month, day;   /* month 1..12 */
	int weekday;            /* 0 Sunday */
	unsigned minute;        /* of the day */
};

/* The wall clock in a zone ("Africa/Casablanca").  false: the zone is not known on this machine; UTC is given. */
bool calendar_local(struct str zone, int64_t at_ms, struct local_time *out);
/* Monday to Friday within the office hours of the programme's country. */
bool calendar_office_open(const struct config *config, int64_t at_ms);
/* "dd/mm" of the next day the office is open (domain.md 4.2). */
void calendar_next_open_day(const struct config *config, int64_t at_ms, char out[6]);

#endif
