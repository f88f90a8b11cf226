#include "gateway/csv.h"

#include "flows/text/buf.h"

#include <errno.h>
#include <math.h>
#include <string.h>

void csv_begin(struct csv *csv, FILE *to, bool excel_fr)
{
	*csv = (struct csv){ .to = to, .excel_fr = excel_fr };
	if (excel_fr)
		(void)fputs("\xef\xbb\xbf", to);
}

static void separate(struct csv *csv)
{
	if (csv->cells++)
		(void)fputc(csv->excel_fr ? ';' : ',', csv->to);
}

/* OWASP's list, and NUL. */
static bool looks_like_formula(struct str text)
{
	return text.len > 0 && memchr("=+-@\t\r", text.at[0], 7) != NULL;
}

void csv_text(struct csv *csv, struct str text)
{
	separate(csv);
	(void)fputc('"', csv->to);
	if (looks_like_formula(text))
		(void)fputc('\'', csv->to);
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '"')
			(void)fputc('"', csv->to);
		(void)fputc(text.at[i] ? text.at[i] : ' ', csv->to);
	}
	(void)fputc('"', csv->to);
}

void csv_integer(struct csv *csv, int64_t n)
{
	separate(csv);
	(void)fprintf(csv->to, "%lld", (long long)n);
}

void csv_real(struct csv *csv, double x, int decimals)
{
	char text[64];
	separate(csv);
	if (!isfinite(x))
		return;
	int n = snprintf(text, sizeof text, "%.*f", decimals, x);
	char *point = n > 0 && (size_t)n < sizeof text ? strchr(text, '.') : NULL;
	if (point && csv->excel_fr)
		*point = ',';
	(void)fputs(text, csv->to);
}

void csv_blank(struct csv *csv)
{
	separate(csv);
}

void csv_end_line(struct csv *csv)
{
	(void)fputs("\r\n", csv->to);
	csv->cells = 0;
}

/* ---- reading */

struct scan {
	struct str in;
	size_t at;
	struct buf out;
	size_t lines;
};

static bool at_line_end(const struct scan *s)
{
	return s->at == s->in.len || s->in.at[s->at] == '\n' ||
	       (s->in.at[s->at] == '\r' && s->at + 1 < s->in.len && s->in.at[s->at + 1] == '\n');
}

static int scan_quoted(struct scan *s)
{
	for (s->at++; s->at < s->in.len; s->at++) {
		char c = s->in.at[s->at];
		if (c == '"' && s->at + 1 < s->in.len && s->in.at[s->at + 1] == '"')
			s->at++;
		else if (c == '"') {
			s->at++;
			return 0;
		}
		s->lines += c == '\n';
		buf_put_char(&s->out, c);
	}
	return -EINVAL;
}

int csv_read(struct str *rest, char separator, struct str *cells, size_t max, size_t *count, char *storage, size_t cap,
		size_t *lines)
{
	struct scan s = { .in = *rest, .out = buf_over(storage, cap), .lines = 1 };
	*count = 0;
	if (rest->len == 0)
		return 0;
	for (bool more = true; more;) {
		size_t from = s.out.len;
		if (*count == max)
			return -E2BIG;
		if (s.at < s.in.len && s.in.at[s.at] == '"') {
			if (scan_quoted(&s) != 0)
				return -EINVAL;
		} else {
			for (; !at_line_end(&s) && s.in.at[s.at] != separator; s.at++)
				buf_put_char(&s.out, s.in.at[s.at]);
		}
		if (s.out.full)
			return -E2BIG;
		cells[(*count)++] = (struct str){ storage + from, s.out.len - from };
		more = !at_line_end(&s);
		if (more && s.in.at[s.at++] != separator)
			return -EINVAL;
	}
	if (s.at < s.in.len)
		s.at += s.in.at[s.at] == '\r' ? 2 : 1;
	*rest = str_from(s.in, s.at);
	*lines = s.lines;
	return 1;
}
