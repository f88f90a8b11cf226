#include "flows/date.h"

/* Years that begin with March put the leap day last: Howard Hinnant, "chrono-compatible low-level date algorithms". */
int64_t date_to_days(struct date d)
{
	int64_t year = d.month <= 2 ? (int64_t)d.year - 1 : d.year;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct date date_of_days(int64_t days)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t of_era = days - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	struct date d = { .day = (int)(of_year - (153 * month + 2) / 5 + 1), .month = (int)(month < 10 ? month + 3 : month - 9) };
	d.year = (int)(year + era * 400 + (d.month <= 2));
	return d;
}

unsigned date_weekday(int64_t days)
{
	int64_t w = (days + 4) % 7; /* 1970-01-01 was a Thursday */
	return (unsigned)(w < 0 ? w + 7 : w);
}

bool date_parse(struct str s, struct date *out)
{
	uint64_t y, m, d;
	if (s.len != 10 || s.at[4] != '-' || s.at[7] != '-' || !str_to_u64(str_slice(s, 0, 4), &y) ||
	    !str_to_u64(str_slice(s, 5, 7), &m) || !str_to_u64(str_slice(s, 8, 10), &d))
		return false;
	if (y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1 || d > 31)
		return false;
	*out = (struct date){ (int)y, (int)m, (int)d };
	struct date same = date_of_days(date_to_days(*out));
	return same.month == out->month && same.day == out->day;
}
