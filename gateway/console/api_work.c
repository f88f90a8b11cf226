/* What is to be done: alerts, tasks, requests for a second person; and the acts of staff (gateway/act.h), which are the same
 * functions as the command line's, run in an item of the line thread. */
#include "gateway/console/queue.h"

#include "gateway/act.h"
#include "gateway/approval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists.  ?4: before this id; ?5: roles; ?6: state; ?7: level or kind; ?8: office; ?9: now; ?10: how many */

static const char alerts_sql[] = "SELECT a.alert_id, iif(ifnull(a.role, '') = 'psea' AND NOT ?5 & 8, NULL, a.case_ref) AS"
	" ref, a.level,"
	" unseal('alert.kind', a.alert_id, a.contact_id, a.kind) AS kind, unseal('alert.rule', a.alert_id, a.contact_id, a.rule) AS rule,"
	" a.office, a.role, a.raised_at, a.due_at, a.taken_by, a.taken_at, a.closed_at,"
	" (a.closed_at IS NULL AND a.due_at < ?9) AS \"b:overdue\", c.contact_pref FROM main.alert a"
	" LEFT JOIN main.cases c ON c.ref = a.case_ref WHERE a.alert_id < ?4 AND " POLICY_ALERT_MINE
	" AND CASE ?6 WHEN 'taken' THEN a.taken_by IS NOT NULL AND a.closed_at IS NULL WHEN 'closed' THEN a.closed_at IS NOT NULL"
	"  ELSE a.closed_at IS NULL END AND (?7 IS NULL OR a.level = ?7) AND (?8 IS NULL OR a.office = ?8)"
	" ORDER BY a.alert_id DESC LIMIT ?10";

static const char tasks_sql[] = "SELECT t.task_id, t.case_ref AS ref, t.kind, unseal('task.note', t.task_id, t.contact_id,"
	" t.note) AS note,"
	" t.office, t.role, t.due_at, t.taken_by, t.done_at, t.outcome, (t.done_at IS NULL AND t.due_at < ?9) AS \"b:overdue\""
	" FROM main.task t LEFT JOIN main.cases c ON c.ref = t.case_ref WHERE t.task_id < ?4 AND " POLICY_TASK_MINE
	" AND CASE ?6 WHEN 'taken' THEN t.taken_by IS NOT NULL AND t.done_at IS NULL WHEN 'done' THEN t.done_at IS NOT NULL"
	"  ELSE t.done_at IS NULL END AND (?7 IS NULL OR t.kind = ?7) AND (?8 IS NULL OR t.office = ?8)"
	" ORDER BY t.task_id DESC LIMIT ?10";

static struct str word_or_null(struct str s)
{
	return s.len ? s : (struct str){ NULL, 0 };
}

static void list(struct call *call, const char *sql, const char *id, const char *filter, const char *action)
{
	struct str after[1];
	uint64_t before = INT64_MAX;
	if (call_query(call, "after").at && (!call_after(call, 1, after) || !str_to_u64(after[0], &before) || before > INT64_MAX)) {
		call_bad(call, "after", "This is no cursor.");
		return;
	}
	int64_t limit = call_limit(call);
	json_t *items = ROWS(call, sql, POLICY_CASE_VALUES(call), cell_of_i64((int64_t)before), cell_of_i64(call->session.roles),
			     cell_of_text(call_query(call, "state")), cell_of_text(word_or_null(call_query(call, filter))),
			     cell_of_text(word_or_null(call_query(call, "office"))), cell_of_i64(call->now_ms), cell_of_i64(limit));
	call_read(call, action, STR("list"), rows_page(items, id, limit));
}

void api_alerts(struct call *call)
{
	list(call, alerts_sql, "alert_id", "level", "alerts.read");
}

void api_tasks(struct call *call)
{
	list(call, tasks_sql, "task_id", "kind", "tasks.read");
}

/* ---- a second person */

