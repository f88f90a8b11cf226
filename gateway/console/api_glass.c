/* The broken glass: a case of another office is opened for an hour, and a second person looks at why (console.md 1.2). */
#include "gateway/console/queue.h"

#include "db/contact.h"
#include "db/glass.h"
#include "db/ledger.h"

#include <errno.h>
#include <string.h>

static int write_glass(struct call *call, struct gateway *g, struct db *db)
{
	struct contact who;
	struct glass glass = { .staff_id = call->session.staff_id, .contact_id = call->seen.contact_id, .at = call->now_ms,
			       .until = call->now_ms + GLASS_MS, .user = call->session.user, .ref = call->seen.ref,
			       .reason = json_get_str(call->body, "reason") };
	(void)g;
	int rc = contact_by_id(db, glass.contact_id, &who);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	rc = glass_add(db, &glass, &who.key);
	seal_key_forget(&who.key);
	if (rc == 0)
		rc = case_opened_put(db, glass.staff_id, glass.ref, glass.until);
	return rc != 0 ? rc : audit_add(db, call->now_ms, glass.user, STR("case.glass"), glass.ref, glass.reason);
}

void api_glass(struct call *call)
{
	struct str reason;
	if (!call_text(call, "reason", 8, 500, false, &reason))
		return;
	if (call->seen.by_glass)
		call_write(call, write_glass, call_empty);
	else
		call_refuse(call, 409, "conflict", "open-to-you", "This case is open to you as it is.");
}

/* ---- the second person: managers see all of them, protection those whose cases are its own.  ?4: sees all */

#define GLASS_MINE "(?4 OR " POLICY_CASE_MINE ")"

void api_glass_list(struct call *call)
{
	static const char sql[] = "SELECT g.glass_id, g.case_ref AS ref, c.office, g.user AS \"by\", f.name AS by_name,"
		" f.offices AS \"w:by_offices\", g.at, g.until AS open_until, unseal('glass.reason', g.glass_id, g.contact_id, g.reason)"
		" AS reason, g.reviewed_by, g.reviewed_at, g.finding, (g.reviewed_at IS NULL AND g.user <> ?3 COLLATE NOCASE) AS"
		" \"b:may_review\" FROM main.glass g JOIN main.cases c ON c.ref = g.case_ref LEFT JOIN main.staff f USING (staff_id)"
		" WHERE " GLASS_MINE " AND g.glass_id < ?5 AND (g.reviewed_at IS NULL) = (?6 = 0) ORDER BY g.glass_id DESC LIMIT ?7";
	struct str after[1], state = call_query(call, "state");
	uint64_t before = INT64_MAX;
	if (call_query(call, "after").at && (!call_after(call, 1, after) || !str_to_u64(after[0], &before) || before > INT64_MAX)) {
		call_bad(call, "after", "This is no cursor.");
		return;
	}
	int64_t limit = call_limit(call);
	json_t *items = ROWS(call, sql, POLICY_CASE_VALUES(call), cell_of_i64(call_may(call, ROLE_MANAGER)),
			     cell_of_i64((int64_t)before), cell_of_i64(str_eq_z(state, "reviewed")), cell_of_i64(limit));
	call_read(call, "glass.read", STR("list"), rows_page(items, "glass_id", limit));
}

int64_t glass_waiting(struct call *call)
{
	static const char sql[] = "SELECT count(*) FROM main.glass g JOIN main.cases c ON c.ref = g.case_ref WHERE g.reviewed_at IS NULL"
		" AND g.user <> ?3 COLLATE NOCASE AND " GLASS_MINE;
	if (!call_may(call, ROLE_PROTECTION | ROLE_MANAGER))
		return 0;
	int64_t n = NUMBER_OF(call, sql, POLICY_CASE_VALUES(call), cell_of_i64(call_may(call, ROLE_MANAGER)));
	return n < 0 ? 0 : n;
}

static int write_review(struct call *call, struct gateway *g, struct db *db)
{
	struct str finding = json_get_str(call->body, "finding"), reason = json_get_str(call->body, "reason");
	(void)g;
	int rc = glass_review(db, call->id, call->session.user, finding, call->now_ms);
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, str_eq_z(finding, "RIGHT") ? STR("glass.right") :
					STR("glass.wrong"), call->seen.ref, reason.at ? reason : STR(""));
}

void api_glass_review(struct call *call)
{
	static const char sql[] = "SELECT g.case_ref FROM main.glass g JOIN main.cases c ON c.ref = g.case_ref WHERE " GLASS_MINE
		" AND g.glass_id = ?5 AND g.user <> ?3 COLLATE NOCASE";
	struct str finding, reason;
	struct cell values[] = { POLICY_CASE_VALUES(call), cell_of_i64(call_may(call, ROLE_MANAGER)), cell_of_i64(call->id) };
	if (!call_text(call, "finding", 5, 5, false, &finding) || !call_text(call, "reason", 0, 500, true, &reason))
		return;
	if (!str_eq_z(finding, "RIGHT") && !str_eq_z(finding, "WRONG")) {
		call_bad(call, "finding", "RIGHT or WRONG.");
		return;
	}
	call->seen.ref = rows_text(call, sql, values, sizeof values / sizeof *values);
	if (call->seen.ref.at)
		call_write(call, write_review, call_empty);
	else
		call_not_found(call);
}
