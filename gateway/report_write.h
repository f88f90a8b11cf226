/* A report as something to read: a page of text, CSV, JSON, a spreadsheet. */
#ifndef GATEWAY_REPORT_WRITE_H
#define GATEWAY_REPORT_WRITE_H

#include "gateway/json.h"
#include "gateway/report.h"

#include <stdio.h>

void report_write_text(const struct report_page *report, FILE *to);            /* a page, in French */
void report_write_csv(const struct report_page *report, FILE *to, bool excel_fr);
/* A new reference.  n/d is null, what is masked is "<5" or "hidden"; shares and changes are fractions. */
json_t *report_json(const struct report_page *report) __attribute__((warn_unused_result));
/* A workbook of one sheet a table, and one with the notes.  0 or negative with err. */
int report_write_sheets(const struct report_page *report, const char *path, const char *folder, struct err *err)
	__attribute__((warn_unused_result));

#endif
