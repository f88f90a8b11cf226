/* Small helpers around Jansson for whoever reads or writes JSON above flows/.  Strings stay length-carrying. */
#ifndef GATEWAY_JSON_H
#define GATEWAY_JSON_H

#include "flows/err.h"
#include "flows/json_line.h"
#include "flows/text/arena.h"

#include <jansson.h>

enum { JSON_DEPTH_MAX = 64, JSON_TEXT_MAX = 4 * 1024 * 1024 };

/* Strict: an object or array, UTF-8 (a byte order mark before it is passed over), no duplicate keys, at most JSON_DEPTH_MAX levels
 * and JSON_TEXT_MAX bytes.  Strings may hold NUL (U+0000 is an escape away), so use json_str(), never json_string_value() alone.
 * NULL with "line N: what" in err (may be NULL); err never repeats the text. */
json_t *json_parse(struct str text, struct err *err) __attribute__((warn_unused_result));
/* The same for files that the administrator writes: err names a key that stands twice. */
json_t *json_parse_own(struct str text, struct err *err) __attribute__((warn_unused_result));
struct str json_str(const json_t *value);                      /* .at == NULL: not a string */
struct str json_get_str(const json_t *object, const char *key); /* likewise */
json_t *json_from_str(struct str s);                            /* invalid UTF-8 becomes U+FFFD; NULL: out of memory */
/* Adds key: s unless s.at is NULL.  Out of memory: the key is left out. */
void json_put_str(json_t *object, const char *key, struct str s);
json_t *json_time(int64_t at_ms);          /* ms since 1970 UTC, as ISO 8601 with milliseconds; null for 0 */
void json_print_line(const json_t *value); /* compact, keys in order of insertion, to stdout, with a line end */

#endif
