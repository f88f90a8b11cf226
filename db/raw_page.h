/* Pages of an inbox (pull mode): saved before they are understood, so that a crash or a mistake of ours loses nothing,
 * also where each message is handed out once (Infobip).  At most one a channel. */
#ifndef DB_RAW_PAGE_H
#define DB_RAW_PAGE_H

#include "db/db.h"

int raw_page_put(struct db *db, struct str channel, struct str cursor, struct str body, int64_t now_ms)
	__attribute__((warn_unused_result));
/* 1 with cursor and body in the item's arena, 0: none, or an error. */
int raw_page_get(struct db *db, struct str channel, struct str *cursor, struct str *body)
	__attribute__((warn_unused_result));
int raw_page_done(struct db *db, struct str channel) __attribute__((warn_unused_result));

#endif
