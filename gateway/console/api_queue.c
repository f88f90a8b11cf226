/* The queue: class P1 to P4, then who waits longest (domain.md 6.1; console.md 1.3.1).
 *
 * waiting_since is the first word of the person that no human has answered: neither the gateway's own replies nor its
 * conversations clear it, only an SMS of the staff or a call that reached the person. */
#include "gateway/console/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_READ "ifnull((SELECT r.message_id FROM main.case_read r WHERE r.staff_id = ?5 AND r.case_ref = c.ref), 0)"
#define UNREAD "(SELECT count(*) FROM main.message m WHERE m.contact_id = c.contact_id AND m.direction = 'in' AND m.message_id > " \
	LAST_READ ")"
#define IS_UNREAD "q.last_in > " LAST_READ
#define OPEN_CASES "temp.queue_now q JOIN main.cases c ON c.rowid = q.case_row"
#define FILTER_VALUES(call, folder) \
	POLICY_CASE_VALUES(call), cell_of_i64((call)->now_ms), cell_of_i64((call)->session.staff_id), cell_of_text(folder), \
		cell_of_text(word_or_null(call_query(call, "office"))), cell_of_text(word_or_null(call_query(call, "status"))), \
		cell_of_text(word_or_null(call_query(call, "priority"))), cell_of_text(word_or_null(call_query(call, "direction"))), \
		cell_of_i64(call_query(call, "unread").len > 0)
/* ?4 now */
#define LATER "(ifnull(c.snoozed_until, 0) > ?4 AND q.last_in <= c.snoozed_after AND NOT q.overdue AND NOT EXISTS (SELECT 1" \
	" FROM main.alert a WHERE a.case_ref = c.ref AND a.closed_at IS NULL AND a.alert_id > c.snoozed_after))"
/* ?6 folder; ?7 office; ?8 status; ?9 priority; ?10 direction; ?11 unread only */
#define FILTERS "(?6 = 'later') = " LATER " AND (?6 IN ('all', 'later') OR (?6 = 'mine' AND c.assigned_to = ?3)" \
	" OR (?6 = 'unassigned' AND c.assigned_to IS NULL) OR (?6 = 'overdue' AND q.overdue))" \
	" AND (?7 IS NULL OR c.office = ?7) AND (?8 IS NULL OR c.status = ?8) AND (?9 IS NULL OR c.priority = ?9)" \
	" AND (?10 IS NULL OR c.direction = ?10) AND (?11 = 0 OR " IS_UNREAD ")"
#define IN_ORDER " ORDER BY q.priority, q.waiting, q.ref LIMIT "

static const char queue_sql[] =
	"SELECT q.ref, q.priority, nullif(q.waiting, " QUEUE_NEVER ") AS waiting_since, c.status, c.direction,"
	" unseal('contact.name', c.contact_id, c.contact_id, p.name) AS name, p.language, c.call_language, c.call_time, c.contact_pref,"
	" c.nationality, c.return_country, c.region, c.city, c.office, c.assigned_to, c.children, " UNREAD " AS unread,"
	" (SELECT count(*) FROM main.alert a WHERE a.case_ref = c.ref AND a.closed_at IS NULL AND ifnull(a.role, '') <> 'psea'"
	"  AND (?2 OR ifnull(a.role, '') <> 'protection')) AS alerts_open,"
	" (SELECT count(*) FROM main.task t WHERE t.case_ref = c.ref AND t.done_at IS NULL) AS tasks_open,"
	" q.overdue AS \"b:overdue\","
	" (SELECT max(m.created_at) FROM main.message m WHERE m.contact_id = c.contact_id) AS last_message_at, c.updated_at"
	" FROM " OPEN_CASES " JOIN main.contact p USING (contact_id) WHERE " QUEUE_OPEN_CASE " AND " POLICY_CASE_MINE
	" AND " FILTERS " AND (q.priority, q.waiting, q.ref) > (?12, ?13, ?14)" IN_ORDER "?15";

/* ---- why a case stands where it stands */

static const struct { const char *kind, *reason; } reasons[] = {
	{ "MINOR", "CHILD" }, { "URGENT_NEED", "URGENT_NEED" }, { "KEYWORD_URGENT", "KEYWORD_URGENT" }, { "FEAR", "FEAR" },
	{ "DANGER_WORD", "DANGER_WORD" }, { "COMPLAINT_FRAUD", "COMPLAINT" }, { "COMPLAINT_PSEA", "COMPLAINT" },
	{ "COMPLAINT", "COMPLAINT" }, { "CHECKIN", "CHECKIN" }, { "NUMBER_CLAIM", "NUMBER" }, { "UNREADABLE", "UNREADABLE" },
	{ "WRONG_PERSON", "REVIEW" }, { "REVIEW", "REVIEW" }, { "QUALITY", "REVIEW" },
};

