#include "flows/text/arabic.h"

#include "flows/text/code_point.h"
#include "flows/text/utf8.h"

#include <utf8proc.h>

enum {
	NATIONAL_LEAST = 9, /* digits with the 0 in front; eight may be a date */
	NATIONAL_MOST = 10,
	PLUS_LEAST = 7,
	PHONE_MOST = 15,
	LAST_GROUP = 7, /* digits together: the number ends with them, what follows is another one */
};

bool text_has_arabic(struct str text)
{
	const char *at = text.at, *end = text.at + text.len;
	while (at < end) {
		int32_t c = utf8_next(&at, end);
		if (c < 0x590)
			continue;
		utf8proc_propval_t class = utf8proc_get_property(c)->bidi_class;
		if (class == UTF8PROC_BIDI_CLASS_R || class == UTF8PROC_BIDI_CLASS_AL)
			return true;
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "+224 601-12-34-56", "00 224 601 12 34 56", "06 12 34 56 78" with one and the same separator. */
static bool is_phone(struct str run)
{
	bool plus = str_starts(run, STR("+")), international = plus || str_starts(run, STR("00"));
	char separator = 0;
	size_t digits = 0;
	for (size_t i = plus; i < run.len; i++) {
		if (is_digit(run.at[i])) {
			digits++;
			continue;
		}
		if (!is_digit(run.at[i - 1]) || (!plus && separator && separator != run.at[i]))
			return false;
		if (str_starts(str_from(run, i + 1), STR("00"))) /* the next number, this one being none */
			return false;
		separator = run.at[i];
	}
	if (international)
		return digits >= PLUS_LEAST && digits <= PHONE_MOST && run.len > 1 && !(plus && run.at[1] == '0');
	return run.at[0] == '0' && digits >= NATIONAL_LEAST && digits <= NATIONAL_MOST;
}

/* What ends a number and does not belong to it: "06 12 34 56 78." */
static struct str without_tail(struct str run)
{
	while (run.len > 0 && !is_digit(run.at[run.len - 1]))
		run.len--;
	return run;
}

static void flush(struct number_joiner *j, bool goes_on)
{
	struct str run = { j->run, j->len }, number = without_tail(run);
	/* "06…" right before a letter or a hash is no phone number; with a space between it is. */
	bool glued = j->inside_word || (goes_on && number.len == run.len);
	if (!glued && number.len > 0 && is_phone(number)) {
		if (number.at[0] == '+')
			buf_put_z(j->out, "00");
		for (size_t i = 0; i < number.len; i++)
			if (is_digit(number.at[i]))
				buf_put_char(j->out, number.at[i]);
		run = str_from(run, number.len);
	}
	buf_put(j->out, run);
	j->len = 0;
}

static bool is_part(const struct number_joiner *j, int32_t c)
{
	size_t group = 0;
	if (c >= '0' && c <= '9')
		return true;
	if (c == '+' || j->len == 0)
		return c == '+' && j->len == 0;
	while (group < j->len && is_digit(j->run[j->len - 1 - group]))
		group++;
	return group < LAST_GROUP && (c == ' ' || c == '-' || c == '.');
}

static bool makes_word(int32_t c)
{
	if (c == '*' || c == '#' || c == '/' || c == '+' || c == ':')
		return true;
	return is_word_part(c);
}

void number_joiner_put(struct number_joiner *j, int32_t c)
{
	bool full = j->len == sizeof j->run; /* longer than any number: not one, and its rest is none either */
	if (j->active && is_part(j, c) && !full) {
		j->run[j->len++] = (char)c;
		return;
	}
	if (j->len > 0) {
		char last = j->run[j->len - 1];
		flush(j, full || makes_word(c));
		j->inside_word = full || is_digit(last) || last == '+';
		if (!full && is_part(j, c)) { /* a plus behind a space: the next number */
			j->run[j->len++] = (char)c;
			return;
		}
	}
	buf_put_code_point(j->out, (uint32_t)c);
	if (j->active)
		j->inside_word = full || makes_word(c);
}

void number_joiner_end(struct number_joiner *j)
{
	if (j->len > 0)
		flush(j, false);
}
