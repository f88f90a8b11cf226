/* What the queue and a case's page say in the same way. */
#ifndef GATEWAY_CONSOLE_QUEUE_H
#define GATEWAY_CONSOLE_QUEUE_H

#include "db/message.h"
#include "gateway/case_change.h"
#include "gateway/console/handlers.h"

/* Since when the person of case c waits, in ms; NULL: does not.  The first such word ends the search: a person who wrote much
 * costs no more than one who wrote little. */
#define QUEUE_WAITING \
	"(SELECT m.created_at FROM main.message m WHERE m.contact_id = c.contact_id AND m.direction = 'in' AND m.message_id >" \
	" ifnull((SELECT max(s.message_id) FROM main.message s WHERE s.contact_id = c.contact_id AND s.flow = 'staff'" \
	"  AND s.direction = 'out' AND s.status NOT IN ('cancelled', 'rejected', 'failed', 'expired')), 0) AND " MESSAGE_ASKS " AND" \
	" m.created_at > ifnull((SELECT max(t.done_at) FROM main.task t WHERE t.contact_id = c.contact_id AND t.outcome = 'REACHED'), 0)" \
	" ORDER BY m.message_id LIMIT 1)"
#define QUEUE_OPEN_CASE "c.status NOT IN ('CLOSED', 'WITHDRAWN')"

/* temp.queue_now, the order of all open cases, whoever may see them: priority, waiting (QUEUE_NEVER: nobody waits), ref, case_row
 * (cases.rowid), overdue, last_in (the newest message of the person).  A hundred desks that look at once ask it once.  It
 * is as new as the database while that costs next to nothing; where it costs more it may be a little behind the phones, and
 * never behind what staff did here.  false: the database does not answer. */
#define QUEUE_NEVER "9223372036854775807"
bool queue_now(struct call *call);

/* For many cases at once (api_bulk.c).  {"refs": at most that many in the order of the queue, "count": of all that match the
 * filters of the URL, "hash": of those references}; NULL: an error. */
json_t *queue_matching(struct call *call, int64_t most);
/* Inside an item, of call->seen: to a colleague who may see it, at == NULL: back to the queue; keys of `wasl case set`.  As the
 * routes of the one case do it: call->err says why not. */
int case_give(struct call *call, struct gateway *g, struct db *db, struct str to) __attribute__((warn_unused_result));
int case_keys_set(struct call *call, struct gateway *g, struct db *db, const struct case_assignment *set, size_t count,
		  struct str reason) __attribute__((warn_unused_result)); /* count: at most 32 */

/* Array of words of openapi.json's reasons. */
json_t *queue_reasons(struct call *call, struct str ref, int64_t children, bool waits);
/* The whole of call->seen as the page shows it; NULL: an error. */
json_t *case_json(struct call *call);
/* Broken glasses that this person may look at. */
int64_t glass_waiting(struct call *call);
/* Requests that this person may decide. */
int64_t approvals_waiting(struct call *call);

#endif
