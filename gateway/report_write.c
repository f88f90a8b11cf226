#include "gateway/report_write.h"

#include "flows/text/utf8.h"
#include "gateway/csv.h"
#include "gateway/sheet.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define NBSP "\xc2\xa0"

/* ---- cells as people read them */

static void put_percent(struct buf *b, enum report_language language, double share, bool sign)
{
	if (sign && round(share * 1000) > 0)
		buf_put_char(b, '+');
	report_put_decimal(language, b, share * 100, 1);
	buf_put_z(b, language == REPORT_EN ? "%" : NBSP "%");
}

static struct str masked(const struct report_page *r, const struct report_cell *c)
{
	return c->n ? report_word(r->language, STR("masqué")) : STR("<5");
}

static struct str unknown(const struct report_page *r)
{
	return report_word(r->language, STR("n/d"));
}

static void put_cell(const struct report_page *r, struct buf *b, const struct report_cell *c, const struct report_column *column)
{
	switch (c->kind) {
	case REPORT_BLANK: break;
	case REPORT_TEXT: buf_put(b, c->text); break;
	case REPORT_COUNT: report_put_thousands(r->language, b, c->n); break;
	case REPORT_NUMBER: report_put_decimal(r->language, b, c->x, column->decimals); break;
	case REPORT_SHARE: put_percent(b, r->language, c->x, false); break;
	case REPORT_CHANGE: put_percent(b, r->language, c->x, true); break;
	case REPORT_UNKNOWN: buf_put(b, unknown(r)); break;
	case REPORT_MASKED: buf_put(b, masked(r, c)); break;
	}
}

/* ---- a page of text */

enum { CELL_TEXT_MAX = 512, LABEL_LINES = 3, LABEL_WIDTH = 16 };

static void spaces(FILE *to, size_t n)
{
	while (n--)
		(void)fputc(' ', to);
}

/* The label cut into lines at its spaces; returns the part of that line. */
static struct str label_line(struct str label, int line, size_t width)
{
	struct str rest = label, out = STR("");
	for (int i = 0; i <= line; i++) {
		size_t end = rest.len, space = 0;
		for (size_t at = 0; at < rest.len && utf8_count(str_slice(rest, 0, at)) <= width; at++)
			if (rest.at[at] == ' ')
				space = at;
		if (utf8_count(rest) > width && space && i < LABEL_LINES - 1)
			end = space;
		out = str_slice(rest, 0, end);
		rest = str_from(rest, end + 1 <= rest.len ? end + 1 : rest.len);
	}
	return out;
}

static size_t label_width(const struct report_table *t, size_t c)
{
	size_t widest = 0;
	for (int line = 0; line < LABEL_LINES; line++) {
		size_t n = utf8_count(label_line(t->columns[c].label, line, LABEL_WIDTH));
		widest = n > widest ? n : widest;
	}
	return widest;
}

static void cell_of(const struct report_page *r, const struct report_table *t, const struct report_row *row, size_t c,
		    struct buf *b)
{
	if (c == 0 && row->part)
		buf_put_z(b, "  ");
	put_cell(r, b, &row->cells[c], &t->columns[c]);
}

static bool right_aligned(const struct report_table *t, size_t c)
{
	for (const struct report_row *row = t->rows; row; row = row->next)
		if (row->cells[c].kind == REPORT_TEXT)
			return false;
	return c > 0;
}

static void write_aligned(FILE *to, struct str text, size_t width, bool right, bool last)
{
	size_t n = utf8_count(text), pad = n < width ? width - n : 0;
	if (right)
		spaces(to, pad);
	(void)fwrite(text.at, 1, text.len, to);
	if (!right && !last)
		spaces(to, pad);
}

static void write_labels(const struct report_table *t, FILE *to, const size_t *width, size_t columns)
{
	int lines = 0;
	for (size_t c = 0; c < columns; c++)
		for (int line = 0; line < LABEL_LINES; line++)
			if (label_line(t->columns[c].label, line, LABEL_WIDTH).len && line >= lines)
				lines = line + 1;
	for (int line = 0; line < lines; line++) {
		for (size_t c = 0; c < columns; c++) {
			if (c)
				(void)fputs("  ", to);
			write_aligned(to, label_line(t->columns[c].label, line, LABEL_WIDTH), width[c], right_aligned(t, c), c + 1 == columns);
		}
		(void)fputc('\n', to);
	}
}

/* The columns a page shows: the last two are the period before. */
static size_t shown_columns(const struct report_page *r, const struct report_table *t)
{
	return r->nothing_before && report_compares(t) ? t->columns_count - 2 : t->columns_count;
}

