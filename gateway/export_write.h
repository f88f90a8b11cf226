/* Rows into a file of one of the formats, as they come; for gateway/export*.c. */
#ifndef GATEWAY_EXPORT_WRITE_H
#define GATEWAY_EXPORT_WRITE_H

#include "gateway/csv.h"
#include "gateway/export.h"
#include "gateway/outfile.h"
#include "gateway/sheet.h"

enum { EXPORT_COLUMNS_MAX = 48 };

struct export_writer {
	enum export_format format;
	struct outfile out;
	bool to_stdout;
	FILE *to;
	struct csv csv;
	struct sheet_file *sheet;
	struct str heads[EXPORT_COLUMNS_MAX];
	size_t count;
};

int export_open(struct export_writer *w, const struct export_ask *ask, struct err *err) __attribute__((warn_unused_result));
void export_head(struct export_writer *w, const struct export_ask *ask, struct str watermark, const struct str *heads,
		size_t count);
void export_row(struct export_writer *w, const struct cell *const *cells);
/* The code book and the watermark; flushes.  0 or negative with err; then export_keep() or export_drop(). */
int export_finish(struct export_writer *w, struct str watermark, const struct str *columns, struct err *err)
	__attribute__((warn_unused_result));
int export_keep(struct export_writer *w, const struct export_ask *ask, struct err *err) __attribute__((warn_unused_result));
/* How the name of a file of that format ends, without a point. */
const char *export_ending(enum export_format format);
void export_drop(struct export_writer *w);

#endif
