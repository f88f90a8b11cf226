#include "gateway/zone.h"

#include <errno.h>
#include <string.h>

#define DAY_S ((int64_t)24 * 3600)

enum { HEADER_LEN = 44, TYPES_MAX = 256 };

struct tzif { /* counts of a header, and where its data begin */
	uint32_t isut, isstd, leaps, times, types, chars;
	const unsigned char *data;
};

/* ---- the file */

static uint32_t be32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t be64(const unsigned char *at)
{
	return (int64_t)((uint64_t)be32(at) << 32 | be32(at + 4));
}

static bool read_header(struct str bytes, size_t at, struct tzif *out)
{
	if (bytes.len < at + HEADER_LEN || memcmp(bytes.at + at, "TZif", 4) != 0 || bytes.at[at + 4] < '2')
		return false;
	const unsigned char *h = (const unsigned char *)bytes.at + at;
	*out = (struct tzif){ be32(h + 20), be32(h + 24), be32(h + 28), be32(h + 32), be32(h + 36), be32(h + 40), h + HEADER_LEN };
	return out->times <= 4096 && out->types >= 1 && out->types <= TYPES_MAX && out->chars <= 4096 && out->leaps <= 4096 &&
	       out->isut <= TYPES_MAX && out->isstd <= TYPES_MAX;
}

static size_t data_len(const struct tzif *t, size_t time_size)
{
	return t->times * time_size + t->times + (size_t)t->types * 6 + t->chars + t->leaps * (time_size + 4) + t->isstd + t->isut;
}

static int read_spans(const struct tzif *t, struct zone *out)
{
	const unsigned char *index = t->data + (size_t)t->times * 8, *types = index + t->times;
	out->first = (int32_t)be32(types);
	for (uint32_t i = 0; i < t->times; i++) {
		if (index[i] >= t->types)
			return -EPROTO;
		struct zone_span span = { be64(t->data + (size_t)i * 8), (int32_t)be32(types + (size_t)index[i] * 6) };
		if (span.offset < -26 * 3600 || span.offset > 26 * 3600 || (i > 0 && span.from <= out->spans[out->count - 1].from))
			return -EPROTO;
		if (out->count == ZONE_SPANS_MAX)
			return -EPROTO;
		out->spans[out->count++] = span;
	}
	return 0;
}

/* ---- the rule at its end, as POSIX writes TZ: "CET-1CEST,M3.5.0,M10.5.0/3" */

static bool rule_name(struct str *rest)
{
	size_t n = 0;
	if (rest->len && rest->at[0] == '<') {
		while (n < rest->len && rest->at[n] != '>')
			n++;
		*rest = str_from(*rest, n + 1);
		return n > 1;
	}
	while (n < rest->len && ((rest->at[n] >= 'A' && rest->at[n] <= 'Z') || (rest->at[n] >= 'a' && rest->at[n] <= 'z')))
		n++;
	*rest = str_from(*rest, n);
	return n >= 3;
}

static bool rule_number(struct str *rest, int *out)
{
	size_t n = 0;
	uint64_t value;
	while (n < rest->len && n < 4 && rest->at[n] >= '0' && rest->at[n] <= '9')
		n++;
	if (n == 0 || !str_to_u64(str_slice(*rest, 0, n), &value))
		return false;
	*out = (int)value;
	*rest = str_from(*rest, n);
	return true;
}

static bool rule_taken(struct str *rest, char c)
{
	if (!rest->len || rest->at[0] != c)
		return false;
	*rest = str_from(*rest, 1);
	return true;
}

/* [+-]hh[:mm[:ss]] */
static bool rule_time(struct str *rest, int32_t *seconds)
{
	int part[3] = { 0 }, parts = 0;
	bool minus = rule_taken(rest, '-');
	if (!minus)
		(void)rule_taken(rest, '+');
	do {
		if (!rule_number(rest, &part[parts]) || part[parts] > 167)
			return false;
	} while (++parts < 3 && rule_taken(rest, ':'));
	*seconds = (int32_t)(part[0] * 3600 + part[1] * 60 + part[2]) * (minus ? -1 : 1);
	return true;
}

