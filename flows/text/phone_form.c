#include "flows/text/phone_plan.h"

struct atom { /* one place of a form: which digits, and how many of them */
	uint16_t digits; /* bit n: digit n */
	unsigned least, most;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "[2-49]", behind its bracket. */
static bool take_set(struct str *form, uint16_t *digits)
{
	*digits = 0;
	while (form->len > 0 && form->at[0] != ']') {
		char from = form->at[0], to = from;
		if (form->len > 2 && form->at[1] == '-') {
			to = form->at[2];
			*form = str_from(*form, 2);
		}
		if (!is_digit(from) || !is_digit(to) || from > to)
			return false;
		for (; from <= to; from++)
			*digits = (uint16_t)(*digits | 1u << (from - '0'));
		*form = str_from(*form, 1);
	}
	if (form->len == 0 || *digits == 0)
		return false;
	*form = str_from(*form, 1);
	return true;
}

static bool take_count(struct str *form, unsigned *out)
{
	size_t n = 0;
	uint64_t value;
	while (n < form->len && is_digit(form->at[n]))
		n++;
	if (!str_to_u64(str_slice(*form, 0, n), &value) || value > 15)
		return false;
	*out = (unsigned)value;
	*form = str_from(*form, n);
	return true;
}

/* "{6,8}", behind its brace; it may only stand at the end. */
static bool take_times(struct str *form, struct atom *a)
{
	if (!take_count(form, &a->least) || !str_starts(*form, STR(",")))
		return false;
	*form = str_from(*form, 1);
	return take_count(form, &a->most) && str_eq_z(*form, "}") && a->least <= a->most && a->most > 0 &&
	       (*form = STR(""), true);
}

static bool take_atom(struct str *form, struct atom *a)
{
	char c = form->at[0];
	*form = str_from(*form, 1);
	*a = (struct atom){ .least = 1, .most = 1 };
	if (c == 'x')
		a->digits = 0x3FF;
	else if (is_digit(c))
		a->digits = (uint16_t)(1u << (c - '0'));
	else if (c != '[' || !take_set(form, &a->digits))
		return false;
	if (!str_starts(*form, STR("{")))
		return true;
	*form = str_from(*form, 1);
	return take_times(form, a);
}

bool number_form_valid(struct str form)
{
	struct atom a;
	if (form.len == 0)
		return false;
	while (form.len > 0)
		if (!take_atom(&form, &a))
			return false;
	return true;
}

bool number_has_form(struct str digits, struct str form)
{
	size_t at = 0;
	while (form.len > 0) {
		struct atom a;
		unsigned times = 0;
		if (!take_atom(&form, &a))
			return false;
		while (times < a.most && at < digits.len && (a.digits >> (digits.at[at] - '0') & 1)) {
			times++;
			at++;
		}
		if (times < a.least)
			return false;
	}
	return at == digits.len;
}
