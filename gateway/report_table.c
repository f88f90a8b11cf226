/* Tables, rows and cells in the memory of a report. */
#include "gateway/report_build.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(struct build *b, int code, const char *what)
{
	if (b->failed == 0)
		b->failed = err_set(b->err, code, "%s", what);
}

struct str build_str(struct build *b, struct str s)
{
	struct str copy = arena_str(&b->report->arena, s);
	if (copy.at)
		return copy;
	fail(b, -ENOMEM, "the report is too large: ask for a shorter period");
	return STR("");
}

struct str build_word(const struct build *b, struct str french)
{
	return report_word(b->ask->language, french);
}

struct str build_text(struct build *b, const char *french)
{
	return build_str(b, build_word(b, str_of(french)));
}

static struct str say(struct build *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static struct str say(struct build *b, const char *format, va_list args)
{
	char text[1024], room[1024];
	int n = vsnprintf(text, sizeof text, report_format(b->ask->language, format, room), args);
	if (n >= 0 && (size_t)n < sizeof text)
		return build_str(b, str_of(text));
	fail(b, -ENOMEM, "a text does not fit the report");
	return STR("");
}

struct str build_say(struct build *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct str text = say(b, format, args);
	va_end(args);
	return text;
}

void build_note(struct build *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct str text = say(b, format, args);
	va_end(args);
	if (b->report->notes_count == REPORT_NOTES_MAX)
		fail(b, -ENOMEM, "a note does not fit the report");
	else
		b->report->notes[b->report->notes_count++] = text;
}

struct report_table *build_table(struct build *b, const char *key, const char *title)
{
	assert(b->report->tables_count < REPORT_TABLES_MAX); /* their number is ours */
	struct report_table *t = &b->report->tables[b->report->tables_count++];
	*t = (struct report_table){ .key = key, .title = build_text(b, title), .compare = -1, .sum = -1 };
	t->end = &t->rows;
	return t;
}

int build_column(struct report_table *t, const char *key, const char *label)
{
	assert(t->columns_count < REPORT_COLUMNS_MAX);
	t->columns[t->columns_count] = (struct report_column){ .key = key, .label = str_of(label) };
	return (int)t->columns_count++;
}

int build_count_column(struct report_table *t, const char *key, const char *label)
{
	int n = build_column(t, key, label);
	t->columns[n].counts = true;
	return n;
}

struct report_row *build_row(struct build *b, struct report_table *t, struct str code, struct str label)
{
	struct report_row *row = arena_alloc(&b->report->arena, sizeof *row);
	struct report_cell *cells = arena_array(&b->report->arena, REPORT_COLUMNS_MAX, sizeof *cells);
	if (!row || !cells) {
		fail(b, -ENOMEM, "the report is too large: ask for a shorter period");
		b->spare = (struct report_row){ .cells = b->spare_cells };
		return &b->spare;
	}
	*row = (struct report_row){ .code = build_str(b, code), .cells = cells };
	cells[0] = cell_text(build_str(b, label));
	for (size_t i = 1; i < t->columns_count; i++)
		if (t->columns[i].counts)
			cells[i] = cell_count(0);
	*t->end = row;
	t->end = &row->next;
	t->rows_count++;
	return row;
}

struct report_row *build_row_of(struct build *b, struct report_table *t, struct str code, struct str label)
{
	for (struct report_row *row = t->rows; row; row = row->next)
		if (str_eq(row->code, code))
			return row;
	return build_row(b, t, code, label);
}

void build_total(struct build *b, struct report_table *t, const char *label)
{
	if (!t->rows) /* nothing is known of it: no total of nothing */
		return;
	struct report_row *total = build_row(b, t, STR("total"), str_of(label));
	total->total = true;
	t->rows_add_up = true;
	for (struct report_row *row = t->rows; row && row != total; row = row->next)
		for (size_t i = 1; i < t->columns_count; i++)
			if (t->columns[i].counts && row->cells[i].kind == REPORT_COUNT)
				total->cells[i].n += row->cells[i].n;
}

void build_empty(struct report_table *t)
{
	t->rows = NULL;
	t->end = &t->rows;
	t->rows_count = 0;
}

void build_each_direction(struct build *b, void (*one)(struct build *b, bool to))
{
	struct str asked = b->filter.direction;
	bool known = b->known;
	for (int to = 0; to < 2; to++) {
		if (asked.len && str_eq_z(asked, to ? "FROM_MA" : "TO_MA"))
			continue;
		b->filter.direction = to ? STR("TO_MA") : STR("FROM_MA");
		b->known = build_number(b, RQ_KNOWN) != 0;
		one(b, to);
	}
	b->filter.direction = asked;
	b->known = known;
}

void build_unknown(const struct build *b, struct report_table *t)
{
	for (struct report_row *row = t->rows; row && !b->known; row = row->next)
		for (size_t c = 1; c < t->columns_count; c++)
			if (row->cells[c].kind == REPORT_COUNT)
				row->cells[c] = cell_unknown();
}

/* Most first; what is not known last; then by name, so that the same figures give the same page. */
static bool comes_before(const struct report_row *x, const struct report_row *y, int column)
{
	int64_t n = x->cells[column].n, m = y->cells[column].n;
	if ((x->code.len == 0) != (y->code.len == 0))
		return x->code.len != 0;
	if (n != m)
		return n > m;
	return str_cmp(x->cells[0].text, y->cells[0].text) < 0;
}

/* By insertion: there are as many rows as countries, at most. */
void build_sort(struct report_table *t, int column)
{
	struct report_row *sorted = NULL, *next;
	for (struct report_row *row = t->rows; row; row = next) {
		struct report_row **at = &sorted;
		next = row->next;
		while (*at && !comes_before(row, *at, column))
			at = &(*at)->next;
		row->next = *at;
		*at = row;
	}
	t->rows = sorted;
	for (t->end = &t->rows; *t->end; t->end = &(*t->end)->next)
		;
}

struct thousands thousands(const struct build *b, int64_t n)
{
	struct thousands out = { "" };
	struct buf to = buf_over(out.z, sizeof out.z - 1);
	report_put_thousands(b->ask->language, &to, n);
	return out;
}

/* ---- cells */

struct report_cell cell_count(int64_t n)
{
	return (struct report_cell){ .kind = REPORT_COUNT, .n = n };
}

struct report_cell cell_share(int64_t part, int64_t whole)
{
	return whole ? (struct report_cell){ .kind = REPORT_SHARE, .x = (double)part / (double)whole } : cell_unknown();
}

struct report_cell cell_number(double x)
{
	return (struct report_cell){ .kind = REPORT_NUMBER, .x = x };
}

struct report_cell cell_text(struct str s)
{
	return (struct report_cell){ .kind = REPORT_TEXT, .text = s };
}

struct report_cell cell_unknown(void)
{
	return (struct report_cell){ .kind = REPORT_UNKNOWN };
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}
