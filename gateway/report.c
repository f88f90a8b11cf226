#include "gateway/report_build.h"
#include "gateway/report_mask.h"

#include "gateway/zone.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct kind {
	const char *name;
	build_fn *build;
	const char *direction; /* the only one it is about; NULL: any */
	bool usually;          /* it is the one when nothing is said, and may be the other */
	bool protection;       /* staff with the right to protection only */
} kinds[] = {
	{ "year-from", build_year_from, "FROM_MA", false, false },
	{ "year-to", build_year_to, "TO_MA", false, false },
	{ "returns-by-year", build_returns_by_year, NULL, false, false },
	{ "country", build_country, NULL, false, false },
	{ "age", build_age, NULL, false, false },
	{ "vulnerability", build_vulnerability, NULL, false, true },
	{ "month", build_month, "FROM_MA", true, false },
	{ "funnel", build_funnel, "FROM_MA", false, false },
	{ "checkins", build_checkins, NULL, false, false },
	{ "scores", build_scores, NULL, false, false },
	{ "alerts", build_alerts, NULL, false, false },
	{ "complaints", build_complaints, NULL, false, false },
	{ "referrals", build_referrals, NULL, false, false },
	{ "tags", build_tags, NULL, false, false },
	{ "service", build_service, NULL, false, false },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

const char *const report_names[] = { "year-from", "year-to", "returns-by-year", "country", "age", "vulnerability", "month",
				     "funnel", "checkins", "scores", "alerts", "complaints", "referrals", "tags", "service", NULL };

const char *const report_formats[] = { "json", "xlsx", "csv", "csv-excel-fr", NULL };

/* ---- reading */

struct rows {
	reader_row *each;
	void *user;
};

static int skip_names(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	const struct rows *r = user;
	return row ? r->each(names, row, columns, r->user) : 0;
}

void build_query(struct build *b, enum report_sql name, reader_row *each, void *user)
{
	struct rows rows = { each, user };
	if (b->failed == 0)
		b->failed = report_query(b->reader, name, &b->filter, skip_names, &rows, b->err);
}

static int first_cell(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	*(int64_t *)user = row[0].integer;
	return 0;
}

int64_t build_number(struct build *b, enum report_sql name)
{
	int64_t n = 0;
	build_query(b, name, first_cell, &n);
	return n;
}

void build_set_period(struct build *b, struct period p)
{
	int64_t ms[2];
	const struct date *day[2] = { &p.from, &p.to };
	b->period = p;
	period_instants(p, b->config->timezone, &ms[0], &ms[1]);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(b->days[i], sizeof b->days[i], "%04u-%02u-%02u", (unsigned)day[i]->year % 10000u, (unsigned)day[i]->month % 100u,
			       (unsigned)day[i]->day % 100u);
		(void)snprintf(b->digits[i], sizeof b->digits[i], "%" PRId64, ms[i]);
	}
	b->filter.from = str_of(b->days[0]), b->filter.to = str_of(b->days[1]);
	b->filter.from_ms = str_of(b->digits[0]), b->filter.to_ms = str_of(b->digits[1]);
}

/* ---- the head of a page */

static struct str name_of_period(struct build *b, struct period p)
{
	char text[96];
	struct buf name = buf_over(text, sizeof text);
	period_name(p, b->ask->language, &name);
	return build_str(b, buf_str(&name));
}

static struct str name_of_filter(struct build *b)
{
	const struct report_ask *ask = b->ask;
	struct buf f = buf_new(&b->report->arena, 512);
	/* year-from and year-to say it in their title */
	bool titled = str_starts(str_of(b->report->name), STR("year-"));
	bool from = !titled && str_eq_z(b->filter.direction, "FROM_MA"), to = !titled && str_eq_z(ask->direction, "TO_MA");
	const struct str part[] = {
		from ? build_text(b, "depuis le Maroc") : to ? build_text(b, "vers le Maroc") : STR(""),
		ask->tag.len ? build_say(b, "projet %.*s", STR_ARG(ask->tag)) : STR(""),
		ask->office.len ? build_say(b, "bureau %.*s", STR_ARG(ask->office)) : STR(""),
		ask->outside ? build_text(b, "version externe") : STR(""),
	};
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		buf_put_z(&f, f.len && part[i].len ? " · " : "");
		buf_put(&f, part[i]);
	}
	return buf_str(&f);
}

