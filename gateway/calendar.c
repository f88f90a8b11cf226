#include "gateway/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* tzdata is read through the C library with TZ switched for the moment: the line thread alone does it, nothing else in
 * the process looks at local time, and the switch is made only when the zone changes. */
static bool enter_zone(struct str zone)
{
	static char current[64];
	char wanted[64], path[128];
	if (!str_copy(zone, wanted, sizeof wanted) || wanted[0] == '\0')
		return false;
	if (strcmp(current, wanted) == 0)
		return true;
	(void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", wanted);
	FILE *there = strstr(wanted, "..") ? NULL : fopen(path, "re");
	if (!there)
		return false;
	fclose(there);
	if (setenv("TZ", wanted, 1) != 0)
		return false;
	tzset();
	memcpy(current, wanted, sizeof current);
	return true;
}

bool calendar_local(struct str zone, int64_t at_ms, struct local_time *out)
{
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm tm;
	bool known = enter_zone(zone);
	if (known)
		localtime_r(&seconds, &tm);
	else
		gmtime_r(&seconds, &tm);
	*out = (struct local_time){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_wday,
				    (unsigned)(tm.tm_hour * 60 + tm.tm_min) };
	return known;
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
