/* What a report says in the language it is read in.  The code says it in French; gateway/words/report.tsv has the English and the
 * Arabic beside it, also of codes' labels (gateway/labels.h).  What stands not in it is shown as it is: names, codes, numbers. */
#ifndef GATEWAY_REPORT_WORDS_H
#define GATEWAY_REPORT_WORDS_H

#include "flows/text/buf.h"
#include "gateway/period.h"

extern const char *const report_language_names[]; /* fr en ar, ended by NULL */

/* Another language, or "": French. */
enum report_language report_language_named(struct str code);
struct str report_word(enum report_language language, struct str french);
/* The same of a format, in room (its ceiling 1024): the same conversions in the same order. */
const char *report_format(enum report_language language, const char *french, char room[1024]) __attribute__((format_arg(2)));

/* "13 800" as French and Moroccan Arabic print it, "13,800" as English does. */
void report_put_thousands(enum report_language language, struct buf *out, int64_t n);
void report_put_decimal(enum report_language language, struct buf *out, double x, int decimals);

#endif