static void write_table(const struct report_page *r, const struct report_table *t, FILE *to)
{
	size_t width[REPORT_COLUMNS_MAX] = { 0 };
	char text[CELL_TEXT_MAX];
	size_t columns = shown_columns(r, t);
	(void)fprintf(to, "\n%.*s\n\n", STR_ARG(t->title));
	if (!t->rows) {
		(void)fprintf(to, "%.*s\n", STR_ARG(report_word(r->language, STR("Rien d'enregistré dans cette période."))));
		return;
	}
	for (size_t c = 0; c < columns; c++)
		width[c] = label_width(t, c);
	for (const struct report_row *row = t->rows; row; row = row->next)
		for (size_t c = 0; c < columns; c++) {
			struct buf b = buf_over(text, sizeof text);
			cell_of(r, t, row, c, &b);
			size_t n = utf8_count(buf_str(&b));
			width[c] = n > width[c] ? n : width[c];
		}
	write_labels(t, to, width, columns);
	for (const struct report_row *row = t->rows; row; row = row->next) {
		for (size_t c = 0; c < columns; c++) {
			struct buf b = buf_over(text, sizeof text);
			cell_of(r, t, row, c, &b);
			if (c)
				(void)fputs("  ", to);
			write_aligned(to, buf_str(&b), width[c], right_aligned(t, c), c + 1 == columns);
		}
		(void)fputc('\n', to);
	}
}

void report_write_text(const struct report_page *r, FILE *to)
{
	(void)fprintf(to, "%.*s\n%.*s\n%.*s", STR_ARG(r->programme), STR_ARG(r->title), STR_ARG(r->period));
	if (r->filter.len)
		(void)fprintf(to, " · %.*s", STR_ARG(r->filter));
	(void)fputc('\n', to);
	if (r->lead.len)
		(void)fprintf(to, "\n%.*s\n", STR_ARG(r->lead));
	for (size_t i = 0; i < r->tables_count; i++)
		write_table(r, &r->tables[i], to);
	(void)fputc('\n', to);
	for (size_t i = 0; i < r->notes_count; i++)
		(void)fprintf(to, "%.*s\n", STR_ARG(r->notes[i]));
	(void)fprintf(to, "%.*s.\n", STR_ARG(r->made));
}

/* ---- CSV: the tables one below the other, an empty line between */

static void csv_cell(const struct report_page *r, struct csv *csv, const struct report_cell *c, const struct report_column *column)
{
	switch (c->kind) {
	case REPORT_BLANK: csv_blank(csv); break;
	case REPORT_TEXT: csv_text(csv, c->text); break;
	case REPORT_COUNT: csv_integer(csv, c->n); break;
	case REPORT_NUMBER: csv_real(csv, c->x, column->decimals); break;
	case REPORT_SHARE:
	case REPORT_CHANGE: csv_real(csv, c->x, 4); break;
	case REPORT_UNKNOWN: csv_text(csv, unknown(r)); break;
	case REPORT_MASKED: csv_text(csv, masked(r, c)); break;
	}
}

static void csv_line(struct csv *csv, struct str text)
{
	csv_text(csv, text);
	csv_end_line(csv);
}

void report_write_csv(const struct report_page *r, FILE *to, bool excel_fr)
{
	struct csv csv;
	csv_begin(&csv, to, excel_fr);
	csv_line(&csv, r->title);
	csv_line(&csv, r->period);
	if (r->lead.len)
		csv_line(&csv, r->lead);
	for (size_t i = 0; i < r->tables_count; i++) {
		const struct report_table *t = &r->tables[i];
		csv_end_line(&csv);
		csv_line(&csv, t->title);
		for (size_t c = 0; c < t->columns_count; c++)
			csv_text(&csv, t->columns[c].label);
		csv_end_line(&csv);
		for (const struct report_row *row = t->rows; row; row = row->next) {
			for (size_t c = 0; c < t->columns_count; c++)
				csv_cell(r, &csv, &row->cells[c], &t->columns[c]);
			csv_end_line(&csv);
		}
	}
	csv_end_line(&csv);
	for (size_t i = 0; i < r->notes_count; i++)
		csv_line(&csv, r->notes[i]);
	csv_line(&csv, r->made);
}

/* ---- JSON */

static json_t *json_cell(const struct report_cell *c)
{
	switch (c->kind) {
	case REPORT_BLANK:
	case REPORT_UNKNOWN: return json_null();
	case REPORT_TEXT: return json_from_str(c->text);
	case REPORT_COUNT: return json_integer(c->n);
	case REPORT_NUMBER:
	case REPORT_SHARE:
	case REPORT_CHANGE: return json_real(round(c->x * 1e6) / 1e6);
	case REPORT_MASKED: return json_string(c->n ? "hidden" : "<5");
	}
	return json_null();
}

/* How the numbers of a column are written, for who lays it out anew. */
static const char *unit_of(const struct report_table *t, size_t c)
{
	for (const struct report_row *row = t->rows; row; row = row->next) {
		enum report_cell_kind kind = row->cells[c].kind;
		if (kind == REPORT_TEXT || kind == REPORT_COUNT || kind == REPORT_NUMBER || kind == REPORT_SHARE || kind == REPORT_CHANGE)
			return kind == REPORT_TEXT ? "text" : kind == REPORT_COUNT ? "count" : kind == REPORT_NUMBER ? "number" :
			       kind == REPORT_SHARE ? "share" : "change";
	}
	return t->columns[c].counts ? "count" : "text";
}

