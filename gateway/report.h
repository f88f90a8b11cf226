/* What a programme manager reports (domain.md 6.3): fifteen reports, each one or more tables with notes, of any period.
 *
 * report_run() only reads, on the caller's reader, and keeps everything it found in the report's own memory: text, numbers,
 * "n/d" where nothing is known.  How it looks is gateway/report_write.h's.  Any thread may run one on a reader of its own.
 * Who may see what is the caller's to decide: `protection` opens R6 and what is told of vulnerabilities, `complaints` small
 * counts of serious complaints; `outside` masks cells
 * from 1 to 4; `national`, the recorded choice of a manager, leaves the figures of year-from and year-to whole. */
#ifndef GATEWAY_REPORT_H
#define GATEWAY_REPORT_H

#include "db/report.h"
#include "flows/score.h"
#include "gateway/config.h"
#include "gateway/report_words.h"

enum { REPORT_COLUMNS_MAX = 20, REPORT_TABLES_MAX = 12, REPORT_NOTES_MAX = 24, REPORT_MEMORY = 8 << 20 };

enum report_cell_kind {
	REPORT_BLANK,   /* nothing belongs here */
	REPORT_TEXT,
	REPORT_COUNT,   /* n */
	REPORT_NUMBER,  /* x, printed with the column's decimals */
	REPORT_SHARE,   /* x = 0.25: 25 % */
	REPORT_CHANGE,  /* x = -0.17: -17 % */
	REPORT_UNKNOWN, /* "n/d": not known, which is not 0 */
	REPORT_MASKED,  /* "<5"; n = 1: hidden with one, whatever it is */
};

struct report_cell {
	enum report_cell_kind kind;
	int64_t n;
	double x;
	struct str text;
};

struct report_column {
	const char *key;     /* stable, for programs */
	struct str label;
	int decimals;        /* of REPORT_NUMBER */
	bool counts;         /* persons or things: masked when small, 0 when a row is new */
	bool adds_up;        /* the column `sum_of` of its row is this and its like together */
};

struct report_row {
	struct str code;     /* stable, for programs; of a total: "total" */
	bool total, part;    /* part: of the row above it, indented */
	bool aside;          /* not in the sum of the rows */
	struct report_cell *cells;
	struct report_row *next;
};

struct report_table {
	const char *key;
	struct str title;
	int crossings;       /* how many properties of a person a cell combines */
	bool sensitive;      /* always masked for outside */
	bool headline;       /* national figures: not masked when the manager decided so (`national`) */
	struct report_column columns[REPORT_COLUMNS_MAX];
	size_t columns_count;
	int compare;         /* the column that is set beside the previous period's; -1: none */
	int sum;             /* the column that holds the sum of those that add up; -1: none */
	size_t first;        /* only so many rows are shown; 0: all */
	bool rows_add_up;    /* the last row of all is the sum of the rows before it */
	struct report_row *rows, **end;
	size_t rows_count;
};

struct report_page {
	struct arena arena;
	const char *name;
	struct str title, period, previous, filter, programme, made; /* made: when, and by whom */
	struct str lead; /* the page in one sentence; "" none */
	struct report_table tables[REPORT_TABLES_MAX];
	size_t tables_count;
	struct str notes[REPORT_NOTES_MAX];
	size_t notes_count;
	enum report_language language;
	bool outside, nothing_before; /* of the period before nothing is known: pages leave its columns out */
};

struct report_ask {
	struct str name;               /* CONTRACT 3: year-from … service */
	struct period period;
	struct str direction, tag, office; /* "" any */
	bool outside, national, protection, complaints;
	enum report_language language;
	int64_t now_ms;
	struct str user;               /* for the line that says who made it */
	const struct weights *weights; /* for the bands of `scores`; never NULL there */
};

typedef void report_progress(int done, int of, void *user); /* may be NULL */

/* 0, and report_free() is the caller's; -EINVAL: no such report, or what was asked does not go with it; -EACCES: not without
 * `protection`; -EIO; -ENOMEM.  err says it; *out needs no freeing then. */
int report_run(struct reader *reader, const struct config *config, const struct report_ask *ask, report_progress *progress,
	       void *user, struct report_page *out, struct err *err) __attribute__((warn_unused_result));
void report_free(struct report_page *report);
bool report_compares(const struct report_table *t); /* its last two columns are the period before, and the change since */

extern const char *const report_names[];   /* ended by NULL */
extern const char *const report_formats[]; /* of the desk's files: json is the page to look at */

#endif
