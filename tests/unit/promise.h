/* Items that use the floor of the database as a message does, and the book of what was acknowledged for them.
 *
 * Each item takes one message in: person, message row, an answer to the outbox, the stored answer.  Every fifth asks to be
 * undone.  The book is kept outside the database; promises_broken() compares the two. */
#ifndef TESTS_UNIT_PROMISE_H
#define TESTS_UNIT_PROMISE_H

#include "gateway/batch.h"

enum { PROMISES_MAX = 256 };

struct promise {
	struct batch_item item;
	struct promises *book;
	size_t number, batch;
	char id[24], answer[48];
	bool undo;               /* run() asks to be undone */
	bool acknowledged, told; /* told: done() came, with result */
	size_t acknowledged_at;  /* position in the disk's log */
	int result;
};

struct promises {
	struct promise at[PROMISES_MAX];
	size_t count, batches;
	size_t text_bytes;       /* 0: a short text */
};

void promises_init(struct promises *book);
/* Adds `count` items to the batch; the caller turns it. */
void promises_add(struct promises *book, struct batch *batch, size_t count);
/* How many promises the database does not keep, of those that were acknowledged at position `cut` of the disk's log, and how
 * many half steps stand in it.  why: the first, for a person. */
int promises_broken(const struct promises *book, struct db *db, size_t cut, char *why, size_t why_size);

#endif