static const char approvals_sql[] = "SELECT approval_id, kind, object, state, unseal('approval.reason', approval_id,"
	" contact_id, reason) AS reason, unseal('approval.decision', approval_id, contact_id, decision) AS decision,"
	" iif(kind = 'MERGE', json_extract(unseal('approval.payload', approval_id, contact_id, payload), '$.other'), NULL) AS other,"
	" requested_by, requested_at, expires_at, decided_by, decided_at FROM main.approval p WHERE (?4 OR (p.requested_by = ?3"
	" COLLATE NOCASE AND (?2 OR NOT EXISTS (SELECT 1 FROM main.cases c WHERE c.ref = p.object AND " POLICY_PROTECTED("c")
	"))) OR EXISTS (SELECT 1 FROM main.cases c WHERE c.ref = p.object AND " POLICY_CASE_MINE "))"
	" ORDER BY state <> 'REQUESTED', approval_id DESC LIMIT 100";

/* "supervisor" is the programme's manager (domain.md 6.4 has no other). */
static bool may_decide(const struct call *call, struct str kind, struct str requested_by)
{
	const struct approval_kind *k = approval_kind_named(kind);
	if (!k || str_eq_nocase(requested_by, call->session.user))
		return false;
	return call_may(call, strcmp(k->right, "protection") == 0 ? ROLE_PROTECTION : ROLE_MANAGER);
}

static json_t *approvals(struct call *call)
{
	json_t *one, *all = ROWS(call, approvals_sql, POLICY_CASE_VALUES(call), cell_of_i64(call_may(call, ROLE_MANAGER)));
	size_t i;
	json_array_foreach(all, i, one) {
		bool open = str_eq_z(json_get_str(one, "state"), "REQUESTED");
		(void)json_object_set_new(one, "may_decide",
			json_boolean(open && may_decide(call, json_get_str(one, "kind"), json_get_str(one, "requested_by"))));
	}
	return all;
}

int64_t approvals_waiting(struct call *call)
{
	json_t *one, *all = call_may(call, ROLE_PROTECTION | ROLE_MANAGER) ? approvals(call) : NULL;
	int64_t n = 0;
	size_t i;
	json_array_foreach(all, i, one)
		n += json_is_true(json_object_get(one, "may_decide"));
	json_decref(all);
	return n;
}

void api_approvals(struct call *call)
{
	json_t *all = approvals(call);
	call_read(call, "approvals.read", STR("list"), all ? json_pack("{s:o}", "items", all) : NULL);
}

static int write_decision(struct call *call, struct gateway *g, struct db *db)
{
	(void)db;
	return approval_decide(g, call->id, json_is_true(json_object_get(call->body, "approve")), call->session.user,
			       json_get_str(call->body, "reason"), call->now_ms, &call->err);
}

static void decided(struct call *call)
{
	call_answer(call, 200, json_pack("{s:b}", "ok", 1));
}

void api_decide(struct call *call)
{
	struct str reason;
	if (!call_text(call, "reason", 1, 500, false, &reason))
		return;
	if (!json_is_boolean(json_object_get(call->body, "approve"))) {
		call_bad(call, "approve", "true or false.");
		return;
	}
	json_t *one, *all = approvals(call);
	bool may = false;
	size_t i;
	json_array_foreach(all, i, one)
		if (json_integer_value(json_object_get(one, "approval_id")) == call->id)
			may = json_is_true(json_object_get(one, "may_decide"));
	json_decref(all);
	if (may)
		call_write(call, write_decision, decided);
	else
		call_not_found(call);
}

/* ---- acts */

static void settle_act(struct letter *letter, struct gateway *g)
{
	((struct call *)letter)->act_settled(g);
}

static int run_act(struct call *call, struct gateway *g, struct db *db)
{
	struct str reason = json_get_str(call->body, "reason");
	struct act_call act = { .g = g, .db = db, .user = call->session.user, .reason = reason.at ? reason : STR(""),
				.now_ms = call->now_ms, .request = call->body, .answer = call->answer };
	int rc = act_run(call->audit, &act);
	call->err = act.err;
	call->act_settled = act.settled;
	call->letter.settled = act.settled ? settle_act : NULL;
	if (rc == 0 && act.refused) /* refused, and that is written */
		call->problem = "conflict", call->id = act.refused;
	else
		call->id = 0;
	return rc;
}

