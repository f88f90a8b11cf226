/* Local time of a country and what is open then.  Any thread may ask: zones are gateway/zone.h's, the process' own TZ is
 * never touched. */
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
/* The instant at which the office has been open for so many hours since from_ms, to a quarter of an hour. */
int64_t calendar_office_after(const struct config *config, int64_t from_ms, unsigned hours);
/* "dd/mm" of the next day the office is open (domain.md 4.2). */
void calendar_next_open_day(const struct config *config, int64_t at_ms, char out[6]);
/* The first instant at or after asked_ms at which a text that nobody asked for may reach a phone of that country, by its
 * quiet hours, quiet days, holidays and clock.  A country outside the programme has the home country's rules.  -1: never. */
int64_t calendar_next_permitted(const struct config *config, struct str iso, int64_t asked_ms);
/* The day (since 1970) that the calendar shows in that country now. */
int64_t calendar_day(const struct config *config, struct str iso, int64_t at_ms);
/* The instant at which clocks of the programme's own country show this local time (seconds, as if local time were UTC). */
int64_t calendar_instant(const struct config *config, int64_t local_s);
/* When a text for that day (days since 1970, local there) leaves, jitter_ms into its permitted time; gateway/quiet.h. */
int64_t calendar_due(const struct config *config, struct str iso, int64_t day, int64_t jitter_ms);

#endif
