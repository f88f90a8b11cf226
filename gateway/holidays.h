/* The holidays of a country out of the file that its configuration names.
 *
 * Kept for the life of the process and safe from any thread; a file that changed is read anew when it is asked for next.
 * One that is broken leaves the old holidays standing, and says why on stderr, once. */
#ifndef GATEWAY_HOLIDAYS_H
#define GATEWAY_HOLIDAYS_H

#include "gateway/quiet.h"

/* NULL: the country has no file, or there never was one that could be read. */
const struct holidays *holidays_of(const struct country *country);
/* 0; -EINVAL, -ENOENT, -EIO … with err: file, line, what to write. */
int holidays_read(const struct country *country, struct holidays *out, struct err *err) __attribute__((warn_unused_result));

#endif
