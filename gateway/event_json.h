/* One event of an aggregator as CONTRACT 6 prints it (`wasl channel explain`, `wasl channel poll`).  For the eyes of
 * the administrator who asked for it, never for the log. */
#ifndef GATEWAY_EVENT_JSON_H
#define GATEWAY_EVENT_JSON_H

#include "gateway/channels/channel.h"
#include "gateway/json.h"

/* Absent members are left out.  NULL: out of memory.  Who knows the session adds "input" and corrects "event". */
json_t *event_json(const struct event *event) __attribute__((warn_unused_result));
/* "2026-03-11T09:14:05Z", with ".445" where there are milliseconds.  "" when the year has not four digits. */
void event_time_put(struct buf *out, int64_t ms);

#endif
