/* Comma-separated values in two profiles (console.md 6; failures.md C3).
 *
 * rfc4180: UTF-8 without a mark, comma, point, LF left as CRLF.  excel-fr: UTF-8 with a mark, semicolon, decimal comma: opens
 * by a double click where French is spoken.  Text is always quoted; text that a spreadsheet would take for a formula gets an
 * apostrophe in front, numbers of ours do not need one. */
#ifndef GATEWAY_CSV_H
#define GATEWAY_CSV_H

#include "flows/text/str.h"

#include <stdio.h>

struct csv {
	FILE *to;      /* errors stay in the stream */
	bool excel_fr;
	size_t cells;  /* of this line */
};

void csv_begin(struct csv *csv, FILE *to, bool excel_fr);
void csv_text(struct csv *csv, struct str text);
void csv_integer(struct csv *csv, int64_t n);
void csv_real(struct csv *csv, double x, int decimals);
void csv_blank(struct csv *csv);
void csv_end_line(struct csv *csv);

/* A line of such a file, for whoever reads one.  Takes one record off *rest, its cells into storage (quotes taken away), at most
 * max.  1: a record; 0: the end; -EINVAL: a quote that is not closed, or text after one; -E2BIG.  *lines: how many it took. */
int csv_read(struct str *rest, char separator, struct str *cells, size_t max, size_t *count, char *storage, size_t cap,
		size_t *lines)
	__attribute__((warn_unused_result));

#endif
