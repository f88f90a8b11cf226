/* Rows of a reader to stdout: aligned columns on a terminal, tab-separated with a head line in a pipe, a JSON array with
 * --json.  Text of people is printed with control characters shown as escapes: it must not steer the terminal. */
#ifndef GATEWAY_PRINT_H
#define GATEWAY_PRINT_H

#include "db/reader.h"
#include "gateway/command.h"

#include <jansson.h>

/* One SELECT, printed.  An exit code of sysexits.h; the reason on stderr. */
int print_query(struct reader *reader, const char *sql, const struct str *values, size_t values_count, bool json);
/* The same for a statement of the house's own, which may read tables too. */
int print_own(struct reader *reader, const char *sql, bool json);
/* The rows as an array of objects; NULL and the reason on stderr when it fails. */
json_t *query_json(struct reader *reader, const char *sql, const struct str *values, size_t values_count);
void print_safe(struct str text); /* to stdout */

/* Opens the reader over the configuration's database; prints why not. */
struct config;
int open_reader(const struct invocation *in, struct config *config, struct reader **out); /* 0 or an exit code */
int open_config(const struct invocation *in, struct config *config);                      /* likewise */

#endif