static void write_head(struct build *b)
{
	char text[64];
	struct buf day = buf_over(text, sizeof text);
	const struct report_ask *ask = b->ask;
	const struct zone *zone = zone_find(b->config->timezone);
	int64_t local = ask->now_ms / 1000 + (zone ? zone_offset(zone, ask->now_ms / 1000) : 0);
	int hour = (int)(local / 3600 % 24), minute = (int)(local / 60 % 60);
	struct report_page *r = b->report;
	r->period = name_of_period(b, ask->period);
	r->previous = name_of_period(b, period_before(ask->period));
	r->programme = build_str(b, b->config->programme_name);
	period_day_name(date_of_days(local / 86400), ask->language, &day);
	r->made = ask->user.len ? build_say(b, "Édité le %.*s à %02d:%02d par %.*s", STR_ARG(buf_str(&day)), hour, minute,
					   STR_ARG(ask->user)) :
		  build_say(b, "Édité le %.*s à %02d:%02d", STR_ARG(buf_str(&day)), hour, minute);
	r->filter = name_of_filter(b);
}

/* Labels of columns, and texts of cells that are the house's own words, into the language of the page. */
static void translate(struct build *b)
{
	for (size_t i = 0; b->ask->language != REPORT_FR && i < b->report->tables_count; i++) {
		struct report_table *t = &b->report->tables[i];
		for (size_t c = 0; c < t->columns_count; c++)
			t->columns[c].label = build_word(b, t->columns[c].label);
		for (struct report_row *row = t->rows; row; row = row->next)
			for (size_t c = 0; c < t->columns_count; c++)
				if (row->cells[c].kind == REPORT_TEXT)
					row->cells[c].text = build_word(b, row->cells[c].text);
	}
}

/* ---- the period before, beside it */

static const struct report_row *find_row(const struct report_table *t, const struct report_row *like)
{
	for (const struct report_row *row = t->rows; row; row = row->next)
		if (str_eq(row->code, like->code) && row->total == like->total)
			return row;
	return NULL;
}

/* Rows of the period before that have no like now: nobody this time, and that is known. */
static void add_gone(struct build *b, struct report_table *now, const struct report_table *before)
{
	if (now->headline)
		return;
	for (const struct report_row *old = before->rows; old; old = old->next) {
		if (old->total || find_row(now, old))
			continue;
		struct report_row *row = build_row(b, now, old->code, old->cells[0].text), **at = &now->rows;
		for (size_t i = 1; i < before->columns_count; i++)
			if (old->cells[i].kind == REPORT_TEXT)
				row->cells[i] = cell_text(build_str(b, old->cells[i].text));
		while (*at && *at != row && !(*at)->total)
			at = &(*at)->next;
		if (*at == row || !*at)
			continue;
		struct report_row **last = at; /* moved in front of the total */
		while (*last != row)
			last = &(*last)->next;
		*last = NULL;
		now->end = last;
		row->next = *at;
		*at = row;
	}
}

static void set_beside(struct build *b, struct report_table *now, const struct report_table *before, bool known)
{
	int c = now->compare;
	int was = build_count_column(now, "previous", "");
	now->columns[was].label = b->report->previous;
	int change = build_column(now, "change", "Variation");
	now->columns[change].label = build_word(b, now->columns[change].label);
	if (known)
		add_gone(b, now, before);
	for (struct report_row *row = now->rows; row; row = row->next) {
		const struct report_row *old = find_row(before, row);
		struct report_cell then = known ? cell_count(0) : cell_unknown(), now_cell = row->cells[c];
		if (old && (known || old->cells[c].kind != REPORT_COUNT || now->headline))
			then = old->cells[c]; /* a total of the years before Wasl is known although no case is */
		row->cells[was] = now_cell.kind == REPORT_BLANK ? (struct report_cell){ 0 } : then;
		row->cells[change] = now_cell.kind == REPORT_BLANK ? (struct report_cell){ 0 } : cell_unknown();
		if (now_cell.kind == REPORT_COUNT && then.kind == REPORT_COUNT && then.n > 0)
			row->cells[change] = (struct report_cell){ .kind = REPORT_CHANGE, .x = (double)(now_cell.n - then.n) / (double)then.n };
	}
}

bool report_compares(const struct report_table *t)
{
	return t->columns_count > 2 && strcmp(t->columns[t->columns_count - 1].key, "change") == 0 && t->compare >= 0;
}

