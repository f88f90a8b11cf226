/* How many messages of which kind came in which hour (table message_hour).
 *
 * What a batch adds is counted here and written once, by db_commit(): two messages a step would else write the same row of
 * the table each.  An item that is undone takes its own back.  Later changes of a message's status are a trigger's.
 *
 * Belongs to the writing connection; empty between batches. */
#ifndef DB_MESSAGE_HOUR_H
#define DB_MESSAGE_HOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct message;

enum { MESSAGE_KINDS_MAX = 16 };

struct message_kind {
	int64_t hour; /* since 1970, UTC */
	bool out, ussd;
	char channel[33], status[16];
	int64_t n, segments;
};

struct message_hours {
	struct message_kind kind[MESSAGE_KINDS_MAX];
	size_t count;
};

int message_hours_note(struct db *db, const struct message *message) __attribute__((warn_unused_result));
int message_hours_flush(struct db *db) __attribute__((warn_unused_result));

#endif
