#include "flows/text/tsv.h"

#include "flows/text/utf8.h"

#include <assert.h>
#include <errno.h>

int tsv_fail(const struct tsv *t, struct err *err, const char *what, struct str about)
{
	if (about.len == 0)
		return err_set(err, -EINVAL, "%s:%u: %s", t->name, t->line, what);
	return err_set(err, -EINVAL, "%s:%u: %s: \"%.*s\"", t->name, t->line, what, STR_ARG(about));
}

/* The next line that is neither empty nor a comment, without its CR. */
static bool next_line(struct tsv *t, struct str *line)
{
	while (str_split(&t->rest, '\n', line)) {
		t->line++;
		if (str_ends(*line, STR("\r")))
			line->len--;
		if (str_trim(*line).len > 0 && line->at[0] != '#')
			return true;
	}
	return false;
}

static size_t count_columns(struct str line)
{
	struct str cell;
	size_t n = 0;
	while (str_split(&line, '\t', &cell))
		n++;
	return n;
}

int tsv_open(struct tsv *t, struct str text, const char *name, struct str header, struct err *err)
{
	struct str line;
	*t = (struct tsv){ .rest = text, .name = name, .columns = count_columns(header) };
	assert(t->columns <= TSV_COLUMNS);
	if (!next_line(t, &line))
		return tsv_fail(t, err, "the file holds no line of columns", STR(""));
	if (!str_eq(line, header))
		return tsv_fail(t, err, "the columns must be", header);
	return 0;
}

int tsv_next(struct tsv *t, struct err *err)
{
	struct str line;
	if (!next_line(t, &line))
		return 0;
	if (!utf8_valid(line))
		return tsv_fail(t, err, "the line is not UTF-8", STR(""));
	if (count_columns(line) != t->columns)
		return err_set(err, -EINVAL, "%s:%u: %zu columns, not %zu", t->name, t->line, count_columns(line),
			       t->columns);
	for (size_t i = 0; i < t->columns; i++) {
		(void)str_split(&line, '\t', &t->cell[i]);
		t->cell[i] = str_trim(t->cell[i]);
	}
	return 1;
}
