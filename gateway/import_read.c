#include "gateway/import_read.h"

#include "flows/text/utf8.h"
#include "gateway/csv.h"
#include "gateway/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES_MAX = 64 * 1024 };

struct str import_value(const struct import_row *row, const char *name)
{
	for (size_t i = 0; i < row->count; i++)
		if (str_eq_z(row->names[i], name))
			return row->values[i];
	return STR("");
}

static int add(struct import_row *row, struct str name, struct str value)
{
	value = str_trim(value);
	if (value.len == 0)
		return 0;
	if (row->count == IMPORT_COLUMNS_MAX)
		return -E2BIG;
	row->names[row->count] = name;
	row->values[row->count++] = value;
	return 0;
}

/* An apostrophe in front of what looks like a formula is ours or a spreadsheet's, never the person's. */
static struct str without_guard(struct str value)
{
	bool guarded = value.len > 1 && value.at[0] == '\'' && strchr("=+-@", value.at[1]) && value.at[1];
	return guarded ? str_from(value, 1) : value;
}

/* ---- CSV */

struct csv_file {
	struct str heads[IMPORT_COLUMNS_MAX], cells[IMPORT_COLUMNS_MAX];
	size_t heads_count, count, line;
	struct import_row row;
	char head_text[RECORD_BYTES_MAX], text[RECORD_BYTES_MAX];
};

static char separator_of(struct str text)
{
	const char *end = memchr(text.at, '\n', text.len);
	struct str head = end ? str_span(text.at, end) : text;
	size_t semicolons = 0, commas = 0;
	for (size_t i = 0; i < head.len; i++)
		semicolons += head.at[i] == ';', commas += head.at[i] == ',';
	return semicolons > commas ? ';' : ',';
}

static int csv_row(struct csv_file *f, import_row_fn *each, void *user, struct err *err)
{
	f->row.line = f->line;
	f->row.count = 0;
	bool blank = true;
	for (size_t i = 0; i < f->count; i++)
		blank = blank && str_trim(f->cells[i]).len == 0;
	if (blank)
		return 0;
	if (f->count != f->heads_count)
		return err_set(err, -EINVAL, "line %zu: %zu cells, the head has %zu", f->line, f->count, f->heads_count);
	for (size_t i = 0; i < f->count; i++)
		if (add(&f->row, f->heads[i], without_guard(f->cells[i])) != 0)
			return err_set(err, -EINVAL, "line %zu: too many columns", f->line);
	return each(&f->row, user);
}

static int read_csv(struct csv_file *f, struct str text, import_row_fn *each, void *user, struct err *err)
{
	char separator = separator_of(text);
	size_t lines;
	int rc = csv_read(&text, separator, f->heads, IMPORT_COLUMNS_MAX, &f->heads_count, f->head_text, sizeof f->head_text, &lines);
	if (rc != 1)
		return err_set(err, -EINVAL, "line 1: the head with the columns' names cannot be read");
	for (size_t i = 0; i < f->heads_count; i++)
		f->heads[i] = str_trim(f->heads[i]);
	f->line = 1 + lines;
	for (;;) {
		rc = csv_read(&text, separator, f->cells, IMPORT_COLUMNS_MAX, &f->count, f->text, sizeof f->text, &lines);
		if (rc == 0)
			return 0;
		if (rc < 0)
			return err_set(err, -EINVAL, "line %zu: %s", f->line, rc == -E2BIG ? "too long, or too many cells" :
				       "a quotation mark is not closed, or stands in the middle of a cell");
		rc = csv_row(f, each, user, err);
		if (rc != 0)
			return rc;
		f->line += lines;
	}
}

/* ---- JSON Lines */

static int put_json(struct buf *b, const json_t *value)
{
	size_t i;
	json_t *one;
	if (json_is_string(value)) {
		buf_put(b, json_str(value));
	} else if (json_is_integer(value)) {
		buf_put_i64(b, json_integer_value(value));
	} else if (json_is_boolean(value)) {
		buf_put_z(b, json_is_true(value) ? "yes" : "no");
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, one) {
			if (!json_is_string(one))
				return -EINVAL;
			buf_put_z(b, i ? " " : "");
			buf_put(b, json_str(one));
		}
	} else if (!json_is_null(value)) {
		return -EINVAL;
	}
	return b->full ? -E2BIG : 0;
}

static int json_row(struct csv_file *f, json_t *object, struct err *err)
{
	const char *key;
	json_t *value;
	struct buf b = buf_over(f->text, sizeof f->text);
	f->row.line = f->line;
	f->row.count = 0;
	json_object_foreach(object, key, value) {
		size_t from = b.len;
		int rc = put_json(&b, value);
		if (rc == 0)
			rc = add(&f->row, str_of(key), (struct str){ f->text + from, b.len - from });
		if (rc == -E2BIG)
			return err_set(err, -EINVAL, "line %zu: too long, or too many values", f->line);
		if (rc != 0)
			return err_set(err, -EINVAL, "line %zu: a value is neither text, number, yes or no, nor a list of words", f->line);
	}
	return 0;
}

static int read_json_lines(struct csv_file *f, struct str text, import_row_fn *each, void *user, struct err *err)
{
	struct str line;
	for (f->line = 1; str_split(&text, '\n', &line); f->line++) {
		struct err why = { .text = "" };
		line = str_trim(line);
		if (line.len == 0)
			continue;
		json_t *object = json_parse_own(line, &why);
		if (!json_is_object(object)) {
			json_decref(object);
			return err_set(err, -EINVAL, "line %zu: not a JSON object", f->line);
		}
		int rc = json_row(f, object, err);
		if (rc == 0)
			rc = each(&f->row, user);
		json_decref(object);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int import_read(struct str text, import_row_fn *each, void *user, struct err *err)
{
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (text.len > IMPORT_BYTES_MAX)
		return err_set(err, -EINVAL, "larger than 3 MB: import it in parts");
	if (!utf8_valid(text))
		return err_set(err, -EINVAL, "line 1: the file is not UTF-8; save it as CSV UTF-8");
	if (str_trim(text).len == 0)
		return err_set(err, -EINVAL, "line 1: the file is empty");
	struct csv_file *f = calloc(1, sizeof *f);
	if (!f)
		return err_set(err, -ENOMEM, "no memory");
	int rc = str_trim(text).at[0] == '{' ? read_json_lines(f, text, each, user, err) : read_csv(f, text, each, user, err);
	free(f);
	return rc;
}
