/* The tab-separated data files of flows/definitions/: comments begin with '#', the first other line names the columns.
 * Borrows the text; nothing is copied. */
#ifndef FLOWS_TEXT_TSV_H
#define FLOWS_TEXT_TSV_H

#include "flows/err.h"

enum { TSV_COLUMNS = 8 };

struct tsv {
	struct str rest;
	const char *name; /* of the file, for messages */
	unsigned line;    /* of the row read last, from 1 */
	size_t columns;
	struct str cell[TSV_COLUMNS];
};

/* header: the columns' names with tabs, as the first line that is no comment must be.  0, or -EINVAL. */
int tsv_open(struct tsv *t, struct str text, const char *name, struct str header, struct err *err)
	__attribute__((warn_unused_result));
/* 1: the next row is in cell[], trimmed; 0: no more; -EINVAL: a row with more or fewer columns, or malformed UTF-8. */
int tsv_next(struct tsv *t, struct err *err) __attribute__((warn_unused_result));
/* err is "NAME:LINE: what"; returns -EINVAL. */
int tsv_fail(const struct tsv *t, struct err *err, const char *what, struct str about);

#endif