static void add_reason(json_t *all, const char *reason)
{
	json_t *one;
	size_t i;
	json_array_foreach(all, i, one)
		if (str_eq_z(json_str(one), reason))
			return;
	(void)json_array_append_new(all, json_string(reason));
}

json_t *queue_reasons(struct call *call, struct str ref, int64_t children, bool waits)
{
	static const char sql[] = "SELECT unseal('alert.kind', a.alert_id, a.contact_id, a.kind) AS kind FROM main.alert a"
		" WHERE a.case_ref = ?1 AND a.closed_at IS NULL AND ifnull(a.role, '') <> 'psea' AND (?2 OR ifnull(a.role, '') <> 'protection')"
		" ORDER BY a.level = 'URGENT' DESC, a.raised_at LIMIT 20";
	json_t *kinds = ROWS(call, sql, cell_of_text(ref), cell_of_i64(call_may(call, ROLE_PROTECTION)));
	json_t *all = json_array(), *row;
	size_t i;
	json_array_foreach(kinds, i, row)
		for (size_t k = 0; k < sizeof reasons / sizeof *reasons; k++)
			if (str_eq_z(json_get_str(row, "kind"), reasons[k].kind))
				add_reason(all, reasons[k].reason);
	json_decref(kinds);
	if (children > 0)
		add_reason(all, "CHILDREN");
	if (waits)
		add_reason(all, "WAITING");
	return all;
}

static void add_reasons(struct call *call, json_t *items)
{
	json_t *one;
	size_t i;
	json_array_foreach(items, i, one) {
		bool waits = !json_is_null(json_object_get(one, "waiting_since"));
		(void)json_object_set_new(one, "reasons", queue_reasons(call, json_get_str(one, "ref"),
					  json_integer_value(json_object_get(one, "children")), waits));
	}
}

/* ---- pages */

static struct str word_or_null(struct str s)
{
	return s.len ? s : (struct str){ NULL, 0 };
}

/* The next page begins behind the last row: "P2~1764321000000~12345674". */
static json_t *next_of(struct call *call, json_t *items, int64_t limit)
{
	static const char sql[] = "SELECT q.priority || '~' || q.waiting || '~' || q.ref FROM temp.queue_now q WHERE q.priority = ?1"
		" AND q.ref = ?2";
	if ((int64_t)json_array_size(items) < limit)
		return json_null();
	const json_t *last = json_array_get(items, json_array_size(items) - 1);
	struct cell place[] = { cell_of_text(json_get_str(last, "priority")), cell_of_text(json_get_str(last, "ref")) };
	struct str next = rows_text(call, sql, place, 2);
	return next.at ? json_from_str(next) : json_null();
}

static json_t *counts(struct call *call)
{
	static const char of_cases[] = "SELECT count(*) FILTER (WHERE c.assigned_to = ?3 AND NOT " LATER ") AS mine,"
		" count(*) FILTER (WHERE c.assigned_to IS NULL AND NOT " LATER ") AS unassigned, count(*) FILTER (WHERE q.overdue) AS overdue,"
		" count(*) FILTER (WHERE NOT " LATER ") AS \"all\", count(*) FILTER (WHERE " LATER ") AS later,"
		" count(*) FILTER (WHERE " IS_UNREAD ") AS unread FROM " OPEN_CASES " WHERE " QUEUE_OPEN_CASE " AND "
		POLICY_CASE_MINE;
	static const char of_alerts[] = "SELECT count(*) FROM main.alert a LEFT JOIN main.cases c ON c.ref = a.case_ref"
		" WHERE a.closed_at IS NULL AND ?4 = ?4 AND " POLICY_ALERT_MINE;
	static const char of_tasks[] = "SELECT count(*) FROM main.task t LEFT JOIN main.cases c ON c.ref = t.case_ref"
		" WHERE t.done_at IS NULL AND ?4 = ?4 AND " POLICY_TASK_MINE;
	bool cases = call_may(call, ROLE_COUNSELLOR | ROLE_PROTECTION);
	json_t *all = cases ? ROW(call, of_cases, POLICY_CASE_VALUES(call), cell_of_i64(call->now_ms), cell_of_i64(call->session.staff_id))
			    : json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "mine", 0, "unassigned", 0, "overdue", 0, "all", 0, "later", 0,
					"unread", 0);
	int64_t alerts = NUMBER_OF(call, of_alerts, POLICY_CASE_VALUES(call), cell_of_i64(0), cell_of_i64(call->session.roles));
	int64_t tasks = NUMBER_OF(call, of_tasks, POLICY_CASE_VALUES(call), cell_of_i64(0), cell_of_i64(call->session.roles));
	if (!all)
		return NULL;
	(void)json_object_set_new(all, "alerts", json_integer(alerts < 0 ? 0 : alerts));
	(void)json_object_set_new(all, "tasks", json_integer(tasks < 0 ? 0 : tasks));
	(void)json_object_set_new(all, "approvals", json_integer(approvals_waiting(call)));
	(void)json_object_set_new(all, "glass", json_integer(glass_waiting(call)));
	return all;
}