static void act_is_done(struct call *call)
{
	json_t *answer = call->answer;
	if (call->id) {
		call_problem(call, 409, "conflict", "It was not done.");
		return;
	}
	call->answer = NULL;
	call_answer(call, 200, answer);
}

/* ---- a call: ends the call-back it was for, or one that is made for it */

static int newest_call_back(struct call *call, struct db *db, int64_t *task_id)
{
	struct query q = db_query(db, SQL_TASK_CALL_BACK_OPEN);
	bind_text(&q, call->seen.ref);
	int rc = db_row(&q);
	*task_id = rc == 1 ? col_i64(&q, 0) : 0;
	if (rc == 1)
		db_done(&q);
	return rc < 0 ? rc : 0;
}

static int run_call(struct call *call, struct gateway *g, struct db *db)
{
	int64_t task_id = json_integer_value(json_object_get(call->body, "task_id"));
	int rc = task_id ? 0 : newest_call_back(call, db, &task_id);
	if (rc == 0 && !task_id) {
		(void)json_object_set_new(call->body, "kind", json_string("CALL_BACK"));
		call->audit = "task.add";
		rc = run_act(call, g, db);
		if (rc == 0)
			rc = newest_call_back(call, db, &task_id);
	}
	if (rc != 0 || call->id)
		return rc;
	(void)json_object_set_new(call->body, "id", json_integer(task_id));
	call->audit = "task.done";
	return run_act(call, g, db);
}

/* The task that is named must be one of this case. */
static bool names_own_task(struct call *call)
{
	static const char sql[] = "SELECT 1 FROM main.task WHERE task_id = ?1 AND case_ref = ?2";
	json_t *id = json_object_get(call->body, "task_id");
	return !json_is_integer(id) || NUMBER_OF(call, sql, cell_of_i64(json_integer_value(id)), cell_of_text(call->seen.ref)) == 1;
}

void api_call(struct call *call)
{
	struct str outcome;
	if (!call_text(call, "outcome", 1, 16, false, &outcome))
		return;
	call->answer = json_object();
	if (!names_own_task(call)) {
		call_not_found(call);
		return;
	}
	json_put_str(call->body, "ref", call->seen.ref);
	call_write(call, run_call, act_is_done);
}

/* The second case must be one's own to see, too; what is asked for stays a matter of the first. */
void api_merge(struct call *call)
{
	struct seen_case first = call->seen;
	struct str other;
	if (!call_text(call, "other", 8, 8, false, &other))
		return;
	bool sees = policy_case(call, other, false), by_glass = first.by_glass || call->seen.by_glass;
	call->seen = first;
	if (!sees)
		call_bad_because(call, "other", "not-found", "There is no such case, or it is not yours.");
	else if (by_glass) /* an hour behind broken glass must not become for ever */
		call_refuse(call, 403, "forbidden", "open-for-an-hour", "Not with a case that is open only for an hour.");
	else
		api_act(call);
}

void api_act(struct call *call)
{
	struct str named = str_of(call->route->act);
	char *name = call->extra = calloc(1, 96);
	if (!call->body)
		call->body = json_object();
	call->answer = json_object();
	if (!name || !call->body || !call->answer) {
		call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	struct buf b = buf_over(name, 95);
	struct str rest = named, word;
	(void)str_split(&rest, ' ', &word);
	bool open_ended = str_ends(word, STR("*")), known = !open_ended;
	buf_put(&b, open_ended ? str_slice(word, 0, word.len - 1) : word);
	if (open_ended)
		buf_put(&b, call->act);
	while (str_split(&rest, ' ', &word))
		known = known || str_eq(word, call->act);
	if (!known) { /* another act would take another object out of the body, and nobody has asked whose that is */
		call_not_found(call);
		return;
	}
	if (call->seen.ref.at)
		json_put_str(call->body, "ref", call->seen.ref);
	if (call->id)
		(void)json_object_set_new(call->body, "id", json_integer(call->id));
	call->audit = name;
	call_write(call, run_act, act_is_done);
}