static json_t *json_table(const struct report_page *r, const struct report_table *t)
{
	json_t *table = json_object(), *columns = json_array(), *rows = json_array();
	(void)json_object_set_new(table, "key", json_string(t->key));
	json_put_str(table, "title", t->title);
	for (size_t c = 0; c < t->columns_count; c++) {
		json_t *column = json_pack("{s:s, s:s, s:i}", "key", t->columns[c].key, "unit", unit_of(t, c), "decimals",
					   t->columns[c].decimals);
		json_put_str(column, "label", t->columns[c].label);
		(void)json_array_append_new(columns, column);
	}
	(void)json_object_set_new(table, "columns", columns);
	for (const struct report_row *row = t->rows; row; row = row->next) {
		json_t *one = json_object(), *cells = json_array();
		json_put_str(one, "code", row->code);
		(void)json_object_set_new(one, "total", json_boolean(row->total));
		(void)json_object_set_new(one, "part", json_boolean(row->part));
		for (size_t c = 0; c < t->columns_count; c++)
			(void)json_array_append_new(cells, json_cell(&row->cells[c]));
		(void)json_object_set_new(one, "cells", cells);
		(void)json_array_append_new(rows, one);
	}
	(void)json_object_set_new(table, "rows", rows);
	(void)json_object_set_new(table, "main", json_integer(t->compare)); /* the column to draw; -1: none */
	(void)json_object_set_new(table, "shown", json_integer((json_int_t)shown_columns(r, t)));
	return table;
}

json_t *report_json(const struct report_page *r)
{
	json_t *all = json_object(), *tables = json_array(), *notes = json_array();
	(void)json_object_set_new(all, "report", json_string(r->name));
	(void)json_object_set_new(all, "language", json_string(report_language_names[r->language]));
	json_put_str(all, "programme", r->programme);
	json_put_str(all, "title", r->title);
	json_put_str(all, "period", r->period);
	json_put_str(all, "previous", r->previous);
	json_put_str(all, "filter", r->filter);
	json_put_str(all, "lead", r->lead);
	json_put_str(all, "made", r->made);
	(void)json_object_set_new(all, "outside", json_boolean(r->outside));
	(void)json_object_set_new(all, "nothing_before", json_boolean(r->nothing_before));
	for (size_t i = 0; i < r->tables_count; i++)
		(void)json_array_append_new(tables, json_table(r, &r->tables[i]));
	for (size_t i = 0; i < r->notes_count; i++)
		(void)json_array_append_new(notes, json_from_str(r->notes[i]));
	(void)json_object_set_new(all, "tables", tables);
	(void)json_object_set_new(all, "notes", notes);
	return all;
}

/* ---- XLSX */

static void sheet_cell(const struct report_page *r, struct sheet_file *f, const struct report_cell *c,
		       const struct report_column *column)
{
	switch (c->kind) {
	case REPORT_BLANK: sheet_blank(f); break;
	case REPORT_TEXT: sheet_text(f, c->text); break;
	case REPORT_COUNT: sheet_number(f, (double)c->n, 0); break;
	case REPORT_NUMBER: sheet_number(f, c->x, column->decimals); break;
	case REPORT_SHARE:
	case REPORT_CHANGE: sheet_share(f, c->x); break;
	case REPORT_UNKNOWN: sheet_text(f, unknown(r)); break;
	case REPORT_MASKED: sheet_text(f, masked(r, c)); break;
	}
}

static void sheet_table(const struct report_page *r, struct sheet_file *f, const struct report_table *t, int number)
{
	char name[40];
	struct str labels[REPORT_COLUMNS_MAX];
	int widths[REPORT_COLUMNS_MAX] = { 38 };
	(void)snprintf(name, sizeof name, "%d %.20s", number, t->key);
	for (size_t c = 0; c < t->columns_count; c++)
		labels[c] = t->columns[c].label;
	sheet_begin(f, name, t->title, r->language == REPORT_AR);
	sheet_head(f, labels, widths, t->columns_count);
	for (const struct report_row *row = t->rows; row; row = row->next) {
		for (size_t c = 0; c < t->columns_count; c++)
			if (row->total && c == 0)
				sheet_bold(f, row->cells[c].text);
			else
				sheet_cell(r, f, &row->cells[c], &t->columns[c]);
		sheet_end_row(f);
	}
}

int report_write_sheets(const struct report_page *r, const char *path, const char *folder, struct err *err)
{
	struct sheet_file *f;
	int rc = sheet_file_open(path, folder, &f, err);
	if (rc != 0)
		return rc;
	char name[32];
	sheet_begin(f, str_copy(report_word(r->language, STR("Rapport")), name, sizeof name) ? name : "Wasl", STR(""),
		    r->language == REPORT_AR);
	const struct str head[] = { r->programme, r->title, r->period, r->filter, r->lead };
	for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
		sheet_bold(f, head[i]);
		sheet_end_row(f);
	}
	for (size_t i = 0; i < r->notes_count; i++) {
		sheet_text(f, r->notes[i]);
		sheet_end_row(f);
	}
	sheet_text(f, r->made);
	sheet_end_row(f);
	for (size_t i = 0; i < r->tables_count; i++)
		sheet_table(r, f, &r->tables[i], (int)i + 1);
	return sheet_file_close(f, err);
}
