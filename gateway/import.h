/* `wasl import cases|historic FILE`: all of a file or nothing of it.
 *
 * import_check() is pure and names every line that is wrong.  The act "import" (gateway/act.h) checks again and writes, in one
 * batch item: persons (with or without a number), their cases as if staff had set each key, with their audit, and the history of
 * each case at its own dates; or the totals of the years before Wasl. */
#ifndef GATEWAY_IMPORT_H
#define GATEWAY_IMPORT_H

#include "flows/text/phone.h"
#include "gateway/act.h"
#include "gateway/import_read.h"

typedef void import_problem_fn(size_t line, const char *what, void *user);

/* kind: "cases" or "historic".  Returns how many problems were reported; *rows: how many rows there are. */
size_t import_check(const struct config *config, const struct phone_plan *phones, struct str kind, struct str text,
		    import_problem_fn *problem, void *user, size_t *rows);

/* Of one row; for gateway/import*.c. */
int import_check_case(const struct config *config, const struct phone_plan *phones, const struct import_row *row, struct err *err);
int import_apply_case(struct act_call *call, const struct import_row *row);
/* 1: the person of this number said STOP, or was erased: no file brings them here; 0; error. */
int import_unwanted(struct act_call *call, const struct import_row *row);
struct import_years { /* of the rows before, so that none is overwritten by a later one of the same file */
	struct import_years_of_line { bool from_ma; int64_t from, to; size_t line; } years[512];
	size_t count;
};
int import_check_historic(const struct import_row *row, struct import_years *had, struct err *err);
int import_apply_historic(struct act_call *call, const struct import_row *row);

#endif
