#include "gateway/console/queue.h"

/* May take a tenth of the thread's time, and less than this always. */
enum { CHEAP_MS = 2, SHARE = 10, OLDEST_MS = 5000 };

static bool fresh_enough(const struct queue_state *q, int64_t version, int64_t now)
{
	int64_t age = now - q->made_ms;
	if (!q->made || age > OLDEST_MS || q->staff_wrote)
		return false;
	return version == q->version || (q->cost_ms >= CHEAP_MS && age < q->cost_ms * SHARE);
}

static int make(struct console *c, int64_t now_ms)
{
	static const char table[] = "CREATE TEMP TABLE IF NOT EXISTS queue_now (priority TEXT, waiting INTEGER, ref TEXT,"
		" case_row INTEGER, overdue INTEGER, last_in INTEGER, PRIMARY KEY (priority, waiting, ref)) WITHOUT ROWID";
	static const char empty[] = "DELETE FROM temp.queue_now";
	static const char order[] = "INSERT INTO temp.queue_now SELECT c.priority, ifnull(" QUEUE_WAITING ", " QUEUE_NEVER "),"
		" c.ref, c.rowid, EXISTS (SELECT 1 FROM main.alert a WHERE a.case_ref = c.ref AND a.closed_at IS NULL AND a.due_at < ?1)"
		" OR EXISTS (SELECT 1 FROM main.task t WHERE t.case_ref = c.ref AND t.done_at IS NULL AND t.due_at < ?1),"
		" ifnull((SELECT m.message_id FROM main.message m WHERE m.contact_id = c.contact_id AND m.direction = 'in'"
		"  ORDER BY m.message_id DESC LIMIT 1), 0) FROM main.cases c WHERE " QUEUE_OPEN_CASE;
	struct cell now = cell_of_i64(now_ms);
	int rc = c->queue.made ? 0 : reader_note(c->reader, table, NULL, 0);
	if (rc == 0)
		rc = reader_note(c->reader, empty, NULL, 0);
	return rc == 0 ? reader_note(c->reader, order, &now, 1) : rc;
}

bool queue_now(struct call *call)
{
	struct console *c = call->c;
	struct queue_state *q = &c->queue;
	int64_t began = clock_monotonic_ms(), version = reader_version(c->reader);
	if (version < 0)
		return false;
	if (fresh_enough(q, version, began))
		return true;
	bool made = make(c, call->now_ms) == 0;
	*q = (struct queue_state){ .made = made, .version = version, .made_ms = clock_monotonic_ms() };
	q->cost_ms = q->made_ms - began;
	return made;
}
