/* When a text may reach a phone: zones against the C library, dates, quiet times, holidays, Morocco's Ramadan. */
#include "gateway/calendar.h"
#include "db/holiday.h"
#include "gateway/holidays.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HOUR_MS ((int64_t)3600 * 1000)

static uint64_t seed = 88172645463325252u;

static uint64_t below(uint64_t n)
{
	seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
	return seed % n;
}

/* "2027-02-07 09:00" as seconds. */
static int64_t clock_at(const char *text)
{
	struct date d;
	uint64_t hour = 0, minute = 0;
	struct str s = str_of(text);
	bool good = date_parse(str_slice(s, 0, 10), &d) && str_to_u64(str_slice(s, 11, 13), &hour) &&
		    str_to_u64(str_slice(s, 14, 16), &minute);
	CHECK(good);
	return date_to_days(d) * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60;
}

/* ---- dates */

static void test_dates(void)
{
	bool same = true, parsed = true;
	check_begin("every day from 1900 to 2199 there and back, weekdays one after the other");
	int64_t from = date_to_days((struct date){ 1900, 1, 1 }), to = date_to_days((struct date){ 2199, 12, 31 });
	unsigned weekday = date_weekday(from);
	for (int64_t day = from; day <= to; day++, weekday = (weekday + 1) % 7) {
		char text[16];
		struct date d = date_of_days(day), back;
		same = same && date_to_days(d) == day && date_weekday(day) == weekday;
		(void)snprintf(text, sizeof text, "%04u-%02u-%02u", (unsigned)d.year % 10000, (unsigned)d.month % 100,
			       (unsigned)d.day % 100);
		parsed = parsed && date_parse(str_of(text), &back) && date_to_days(back) == day;
	}
	CHECK(same);
	CHECK(parsed);
	CHECK_INT(date_weekday(date_to_days((struct date){ 2026, 11, 27 })), 5);
	check_begin("days that do not exist are no dates");
	static const char *const none[] = { "2027-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-1-10",
					    "26-01-10", "2026/01/10", "2026-01-1x", "" };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		struct date d;
		if (date_parse(str_of(none[i]), &d))
			check_fail(__FILE__, __LINE__, "%s", none[i]);
	}
}

/* ---- zones */

static int64_t offset_of_system(int64_t at_s)
{
	struct tm tm;
	time_t t = (time_t)at_s;
	(void)localtime_r(&t, &tm);
	return tm.tm_gmtoff;
}

static void test_zones_of_system(void)
{
	static const char *const names[] = { "Africa/Casablanca", "Africa/Conakry", "Africa/Abidjan", "Africa/Douala", "Africa/Dakar",
					     "Africa/Cairo", "Europe/Berlin", "Europe/Istanbul", "Europe/Athens", "Europe/Sarajevo",
					     "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "UTC" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct zone *z = zone_find(str_of(names[i]));
		int64_t wrong = 0;
		check_begin("%s: the same as the C library, 1970 to 2060", names[i]);
		CHECK(z != NULL);
		(void)setenv("TZ", names[i], 1);
		tzset();
		for (int64_t at = 0; z && at < 2840140800 && !wrong; at += 3 * 3600 + 1 + (int64_t)below(7200))
			wrong = zone_offset(z, at) != offset_of_system(at) ? at : 0;
		CHECK_INT(wrong, 0);
	}
	(void)unsetenv("TZ");
	tzset();
	check_begin("a zone that nobody has, and a way out of the folder, are none");
	CHECK(zone_find(STR("Africa/Nowhere")) == NULL);
	CHECK(zone_find(STR("../../../etc/passwd")) == NULL);
	CHECK(zone_find(STR("")) == NULL);
	CHECK(zone_find(STR("Africa")) == NULL);
}

static void test_bad_files(void)
{
	struct zone z;
	char bytes[4096];
	FILE *f = fopen("/usr/share/zoneinfo/Africa/Casablanca", "re");
	size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
	if (f)
		fclose(f);
	check_begin("a zone's file cut at any byte is refused or read, never overrun");
	CHECK_INT(zone_parse((struct str){ bytes, n }, &z), 0);
	for (size_t len = 0; len < n; len++) {
		char *piece = malloc(len + 1);
		if (!piece)
			break;
		memcpy(piece, bytes, len);
		int rc = zone_parse((struct str){ piece, len }, &z);
		if (rc == 0 && len + 16 < n)
			check_fail(__FILE__, __LINE__, "taken with %zu of %zu bytes", len, n);
		free(piece);
	}
	check_begin("a zone's file with wrong bytes is refused or read, never overrun");
	for (int run = 0; run < 20000; run++) {
		char *piece = malloc(n);
		if (!piece)
			break;
		memcpy(piece, bytes, n);
		for (int k = 0; k < 3; k++)
			piece[below(k == 0 ? 100 : n)] = (char)below(256);
		if (zone_parse((struct str){ piece, n }, &z) == 0)
			(void)zone_offset(&z, (int64_t)below(4102444800u));
		free(piece);
	}
	CHECK(n > 100);
}

