/* One row of `wasl import historic`: direction, year (or year_from and year_to), persons, requests, approximate, source. */
#include "gateway/import.h"

#include "db/import.h"

#include <errno.h>

static bool number(const struct import_row *row, const char *name, uint64_t low, uint64_t high, int64_t *out)
{
	uint64_t n;
	bool good = str_to_u64(import_value(row, name), &n) && n >= low && n <= high;
	*out = good ? (int64_t)n : -1;
	return good;
}

static int read_total(const struct import_row *row, struct historic_total *out, struct err *err)
{
	static const char *const columns[] = { "direction", "year", "year_from", "year_to", "persons", "requests", "approximate",
			"source" };
	*out = (struct historic_total){ .direction = import_value(row, "direction"), .source = import_value(row, "source"),
			.requests = -1 };
	for (size_t i = 0; i < row->count; i++) {
		bool known = false;
		for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
			known |= str_eq_z(row->names[i], columns[k]);
		if (!known)
			return err_set(err, -EINVAL, "no such column; there are direction, year (or year_from and year_to), persons, requests,"
				       " approximate, source");
	}
	if (!str_eq_z(out->direction, "FROM_MA") && !str_eq_z(out->direction, "TO_MA"))
		return err_set(err, -EINVAL, "direction: must be FROM_MA or TO_MA");
	if (number(row, "year", 1990, 2199, &out->year_from))
		out->year_to = out->year_from;
	else if (import_value(row, "year").len || !number(row, "year_from", 1990, 2199, &out->year_from) ||
		 !number(row, "year_to", 1990, 2199, &out->year_to) || out->year_to < out->year_from)
		return err_set(err, -EINVAL, "year: must be a year such as 2019, or year_from and year_to");
	if (!number(row, "persons", 0, 10000000, &out->persons))
		return err_set(err, -EINVAL, "persons: must be a whole number; leave the line out when it is not known");
	if (import_value(row, "requests").len && !number(row, "requests", 0, 10000000, &out->requests))
		return err_set(err, -EINVAL, "requests: must be a whole number, or empty");
	struct str approximate = import_value(row, "approximate");
	if (approximate.len && !str_eq_z(approximate, "yes") && !str_eq_z(approximate, "no"))
		return err_set(err, -EINVAL, "approximate: must be yes or no");
	out->approximate = str_eq_z(approximate, "yes");
	if (!out->source.len || out->source.len > 200)
		return err_set(err, -EINVAL, "source: must say where the figure is from, in at most 200 bytes");
	return 0;
}

int import_check_historic(const struct import_row *row, struct import_years *had, struct err *err)
{
	struct historic_total total;
	int rc = read_total(row, &total, err);
	if (rc != 0)
		return rc;
	bool from_ma = str_eq_z(total.direction, "FROM_MA");
	for (size_t i = 0; i < had->count; i++)
		if (had->years[i].from_ma == from_ma && had->years[i].from == total.year_from && had->years[i].to == total.year_to)
			return err_set(err, -EINVAL, "these years of this direction stand on line %zu already", had->years[i].line);
	if (had->count < sizeof had->years / sizeof *had->years)
		had->years[had->count++] = (struct import_years_of_line){ from_ma, total.year_from, total.year_to, row->line };
	return 0;
}

int import_apply_historic(struct act_call *call, const struct import_row *row)
{
	struct historic_total total;
	int rc = read_total(row, &total, &call->err);
	return rc == 0 ? historic_put(call->db, &total) : rc;
}
