/* What `wasl holiday list` and the console show of holidays, with where each comes from. */
#ifndef GATEWAY_HOLIDAY_ACTS_H
#define GATEWAY_HOLIDAY_ACTS_H

#include "db/reader.h"
#include "gateway/config.h"
#include "gateway/json.h"

/* [{"country", "items": [{"day", "name", "from": "file" or "desk", "off"}]}], a country of the configuration each; off: the file
 * has the day and the desk took it out.  NULL: the database does not answer. */
json_t *holidays_list(const struct config *config, struct reader *reader);

#endif
