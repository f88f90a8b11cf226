#include "gateway/report_mask.h"

enum { SMALL = 5, ROWS_MAX = 512 };

struct grid {
	struct report_row *rows[ROWS_MAX];
	size_t rows_count;
	struct report_table *table;
};

static bool hidden(const struct report_cell *c)
{
	return c->kind == REPORT_MASKED;
}

static void hide(struct report_cell *c, bool with_another)
{
	*c = (struct report_cell){ .kind = REPORT_MASKED, .n = with_another };
}

/* Of a set whose members add up (the sum among them): exactly one hidden can be computed, so the smallest other that is not 0,
 * else any other, goes with it.  true: something was hidden. */
static bool complete(struct report_cell **set, size_t count)
{
	size_t masked = 0;
	struct report_cell *with = NULL;
	for (size_t i = 0; i < count; i++) {
		if (hidden(set[i])) {
			masked++;
		} else if (set[i]->kind == REPORT_COUNT) {
			bool better = !with || (with->n == 0 && set[i]->n > 0) || (set[i]->n > 0 && set[i]->n < with->n);
			if (better)
				with = set[i];
		}
	}
	if (masked != 1 || !with)
		return false;
	hide(with, true);
	return true;
}

static bool complete_rows(struct grid *g)
{
	bool changed = false;
	struct report_cell *set[REPORT_COLUMNS_MAX];
	if (g->table->sum < 0)
		return false;
	for (size_t r = 0; r < g->rows_count; r++) {
		size_t n = 0;
		for (size_t c = 1; c < g->table->columns_count; c++)
			if (g->table->columns[c].adds_up || (int)c == g->table->sum)
				set[n++] = &g->rows[r]->cells[c];
		changed |= complete(set, n);
	}
	return changed;
}

static bool complete_columns(struct grid *g)
{
	bool changed = false;
	struct report_cell *set[ROWS_MAX];
	if (!g->table->rows_add_up)
		return false;
	for (size_t c = 1; c < g->table->columns_count; c++) {
		size_t n = 0;
		for (size_t r = 0; g->table->columns[c].counts && r < g->rows_count; r++)
			if (!g->rows[r]->aside)
				set[n++] = &g->rows[r]->cells[c];
		changed |= complete(set, n);
	}
	return changed;
}

/* Shares, means and changes would give away what they were made of. */
static void hide_derived(struct grid *g)
{
	for (size_t r = 0; r < g->rows_count; r++) {
		struct report_cell *cells = g->rows[r]->cells;
		bool any = false;
		for (size_t c = 1; c < g->table->columns_count; c++)
			any |= hidden(&cells[c]);
		for (size_t c = 1; any && c < g->table->columns_count; c++)
			if (cells[c].kind == REPORT_SHARE || cells[c].kind == REPORT_CHANGE || cells[c].kind == REPORT_NUMBER)
				hide(&cells[c], true);
	}
}

void report_mask_table(struct report_table *t)
{
	struct grid g = { .table = t };
	for (struct report_row *row = t->rows; row && g.rows_count < ROWS_MAX; row = row->next)
		g.rows[g.rows_count++] = row;
	for (size_t r = 0; r < g.rows_count; r++)
		for (size_t c = 1; c < t->columns_count; c++) {
			struct report_cell *cell = &g.rows[r]->cells[c];
			if (t->columns[c].counts && cell->kind == REPORT_COUNT && cell->n > 0 && cell->n < SMALL)
				hide(cell, false);
		}
	for (bool again = true; again;) {
		again = complete_rows(&g);
		again |= complete_columns(&g);
	}
	hide_derived(&g);
}

void report_mask(struct report_page *report, const struct report_ask *ask)
{
	int more = (ask->tag.len > 0) + (ask->office.len > 0) + (period_months(ask->period) < 12);
	for (size_t i = 0; i < report->tables_count; i++) {
		struct report_table *t = &report->tables[i];
		bool national = t->headline && ask->national && more == 0;
		if (!national && (t->sensitive || t->headline || (t->crossings > 0 && t->crossings + more > 2)))
			report_mask_table(t);
	}
}
