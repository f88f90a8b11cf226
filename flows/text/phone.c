#include "flows/text/phone.h"

#include "flows/text/code_point.h"
#include "flows/text/fold.h"
#include "flows/text/gsm7.h"
#include "flows/text/phone_plan.h"
#include "flows/text/utf8.h"

#include <string.h>

enum {
	INPUT_MAX_LEN = 160, /* bytes after normalising */
	DIGITS_MAX = 32,     /* read; E.164 has at most 15 */
	E164_LEAST = 7,
	E164_MOST = 15,
	SENDER_MOST = 11,    /* septets of an alphanumeric sender, TS 23.040 9.1.2.5 */
};

struct typed { /* what is left of the input: digits, and whether a plus stood before them */
	char digits[DIGITS_MAX];
	size_t len;
	bool plus;
};

static struct str digits_of(const struct typed *t)
{
	return (struct str){ t->digits, t->len };
}

/* ---- from the input to digits */

static bool is_separator(int32_t c)
{
	return c == ' ' || c == '.' || c == '-' || c == '(' || c == ')' || c == '[' || c == ']' || c == 0xB7 ||
	       (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

/* Without "tel:" and the parameters of such a URI (RFC 3966). */
static struct str without_uri(struct str s)
{
	struct str rest = s, number = s;
	bool uri = s.len >= 4 && str_eq_nocase(str_slice(s, 0, 4), STR("tel:"));
	if (uri)
		rest = str_from(s, 4);
	(void)str_split(&rest, ';', &number);
	return uri || (rest.at && str_starts(rest, STR("ext="))) ? number : s;
}

/* Without an extension: "ext. 12", "x12". */
static struct str without_extension(struct str s)
{
	size_t end = s.len;
	while (end > 0 && s.at[end - 1] >= '0' && s.at[end - 1] <= '9')
		end--;
	struct str head = str_trim(str_slice(s, 0, end));
	if (end == s.len || end == 0)
		return s;
	while (str_ends(head, STR(".")) || str_ends(head, STR(":")))
		head.len--;
	if (head.len > 3 && str_eq_nocase(str_from(head, head.len - 3), STR("ext")))
		return str_slice(head, 0, head.len - 3);
	if (head.len > 1 && str_eq_nocase(str_from(head, head.len - 1), STR("x")))
		return str_slice(head, 0, head.len - 1);
	return s;
}

/* NULL, or why this is no number. */
static const char *read_digits(struct str s, struct typed *t)
{
	const char *at = s.at, *end = s.at + s.len;
	bool foreign = false; /* a mark behind a digit that no number has inside: harmless unless digits follow */
	while (at < end) {
		int32_t c = utf8_next(&at, end);
		if (c >= '0' && c <= '9') {
			if (foreign)
				return "a foreign mark inside";
			if (t->len == DIGITS_MAX)
				return "too many digits";
			t->digits[t->len++] = (char)c;
		} else if (c == '+') {
			if (t->plus || t->len > 0)
				return "more than one plus, or one inside";
			t->plus = true;
		} else if (c < 0 || is_letter(c)) {
			return "letters";
		} else if (c == '*' || c == '#' || c == '/') {
			return "a star, hash or slash";
		} else if (!is_separator(c)) {
			foreign = t->len > 0;
		}
	}
	return t->len > 0 ? NULL : "no digits";
}

static bool is_sender_name(struct str s)
{
	const char *at = s.at, *end = s.at + s.len;
	bool letters = false;
	size_t septets = 0;
	while (at < end) {
		int32_t c = utf8_next(&at, end);
		unsigned width = gsm7_width(c);
		if (width == 0)
			return false;
		septets += width;
		letters = letters || is_letter(c);
	}
	return letters && septets <= SENDER_MOST;
}

static void invalid(struct phone *out, const char *reason)
{
	*out = (struct phone){ .kind = PHONE_INVALID, .reason = reason };
}

/* false: the answer is in out already. */
static bool read_input(struct str input, struct typed *t, struct phone *out)
{
	char storage[INPUT_MAX_LEN];
	struct buf clean = buf_over(storage, sizeof storage);
	*t = (struct typed){ .len = 0 };
	if (text_normalise(input, &clean) != 0) {
		invalid(out, "too long");
		return false;
	}
	const char *reason = read_digits(without_extension(without_uri(buf_str(&clean))), t);
	if (!reason)
		return true;
	invalid(out, reason);
	if (is_sender_name(buf_str(&clean)))
		out->kind = PHONE_ALPHANUMERIC, out->reason = "a sender's name";
	return false;
}

/* ---- from digits to a plan */

static bool has_number(const struct phone_country *c, struct str national)
{
	struct str forms = c->forms, form;
	while (str_split(&forms, ' ', &form))
		if (number_has_form(national, form))
			return true;
	return false;
}

/* The national number without its trunk prefix, where it is one of the plan. */
static bool national_number(const struct phone_country *c, struct str *digits)
{
	if (has_number(c, *digits))
		return true;
	struct str rest = str_from(*digits, c->trunk.len);
	if (c->trunk.len == 0 || !str_starts(*digits, c->trunk) || !has_number(c, rest))
		return false;
	*digits = rest;
	return true;
}

static bool accept(const struct phone_country *c, struct str national, struct phone *out)
{
	struct buf e164 = buf_over(out->e164, sizeof out->e164 - 1);
	if (!national_number(c, &national))
		return false;
	size_t digits = c->code.len + national.len;
	if (digits < E164_LEAST || digits > E164_MOST)
		return false;
	*out = (struct phone){ .kind = PHONE_E164 };
	buf_put_char(&e164, '+');
	buf_put(&e164, c->code);
	buf_put(&e164, national);
	memcpy(out->country, c->iso.at, 2);
	return true;
}

static bool accept_international(const struct phone_plan *plan, const struct phone_country *home, struct str digits,
				 struct phone *out)
{
	if (home && str_starts(digits, home->code) && accept(home, str_from(digits, home->code.len), out))
		return true;
	for (size_t i = 0; i < plan->count; i++) {
		const struct phone_country *c = &plan->countries[i];
		if (str_starts(digits, c->code) && accept(c, str_from(digits, c->code.len), out))
			return true;
	}
	return false;
}

/* Digits dialled for an international call: 00, and what else the country has. */
static bool accept_prefixed(const struct phone_plan *plan, const struct phone_country *home, struct str digits,
			    struct phone *out)
{
	struct str prefixes = home ? home->prefixes : STR(""), prefix;
	if (str_starts(digits, STR("00")) && accept_international(plan, home, str_from(digits, 2), out))
		return true;
	while (prefixes.len > 0 && str_split(&prefixes, ',', &prefix))
		if (str_starts(digits, prefix) && accept_international(plan, home, str_from(digits, prefix.len), out))
			return true;
	return false;
}

static const struct phone_country *country_named(const struct phone_plan *plan, struct str iso)
{
	for (size_t i = 0; i < plan->count; i++)
		if (str_eq(plan->countries[i].iso, iso))
			return &plan->countries[i];
	return NULL;
}

static bool is_short_code(const struct typed *t)
{
	return !t->plus && t->len >= 3 && t->len <= 6 && !str_starts(digits_of(t), STR("00"));
}

void phone_parse(const struct phone_plan *plan, struct str input, struct str country, struct phone *out)
{
	struct typed typed;
	if (!read_input(input, &typed, out))
		return;
	const struct phone_country *home = country_named(plan, country);
	struct str digits = digits_of(&typed);
	if (is_short_code(&typed)) {
		*out = (struct phone){ .kind = PHONE_SHORT_CODE, .reason = "a short code" };
		return;
	}
	if (typed.plus || country.len == 0) {
		if (accept_international(plan, home, digits, out))
			return;
	}
	if (!typed.plus) {
		if (accept_prefixed(plan, home, digits, out))
			return;
		if (home && (accept(home, digits, out) ||
			     (str_starts(digits, home->code) && accept(home, str_from(digits, home->code.len), out))))
			return;
	}
	invalid(out, digits.len < E164_LEAST ? "too few digits" : "in no numbering plan of the table");
}

/* ---- what the network says */

static const struct phone_country *country_of_code(const struct phone_plan *plan, struct str digits)
{
	const struct phone_country *found = NULL;
	for (size_t i = 0; i < plan->count; i++)
		if (str_starts(digits, plan->countries[i].code)) {
			if (found)
				return NULL; /* shared, and the number is in neither plan */
			found = &plan->countries[i];
		}
	return found;
}

void phone_parse_network(const struct phone_plan *plan, struct str input, struct phone *out)
{
	struct typed typed;
	if (!read_input(input, &typed, out))
		return;
	struct str digits = digits_of(&typed);
	if (!typed.plus && str_starts(digits, STR("00")))
		digits = str_from(digits, 2);
	if (is_short_code(&typed)) {
		*out = (struct phone){ .kind = PHONE_SHORT_CODE, .reason = "a short code" };
	} else if (digits.len < E164_LEAST || digits.len > E164_MOST || digits.at[0] == '0') {
		invalid(out, "not 7 to 15 digits of an international number");
	} else if (!accept_international(plan, NULL, digits, out)) {
		const struct phone_country *c = country_of_code(plan, digits);
		*out = (struct phone){ .kind = PHONE_E164, .e164 = "+" };
		memcpy(out->e164 + 1, digits.at, digits.len);
		if (c)
			memcpy(out->country, c->iso.at, 2);
	}
}
