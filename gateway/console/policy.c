/* Who may: one table of routes with the roles of domain.md 6.4 and what of it must be the caller's.  What is not in the table
 * does not exist; a role that is not in the row, and an object that is not one's own, look the same: 404. */
#include "gateway/console/handlers.h"

#include <string.h>

enum { CASE = ROLE_COUNSELLOR | ROLE_PROTECTION, JOBS = ROLE_ME | ROLE_MANAGER | ROLE_PROTECTION };

#define FLOIP_PATH "/flow-results/packages" /* the standard's own, below /api/v1 */

const struct route routes[] = {
	{ HTTP_GET, "/openapi.json", 0, SCOPE_NONE, api_openapi, NULL },
	{ HTTP_GET, "/session", ROLE_ANY, SCOPE_NONE, api_session, NULL },
	{ HTTP_POST, "/session", 0, SCOPE_NONE, api_sign_in, NULL },
	{ HTTP_DELETE, "/session", ROLE_ANY, SCOPE_NONE, api_sign_out, NULL },
	{ HTTP_PATCH, "/session", ROLE_ANY, SCOPE_NONE, api_preferences, NULL },
	{ HTTP_POST, "/session/extend", ROLE_ANY, SCOPE_NONE, api_extend, NULL },
	{ HTTP_POST, "/session/confirm", ROLE_ANY, SCOPE_NONE, api_confirm, NULL },
	{ HTTP_POST, "/session/password", ROLE_ANY, SCOPE_NONE, api_password, NULL },
	{ HTTP_POST, "/session/totp", ROLE_ANY | FRESH, SCOPE_NONE, api_totp_begin, NULL },
	{ HTTP_PUT, "/session/totp", ROLE_ANY | FRESH, SCOPE_NONE, api_totp_end, NULL },
	{ HTTP_POST, "/session/recovery", ROLE_ANY | FRESH, SCOPE_NONE, api_recovery, NULL },
	{ HTTP_POST, "/session/demo", 0, SCOPE_NONE, api_demo, NULL },
	{ HTTP_POST, "/enrol/look", 0, SCOPE_NONE, api_enrol_look, NULL },
	{ HTTP_POST, "/enrol", 0, SCOPE_NONE, api_enrol, NULL },
	{ HTTP_GET, "/events", ROLE_ANY, SCOPE_NONE, api_events, NULL },
	{ HTTP_GET, "/lists", ROLE_ANY, SCOPE_NONE, api_lists, NULL },
	{ HTTP_GET, "/queue", CASE, SCOPE_NONE, api_queue, NULL },
	{ HTTP_GET, "/queue/matching", CASE, SCOPE_NONE, api_matching, NULL },
	{ HTTP_POST, "/queue/bulk", CASE, SCOPE_NONE, api_bulk, NULL },
	{ HTTP_GET, "/counts", ROLE_ANY, SCOPE_NONE, api_counts, NULL },
	{ HTTP_GET, "/cases/{ref}", CASE, SCOPE_CASE, api_case, NULL },
	{ HTTP_PATCH, "/cases/{ref}", CASE, SCOPE_CASE, api_case_set, NULL },
	{ HTTP_GET, "/cases/{ref}/timeline", CASE, SCOPE_CASE, api_timeline, NULL },
	{ HTTP_POST, "/cases/{ref}/assign", CASE, SCOPE_CASE, api_assign, NULL },
	{ HTTP_GET, "/cases/{ref}/colleagues", CASE, SCOPE_CASE, api_colleagues, NULL },
	{ HTTP_POST, "/cases/{ref}/read", CASE, SCOPE_CASE, api_read, NULL },
	{ HTTP_POST, "/cases/{ref}/messages", CASE, SCOPE_CASE, api_send, NULL },
	{ HTTP_DELETE, "/cases/{ref}/messages/{id}", CASE, SCOPE_CASE, api_undo, NULL },
	{ HTTP_POST, "/cases/{ref}/messages/{id}/retry", CASE, SCOPE_CASE, api_retry, NULL },
	{ HTTP_GET, "/cases/{ref}/draft", CASE, SCOPE_CASE, api_draft, NULL },
	{ HTTP_PUT, "/cases/{ref}/draft", CASE, SCOPE_CASE, api_draft_put, NULL },
	{ HTTP_POST, "/cases/{ref}/presence", CASE, SCOPE_CASE, api_presence, NULL },
	{ HTTP_GET, "/cases/{ref}/phone", CASE, SCOPE_CASE, api_phone, NULL },
	{ HTTP_POST, "/cases/{ref}/break-glass", CASE, SCOPE_CASE_GLASS, api_glass, NULL },
	{ HTTP_POST, "/cases/{ref}/calls", CASE, SCOPE_CASE, api_call, NULL },
	{ HTTP_POST, "/cases/{ref}/notes", CASE, SCOPE_CASE, api_act, "case.note" },
	{ HTTP_POST, "/cases/{ref}/consents", CASE, SCOPE_CASE, api_act, "case.consent" },
	{ HTTP_POST, "/cases/{ref}/referrals", CASE, SCOPE_CASE, api_act, "referral.add" },
	{ HTTP_POST, "/cases/{ref}/appointments", CASE, SCOPE_CASE, api_act, "appointment.add" },
	{ HTTP_POST, "/cases/{ref}/snooze", CASE, SCOPE_CASE, api_act, "case.snooze" },
	{ HTTP_GET, "/cases/{ref}/checkin", CASE, SCOPE_CASE, api_checkin, NULL },
	{ HTTP_POST, "/cases/{ref}/checkin", CASE, SCOPE_CASE, api_act, "case.checkin" },
	{ HTTP_POST, "/cases/{ref}/tasks", CASE, SCOPE_CASE, api_act, "task.add" },
	{ HTTP_POST, "/cases/{ref}/sessions", CASE, SCOPE_CASE, api_act, "session.invite" },
	{ HTTP_POST, "/cases/{ref}/erase", CASE, SCOPE_CASE, api_act, "erase.ask" },
	{ HTTP_POST, "/cases/{ref}/number", CASE, SCOPE_CASE, api_act, "number.request" },
	{ HTTP_POST, "/cases/{ref}/merge", CASE, SCOPE_CASE, api_merge, "merge.ask" },
	{ HTTP_GET, "/alerts", CASE | ROLE_PSEA, SCOPE_NONE, api_alerts, NULL },
	{ HTTP_POST, "/alerts/{id}/{act}", CASE | ROLE_PSEA, SCOPE_ALERT, api_act, "alert.* take release close" },
	{ HTTP_GET, "/tasks", CASE, SCOPE_NONE, api_tasks, NULL },
	{ HTTP_POST, "/tasks/{id}/{act}", CASE, SCOPE_TASK, api_act, "task.* take release done" },
	{ HTTP_POST, "/search", CASE, SCOPE_NONE, api_search, NULL },
	{ HTTP_POST, "/text/measure", CASE, SCOPE_NONE, api_measure, NULL },
	{ HTTP_GET, "/canned", CASE | ROLE_PSEA | ROLE_ADMIN, SCOPE_NONE, api_canned, NULL },
	{ HTTP_POST, "/canned", ROLE_ADMIN, SCOPE_NONE, api_canned_add, NULL },
	{ HTTP_PUT, "/canned/{id}", ROLE_ADMIN, SCOPE_NONE, api_canned_change, NULL },
	{ HTTP_DELETE, "/canned/{id}", ROLE_ADMIN, SCOPE_NONE, api_canned_delete, NULL },
	{ HTTP_GET, "/approvals", CASE | ROLE_MANAGER, SCOPE_NONE, api_approvals, NULL },
	{ HTTP_POST, "/approvals/{id}", ROLE_PROTECTION | ROLE_MANAGER | FRESH, SCOPE_NONE, api_decide, NULL },
	{ HTTP_GET, "/glass", ROLE_PROTECTION | ROLE_MANAGER, SCOPE_NONE, api_glass_list, NULL },
	{ HTTP_POST, "/glass/{id}/review", ROLE_PROTECTION | ROLE_MANAGER, SCOPE_NONE, api_glass_review, NULL },
	{ HTTP_GET, "/users", ROLE_ADMIN, SCOPE_NONE, api_users, NULL },
	{ HTTP_POST, "/users", ROLE_ADMIN | FRESH, SCOPE_NONE, api_user_add, NULL },
	{ HTTP_PATCH, "/users/{name}", ROLE_ADMIN | FRESH, SCOPE_NONE, api_user_change, NULL },
	{ HTTP_POST, "/users/{name}/reset", ROLE_ADMIN | FRESH, SCOPE_NONE, api_user_reset, NULL },
	{ HTTP_DELETE, "/users/{name}/sessions", ROLE_ADMIN, SCOPE_NONE, api_user_sessions_end, NULL },
	{ HTTP_GET, "/settings", ROLE_ADMIN | ROLE_MANAGER | ROLE_OPERATOR, SCOPE_NONE, api_settings, NULL },
	{ HTTP_PATCH, "/settings", ROLE_ADMIN, SCOPE_NONE, api_settings_change, NULL },
	{ HTTP_GET, "/holidays", ROLE_ADMIN | ROLE_MANAGER, SCOPE_NONE, api_holidays, NULL },
	{ HTTP_POST, "/holidays", ROLE_ADMIN, SCOPE_NONE, api_act, "holiday.add" },
	{ HTTP_POST, "/holidays/remove", ROLE_ADMIN, SCOPE_NONE, api_act, "holiday.remove" },
	{ HTTP_GET, "/channels", ROLE_ADMIN | ROLE_OPERATOR | ROLE_MANAGER, SCOPE_NONE, api_channels, NULL },
	{ HTTP_GET, "/flows", ROLE_ANY, SCOPE_NONE, api_flows, NULL },
	{ HTTP_GET, "/flows/{name}", ROLE_ANY, SCOPE_NONE, api_flow, NULL },
	{ HTTP_GET, "/dashboard", CASE | ROLE_ME | ROLE_MANAGER, SCOPE_NONE, api_dashboard, NULL },
	{ HTTP_GET, "/reports", JOBS, SCOPE_NONE, api_reports, NULL },
	{ HTTP_POST, "/reports", JOBS, SCOPE_NONE, api_report, NULL },
	{ HTTP_GET, "/exports", ROLE_MANAGER, SCOPE_NONE, api_exports, NULL },
	{ HTTP_POST, "/exports", ROLE_MANAGER | FRESH, SCOPE_NONE, api_export, NULL },
	{ HTTP_GET, "/jobs", JOBS | ROLE_AUDITOR, SCOPE_NONE, api_jobs, NULL },
	{ HTTP_GET, "/jobs/{name}", JOBS | ROLE_AUDITOR, SCOPE_NONE, api_job, NULL },
	{ HTTP_GET, "/jobs/{name}/result", JOBS | ROLE_AUDITOR, SCOPE_NONE, api_job_result, NULL },
	{ HTTP_GET, FLOIP_PATH, ROLE_MANAGER, SCOPE_NONE, api_packages, NULL },
	{ HTTP_GET, FLOIP_PATH "/{name}", ROLE_MANAGER, SCOPE_NONE, api_package, NULL },
	{ HTTP_GET, FLOIP_PATH "/{name}/responses", ROLE_MANAGER, SCOPE_NONE, api_responses, NULL },
	{ HTTP_GET, "/audit", ROLE_AUDITOR, SCOPE_NONE, api_audit, NULL },
	{ HTTP_POST, "/audit/verify", ROLE_AUDITOR, SCOPE_NONE, api_audit_verify, NULL },
	{ 0, NULL, 0, SCOPE_NONE, NULL, NULL },
};

