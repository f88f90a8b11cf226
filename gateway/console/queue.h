/* What the queue and a case's page say in the same way. */
#ifndef GATEWAY_CONSOLE_QUEUE_H
#define GATEWAY_CONSOLE_QUEUE_H

#include "gateway/console/handlers.h"

/* Since when the person of case c waits, in ms; NULL: does not. */
#define QUEUE_WAITING \
	"(SELECT min(m.created_at) FROM main.message m WHERE m.contact_id = c.contact_id AND m.direction = 'in' AND m.message_id >" \
	" ifnull((SELECT max(s.message_id) FROM main.message s WHERE s.contact_id = c.contact_id AND s.flow = 'staff'" \
	"  AND s.direction = 'out' AND s.status NOT IN ('cancelled', 'rejected', 'failed', 'expired')), 0) AND m.created_at >" \
	" ifnull((SELECT max(t.done_at) FROM main.task t WHERE t.contact_id = c.contact_id AND t.outcome = 'REACHED'), 0))"

/* Array of words of openapi.json's reasons. */
json_t *queue_reasons(struct call *call, struct str ref, int64_t children, bool waits);
/* The whole of call->seen as the page shows it; NULL: an error. */
json_t *case_json(struct call *call);
/* Requests that this person may decide. */
int64_t approvals_waiting(struct call *call);

#endif