void api_counts(struct call *call)
{
	call_answer(call, 200, queue_now(call) ? counts(call) : NULL);
}

/* Cases that were this person's, that nothing was done about, and that nobody has taken since. */
static json_t *given_back(struct call *call)
{
	static const char sql[] = "SELECT e.case_ref AS ref, e.at FROM main.case_event e JOIN main.cases c ON c.ref = e.case_ref WHERE"
		" e.was = ?3 AND e.at > ?4 AND e.field = 'assigned_to' AND e.actor = 'wasl' AND e.became IS NULL AND c.assigned_to IS NULL"
		" AND c.status NOT IN ('CLOSED', 'WITHDRAWN') AND " POLICY_CASE_MINE " ORDER BY e.at DESC LIMIT 20";
	enum { DAYS = 7 };
	json_t *all = ROWS(call, sql, POLICY_CASE_VALUES(call), cell_of_i64(call->now_ms - (int64_t)DAYS * 24 * 3600 * 1000));
	return all ? all : json_array();
}

static bool is_folder(struct str s)
{
	return str_eq_z(s, "all") || str_eq_z(s, "mine") || str_eq_z(s, "unassigned") || str_eq_z(s, "overdue") ||
	       str_eq_z(s, "later");
}

void api_queue(struct call *call)
{
	struct str folder = call_query(call, "folder"), after[3] = { STR(""), STR("0"), STR("") };
	uint64_t waiting = 0;
	if (!folder.len)
		folder = STR("all");
	if (!is_folder(folder)) { /* it stands in the audit, where nobody may write what he likes */
		call_bad(call, "folder", "mine, unassigned, overdue, later or all.");
		return;
	}
	if (call_query(call, "after").at && (!call_after(call, 3, after) || !str_to_u64(after[1], &waiting))) {
		call_bad(call, "after", "This is no cursor.");
		return;
	}
	int64_t limit = call_limit(call);
	bool there = queue_now(call);
	json_t *items = !there ? NULL : ROWS(call, queue_sql, FILTER_VALUES(call, folder),
			     cell_of_text(after[0]), cell_of_i64((int64_t)waiting), cell_of_text(after[2]), cell_of_i64(limit));
	json_t *numbers = items ? counts(call) : NULL;
	if (!numbers) {
		json_decref(items);
		call_answer(call, 200, NULL);
		return;
	}
	add_reasons(call, items);
	json_t *answer = json_object();
	(void)json_object_set_new(answer, "next", next_of(call, items, limit));
	(void)json_object_set_new(answer, "items", items);
	(void)json_object_set_new(answer, "counts", numbers);
	(void)json_object_set_new(answer, "given_back", given_back(call));
	call_read(call, "queue.read", folder, answer);
}

/* The references of all that match, for whoever wants to do something to them all. */
json_t *queue_matching(struct call *call, int64_t most)
{
	static const char list_sql[] = "SELECT q.ref FROM " OPEN_CASES " WHERE " QUEUE_OPEN_CASE " AND " POLICY_CASE_MINE
		" AND " FILTERS IN_ORDER "?12";
	static const char count_sql[] = "SELECT count(*) FROM " OPEN_CASES " WHERE " QUEUE_OPEN_CASE " AND "
		POLICY_CASE_MINE " AND " FILTERS;
	struct str folder = call_query(call, "folder").len ? call_query(call, "folder") : STR("all");
	char hash[40];
	size_t i;
	bool there = queue_now(call);
	json_t *one, *refs = json_array(), *rows = there ? ROWS(call, list_sql, FILTER_VALUES(call, folder), cell_of_i64(most)) : NULL;
	json_array_foreach(rows, i, one)
		(void)json_array_append(refs, json_object_get(one, "ref"));
	char *text = rows ? json_dumps(refs, JSON_COMPACT) : NULL;
	json_decref(rows);
	if (!text) {
		json_decref(refs);
		return NULL;
	}
	call_etag(str_of(text), hash);
	free(text);
	int64_t count = NUMBER_OF(call, count_sql, FILTER_VALUES(call, folder));
	json_t *answer = json_pack("{s:o, s:I}", "refs", refs, "count", (json_int_t)count);
	json_put_str(answer, "hash", str_slice(str_of(hash), 1, strlen(hash) - 1));
	return answer;
}
