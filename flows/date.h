/* Dates of the Gregorian calendar as days since 1970-01-01, without any clock or zone. */
#ifndef FLOWS_DATE_H
#define FLOWS_DATE_H

#include "flows/text/str.h"

#include <stdint.h>

struct date {
	int year, month, day; /* month 1..12, day 1..31 */
};

int64_t date_to_days(struct date d);
struct date date_of_days(int64_t days);
unsigned date_weekday(int64_t days); /* 0 Sunday .. 6 Saturday */
/* "2026-03-31", a day that exists, 1900 to 2199. */
bool date_parse(struct str s, struct date *out);

#endif
