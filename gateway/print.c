#include "gateway/print.h"

#include "flows/text/utf8.h"
#include "gateway/config.h"
#include "gateway/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS_MAX = 256, TABLE_ROWS_MAX = 1000 };

int open_config(const struct invocation *in, struct config *config)
{
	return command_config(in, config);
}

static int exit_of(int rc)
{
	switch (rc) {
	case -ENOENT: return EX_NOINPUT;
	case -EACCES: return EX_NOPERM;
	case -EINVAL: return EX_DATAERR;
	case -EBUSY: return EX_TEMPFAIL;
	default: return EX_IOERR;
	}
}

int open_reader(const struct invocation *in, struct config *config, struct reader **out)
{
	struct err err;
	char state[4096], key_file[4096];
	int code = open_config(in, config);
	if (code != 0)
		return code;
	if (!str_copy(config->state, state, sizeof state) || !str_copy(config->key_file, key_file, sizeof key_file))
		return EX_CONFIG;
	int rc = reader_open(state, key_file, out, &err);
	if (rc == 0)
		return 0;
	fprintf(stderr, "wasl: %s\n", err.text);
	config_free(config);
	return exit_of(rc);
}

/* ---- one cell as text */

static void put_safe(FILE *to, struct str text)
{
	const char *at = text.at, *end = text.at + text.len;
	while (at < end) {
		const char *from = at;
		int32_t c = utf8_next(&at, end);
		if (c == '\n')
			fputs("\\n", to);
		else if (c == '\t')
			fputs("\\t", to);
		else if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
			fprintf(to, "\\x%02x", c < 0 ? 0xfffdu : (unsigned)c);
		else
			fwrite(from, 1, (size_t)(at - from), to);
	}
}

void print_safe(struct str text)
{
	put_safe(stdout, text);
}

static char *cell_text(const struct cell *cell)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	if (!to)
		return NULL;
	switch (cell->kind) {
	case CELL_NULL: break;
	case CELL_INTEGER: fprintf(to, "%lld", (long long)cell->integer); break;
	case CELL_REAL: fprintf(to, "%.12g", cell->real); break;
	case CELL_TEXT: put_safe(to, cell->text); break;
	case CELL_BLOB: fprintf(to, "<%zu bytes>", cell->text.len); break;
	}
	fclose(to);
	return text;
}

static json_t *cell_json(const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_NULL: return json_null();
	case CELL_INTEGER: return json_integer(cell->integer);
	case CELL_REAL: return isfinite(cell->real) ? json_real(cell->real) : json_null();
	case CELL_TEXT: return json_from_str(cell->text);
	case CELL_BLOB: {
		char *hex = malloc(cell->text.len * 2 + 1);
		struct buf b = buf_over(hex, hex ? cell->text.len * 2 : 0);
		buf_put_hex(&b, cell->text.at, cell->text.len);
		json_t *value = json_from_str(buf_str(&b));
		free(hex);
		return value;
	}
	}
	return json_null();
}

static json_t *row_json(const char *const *names, const struct cell *row, size_t columns)
{
	json_t *object = json_object();
	for (size_t i = 0; i < columns; i++)
		(void)json_object_set_new(object, names[i], cell_json(&row[i]));
	return object;
}

/* ---- the three shapes */

struct shape {
	bool json, table;
	size_t rows, columns;
	char **kept;           /* table: cells of all rows, to find the widths */
	json_t *array;         /* query_json() */
};

static int row_as_json(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct shape *s = user;
	if (!row)
		return 0;
	json_t *object = row_json(names, row, columns);
	if (s->array)
		return json_array_append_new(s->array, object) == 0 ? 0 : -ENOMEM;
	fputs(s->rows++ ? ",\n " : "[", stdout);
	int rc = json_dumpf(object, stdout, JSON_COMPACT);
	json_decref(object);
	return rc == 0 ? 0 : -EIO;
}

static int row_as_tsv(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)user;
	for (size_t i = 0; i < columns; i++) {
		char *text = row ? cell_text(&row[i]) : strdup(names[i]);
		printf("%s%s", i ? "\t" : "", text ? text : "");
		free(text);
	}
	putchar('\n');
	return 0;
}

static int row_for_table(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct shape *s = user;
	char **more = reallocarray(s->kept, (s->rows + 1) * columns, sizeof *more);
	if (!more)
		return -ENOMEM;
	s->kept = more;
	s->columns = columns;
	for (size_t i = 0; i < columns; i++)
		s->kept[s->rows * columns + i] = row ? cell_text(&row[i]) : strdup(names[i]);
	return ++s->rows > TABLE_ROWS_MAX ? -E2BIG : 0;
}

static void print_table(struct shape *s)
{
	size_t width[COLUMNS_MAX] = { 0 };
	for (size_t i = 0; i < s->rows * s->columns; i++) {
		size_t n = s->kept[i] ? utf8_count(str_of(s->kept[i])) : 0;
		if (n > width[i % s->columns])
			width[i % s->columns] = n;
	}
	for (size_t i = 0; i < s->rows * s->columns; i++) {
		const char *text = s->kept[i] ? s->kept[i] : "";
		bool last = i % s->columns == s->columns - 1;
		fputs(text, stdout);
		for (size_t pad = utf8_count(str_of(text)); !last && pad < width[i % s->columns] + 2; pad++)
			putchar(' ');
		if (last)
			putchar('\n');
		free(s->kept[i]);
	}
	free(s->kept);
}

/* own: a statement of the house's own, over the tables too. */
static int print_rows(struct reader *reader, const char *sql, bool own, const struct str *values, size_t values_count, bool json)
{
	struct err err = { .text = "" };
	struct shape s = { .json = json, .table = !json && isatty(1) };
	reader_row *each = json ? row_as_json : s.table ? row_for_table : row_as_tsv;
	int rc = own ? reader_run(reader, sql, values, values_count, each, &s, &err) :
		       reader_query(reader, str_of(sql), values, values_count, each, &s, &err);
	if (json && (rc == 0 || s.rows))
		puts(s.rows ? "]" : "[]");
	if (s.table)
		print_table(&s);
	if (rc == -E2BIG) {
		fprintf(stderr, "wasl: only the first %d rows are shown on a terminal; use a pipe or --json\n", TABLE_ROWS_MAX);
		return 0;
	}
	if (rc != 0) {
		fprintf(stderr, "wasl: %s\n", err.text[0] ? err.text : strerror(-rc));
		return exit_of(rc);
	}
	return 0;
}

int print_query(struct reader *reader, const char *sql, const struct str *values, size_t values_count, bool json)
{
	return print_rows(reader, sql, false, values, values_count, json);
}

int print_own(struct reader *reader, const char *sql, bool json)
{
	return print_rows(reader, sql, true, NULL, 0, json);
}

json_t *query_json(struct reader *reader, const char *sql, const struct str *values, size_t values_count)
{
	struct err err = { .text = "" };
	struct shape s = { .json = true, .array = json_array() };
	int rc = reader_query(reader, str_of(sql), values, values_count, row_as_json, &s, &err);
	if (rc == 0)
		return s.array;
	fprintf(stderr, "wasl: %s\n", err.text[0] ? err.text : strerror(-rc));
	json_decref(s.array);
	return NULL;
}
