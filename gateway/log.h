/* The log: stderr, one line an event, text or JSON.
 *
 * An event has a fixed name and typed fields: numbers, names from our own tables, ids of our own.  There is no way to
 * log a str: no phone number, name, text or URL of a person can get in.  A person is not named in it
 * at all. */
#ifndef GATEWAY_LOG_H
#define GATEWAY_LOG_H

#include "gateway/config.h"

void log_setup(enum log_level level, bool json);
/* log_event(LOG_INFO, "batch committed", "items=%d us=%lld", n, us): the format is a literal of ours and may hold only
 * %d %u %lld %llu %zu %s, %s for static names, ids of ours and places in our own files.  fields NULL: none.  Any byte that is
 * not printable ASCII becomes "?".  In JSON a field that is one number in the format is a number, all others are strings. */
void log_event(enum log_level level, const char *event, const char *fields, ...) __attribute__((format(printf, 3, 4)));

#endif