/* Morocco as the tz database has it, so that this test does not change with it. */
static struct zone morocco(void)
{
	struct zone z = { .first = 3600, .has_rule = true, .standard = 3600, .count = 4 };
	z.spans[0] = (struct zone_span){ clock_at("2027-02-07 02:00"), 0 };
	z.spans[1] = (struct zone_span){ clock_at("2027-03-14 02:00"), 3600 };
	z.spans[2] = (struct zone_span){ clock_at("2028-01-23 02:00"), 0 };
	z.spans[3] = (struct zone_span){ clock_at("2028-03-05 02:00"), 3600 };
	return z;
}

static void test_instants(void)
{
	struct zone z = morocco();
	check_begin("an ordinary local time");
	CHECK_INT(zone_instant(&z, clock_at("2027-01-10 09:00")), clock_at("2027-01-10 08:00"));
	CHECK_INT(zone_instant(&z, clock_at("2027-02-10 09:00")), clock_at("2027-02-10 09:00"));
	check_begin("an hour that comes twice: the first of the two");
	CHECK_INT(zone_instant(&z, clock_at("2027-02-07 02:30")), clock_at("2027-02-07 01:30"));
	check_begin("an hour that is skipped: the first instant behind it");
	CHECK_INT(zone_instant(&z, clock_at("2027-03-14 02:30")), clock_at("2027-03-14 02:00"));
	CHECK_INT(zone_instant(&z, clock_at("2027-03-14 01:59")), clock_at("2027-03-14 01:59"));
	CHECK_INT(zone_instant(&z, clock_at("2027-03-14 03:00")), clock_at("2027-03-14 02:00"));
	bool there = true;
	check_begin("local to instant and back is the same local time, wherever it exists");
	for (int run = 0; run < 50000; run++) {
		int64_t at = clock_at("2026-12-01 00:00") + (int64_t)below(500 * 86400);
		int64_t local = at + zone_offset(&z, at), again = zone_instant(&z, local);
		there = there && again <= at && again + zone_offset(&z, again) == local;
	}
	CHECK(there);
}

/* ---- quiet times */

static struct country country_of_test(void)
{
	struct country c = { .iso = STR("MA"), .quiet = { 19 * 60, 9 * 60 }, .quiet_days_count = 1 };
	c.quiet_days[0] = (struct quiet_day){ 5, { 12 * 60, 15 * 60 } };
	return c;
}

static void expect(const struct country *c, const struct zone *z, const struct holidays *h, const char *asked, const char *want)
{
	check_begin("asked at %s UTC -> %s UTC", asked, want);
	CHECK_INT(quiet_next(c, z, h, clock_at(asked) * 1000), clock_at(want) * 1000);
}

