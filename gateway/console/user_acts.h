/* The demo's one account and its one-time links; it has every role and no password. */
#ifndef GATEWAY_CONSOLE_USER_ACTS_H
#define GATEWAY_CONSOLE_USER_ACTS_H

#include "db/db.h"
#include "gateway/config.h"

#define DEMO_LINK_MS ((int64_t)10 * 60 * 1000)

/* Inside an item: the account, made when there is none. */
int demo_account(struct db *db, int64_t now_ms, int64_t *staff_id) __attribute__((warn_unused_result));
/* Inside an item.  "http://127.0.0.1:8081/#demo=…", for one use within ten minutes. */
int demo_account_link(struct db *db, const struct config *config, int64_t now_ms, struct buf *link)
	__attribute__((warn_unused_result));

#endif