/* Two columns of nothing but "n/d" are a sentence. */
static void note_nothing_before(struct build *b, struct report_page *r)
{
	for (size_t i = 0; i < r->tables_count; i++)
		for (const struct report_row *row = r->tables[i].rows; row && report_compares(&r->tables[i]); row = row->next)
			if (row->cells[r->tables[i].columns_count - 2].kind != REPORT_UNKNOWN)
				return;
	for (size_t i = 0; i < r->tables_count; i++)
		if (report_compares(&r->tables[i]) && r->tables[i].rows) {
			r->nothing_before = true;
			build_note(b, "%.*s : pas de chiffres auxquels comparer (n/d).", STR_ARG(r->previous));
			return;
		}
}

static void keep_first(struct report_table *t)
{
	size_t n = 0;
	if (!t->first)
		return;
	for (struct report_row **at = &t->rows; *at; at = &(*at)->next)
		if (n++ == t->first || (*at)->code.len == 0) {
			*at = NULL;
			t->end = at;
			break;
		}
	t->rows_count = n < t->first ? n : t->first;
}

static int build_once(struct build *b, const struct kind *kind, struct period p, struct report_page *into,
		report_progress *progress, void *user)
{
	if (arena_new(&into->arena, REPORT_MEMORY) != 0)
		return err_set(b->err, -ENOMEM, "no memory");
	b->report = into;
	into->name = kind->name;
	into->outside = b->ask->outside;
	build_set_period(b, p);
	b->known = build_number(b, RQ_KNOWN) != 0;
	if (progress)
		progress(1, 2, user);
	into->language = b->ask->language;
	kind->build(b);
	translate(b);
	return b->failed;
}

static int check_ask(const struct report_ask *ask, const struct kind **kind, struct err *err)
{
	for (size_t i = 0; i < KINDS; i++)
		if (str_eq_z(ask->name, kinds[i].name))
			*kind = &kinds[i];
	if (!*kind)
		return err_set(err, -EINVAL, "there is no such report");
	if (ask->direction.len && !str_eq_z(ask->direction, "FROM_MA") && !str_eq_z(ask->direction, "TO_MA"))
		return err_set(err, -EINVAL, "--direction is FROM_MA or TO_MA");
	if ((*kind)->direction && !(*kind)->usually && ask->direction.len && !str_eq_z(ask->direction, (*kind)->direction))
		return err_because(err, -EINVAL, "direction", "%s is about %s alone", (*kind)->name, (*kind)->direction);
	if ((*kind)->protection && !ask->protection)
		return err_set(err, -EACCES, "%s is for staff with the right to protection", (*kind)->name);
	return 0;
}

int report_run(struct reader *reader, const struct config *config, const struct report_ask *ask, report_progress *progress,
	       void *user, struct report_page *out, struct err *err)
{
	const struct kind *kind = NULL;
	struct report_page before = { 0 };
	struct build b = { .reader = reader, .report = out, .config = config, .ask = ask, .err = err,
			   .filter = { .direction = ask->direction, .tag = ask->tag, .office = ask->office } };
	*out = (struct report_page){ 0 };
	int rc = check_ask(ask, &kind, err);
	if (rc != 0)
		return rc;
	if (kind->direction && !ask->direction.len)
		b.filter.direction = str_of(kind->direction);
	rc = build_once(&b, kind, ask->period, out, progress, user);
	if (rc == 0)
		write_head(&b);
	for (size_t i = 0; rc == 0 && i < out->tables_count; i++)
		if (out->tables[i].compare >= 0 && !before.arena.block)
			rc = build_once(&b, kind, period_before(ask->period), &before, NULL, NULL);
	b.report = out;
	for (size_t i = 0; rc == 0 && i < out->tables_count; i++)
		for (size_t k = 0; k < before.tables_count; k++)
			if (out->tables[i].compare >= 0 && strcmp(out->tables[i].key, before.tables[k].key) == 0)
				set_beside(&b, &out->tables[i], &before.tables[k], b.known);
	/* b.known is now that of the period before: build_once() asked last about it. */
	if (rc == 0)
		note_nothing_before(&b, out);
	if (rc == 0)
		rc = b.failed;
	for (size_t i = 0; i < out->tables_count; i++)
		keep_first(&out->tables[i]);
	if (rc == 0 && ask->outside)
		report_mask(out, ask);
	/* Text of the second building is in its own arena, and what was taken over is copied by build_row(). */
	arena_free(&before.arena);
	if (progress && rc == 0)
		progress(2, 2, user);
	if (rc != 0)
		report_free(out);
	return rc;
}

void report_free(struct report_page *report)
{
	arena_free(&report->arena);
	*report = (struct report_page){ 0 };
}
