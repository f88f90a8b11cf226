/* R11, R12: what was raised, and how soon somebody acted. */
#include "gateway/labels.h"
#include "gateway/report_build.h"
#include "gateway/report_mask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 64 };

struct waits { /* of one kind of alert */
	char code[32];
	double *hours; /* to the first action, ms */
	size_t count, cap;
	int64_t all, open, in_time, due;
};

struct alerts {
	struct build *b;
	bool complaints;
	struct waits kinds[KINDS_MAX];
	size_t count;
	struct report_table *months;
	int64_t month_ends[64];
	int months_count;
};

static struct waits *waits_of(struct alerts *a, struct str code)
{
	for (size_t i = 0; i < a->count; i++)
		if (str_eq_z(code, a->kinds[i].code))
			return &a->kinds[i];
	if (a->count == KINDS_MAX || !str_copy(code, a->kinds[a->count].code, sizeof a->kinds[0].code))
		return NULL;
	return &a->kinds[a->count++];
}

/* What a complaint is about: the flow's own words, "topic=PROBLEM number …". */
static struct str topic(struct str kind, struct str rule)
{
	struct str word = str_starts(rule, STR("topic=")) ? str_from(rule, 6) : STR("");
	struct str rest = word;
	if (str_eq_z(kind, "COMPLAINT_FRAUD"))
		return STR("FRAUD");
	if (str_eq_z(kind, "COMPLAINT_PSEA"))
		return STR("PSEA");
	if (word.len && str_split(&rest, ' ', &word) && (str_eq_z(word, "OPINION") || str_eq_z(word, "PROBLEM") || str_eq_z(word,
			"PRIVATE")))
		return word;
	return STR("MESSAGE");
}

static int add_wait(struct waits *w, const struct cell *row, int64_t now_ms)
{
	int64_t raised = row[2].integer, due = row[3].integer, taken = row[4].integer, closed = row[5].integer;
	int64_t acted = taken ? taken : closed;
	w->all++;
	w->open += closed == 0;
	if (due && (acted || due <= now_ms)) { /* what is not due yet is neither in time nor late */
		w->due++;
		w->in_time += acted && acted <= due;
	}
	if (!acted)
		return 0;
	if (w->count == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 64;
		double *more = reallocarray(w->hours, cap, sizeof *more);
		if (!more)
			return -ENOMEM;
		w->hours = more, w->cap = cap;
	}
	w->hours[w->count++] = (double)(acted - raised) / 3600000.0;
	return 0;
}

static int take_alert(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct alerts *a = user;
	struct str kind = row[0].text;
	(void)names, (void)columns;
	bool complaint = str_starts(kind, STR("COMPLAINT"));
	if (a->complaints && !complaint)
		return 0;
	struct str code = a->complaints ? topic(kind, row[1].text) : kind;
	struct waits *w = waits_of(a, code);
	for (int i = 0; w && a->complaints && i < a->months_count; i++)
		if (row[2].integer < a->month_ends[i]) {
			build_row_of(a->b, a->months, code, code)->cells[1 + i].n++;
			break;
		}
	return w ? add_wait(w, row, a->b->ask->now_ms) : 0;
}

static struct str complaint_label(struct str code)
{
	static const struct { const char *code, *label; } labels[] = {
		{ "OPINION", "1 Avis ou idée" }, { "PROBLEM", "2 Problème avec l'aide" }, { "FRAUD", "3 Argent demandé" },
		{ "PSEA", "4 Comportement grave" }, { "PRIVATE", "En privé (non précisé)" }, { "MESSAGE", "Message (non précisé)" },
	};
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (str_eq_z(code, labels[i].code))
			return str_of(labels[i].label);
	return code;
}

