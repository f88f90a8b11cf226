/* What a person must understand about something that went wrong: one line, with file, line and path where they are
 * known.  Filled by whoever finds the mistake, printed by the command line; never holds text of a person. */
#ifndef FLOWS_ERR_H
#define FLOWS_ERR_H

#include "flows/text/str.h"

struct err {
	char text[512];
};

/* Formats into err and returns code, so that callers can `return err_set(err, -EINVAL, "...")`.  Text that does not
 * fit is ended with "...".  err may be NULL. */
int err_set(struct err *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
