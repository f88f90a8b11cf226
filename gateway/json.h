/* Small helpers around Jansson for whoever reads or writes JSON above flows/.  Strings stay length-carrying. */
#ifndef GATEWAY_JSON_H
#define GATEWAY_JSON_H

#include "flows/err.h"
#include "flows/text/arena.h"

#include <jansson.h>

/* Strict: UTF-8, no duplicate keys, nesting and size bounded.  NULL with "line N: what" in err (may be NULL). */
json_t *json_parse(struct str text, struct err *err) __attribute__((warn_unused_result));
struct str json_str(const json_t *value);                      /* .at == NULL: not a string */
struct str json_get_str(const json_t *object, const char *key); /* likewise */
json_t *json_from_str(struct str s);                            /* invalid UTF-8 becomes U+FFFD; NULL: out of memory */
/* Adds key: s unless s.at is NULL. */
void json_put_str(json_t *object, const char *key, struct str s);
void json_print_line(const json_t *value); /* compact, keys in order of insertion, to stdout, with a line end */

/* The line (from 1) on which the value at a path such as "channels[2].token" begins in text; 0: not found. */
unsigned json_line_of(struct str text, const char *path);

#endif
