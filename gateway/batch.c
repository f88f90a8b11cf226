#include "gateway/batch.h"

#include "gateway/crash.h"
#include "gateway/log.h"
#include "gateway/loop.h"

#include <errno.h>

void batch_init(struct batch *batch, struct db *db)
{
	*batch = (struct batch){ .db = db };
	batch->last = &batch->first;
}

void batch_add(struct batch *batch, struct batch_item *item)
{
	item->next = NULL;
	*batch->last = item;
	batch->last = &item->next;
	batch->waiting++;
}

static void run_item(struct batch *batch, struct batch_item *item)
{
	struct db *db = batch->db;
	item->result = db_item_begin(db);
	if (item->result != 0)
		return;
	crash_point("item_begun");
	item->result = item->run(item, db);
	crash_point("item_run");
	int rc = db_item_end(db, item->result == 0);
	if (item->result == 0)
		item->result = rc;
	else
		batch->undone++;
	batch->items++;
}

static int run_all(struct batch *batch, struct batch_item *first)
{
	struct db *db = batch->db;
	int rc = db_begin(db);
	for (struct batch_item *item = first; rc == 0 && item; item = item->next) {
		run_item(batch, item);
		rc = db->failure; /* the disk said no: the rest would fare no better */
	}
	crash_point("before_commit");
	if (rc == 0)
		rc = suppression_flush(db);
	if (db->suppression.before_flush >= 0) /* lines stand in the list, the batch is not on the disk yet */
		crash_point("suppression_written");
	if (rc == 0)
		rc = db_commit(db);
	else
		db_rollback(db);
	return rc;
}

/* A disk that is full lets go again.  Anything else leaves us not knowing what is on it. */
static bool is_fatal(int rc)
{
	return rc != 0 && rc != -ENOSPC && rc != -ENOMEM && rc != -EBUSY;
}

static void account(struct batch *batch, int rc, int64_t began_us)
{
	batch->last_us = clock_monotonic_us() - began_us;
	if (batch->last_us > batch->longest_us)
		batch->longest_us = batch->last_us;
	batch->commits++;
	if (rc == 0)
		return;
	batch->failures++;
	batch->fatal = is_fatal(rc);
	log_event(LOG_ERROR, "batch failed", "error=%d fatal=%d", -rc, batch->fatal);
}

static void one_batch(struct batch *batch)
{
	struct batch_item *first = batch->first, *next;
	int64_t began_us = clock_monotonic_us();
	batch->first = NULL;
	batch->last = &batch->first;
	batch->waiting = 0;
	int rc = run_all(batch, first);
	account(batch, rc, began_us);
	crash_point("after_commit");
	for (struct batch_item *item = first; item; item = next) {
		next = item->next;
		item->done(item, rc != 0 ? rc : item->result);
	}
	crash_point("after_replies");
	if (rc == 0)
		batch->fatal = is_fatal(db_checkpoint(batch->db));
}

void batch_turn(struct batch *batch)
{
	while (batch->first && !batch->fatal)
		one_batch(batch);
	/* Nothing that still waits will be written: it learns so, and nobody waits for ever. */
	for (struct batch_item *item = batch->first, *next; batch->fatal && item; item = next) {
		next = item->next;
		batch->first = next;
		item->done(item, -EIO);
	}
	if (!batch->first)
		batch->last = &batch->first, batch->waiting = 0;
}