static void test_quiet(void)
{
	struct zone z = morocco();
	struct country c = country_of_test();
	struct holidays h = { { date_to_days((struct date){ 2027, 1, 11 }) }, 1 };
	expect(&c, &z, NULL, "2027-01-06 10:17", "2027-01-06 10:17"); /* a Wednesday */
	expect(&c, &z, NULL, "2027-01-06 17:59", "2027-01-06 17:59");
	expect(&c, &z, NULL, "2027-01-06 18:00", "2027-01-07 08:00"); /* 19:00 there */
	expect(&c, &z, NULL, "2027-01-06 03:00", "2027-01-06 08:00");
	expect(&c, &z, NULL, "2027-01-08 11:00", "2027-01-08 14:00"); /* Friday noon there */
	expect(&c, &z, NULL, "2027-01-08 10:59", "2027-01-08 10:59");
	expect(&c, &z, &h, "2027-01-11 10:00", "2027-01-12 08:00");   /* a holiday */
	expect(&c, &z, &h, "2027-01-10 20:00", "2027-01-12 08:00");   /* the night before it */
	expect(&c, &z, NULL, "2027-02-06 20:00", "2027-02-07 09:00"); /* Ramadan begins: nine is an hour later */
	expect(&c, &z, NULL, "2027-03-13 20:00", "2027-03-14 08:00"); /* and ends */
	expect(&c, &z, NULL, "2027-02-12 12:30", "2027-02-12 15:00"); /* Friday noon in Ramadan */
	check_begin("a country that is quiet all day has no permitted instant");
	c.quiet = (struct hours){ 0, 24 * 60 };
	CHECK_INT(quiet_next(&c, &z, NULL, clock_at("2027-01-06 10:00") * 1000), -1);
	check_begin("a country without quiet hours is never quiet");
	c = (struct country){ .iso = STR("GN") };
	CHECK_INT(quiet_next(&c, &z, NULL, 12345), 12345);
	check_begin("quiet hours that begin on their day and end on the next");
	c.quiet_days[0] = (struct quiet_day){ 5, { 22 * 60, 2 * 60 } };
	c.quiet_days_count = 1;
	CHECK_INT(quiet_next(&c, &z, NULL, clock_at("2027-01-08 21:30") * 1000), clock_at("2027-01-09 01:00") * 1000);
	CHECK_INT(quiet_next(&c, &z, NULL, clock_at("2027-01-09 00:30") * 1000), clock_at("2027-01-09 01:00") * 1000);
	CHECK_INT(quiet_next(&c, &z, NULL, clock_at("2027-01-07 21:30") * 1000), clock_at("2027-01-07 21:30") * 1000);
}

/* Written anew and plainly, so that it does not share the code's mistakes. */
static bool forbidden(const struct country *c, const struct zone *z, const struct holidays *h, int64_t at_ms)
{
	int64_t local = at_ms / 1000 + zone_offset(z, at_ms / 1000), day = local / 86400;
	unsigned minute = (unsigned)(local % 86400 / 60), weekday = date_weekday(day);
	for (size_t i = 0; i < h->count; i++)
		if (h->days[i] == day)
			return true;
	struct hours q = c->quiet;
	if (q.from != q.to && (q.from < q.to ? minute >= q.from && minute < q.to : minute >= q.from || minute < q.to))
		return true;
	for (size_t i = 0; i < c->quiet_days_count; i++) {
		struct hours w = c->quiet_days[i].hours;
		unsigned d = c->quiet_days[i].weekday;
		if (w.from < w.to && weekday == d && minute >= w.from && minute < w.to)
			return true;
		if (w.from > w.to && ((weekday == d && minute >= w.from) || (weekday == (d + 1) % 7 && minute < w.to)))
			return true;
	}
	return false;
}

static struct country any_country(void)
{
	struct country c = { .iso = STR("MA") };
	c.quiet = (struct hours){ (unsigned)below(1440), (unsigned)below(1440) };
	c.quiet_days_count = below(4);
	for (size_t i = 0; i < c.quiet_days_count; i++)
		c.quiet_days[i] = (struct quiet_day){ (unsigned)below(7), { (unsigned)below(1440), (unsigned)below(1440) } };
	return c;
}

static void test_properties(void)
{
	static const char *const names[] = { "Africa/Casablanca", "Africa/Conakry", "Europe/Berlin", "Africa/Cairo",
					     "Australia/Lord_Howe" };
	bool outside = true, not_before = true, same = true, first = true;
	int found = 0;
	for (int run = 0; run < 6000; run++) {
		const struct zone *z = zone_find(str_of(names[run % 5]));
		struct country c = any_country();
		struct holidays h = { .count = below(5) };
		int64_t asked = (clock_at("2026-12-01 00:00") + (int64_t)below(900 * 86400)) * 1000 + (int64_t)below(1000);
		for (size_t i = 0; i < h.count; i++)
			h.days[i] = asked / 86400000 + (int64_t)i; /* a run of them, in order */
		int64_t next = z ? quiet_next(&c, z, &h, asked) : -1;
		if (next < 0)
			continue;
		found++;
		outside = outside && !forbidden(&c, z, &h, next);
		not_before = not_before && next >= asked;
		same = same && quiet_next(&c, z, &h, next) == next;
		/* any permitted minute before it would have been it */
		for (int k = 0; k < 20 && next > asked; k++) {
			int64_t between = asked + (int64_t)below((uint64_t)(next - asked));
			first = first && forbidden(&c, z, &h, between);
		}
	}
	check_begin("any country, zone and holidays: never inside a forbidden time (%d found)", found);
	CHECK(outside && found > 3000);
	check_begin("never earlier than asked");
	CHECK(not_before);
	check_begin("asked again it is the same");
	CHECK(same);
	check_begin("and no permitted instant lies before it");
	CHECK(first);
}

