/* What else is on its way to the person of a message that waits in the outbox. */
#ifndef DB_BACKLOG_H
#define DB_BACKLOG_H

#include "db/message.h"

/* Whether this person was asked something newer since; 1, 0, error. */
int backlog_newer_question(struct db *db, const struct outbox_item *item) __attribute__((warn_unused_result));

/* An older answer to this person that has not left this channel yet: when it is due (ms).  1, 0, error. */
int backlog_earlier(struct db *db, const struct outbox_item *item, int64_t *due_ms) __attribute__((warn_unused_result));

#endif