static void write_waits(struct build *b, struct alerts *a, struct report_table *t)
{
	double *all = NULL;
	size_t n = 0;
	int64_t due = 0, in_time = 0;
	for (size_t i = 0; i < a->count; i++) {
		struct waits *w = &a->kinds[i];
		struct str code = str_of(w->code);
		struct report_row *row = build_row(b, t, code, a->complaints ? complaint_label(code) : label_alert(code));
		row->cells[1] = cell_count(w->all);
		row->cells[2] = cell_count(w->open);
		row->cells[3] = cell_share(w->in_time, w->due);
		double *more = reallocarray(all, n + w->count + 1, sizeof *more);
		if (!more && b->failed == 0)
			b->failed = err_set(b->err, -ENOMEM, "no memory");
		all = more ? more : all;
		if (more && w->count) {
			memcpy(all + n, w->hours, w->count * sizeof *all);
			n += w->count;
		}
		row->cells[4] = w->count ? cell_number(median(w->hours, w->count)) : cell_unknown();
		due += w->due, in_time += w->in_time;
		free(w->hours);
	}
	build_sort(t, 1);
	build_total(b, t, "Total");
	struct report_row *total = t->rows;
	while (total && total->next)
		total = total->next;
	if (total)
		total->cells[3] = cell_share(in_time, due);
	if (total)
		total->cells[4] = n ? cell_number(median(all, n)) : cell_unknown();
	free(all);
}

static struct report_table *waits_table(struct build *b, const char *key, const char *title)
{
	struct report_table *t = build_table(b, key, title);
	build_column(t, "code", "Type");
	t->compare = build_count_column(t, "count", "Nombre");
	build_count_column(t, "open", "Ouvertes");
	build_column(t, "in_time", "Dans le délai");
	t->columns[build_column(t, "hours", "Heures jusqu'à la 1re action (médiane)")].decimals = 1;
	t->crossings = 1;
	return t;
}

void build_alerts(struct build *b)
{
	struct alerts *a = arena_alloc(&b->report->arena, sizeof *a);
	struct report_table *t = waits_table(b, "alerts", "Alertes par type");
	b->report->title = build_text(b, "Alertes et délais d'action");
	if (a) {
		a->b = b;
		build_query(b, RQ_ALERTS, take_alert, a);
		write_waits(b, a, t);
	}
	if (!b->ask->complaints)
		report_mask_table(t);
	build_note(b, "Dans le délai : pris en charge avant l'échéance, parmi ce qui l'a été ou dont l'échéance est passée.");
}

void build_complaints(struct build *b)
{
	struct alerts *a = arena_alloc(&b->report->arena, sizeof *a);
	struct report_table *t = waits_table(b, "complaints", "Avis et plaintes par type");
	struct report_table *m = build_table(b, "months", "Par mois");
	int count = period_months_touched(b->period);
	b->report->title = build_text(b, "Avis et plaintes");
	build_column(m, "code", "Type");
	m->crossings = 2;
	if (!a)
		return;
	a->b = b, a->complaints = true, a->months = m;
	a->months_count = count > 12 ? 0 : count;
	for (int i = 0; i < a->months_count; i++) {
		char text[64];
		struct buf name = buf_over(text, sizeof text);
		struct period month = period_nth_month(b->period, i);
		int64_t from;
		period_month_name(month.from, b->ask->language, &name);
		m->columns[build_count_column(m, "month", "")].label = build_str(b, buf_str(&name));
		m->columns[1 + i].adds_up = true;
		period_instants(month, b->config->timezone, &from, &a->month_ends[i]);
	}
	m->sum = build_count_column(m, "total", "Total");
	build_query(b, RQ_ALERTS, take_alert, a);
	for (struct report_row *row = m->rows; row; row = row->next) {
		row->cells[0] = cell_text(complaint_label(row->code));
		for (int i = 0; i < a->months_count; i++)
			row->cells[m->sum].n += row->cells[1 + i].n;
	}
	write_waits(b, a, t);
	if (a->months_count) {
		build_sort(m, m->sum);
		build_total(b, m, "Total");
	} else {
		b->report->tables_count--;
		build_note(b, "Plus de douze mois : le tableau par mois est laissé de côté.");
	}
	if (!b->ask->complaints) { /* seen by people who must not guess who complained about a colleague */
		report_mask_table(t);
		if (a->months_count)
			report_mask_table(m);
	}
	build_note(b, "Délais : 1 et 2 dix jours, 3 cinq jours, 4 vingt-quatre heures. Qui se plaint n'a pas besoin d'un dossier.");
}
