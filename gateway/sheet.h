/* A spreadsheet file (XLSX), written row by row in constant memory; the only door to libxlsxwriter.
 *
 * Text is text: a phone number, a reference or what begins with "=" stays as it is.  A sheet that is full (1,048,576 rows) goes
 * on in another of the same columns.  Rows are written in order, cells from left to right. */
#ifndef GATEWAY_SHEET_H
#define GATEWAY_SHEET_H

#include "flows/err.h"

struct sheet_file;

enum { SHEET_COLUMNS_MAX = 64 };

/* path: where to write; folder: for temporary files, unlinked at once ("": the system's).  0 or negative with err. */
int sheet_file_open(const char *path, const char *folder, struct sheet_file **out, struct err *err)
		__attribute__((warn_unused_result));
/* Writes the file.  0 or negative with err; the handle is gone either way. */
int sheet_file_close(struct sheet_file *file, struct err *err) __attribute__((warn_unused_result));
void sheet_file_abandon(struct sheet_file *file); /* NULL is harmless */

/* A new sheet; title: a line above the head ("" none); the head stays in sight when scrolling.  right_to_left: for Arabic. */
void sheet_begin(struct sheet_file *file, const char *name, struct str title, bool right_to_left);
/* The head line; text of `widths` characters, 0: as the label needs.  */
void sheet_head(struct sheet_file *file, const struct str *labels, const int *widths, size_t count);
void sheet_text(struct sheet_file *file, struct str text);
void sheet_bold(struct sheet_file *file, struct str text);
void sheet_number(struct sheet_file *file, double x, int decimals); /* whole with 0 decimals */
void sheet_share(struct sheet_file *file, double x);                /* 0.25 shows as 25 % */
void sheet_blank(struct sheet_file *file);
void sheet_end_row(struct sheet_file *file);

#endif
