/* What a person must understand about something that went wrong: one line, with file, line and path where they are
 * known.  Filled by whoever finds the mistake, printed by the command line; never holds text of a person. */
#ifndef FLOWS_ERR_H
#define FLOWS_ERR_H

#include "flows/text/str.h"

#include <stdarg.h>

struct err {
	char text[512];
	const char *reason; /* where staff may meet it at the desk: its word in openapi.json's Problem; NULL: none. A literal. */
};

/* Formats into err and returns code, so that callers can `return err_set(err, -EINVAL, "...")`.  Text that does not
 * fit is ended with "...".  err may be NULL. */
int err_set(struct err *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Likewise, with the word under which the desk has the sentence in its reader's language. */
int err_because(struct err *err, int code, const char *reason, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* What both of them do. */
void err_put(struct err *err, const char *reason, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

#endif
