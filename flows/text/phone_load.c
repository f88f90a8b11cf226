#include "flows/text/phone_plan.h"
#include "flows/text/tsv.h"

#include <errno.h>

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
	return s.len > 0;
}

static bool is_iso(struct str s)
{
	return s.len == 2 && s.at[0] >= 'A' && s.at[0] <= 'Z' && s.at[1] >= 'A' && s.at[1] <= 'Z';
}

static struct str or_nothing(struct str cell)
{
	return str_eq_z(cell, "-") ? STR("") : cell;
}

static int check_list(const struct tsv *t, struct str list, char separator, bool (*good)(struct str), const char *what,
		      struct err *err)
{
	struct str item;
	while (str_split(&list, separator, &item))
		if (!good(item))
			return tsv_fail(t, err, what, item);
	return 0;
}

static int read_row(const struct tsv *t, struct phone_country *c, struct arena *arena, struct err *err)
{
	struct str trunk = or_nothing(t->cell[2]), prefixes = or_nothing(t->cell[3]);
	if (!is_iso(t->cell[0]))
		return tsv_fail(t, err, "not a country code of two capitals", t->cell[0]);
	if (!is_digits(t->cell[1]) || t->cell[1].len > 3 || t->cell[1].at[0] == '0')
		return tsv_fail(t, err, "not a calling code", t->cell[1]);
	if (trunk.len > 0 && !is_digits(trunk))
		return tsv_fail(t, err, "a trunk prefix is digits, or -", trunk);
	if (prefixes.len > 0 && check_list(t, prefixes, ',', is_digits, "an international prefix is digits, or -", err) != 0)
		return -EINVAL;
	if (check_list(t, t->cell[4], ' ', number_form_valid, "not a form of numbers", err) != 0)
		return -EINVAL;
	*c = (struct phone_country){
		.iso = arena_str(arena, t->cell[0]),
		.code = arena_str(arena, t->cell[1]),
		.trunk = arena_str(arena, trunk),
		.prefixes = arena_str(arena, prefixes),
		.forms = arena_str(arena, t->cell[4]),
	};
	return c->forms.at ? 0 : err_set(err, -ENOMEM, "%s: out of memory", t->name);
}

static bool listed(const struct phone_country *countries, size_t count, struct str iso)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(countries[i].iso, iso))
			return true;
	return false;
}

int phone_plan_load(struct phone_plan *plan, struct str tsv, struct arena *arena, struct err *err)
{
	struct tsv t;
	size_t count = 0;
	struct phone_country *countries = arena_array(arena, COUNTRIES_MAX, sizeof *countries);
	if (!countries)
		return err_set(err, -ENOMEM, "phones.tsv: out of memory");
	int rc = tsv_open(&t, tsv, "phones.tsv", STR("country\tcode\ttrunk\tprefixes\tnumbers"), err);
	while (rc == 0 && (rc = tsv_next(&t, err)) > 0) {
		if (count == COUNTRIES_MAX)
			return tsv_fail(&t, err, "more countries than the program holds", STR(""));
		if (listed(countries, count, t.cell[0]))
			return tsv_fail(&t, err, "the country stands here twice", t.cell[0]);
		rc = read_row(&t, &countries[count++], arena, err);
	}
	if (rc == 0)
		*plan = (struct phone_plan){ .countries = countries, .count = count };
	return rc;
}
