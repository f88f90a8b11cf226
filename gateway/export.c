#include "gateway/export.h"

#include "gateway/export_floip.h"
#include "gateway/export_write.h"
#include "gateway/zone.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct kind {
	const char *name;
	enum report_sql rows, top;
} kinds[] = {
	{ "cases", RQ_EXPORT_CASES, RQ_TOP_CASES },
	{ "answers", RQ_EXPORT_ANSWERS, RQ_TOP_ANSWERS },
	{ "checkins", RQ_EXPORT_CHECKINS, RQ_TOP_CHECKINS },
	{ "messages", RQ_EXPORT_MESSAGES, RQ_TOP_MESSAGES },
	{ "alerts", RQ_EXPORT_ALERTS, RQ_TOP_ALERTS },
	{ "referrals", RQ_EXPORT_REFERRALS, RQ_TOP_REFERRALS },
	{ "historic", RQ_EXPORT_HISTORIC, RQ_TOP_HISTORIC },
	{ "reintegration", RQ_EXPORT_RSS, RQ_TOP_CHECKINS },
};

const char *const export_names[] = { "cases", "answers", "checkins", "messages", "alerts", "referrals", "historic", "reintegration",
				     "flows", NULL };
const char *const export_formats[] = { "csv", "csv-excel-fr", "jsonl", "xlsx", "floip", NULL };

/* ---- which columns, under which heads */

struct picked {
	size_t from[EXPORT_COLUMNS_MAX];  /* column of the query */
	struct str head[EXPORT_COLUMNS_MAX], column[EXPORT_COLUMNS_MAX];
	size_t count;
};

/* These name a person; without a permission the columns are not even there. */
static bool names_somebody(const char *column)
{
	return strcmp(column, "ref") == 0 || strcmp(column, "name") == 0 || strcmp(column, "phone") == 0;
}

static int pick(struct picked *p, const char *const *names, size_t i, struct str head)
{
	if (p->count == EXPORT_COLUMNS_MAX)
		return -E2BIG;
	p->from[p->count] = i;
	p->column[p->count] = str_of(names[i]);
	p->head[p->count++] = head;
	return 0;
}

static int pick_mapped(struct picked *p, const char *const *names, size_t columns, const struct export_ask *ask, struct err *err)
{
	struct str rest = ask->columns, line, column;
	for (unsigned number = 1; str_split(&rest, '\n', &line); number++) {
		size_t i = 1;
		struct str head = str_trim(line);
		if (!head.len || head.at[0] == '#')
			continue;
		if (!str_split(&head, '\t', &column) || !head.at)
			head = column;
		while (i < columns && !str_eq_z(column, names[i]))
			i++;
		if (i == columns || (!ask->names && names_somebody(names[i])))
			return err_set(err, -EINVAL, "column map, line %u: this export has no such column", number);
		if (pick(p, names, i, str_trim(head)) != 0)
			return err_set(err, -EINVAL, "column map, line %u: too many columns", number);
	}
	return p->count ? 0 : err_set(err, -EINVAL, "the column map names no column");
}

static int pick_all(struct picked *p, const char *const *names, size_t columns, const struct export_ask *ask)
{
	int rc = 0;
	for (size_t i = 1; rc == 0 && i < columns; i++)
		if (ask->names || !names_somebody(names[i]))
			rc = pick(p, names, i, str_of(names[i]));
	return rc;
}

/* ---- pages */

struct exporting {
	const struct export_ask *ask;
	const struct export_watch *watch;
	struct export_writer writer;
	struct picked picked;
	struct str watermark;
	bool begun;
	int64_t last, top, rows, page;
	struct err *err;
	char names[EXPORT_COLUMNS_MAX][40]; /* the query's, which are gone with its page */
	const char *name_list[EXPORT_COLUMNS_MAX];
};

static int begin(struct exporting *x, const char *const *names, size_t columns)
{
	if (columns > EXPORT_COLUMNS_MAX)
		return err_set(x->err, -E2BIG, "too many columns");
	for (size_t i = 0; i < columns; i++) {
		(void)snprintf(x->names[i], sizeof x->names[i], "%s", names[i]);
		x->name_list[i] = x->names[i];
	}
	int rc = x->ask->columns.len ? pick_mapped(&x->picked, x->name_list, columns, x->ask, x->err) :
		 pick_all(&x->picked, x->name_list, columns, x->ask);
	if (rc == 0)
		export_head(&x->writer, x->ask, x->watermark, x->picked.head, x->picked.count);
	x->begun = true;
	return rc;
}

static int take_row(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct exporting *x = user;
	const struct cell *cells[EXPORT_COLUMNS_MAX];
	if (!row)
		return x->begun ? 0 : begin(x, names, columns);
	x->last = row[0].integer;
	if (x->last > x->top)
		return 0;
	for (size_t i = 0; i < x->picked.count; i++)
		cells[i] = &row[x->picked.from[i]];
	export_row(&x->writer, cells);
	x->rows++;
	x->page++;
	return 0;
}

static int take_top(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	if (row)
		*(int64_t *)user = row[0].integer;
	return 0;
}