/* Every day of the months around Ramadan, with what tzdata this machine has. */
static void test_ramadan(void)
{
	const struct zone *z = zone_find(STR("Africa/Casablanca"));
	struct country c = country_of_test();
	bool nine = true, in_window = true;
	int shifted = 0;
	if (!z) {
		check_begin("tzdata has Africa/Casablanca");
		CHECK(z != NULL);
		return;
	}
	(void)setenv("TZ", "Africa/Casablanca", 1);
	tzset();
	for (int64_t day = date_to_days((struct date){ 2027, 1, 1 }); day < date_to_days((struct date){ 2028, 4, 1 }); day++) {
		struct tm tm;
		int64_t due = quiet_due(&c, z, NULL, day, 0), jittered = quiet_due(&c, z, NULL, day, (int64_t)below(2 * 3600 * 1000 + 1));
		time_t t = (time_t)(due / 1000);
		(void)localtime_r(&t, &tm);
		nine = nine && tm.tm_hour == 9 && tm.tm_min == 0 && tm.tm_mday == date_of_days(day).day;
		shifted += tm.tm_gmtoff == 0;
		t = (time_t)(jittered / 1000);
		(void)localtime_r(&t, &tm);
		in_window = in_window && tm.tm_mday == date_of_days(day).day && (tm.tm_hour == 9 || tm.tm_hour == 10 ||
			    (tm.tm_hour == 11 && tm.tm_min == 0));
	}
	(void)unsetenv("TZ");
	tzset();
	check_begin("Morocco, Ramadan 2027 and 2028: nine o'clock is nine o'clock on every day (%d days without the hour)", shifted);
	CHECK(nine);
	check_begin("and with the jitter still that day, from nine to eleven");
	CHECK(in_window);
	check_begin("this machine's tzdata knows Ramadan 2027 and 2028");
	CHECK(shifted > 60);
}

static void test_holidays(void)
{
	struct holidays h = { .count = 0 };
	struct err err = { .text = "" };
	check_begin("a file of holidays: dates, names, comments, empty lines, any order, a day twice");
	CHECK_INT(holidays_parse(STR("h.txt"), STR("# Morocco\n2027-05-01 Labour day\n\n2027-01-11\tIndependence manifesto\r\n2027-05-01\n2027-01-01"),
				 &h, &err), 0);
	CHECK_INT(h.count, 3);
	CHECK_INT(h.days[0], date_to_days((struct date){ 2027, 1, 1 }));
	check_begin("a date that does not exist is named by its line, and the old holidays stay");
	CHECK_INT(holidays_parse(STR("h.txt"), STR("2027-01-01\n2027-02-30 ?\n"), &h, &err), -EINVAL);
	CHECK(strstr(err.text, "h.txt:2: a line begins with a date that exists, such as") != NULL);
	CHECK_INT(h.count, 3);
	check_begin("words without a date are named by their line");
	CHECK_INT(holidays_parse(STR("h.txt"), STR("Aid el-Fitr\n"), &h, &err), -EINVAL);
	CHECK(strstr(err.text, "h.txt:1:") != NULL);
	check_begin("an empty file: no holidays");
	CHECK_INT(holidays_parse(STR("h.txt"), STR(""), &h, &err), 0);
	CHECK_INT(h.count, 0);
}

