#include "gateway/calendar.h"

#include "gateway/holidays.h"

#include <stdio.h>

bool calendar_local(struct str zone, int64_t at_ms, struct local_time *out)
{
	const struct zone *known = zone_find(zone);
	int64_t local = at_ms / 1000 + (known ? zone_offset(known, at_ms / 1000) : 0);
	int64_t second = (local % 86400 + 86400) % 86400, day = (local - second) / 86400;
	struct date date = date_of_days(day);
	*out = (struct local_time){ date.year, date.month, date.day, (int)date_weekday(day), (unsigned)(second / 60) };
	return known != NULL;
}

static bool working_day(const struct local_time *t)
{
	return t->weekday >= 1 && t->weekday <= 5;
}

static void programme_time(const struct config *config, int64_t at_ms, struct local_time *out, struct hours *office)
{
	const struct country *country = config_country(config, config->programme_country);
	(void)calendar_local(country ? country->timezone : config->timezone, at_ms, out);
	*office = country ? country->office : (struct hours){ 9 * 60, 17 * 60 };
}

bool calendar_office_open(const struct config *config, int64_t at_ms)
{
	struct local_time t;
	struct hours office;
	programme_time(config, at_ms, &t, &office);
	return working_day(&t) && t.minute >= office.from && t.minute < office.to;
}

int64_t calendar_office_after(const struct config *config, int64_t from_ms, unsigned hours)
{
	enum { QUARTER_MS = 15 * 60 * 1000, QUARTERS_MAX = 365 * 24 * 4 };
	int64_t at = from_ms;
	unsigned left = hours * 4;
	for (int i = 0; left && i < QUARTERS_MAX; i++, at += QUARTER_MS)
		left -= calendar_office_open(config, at);
	return at;
}

void calendar_next_open_day(const struct config *config, int64_t at_ms, char out[6])
{
	struct local_time t;
	struct hours office;
	programme_time(config, at_ms, &t, &office);
	bool today = working_day(&t) && t.minute < office.to;
	for (int days = 1; !today && days <= 7; days++) {
		programme_time(config, at_ms + (int64_t)days * 24 * 3600 * 1000, &t, &office);
		if (working_day(&t))
			break;
	}
	(void)snprintf(out, 6, "%02u/%02u", (unsigned)t.day % 100, (unsigned)t.month % 100);
}

/* UTC where the machine has no tzdata: `wasl doctor` and `wasl check` say so. */
static const struct zone *zone_of(const struct country *country)
{
	static const struct zone utc = { .count = 0 };
	const struct zone *zone = zone_find(country->timezone);
	return zone ? zone : &utc;
}

static const struct country *rules_of(const struct config *config, struct str iso)
{
	const struct country *country = config_country(config, iso);
	return country ? country : config_country(config, config->programme_country);
}

int64_t calendar_next_permitted(const struct config *config, struct str iso, int64_t asked_ms)
{
	const struct country *country = rules_of(config, iso);
	return country ? quiet_next(country, zone_of(country), holidays_of(country), asked_ms) : asked_ms;
}

int64_t calendar_day(const struct config *config, struct str iso, int64_t at_ms)
{
	const struct country *country = rules_of(config, iso);
	struct local_time t;
	(void)calendar_local(country ? country->timezone : config->timezone, at_ms, &t);
	return date_to_days((struct date){ t.year, t.month, t.day });
}

int64_t calendar_instant(const struct config *config, int64_t local_s)
{
	const struct country *home = config_country(config, config->programme_country);
	const struct zone *zone = zone_find(home ? home->timezone : config->timezone);
	return (zone ? zone_instant(zone, local_s) : local_s) * 1000;
}

int64_t calendar_due(const struct config *config, struct str iso, int64_t day, int64_t jitter_ms)
{
	const struct country *country = rules_of(config, iso);
	return country ? quiet_due(country, zone_of(country), holidays_of(country), day, jitter_ms) : day * 86400000 + jitter_ms;
}