static int all_pages(struct reader *reader, struct exporting *x, const struct kind *kind, struct report_filter *filter)
{
	char last[24];
	int rc = report_query(reader, kind->top, filter, take_top, &x->top, x->err);
	do {
		(void)snprintf(last, sizeof last, "%" PRId64, x->last);
		filter->more = str_of(last);
		x->page = 0;
		if (rc == 0)
			rc = report_query(reader, kind->rows, filter, take_row, x, x->err);
		int permille = x->top > 0 ? (int)(x->last * 1000 / x->top) : 1000;
		if (rc == 0 && x->watch->progress && x->watch->progress(permille, x->rows, x->watch->user) != 0)
			rc = err_set(x->err, -ECANCELED, "given up; nothing was left behind");
	} while (rc == 0 && x->page > 0 && x->last < x->top);
	return rc;
}

static int export_rows(struct reader *reader, const struct export_ask *ask, const struct kind *kind, struct report_filter *filter,
		       struct exporting *x)
{
	int rc = export_open(&x->writer, ask, x->err);
	if (rc != 0)
		return rc;
	rc = all_pages(reader, x, kind, filter);
	if (rc == 0)
		rc = export_finish(&x->writer, x->watermark, x->picked.column, x->err);
	if (rc == 0 && x->watch->release && x->watch->release(x->rows, x->watch->user) != 0)
		rc = err_set(x->err, -EPERM, "the audit could not be written: no export without it");
	if (rc == 0)
		return export_keep(&x->writer, ask, x->err);
	export_drop(&x->writer);
	return rc;
}

/* "Wasl · cases · pseudonymes · 2026-11-28 17:40 · amina · evaluation 2026" */
static struct str watermark(const struct config *config, const struct export_ask *ask, char *text, size_t cap)
{
	struct buf b = buf_over(text, cap);
	const struct zone *zone = zone_find(config->timezone);
	int64_t s = ask->now_ms / 1000, local = s + (zone ? zone_offset(zone, s) : 0);
	struct date d = date_of_days(local / 86400);
	buf_put_z(&b, "Wasl · ");
	buf_put(&b, ask->name);
	buf_put_z(&b, ask->names ? " · avec noms" : " · pseudonymes");
	buf_printf(&b, " · %04d-%02d-%02d %02d:%02d", d.year, d.month, d.day, (int)(local / 3600 % 24), (int)(local / 60 % 60));
	if (ask->user.len) {
		buf_put_z(&b, " · ");
		buf_put(&b, ask->user);
	}
	if (ask->purpose.len) {
		buf_put_z(&b, " · ");
		buf_put(&b, ask->purpose);
	}
	return buf_str(&b);
}

void export_what(const char *format, int64_t rows, bool names, bool locked, const struct str filter[EXPORT_FILTERS],
		 char out[EXPORT_WHAT_MAX])
{
	static const char *const part[EXPORT_FILTERS] = { "year", "from", "to", "direction", "tag", "office", "flow" };
	struct buf b = buf_over(out, EXPORT_WHAT_MAX - 1);
	buf_printf(&b, "%s rows=%lld names=%s%s", format, (long long)rows, names ? "yes" : "no", locked ? " locked" : "");
	for (size_t i = 0; i < EXPORT_FILTERS; i++)
		if (filter[i].len && filter[i].len <= 40) {
			buf_printf(&b, " %s=", part[i]);
			buf_put(&b, filter[i]);
		}
	out[b.len] = '\0';
}

void export_file_name(const struct export_ask *ask, char *out, size_t cap)
{
	struct date d = date_of_days(ask->now_ms / 86400000);
	(void)snprintf(out, cap, "wasl-%.*s-%04d%02d%02d.%s", STR_ARG(ask->name), d.year, d.month, d.day,
		       ask->zip ? "zip" : export_ending(ask->format));
}

void export_filter(const struct config *config, const struct export_ask *ask, struct report_filter *f, char text[4][24])
{
	struct period p = ask->period.from.year ? ask->period : (struct period){ { 1990, 1, 1 }, { 2199, 12, 31 } };
	int64_t ms[2];
	period_instants(p, config->timezone, &ms[0], &ms[1]);
	(void)snprintf(text[0], 24, "%04u-%02u-%02u", (unsigned)p.from.year % 10000u, (unsigned)p.from.month % 100u,
			(unsigned)p.from.day % 100u);
	(void)snprintf(text[1], 24, "%04u-%02u-%02u", (unsigned)p.to.year % 10000u, (unsigned)p.to.month % 100u,
			(unsigned)p.to.day % 100u);
	(void)snprintf(text[2], 24, "%" PRId64, ms[0]);
	(void)snprintf(text[3], 24, "%" PRId64, ms[1]);
	*f = (struct report_filter){ .from = str_of(text[0]), .to = str_of(text[1]), .from_ms = str_of(text[2]), .to_ms = str_of(text[3]),
				     .direction = ask->direction, .tag = ask->tag, .office = ask->office,
				     .extra = ask->names ? STR("names") : STR("") };
}

int export_run(struct reader *reader, const struct config *config, const struct export_ask *ask, const struct export_watch *watch,
	       int64_t *rows, struct err *err)
{
	char mark[1024], text[4][24];
	struct report_filter filter;
	struct exporting x = { .ask = ask, .watch = watch, .err = err };
	const struct kind *kind = NULL;
	int rc;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq_z(ask->name, kinds[i].name))
			kind = &kinds[i];
	export_filter(config, ask, &filter, text);
	x.watermark = watermark(config, ask, mark, sizeof mark);
	*rows = 0;
	if (str_eq_z(ask->name, "flows") || ask->format == EXPORT_FLOIP)
		return export_floip(reader, ask, &filter, watch, rows, err);
	if (!kind)
		return err_set(err, -EINVAL, "there is no such export");
	rc = export_rows(reader, ask, kind, &filter, &x);
	*rows = x.rows;
	return rc;
}