static void write_holidays(const char *path, const char *text, time_t written)
{
	struct timespec times[2] = { { written, 0 }, { written, 0 } };
	FILE *f = fopen(path, "we");
	CHECK(f && fputs(text, f) >= 0);
	if (f)
		fclose(f);
	CHECK_INT(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_holidays_file(void)
{
	char path[64];
	struct country c = { .iso = STR("MA") };
	(void)snprintf(path, sizeof path, "/tmp/wasl-holidays-%d", (int)getpid());
	check_begin("a country without a file has no holidays");
	CHECK(holidays_of(&c) == NULL);
	c.holidays = str_of(path);
	write_holidays(path, "2027-01-01\n", 1000);
	check_begin("the country's file is read");
	const struct holidays *h = holidays_of(&c);
	CHECK(h && h->count == 1);
	check_begin("changed, it is read anew");
	write_holidays(path, "2027-01-01\n2027-01-11\n", 2000);
	h = holidays_of(&c);
	CHECK(h && h->count == 2);
	check_begin("broken or gone, the old holidays stay");
	write_holidays(path, "2027-01-01\n2027-01-41\n", 3000);
	h = holidays_of(&c);
	CHECK(h && h->count == 2);
	CHECK_INT(unlink(path), 0);
	h = holidays_of(&c);
	CHECK(h && h->count == 2);
	check_begin("mended, it is read anew");
	write_holidays(path, "2027-05-01\n", 4000);
	h = holidays_of(&c);
	CHECK(h && h->count == 1);
	(void)unlink(path);
}

/* ---- what the desk says beside the file */

static void desk_says(struct db *db, const char *iso, const char *day, bool off)
{
	struct holiday h = { .off = off };
	CHECK(str_copy(str_of(iso), h.country, sizeof h.country) && str_copy(str_of(day), h.day, sizeof h.day));
	CHECK_INT(holiday_put(db, &h, STR(""), STR("amina"), 1), 0);
	CHECK_INT(holidays_of_desk(db), 0);
}

static bool off_work(const struct country *c, const char *day)
{
	struct date d;
	CHECK(date_parse(str_of(day), &d));
	return holidays_has(holidays_of(c), date_to_days(d));
}

static void test_holidays_of_desk(void)
{
	char path[64];
	struct country ma = { .iso = STR("MA") }, gn = { .iso = STR("GN") };
	struct db db;
	struct err err;
	(void)snprintf(path, sizeof path, "/tmp/wasl-holidays-desk-%d", (int)getpid());
	write_holidays(path, "2027-01-01\n2027-05-01\n", 1000);
	ma.holidays = str_of(path);
	CHECK_INT(db_open(&db, NULL, NULL, &err), 0);
	CHECK_INT(holidays_of_desk(&db), 0);
	check_begin("the desk adds a day to a country, with a file and without one, and to no other");
	desk_says(&db, "MA", "2027-03-10", false);
	desk_says(&db, "GN", "2027-10-02", false);
	CHECK(off_work(&ma, "2027-01-01") && off_work(&ma, "2027-03-10") && off_work(&ma, "2027-05-01") && !off_work(&ma, "2027-10-02"));
	CHECK(off_work(&gn, "2027-10-02") && !off_work(&gn, "2027-03-10"));
	check_begin("what the desk takes out is none, although the file has it");
	desk_says(&db, "MA", "2027-05-01", true);
	CHECK(!off_work(&ma, "2027-05-01") && off_work(&ma, "2027-01-01") && off_work(&ma, "2027-03-10"));
	check_begin("a file that changed goes together with what the desk said");
	write_holidays(path, "2027-02-02\n2027-05-01\n", 2000);
	CHECK(off_work(&ma, "2027-02-02") && off_work(&ma, "2027-03-10") && !off_work(&ma, "2027-05-01") && !off_work(&ma, "2027-01-01"));
	check_begin("taken back, the file alone counts");
	CHECK_INT(holiday_delete(&db, &(struct holiday){ .country = "MA", .day = "2027-05-01" }), 0);
	CHECK_INT(holiday_delete(&db, &(struct holiday){ .country = "MA", .day = "2027-03-10" }), 0);
	CHECK_INT(holidays_of_desk(&db), 0);
	CHECK(off_work(&ma, "2027-05-01") && !off_work(&ma, "2027-03-10"));
	(void)unlink(path);
	db_close(&db);
}

static void test_local(void)
{
	struct local_time t;
	check_begin("the wall clock in a zone");
	CHECK(calendar_local(STR("Africa/Conakry"), clock_at("2026-11-27 23:30") * 1000, &t));
	CHECK_INT(t.year * 10000 + t.month * 100 + t.day, 20261127);
	CHECK_INT(t.weekday, 5);
	CHECK_INT(t.minute, 23 * 60 + 30);
	CHECK(calendar_local(STR("Africa/Douala"), clock_at("2026-11-27 23:30") * 1000, &t));
	CHECK_INT(t.day, 28);
	check_begin("of no zone: UTC is given, and it is said");
	CHECK(!calendar_local(STR("Nowhere"), clock_at("2026-11-27 23:30") * 1000, &t));
	CHECK_INT(t.minute, 23 * 60 + 30);
}

int main(void)
{
	test_dates();
	test_zones_of_system();
	test_bad_files();
	test_instants();
	test_quiet();
	test_properties();
	test_ramadan();
	test_holidays();
	test_holidays_file();
	test_holidays_of_desk();
	test_local();
	return check_end();
}
