#include "gateway/period.h"

#include "gateway/zone.h"

#include <errno.h>

static const char *const months[][12] = {
	{ "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre" },
	{ "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" },
	/* as Morocco names them */
	{ "يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو",
	  "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر" },
};

static struct date month_start(int year, int month)
{
	int n = year * 12 + month - 1;
	return (struct date){ n / 12, n % 12 + 1, 1 };
}

static struct date month_end(int year, int month)
{
	struct date next = month_start(year, month + 1);
	return date_of_days(date_to_days(next) - 1);
}

struct period period_year(int year)
{
	return (struct period){ { year, 1, 1 }, { year, 12, 31 } };
}

static struct period period_month(int year, int month)
{
	return (struct period){ month_start(year, month), month_end(year, month) };
}

static bool digits(struct str s, uint64_t low, uint64_t high, int *out)
{
	uint64_t n;
	bool good = str_to_u64(s, &n) && n >= low && n <= high;
	if (good)
		*out = (int)n;
	return good;
}

struct period period_this_year(struct str zone, int64_t now_ms)
{
	const struct zone *z = zone_find(zone);
	int64_t now = now_ms / 1000;
	return period_year(date_of_days((now + (z ? zone_offset(z, now) : 0)) / 86400).year);
}

int period_parse(struct str year, struct str from, struct str to, struct period *out, struct err *err)
{
	int y, m;
	if (year.len && (from.len || to.len))
		return err_because(err, -EINVAL, "period", "either --year or --from and --to");
	if (year.len == 4 && digits(year, 1990, 2199, &y)) {
		*out = period_year(y);
		return 0;
	}
	if (year.len == 7 && year.at[4] == '-' && digits(str_slice(year, 0, 4), 1990, 2199, &y)) {
		if (year.at[5] == 'Q' && digits(str_from(year, 6), 1, 4, &m)) {
			*out = (struct period){ month_start(y, m * 3 - 2), month_end(y, m * 3) };
			return 0;
		}
		if (digits(str_from(year, 5), 1, 12, &m)) {
			*out = period_month(y, m);
			return 0;
		}
	}
	if (year.len)
		return err_because(err, -EINVAL, "period", "--year: write 2020, 2020-Q2 or 2020-04");
	if (!date_parse(from, &out->from) || !date_parse(to, &out->to))
		return err_because(err, -EINVAL, "period", "say the period: --year 2020, or --from 2020-01-01 --to 2020-06-30");
	if (date_to_days(out->from) > date_to_days(out->to))
		return err_because(err, -EINVAL, "period", "--from is after --to");
	return 0;
}

int period_months(struct period p)
{
	struct date end = month_end(p.to.year, p.to.month);
	return p.from.day == 1 && p.to.day == end.day ? period_months_touched(p) : 0;
}

int period_months_touched(struct period p)
{
	return (p.to.year - p.from.year) * 12 + p.to.month - p.from.month + 1;
}

struct period period_nth_month(struct period p, int n)
{
	struct date start = month_start(p.from.year, p.from.month + n);
	struct period m = period_month(start.year, start.month);
	if (n == 0)
		m.from = p.from;
	if (n == period_months_touched(p) - 1)
		m.to = p.to;
	return m;
}

struct period period_before(struct period p)
{
	int n = period_months(p);
	int64_t from = date_to_days(p.from), length = date_to_days(p.to) - from + 1;
	if (n == 0)
		return (struct period){ date_of_days(from - length), date_of_days(from - 1) };
	return (struct period){ month_start(p.from.year, p.from.month - n), date_of_days(from - 1) };
}

bool period_is_year(struct period p)
{
	return period_months(p) == 12 && p.from.month == 1;
}

void period_month_name(struct date d, enum report_language language, struct buf *out)
{
	buf_put_z(out, months[language][d.month - 1]);
	buf_put_char(out, ' ');
	buf_put_i64(out, d.year);
}

void period_day_name(struct date d, enum report_language language, struct buf *out)
{
	buf_put_i64(out, d.day);
	buf_put_z(out, d.day == 1 && language == REPORT_FR ? "er " : " ");
	period_month_name(d, language, out);
}

static void quarter_name(struct period p, enum report_language language, struct buf *out)
{
	int quarter = p.from.month / 3 + 1;
	if (language == REPORT_FR)
		buf_printf(out, quarter == 1 ? "%der trimestre %d" : "%de trimestre %d", quarter, p.from.year);
	else
		buf_printf(out, language == REPORT_AR ? "الفصل %d من %d" : "Q%d %d", quarter, p.from.year);
}

void period_name(struct period p, enum report_language language, struct buf *out)
{
	static const char *const from[] = { "du ", "", "من " }, *const to[] = { " au ", " to ", " إلى " };
	int n = period_months(p);
	if (period_is_year(p)) {
		buf_put_i64(out, p.from.year);
	} else if (n == 1) {
		period_month_name(p.from, language, out);
	} else if (n == 3 && p.from.month % 3 == 1) {
		quarter_name(p, language, out);
	} else {
		buf_put_z(out, from[language]);
		period_day_name(p.from, language, out);
		buf_put_z(out, to[language]);
		period_day_name(p.to, language, out);
	}
}

void period_instants(struct period p, struct str zone, int64_t *from_ms, int64_t *to_ms)
{
	const struct zone *z = zone_find(zone);
	int64_t from = date_to_days(p.from) * 86400, to = (date_to_days(p.to) + 1) * 86400;
	*from_ms = (z ? zone_instant(z, from) : from) * 1000;
	*to_ms = (z ? zone_instant(z, to) : to) * 1000;
}
