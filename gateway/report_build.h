/* How the fifteen reports are put together; for gateway/report*.c alone.
 *
 * A builder fills struct report_page for one period.  report.c runs it twice, for the period and for the one before, and sets the
 * second beside the first.  Everything lives in the report's arena; when that is full `failed` says so, once, at the end. */
#ifndef GATEWAY_REPORT_BUILD_H
#define GATEWAY_REPORT_BUILD_H

#include "gateway/report.h"

struct build {
	struct reader *reader;
	const struct config *config;
	const struct report_ask *ask;
	struct report_page *report;
	struct period period;
	struct report_filter filter; /* of that period; digits[] holds its instants */
	char digits[2][24], days[2][12];
	bool known;                  /* something is known of the period in this direction */
	struct err *err;
	int failed;                  /* 0 or the first error */
	struct report_row spare;     /* what is written to once memory is gone */
	struct report_cell spare_cells[REPORT_COLUMNS_MAX];
};

typedef void build_fn(struct build *b);

build_fn build_year_from, build_year_to, build_returns_by_year, build_country, build_age, build_vulnerability, build_month,
	build_funnel, build_checkins, build_scores, build_alerts, build_complaints, build_referrals, build_tags, build_service;

/* ---- tables */

struct str build_text(struct build *b, const char *french);                       /* in the report's language */
struct str build_word(const struct build *b, struct str french);                  /* the same, of a label */
struct str build_str(struct build *b, struct str s);
struct report_table *build_table(struct build *b, const char *key, const char *title);
int build_column(struct report_table *t, const char *key, const char *label);     /* its number */
int build_count_column(struct report_table *t, const char *key, const char *label);
struct report_row *build_row(struct build *b, struct report_table *t, struct str code, struct str label); /* label: first cell */
/* The row of this code; a new one when there is none: its counts begin at 0. */
struct report_row *build_row_of(struct build *b, struct report_table *t, struct str code, struct str label);
/* Sums the counts of the rows so far; no rows: nothing. */
void build_total(struct build *b, struct report_table *t, const char *label);
void build_sort(struct report_table *t, int column);                             /* most first, then by name */
/* The format is French here, and read in the report's language. */
struct str build_say(struct build *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void build_note(struct build *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define BUILD_FUNDS "Le nombre de retournés assistés dépend de la disponibilité des fonds et non du nombre de demandes."

struct thousands { char z[40]; };
struct thousands thousands(const struct build *b, int64_t n);   /* "13 800" */
struct report_cell cell_count(int64_t n);
struct report_cell cell_share(int64_t part, int64_t whole);    /* of nothing: n/d */
struct report_cell cell_number(double x);
struct report_cell cell_text(struct str s);
struct report_cell cell_unknown(void);
double median(double *values, size_t count);                   /* sorts; count > 0 */

/* Nothing was recorded: no rows, rather than rows of 0. */
void build_empty(struct report_table *t);
/* Calls one(b, to) for the direction that is asked for, or for both: people who leave and people who come are never one figure. */
void build_each_direction(struct build *b, void (*one)(struct build *b, bool to));
/* Nothing is known of the period: every count of this table is n/d. */
void build_unknown(const struct build *b, struct report_table *t);

/* ---- reading */

/* each() is called for rows alone, not for the names. */
void build_query(struct build *b, enum report_sql name, reader_row *each, void *user);
int64_t build_number(struct build *b, enum report_sql name);   /* the first cell of the only row; NULL: 0 */
/* The same questions of another period, of another direction; put back by the caller with the struct it kept. */
void build_set_period(struct build *b, struct period p);

/* ---- persons, as R1 to R5 count them */

int64_t build_travelled(struct build *b);                      /* persons of the period */

#endif