static bool rule_date(struct str *rest, struct zone_rule *out)
{
	*out = (struct zone_rule){ .second = 2 * 3600 };
	bool good = rule_taken(rest, ',') && rule_taken(rest, 'M') && rule_number(rest, &out->month) && rule_taken(rest, '.') &&
		    rule_number(rest, &out->week) && rule_taken(rest, '.') && rule_number(rest, &out->weekday);
	if (!good || out->month < 1 || out->month > 12 || out->week < 1 || out->week > 5 || out->weekday > 6)
		return false;
	return !rule_taken(rest, '/') || rule_time(rest, &out->second);
}

static int read_rule(struct str rule, struct zone *out)
{
	int32_t west;
	if (rule.len == 0)
		return 0;
	if (!rule_name(&rule) || !rule_time(&rule, &west))
		return -EPROTO;
	out->has_rule = true;
	out->standard = -west;
	if (rule.len == 0)
		return 0;
	if (!rule_name(&rule))
		return -EPROTO;
	out->summer = out->standard + 3600;
	if (rule.len && rule.at[0] != ',') {
		if (!rule_time(&rule, &west))
			return -EPROTO;
		out->summer = -west;
	}
	out->has_summer = rule_date(&rule, &out->to_summer) && rule_date(&rule, &out->to_standard) && rule.len == 0;
	return out->has_summer ? 0 : -EPROTO;
}

int zone_parse(struct str bytes, struct zone *out)
{
	struct tzif old, t;
	*out = (struct zone){ 0 };
	if (!read_header(bytes, 0, &old))
		return -EPROTO;
	size_t second = HEADER_LEN + data_len(&old, 4);
	if (!read_header(bytes, second, &t) || bytes.len < second + HEADER_LEN + data_len(&t, 8))
		return -EPROTO;
	int rc = read_spans(&t, out);
	struct str footer = str_from(bytes, second + HEADER_LEN + data_len(&t, 8)), line;
	if (rc == 0 && (!str_split(&footer, '\n', &line) || line.len != 0 || !str_split(&footer, '\n', &line)))
		rc = -EPROTO;
	return rc == 0 ? read_rule(line, out) : rc;
}

/* ---- local time */

static int64_t instant_of_rule(const struct zone_rule *rule, int year, int32_t offset)
{
	int64_t first = date_to_days((struct date){ year, rule->month, 1 });
	int64_t day = first + (rule->weekday - (int)date_weekday(first) + 7) % 7 + (rule->week - 1) * 7;
	int64_t next = date_to_days((struct date){ rule->month == 12 ? year + 1 : year, rule->month % 12 + 1, 1 });
	while (day >= next)
		day -= 7;
	return day * DAY_S + rule->second - offset;
}

static int64_t floor_day(int64_t seconds)
{
	return seconds >= 0 ? seconds / DAY_S : -((DAY_S - 1 - seconds) / DAY_S);
}

static int32_t offset_by_rule(const struct zone *z, int64_t at_s)
{
	if (!z->has_summer)
		return z->standard;
	int year = date_of_days(floor_day(at_s + z->standard)).year;
	int64_t on = instant_of_rule(&z->to_summer, year, z->standard), off = instant_of_rule(&z->to_standard, year, z->summer);
	bool summer = on < off ? at_s >= on && at_s < off : at_s >= on || at_s < off;
	return summer ? z->summer : z->standard;
}

int32_t zone_offset(const struct zone *z, int64_t at_s)
{
	size_t low = 0, high = z->count; /* the spans before low began at or before at_s */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (z->spans[middle].from <= at_s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->count && z->has_rule)
		return offset_by_rule(z, at_s);
	return low == 0 ? z->first : z->spans[low - 1].offset;
}

int64_t zone_instant(const struct zone *z, int64_t local_s)
{
	int32_t before = zone_offset(z, local_s - 26 * 3600), after = zone_offset(z, local_s + 26 * 3600);
	int64_t first = local_s - before, second = local_s - after;
	if (zone_offset(z, first) == before)
		return first;
	if (zone_offset(z, second) == after)
		return second;
	/* skipped: the instant of the change lies between the two */
	int64_t low = first < second ? first : second, high = first < second ? second : first;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (zone_offset(z, middle) == before)
			low = middle;
		else
			high = middle;
	}
	return high;
}
