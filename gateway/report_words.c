#include "gateway/report_words.h"

#include "flows/embedded.h"
#include "flows/text/tsv.h"

#include <math.h>
#include <stdio.h>

#define NBSP "\xc2\xa0"

const char *const report_language_names[] = { "fr", "en", "ar", NULL };

enum report_language report_language_named(struct str code)
{
	for (int i = 0; report_language_names[i]; i++)
		if (str_eq_z(code, report_language_names[i]))
			return (enum report_language)i;
	return REPORT_FR;
}

/* A few hundred lines, walked through for each text: a report has some hundred of them. */
struct str report_word(enum report_language language, struct str french)
{
	struct tsv t;
	struct err err;
	struct str text = { report_files[0].bytes, report_files[0].len };
	if (language == REPORT_FR || french.len == 0 || tsv_open(&t, text, report_files[0].name, STR("fr\ten\tar"), &err) != 0)
		return french;
	while (tsv_next(&t, &err) == 1)
		if (str_eq(t.cell[REPORT_FR], french))
			return t.cell[language];
	return french;
}

const char *report_format(enum report_language language, const char *french, char room[1024])
{
	return str_copy(report_word(language, str_of(french)), room, 1024) ? room : french;
}

void report_put_thousands(enum report_language language, struct buf *out, int64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%lld", (long long)(n < 0 ? -n : n));
	if (n < 0)
		buf_put_char(out, '-');
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf_put_z(out, language == REPORT_EN ? "," : NBSP);
		buf_put_char(out, digits[i]);
	}
}

void report_put_decimal(enum report_language language, struct buf *out, double x, int decimals)
{
	double scale = pow(10, decimals), scaled = round(fabs(x) * scale);
	int64_t whole = (int64_t)(scaled / scale);
	int fraction = (int)(scaled - (double)whole * scale);
	if (x < 0 && scaled > 0)
		buf_put_char(out, '-');
	report_put_thousands(language, out, whole);
	if (decimals > 0)
		buf_printf(out, "%c%0*d", language == REPORT_EN ? '.' : ',', decimals, fraction);
}
