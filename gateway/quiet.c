#include "gateway/quiet.h"

#include <errno.h>
#include <stdlib.h>

enum { MINUTE_S = 60, DAY_S = 24 * 3600, MOVES_MAX = 4000 };

/* ---- holidays */

static int by_day(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

int holidays_parse(struct str file, struct str bytes, struct holidays *out, struct err *err)
{
	struct holidays fresh = { .count = 0 };
	struct str rest = bytes, line;
	for (unsigned n = 1; str_split(&rest, '\n', &line); n++) {
		struct date date;
		line = str_trim(line);
		if (line.len == 0 || line.at[0] == '#')
			continue;
		bool alone = line.len == 10 || (line.len > 10 && (line.at[10] == ' ' || line.at[10] == '\t'));
		if (!alone || !date_parse(str_slice(line, 0, 10), &date))
			return err_set(err, -EINVAL, "%.*s:%u: a line begins with a date that exists, such as 2027-03-10, and a space "
				       "before any words; lines of words begin with #", STR_ARG(file), n);
		if (fresh.count == HOLIDAYS_MAX)
			return err_set(err, -EINVAL, "%.*s:%u: more than %d holidays", STR_ARG(file), n, HOLIDAYS_MAX);
		fresh.days[fresh.count++] = date_to_days(date);
	}
	if (fresh.count)
		qsort(fresh.days, fresh.count, sizeof *fresh.days, by_day);
	out->count = 0;
	for (size_t i = 0; i < fresh.count; i++)
		if (i == 0 || fresh.days[i] != fresh.days[i - 1])
			out->days[out->count++] = fresh.days[i];
	return 0;
}

bool holidays_has(const struct holidays *h, int64_t day)
{
	return h && h->count && bsearch(&day, h->days, h->count, sizeof *h->days, by_day);
}

/* ---- windows */

/* Where the window that holds this second of the day ends, in seconds from this day's midnight; -1: it does not hold it.
 * today, yesterday: whether the window begins on that day. */
static int64_t window_end(struct hours w, int64_t second, bool today, bool yesterday)
{
	int64_t from = (int64_t)w.from * MINUTE_S, to = (int64_t)w.to * MINUTE_S;
	if (from == to)
		return -1;
	if (from < to)
		return today && second >= from && second < to ? to : -1;
	if (today && second >= from)
		return to + DAY_S;
	return yesterday && second < to ? to : -1;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Where the quiet time of this local second ends (seconds, local); -1: there is none. */
static int64_t quiet_end(const struct country *c, const struct holidays *holidays, int64_t local_s)
{
	int64_t day = (local_s - (local_s % DAY_S + DAY_S) % DAY_S) / DAY_S, second = local_s - day * DAY_S;
	unsigned weekday = date_weekday(day), before = (weekday + 6) % 7;
	int64_t end = holidays_has(holidays, day) ? DAY_S : -1;
	end = later(end, window_end(c->quiet, second, true, true));
	for (size_t i = 0; i < c->quiet_days_count; i++)
		end = later(end, window_end(c->quiet_days[i].hours, second, c->quiet_days[i].weekday == weekday,
					    c->quiet_days[i].weekday == before));
	return end < 0 ? -1 : day * DAY_S + end;
}

int64_t quiet_next(const struct country *country, const struct zone *zone, const struct holidays *holidays, int64_t asked_ms)
{
	int64_t at_s = asked_ms / 1000;
	for (int moves = 0; moves < MOVES_MAX; moves++) {
		int64_t end = quiet_end(country, holidays, at_s + zone_offset(zone, at_s));
		if (end < 0)
			return moves == 0 ? asked_ms : at_s * 1000;
		int64_t next = zone_instant(zone, end);
		/* In the second turn of an hour that comes twice, the end stands in the first: go on by minutes. */
		at_s = next > at_s ? next : at_s + MINUTE_S - at_s % MINUTE_S;
	}
	return -1;
}

int64_t quiet_due(const struct country *country, const struct zone *zone, const struct holidays *holidays, int64_t day,
		  int64_t jitter_ms)
{
	int64_t begin = quiet_next(country, zone, holidays, zone_instant(zone, day * DAY_S) * 1000);
	return begin < 0 ? -1 : quiet_next(country, zone, holidays, begin + jitter_ms);
}
