/* A file to import as rows of names and values: CSV (comma or semicolon, a head line, with or without a mark) or JSON Lines (an
 * object a line; arrays of words become words separated by a space).  Told apart by the first character. */
#ifndef GATEWAY_IMPORT_READ_H
#define GATEWAY_IMPORT_READ_H

#include "flows/err.h"

enum { IMPORT_COLUMNS_MAX = 64, IMPORT_BYTES_MAX = 3 * 1024 * 1024 };

struct import_row {
	size_t line;                            /* of the file, from 1 */
	struct str names[IMPORT_COLUMNS_MAX], values[IMPORT_COLUMNS_MAX]; /* empty values are left out */
	size_t count;
};

/* Non-zero stops and is returned.  The row is alive during the call. */
typedef int import_row_fn(const struct import_row *row, void *user);

/* 0; what each() returned; -EINVAL with the line and the reason in err. */
int import_read(struct str text, import_row_fn *each, void *user, struct err *err) __attribute__((warn_unused_result));
struct str import_value(const struct import_row *row, const char *name); /* "" not there */

#endif