/* ---- roles */

static const char *const role_names[] = { "operator", "counsellor", "protection", "psea", "me", "manager", "admin", "auditor" };
enum { ROLES = sizeof role_names / sizeof *role_names };

const char *policy_role_name(unsigned bit)
{
	for (unsigned i = 0; i < ROLES; i++)
		if (bit == 1u << i)
			return role_names[i];
	return "";
}

unsigned policy_roles(struct str words)
{
	unsigned roles = 0;
	struct str word;
	while (str_split(&words, ' ', &word))
		for (unsigned i = 0; i < ROLES; i++)
			if (str_eq_z(word, role_names[i]))
				roles |= 1u << i;
	return roles;
}

/* ---- routes */

static bool take_part(struct call *call, struct str name, struct str value)
{
	uint64_t n;
	if (str_eq(name, STR("{ref}"))) {
		call->seen.ref = value;
		return value.len == 8 && str_to_u64(value, &n);
	}
	if (str_eq(name, STR("{id}"))) {
		bool good = value.len < 19 && str_to_u64(value, &n) && n > 0;
		call->id = good ? (int64_t)n : 0;
		return good;
	}
	if (str_eq(name, STR("{name}")))
		call->name = value;
	else
		call->act = value;
	for (size_t i = 0; i < value.len; i++)
		if (!value.at[i] || !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", value.at[i]))
			return false;
	return value.len > 0 && value.len <= 64;
}

static bool matches(struct call *call, const char *pattern, struct str path)
{
	struct str left = str_of(pattern), a, b;
	bool same = true;
	while (same && left.at && path.at) {
		(void)str_split(&left, '/', &a);
		(void)str_split(&path, '/', &b);
		same = str_starts(a, STR("{")) ? take_part(call, a, b) : str_eq(a, b);
	}
	return same && !left.at && !path.at;
}

static const struct route *route_of(struct call *call, struct str path, bool *other_method)
{
	*other_method = false;
	for (const struct route *r = routes; r->path; r++) {
		call->seen.ref = call->name = call->act = (struct str){ NULL, 0 };
		call->id = 0;
		if (!matches(call, r->path, path))
			continue;
		if (r->method == (call->request->method == HTTP_HEAD ? HTTP_GET : call->request->method))
			return r;
		*other_method = true;
	}
	return NULL;
}

/* ---- ownership */

static int take_case(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct call *call = user;
	(void)names, (void)columns;
	call->seen.contact_id = row[0].integer;
	call->seen.office = arena_str(&call->arena, row[1].kind == CELL_TEXT ? row[1].text : STR(""));
	call->seen.assigned_to = arena_str(&call->arena, row[2].kind == CELL_TEXT ? row[2].text : STR(""));
	call->seen.protected = row[3].integer != 0;
	call->seen.by_glass = row[4].integer == 0;
	return 0;
}

bool policy_case(struct call *call, struct str ref, bool glass)
{
	/* glass: the door that may be broken; it stays shut before who may not see protected ones at all */
	static const char sql[] = "SELECT c.contact_id, c.office, c.assigned_to, " POLICY_PROTECTED("c") ", " POLICY_CASE_MINE
		" FROM main.cases c WHERE c.ref = ?4"
		" AND (" POLICY_CASE_MINE " OR ((?2 OR NOT " POLICY_PROTECTED("c") ") AND (?5 OR EXISTS (SELECT 1 FROM main.case_opened o"
		" WHERE o.staff_id = ?6 AND o.case_ref = c.ref AND o.until > ?7))))";
	struct cell values[] = { POLICY_CASE_VALUES(call), cell_of_text(ref), cell_of_i64(glass), cell_of_i64(call->session.staff_id),
				 cell_of_i64(call->now_ms) };
	call->seen.contact_id = 0;
	call->seen.ref = ref;
	return call_may(call, CASE) && reader_ask(call->c->reader, sql, values, 7, take_case, call) == 0 && call->seen.contact_id != 0;
}

/* An alert is its role's: protection's and psea's are seen by them alone, the others by who may see the case, or the office. */
static bool owns_alert(struct call *call)
{
	static const char sql[] = "SELECT 1 FROM main.alert a LEFT JOIN main.cases c ON c.ref = a.case_ref WHERE a.alert_id = ?4 AND "
		POLICY_ALERT_MINE;
	return NUMBER_OF(call, sql, POLICY_CASE_VALUES(call), cell_of_i64(call->id), cell_of_i64(call->session.roles)) == 1;
}

static bool owns_task(struct call *call)
{
	static const char sql[] = "SELECT 1 FROM main.task t LEFT JOIN main.cases c ON c.ref = t.case_ref WHERE t.task_id = ?4 AND "
		POLICY_TASK_MINE;
	return NUMBER_OF(call, sql, POLICY_CASE_VALUES(call), cell_of_i64(call->id), cell_of_i64(call->session.roles)) == 1;
}

static bool owns(struct call *call)
{
	switch (call->route->scope) {
	case SCOPE_NONE: return true;
	case SCOPE_CASE: return policy_case(call, call->seen.ref, false);
	case SCOPE_CASE_GLASS: return policy_case(call, call->seen.ref, true);
	case SCOPE_ALERT: return owns_alert(call);
	case SCOPE_TASK: return owns_task(call);
	default: return false;
	}
}

bool policy_admit(struct call *call)
{
	bool other_method;
	call->json_api = str_starts(call->request->path, STR("/api/v1" FLOIP_PATH));
	call->route = route_of(call, str_from(call->request->path, sizeof "/api/v1" - 1), &other_method);
	bool known = call->json_api && package_token(call) ? true : session_find(call);
	if (!call->route) {
		if (other_method && known)
			call_problem(call, 405, "bad-request", "This is not done to it.");
		else
			call_not_found(call);
		return false;
	}
	if (call->route->roles && !known) {
		call_problem(call, 401, "no-session", "Nobody is signed in, or not any more.");
		return false;
	}
	if (!request_is_ours(call))
		return false;
	if (call->route->roles && !((call->session.roles & call->route->roles) && owns(call))) {
		call_not_found(call);
		return false;
	}
	bool fresh = call->now_ms - call->session.confirmed_at < FRESH_MS || call->session.demo; /* the demo's has no password */
	if (call->route->roles & FRESH && !fresh) {
		call_problem(call, 403, "password-again", "This needs your password again.");
		return false;
	}
	return true;
}
