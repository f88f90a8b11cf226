#include "gateway/sheet.h"

#include "flows/text/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { TEXT_MAX = 32767 }; /* characters in a cell (Excel's limit) */

struct sheet_file {
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *plain, *bold, *head, *whole, *decimal[4], *percent;
	lxw_row_t row;
	lxw_col_t column;
	unsigned continued;              /* sheets of this name so far */
	char name[32];
	bool right_to_left;
	struct str labels[SHEET_COLUMNS_MAX]; /* for a sheet that continues; borrowed */
	int widths[SHEET_COLUMNS_MAX];
	size_t labels_count;
	int failed;                      /* the first of the library's errors */
	char text[TEXT_MAX * 4 + 1];
};

static void note(struct sheet_file *f, lxw_error code)
{
	if (code != LXW_NO_ERROR && f->failed == 0)
		f->failed = (int)code;
}

static lxw_format *numbers(struct sheet_file *f, const char *format)
{
	lxw_format *made = workbook_add_format(f->book);
	if (made)
		format_set_num_format(made, format);
	return made;
}

int sheet_file_open(const char *path, const char *folder, struct sheet_file **out, struct err *err)
{
	static const char *const decimals[] = { "0", "0.0", "0.00", "0.000" };
	struct sheet_file *f = calloc(1, sizeof *f);
	char *tmpdir = folder[0] ? strdup(folder) : NULL;
	lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = tmpdir };
	if (f)
		f->book = workbook_new_opt(path, &options);
	free(tmpdir);
	if (!f || !f->book) {
		free(f);
		return err_set(err, -ENOMEM, "no memory for a spreadsheet");
	}
	f->plain = numbers(f, "@");
	f->bold = workbook_add_format(f->book);
	f->head = workbook_add_format(f->book);
	f->whole = numbers(f, "0");
	f->percent = numbers(f, "0.0%");
	for (int i = 0; i < 4; i++)
		f->decimal[i] = numbers(f, decimals[i]);
	format_set_bold(f->bold);
	format_set_bold(f->head);
	format_set_bottom(f->head, LXW_BORDER_THIN);
	format_set_text_wrap(f->head);
	*out = f;
	return 0;
}

int sheet_file_close(struct sheet_file *f, struct err *err)
{
	int failed = f->failed;
	lxw_error code = workbook_close(f->book);
	if (failed == 0)
		failed = (int)code;
	free(f);
	return failed ? err_set(err, -EIO, "the spreadsheet could not be written: %s", lxw_strerror((lxw_error)failed)) : 0;
}

/* The library writes when it is closed and has no other way out; what it writes goes nowhere that stays. */
void sheet_file_abandon(struct sheet_file *f)
{
	if (!f)
		return;
	lxw_workbook_free(f->book);
	free(f);
}

/* ---- sheets */

static void add_sheet(struct sheet_file *f)
{
	char name[32];
	if (f->continued)
		(void)snprintf(name, sizeof name, "%.24s %u", f->name, f->continued + 1);
	else
		(void)snprintf(name, sizeof name, "%s", f->name);
	f->continued++;
	f->sheet = workbook_add_worksheet(f->book, name);
	f->row = 0, f->column = 0;
	if (!f->sheet) {
		note(f, LXW_ERROR_MEMORY_MALLOC_FAILED);
		return;
	}
	if (f->right_to_left)
		worksheet_right_to_left(f->sheet);
	worksheet_set_landscape(f->sheet);
	worksheet_set_paper(f->sheet, 9); /* A4 */
	worksheet_fit_to_pages(f->sheet, 1, 0);
}

static const char *cell_text_of(struct sheet_file *f, struct str text)
{
	struct buf b = buf_over(f->text, sizeof f->text - 1);
	const char *at = text.at, *end = text.at + text.len;
	for (size_t n = 0; n < TEXT_MAX && at < end; n++) {
		int32_t c = utf8_next(&at, end);
		/* XML knows no other control characters */
		buf_put_code_point(&b, c < 0 ? UTF8_REPLACEMENT : c < 0x20 && c != '\t' && c != '\n' ? ' ' : (uint32_t)c);
	}
	f->text[b.len] = '\0';
	return f->text;
}

static void put_text(struct sheet_file *f, struct str text, lxw_format *format)
{
	if (f->sheet && text.len)
		note(f, worksheet_write_string(f->sheet, f->row, f->column, cell_text_of(f, text), format));
	f->column++;
}

static void write_head(struct sheet_file *f)
{
	if (f->sheet)
		note(f, worksheet_set_row(f->sheet, f->row, 30, NULL)); /* two lines; before the row is written */
	for (size_t i = 0; i < f->labels_count; i++) {
		size_t n = utf8_count(f->labels[i]);
		int width = f->widths[i] ? f->widths[i] : n < 10 ? 10 : n > 30 ? 30 : (int)n + 1;
		if (f->sheet && f->row < 4) /* the library takes widths before rows are out */
			note(f, worksheet_set_column(f->sheet, f->column, f->column, width, NULL));
		put_text(f, f->labels[i], f->head);
	}
	sheet_end_row(f);
	if (f->sheet && f->row < 4)
		worksheet_freeze_panes(f->sheet, f->row, 0);
}

void sheet_begin(struct sheet_file *f, const char *name, struct str title, bool right_to_left)
{
	(void)snprintf(f->name, sizeof f->name, "%.31s", name);
	f->right_to_left = right_to_left;
	f->continued = 0;
	f->labels_count = 0;
	add_sheet(f);
	if (title.len) {
		put_text(f, title, f->bold);
		sheet_end_row(f);
	}
}

void sheet_head(struct sheet_file *f, const struct str *labels, const int *widths, size_t count)
{
	f->labels_count = count < SHEET_COLUMNS_MAX ? count : SHEET_COLUMNS_MAX;
	for (size_t i = 0; i < f->labels_count; i++)
		f->labels[i] = labels[i], f->widths[i] = widths ? widths[i] : 0;
	write_head(f);
}

void sheet_text(struct sheet_file *f, struct str text)
{
	put_text(f, text, f->plain);
}

void sheet_bold(struct sheet_file *f, struct str text)
{
	put_text(f, text, f->bold);
}

static void put_number(struct sheet_file *f, double x, lxw_format *format)
{
	if (f->sheet)
		note(f, worksheet_write_number(f->sheet, f->row, f->column, x, format));
	f->column++;
}

void sheet_number(struct sheet_file *f, double x, int decimals)
{
	put_number(f, x, decimals <= 0 ? f->whole : f->decimal[decimals > 3 ? 3 : decimals]);
}

void sheet_share(struct sheet_file *f, double x)
{
	put_number(f, x, f->percent);
}

void sheet_blank(struct sheet_file *f)
{
	f->column++;
}

void sheet_end_row(struct sheet_file *f)
{
	f->row++;
	f->column = 0;
	if (f->row < LXW_ROW_MAX || f->labels_count == 0)
		return;
	add_sheet(f);
	write_head(f);
}
