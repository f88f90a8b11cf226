/* Group commit: every write is an item of a batch; nothing is answered before the batch is on disk.
 *
 * Whoever has something to write embeds a struct batch_item and adds it.  batch_turn(), the loop's before-sleep hook, runs
 * all items that are waiting: BEGIN, a savepoint around each run(), COMMIT (synced), then each done() with what became
 * of it.  The group forms by itself while the last sync runs; there is no artificial delay.
 *
 * done(): 0 committed; what run() returned when it asked to be undone; or the failure of the disk, and then nothing of
 * the batch was kept.  After -EIO or -EUCLEAN the outcome of COMMIT is unknown: `fatal` is set and the daemon must end.
 * One thread; items live until their done(). */
#ifndef GATEWAY_BATCH_H
#define GATEWAY_BATCH_H

#include "db/db.h"

struct batch_item {
	int (*run)(struct batch_item *item, struct db *db);     /* 0: keep; negative: undo this item alone */
	void (*done)(struct batch_item *item, int result);
	struct batch_item *next;
	int result;
};

struct batch {
	struct db *db;
	struct batch_item *first, **last;
	size_t waiting;
	bool fatal;
	uint64_t commits, items, undone, failures;
	int64_t last_us, longest_us;       /* of a whole batch */
};

void batch_init(struct batch *batch, struct db *db);
void batch_add(struct batch *batch, struct batch_item *item);
void batch_turn(struct batch *batch); /* until nothing waits, or fatal */

#endif
