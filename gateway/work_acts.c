/* Taking, giving back and ending alerts and tasks. */
#include "gateway/acts.h"
#include "gateway/calendar.h"
#include "gateway/case_acts.h"
#include "gateway/push.h"
#include "gateway/task_outcome.h"

#include <errno.h>
#include <string.h>

enum { WORDS_MAX = 2000 };

static struct str object_of(struct act_call *call, const struct work *w, const char *what)
{
	struct buf b = buf_new(&call->db->arena, 64);
	if (w->case_ref[0])
		buf_put_z(&b, w->case_ref);
	else
		buf_printf(&b, "%s %lld", what, (long long)w->id);
	return buf_str(&b);
}

static int audit(struct act_call *call, const char *action, const struct work *w, const char *what)
{
	struct buf b = buf_new(&call->db->arena, 64);
	buf_printf(&b, "%s %lld", action, (long long)w->id);
	return act_audit(call, buf_str(&b), object_of(call, w, what));
}

/* Taken by somebody else: another may step in, and says why. */
static int may_touch(struct act_call *call, const struct work *w)
{
	if (w->over)
		return act_refuse(call, -EALREADY, "ended-already", "this was ended already");
	if (w->taken_by[0] && !str_eq(str_of(w->taken_by), call->user) && str_trim(call->reason).len == 0)
		return act_refuse(call, -EALREADY, "taken", "%s has taken this; to step in give a --reason", w->taken_by);
	return 0;
}

static int find_alert(struct act_call *call, struct work *w)
{
	int64_t id;
	int rc = act_id(call, "id", &id);
	if (rc == 0)
		rc = alert_get(call->db, id, w);
	else
		return rc;
	return rc == 1 ? may_touch(call, w) : rc < 0 ? rc : act_fail(call, -ENOENT, "there is no alert of this number");
}

static int find_task(struct act_call *call, struct work *w)
{
	int64_t id;
	int rc = act_id(call, "id", &id);
	if (rc == 0)
		rc = task_get(call->db, id, NULL, w);
	else
		return rc;
	return rc == 1 ? may_touch(call, w) : rc < 0 ? rc : act_fail(call, -ENOENT, "there is no task of this number");
}

static int alert_take(struct act_call *call)
{
	struct work w;
	int rc = find_alert(call, &w);
	if (rc == 0)
		rc = alert_taken(call->db, w.id, call->user, call->now_ms);
	return rc == 0 ? audit(call, "alert.take", &w, "alert") : rc;
}

static int alert_release(struct act_call *call)
{
	struct work w;
	int rc = find_alert(call, &w);
	if (rc == 0)
		rc = alert_taken(call->db, w.id, STR(""), call->now_ms);
	return rc == 0 ? audit(call, "alert.release", &w, "alert") : rc;
}

/* The key that seals what is said about this work; released by the caller. */
static int key_of(struct act_call *call, const struct work *w, struct contact *who)
{
	*who = (struct contact){ .key = call->db->vault.own };
	if (!w->contact_id)
		return 0;
	int rc = contact_by_id(call->db, w->contact_id, who);
	return rc == 1 ? 0 : rc < 0 ? rc : act_fail(call, -ENOENT, "the person of this work was erased");
}

static int close_alert(struct act_call *call)
{
	struct work w;
	struct contact who;
	struct str outcome, action;
	int rc = act_text(call, "outcome", 16, false, &outcome);
	if (rc == 0 && !str_eq_z(outcome, "HANDLED") && !str_eq_z(outcome, "FALSE_ALARM") && !str_eq_z(outcome, "REFERRED") &&
	    !str_eq_z(outcome, "DUPLICATE"))
		rc = act_fail(call, -EINVAL, "outcome: must be HANDLED, REFERRED, FALSE_ALARM or DUPLICATE");
	if (rc == 0)
		rc = act_text(call, "action", WORDS_MAX, true, &action);
	if (rc == 0)
		rc = find_alert(call, &w);
	if (rc == 0)
		rc = key_of(call, &w, &who);
	if (rc != 0)
		return rc;
	rc = alert_close(call->db, w.id, &who.key, call->user, outcome, action, call->now_ms);
	seal_key_forget(&who.key);
	return rc == 0 ? audit(call, "alert.close", &w, "alert") : rc;
}

static int take_task(struct act_call *call)
{
	struct work w;
	int rc = find_task(call, &w);
	if (rc == 0)
		rc = task_taken(call->db, w.id, call->user, call->now_ms);
	return rc == 0 ? audit(call, "task.take", &w, "task") : rc;
}

static int release_task(struct act_call *call)
{
	struct work w;
	int rc = find_task(call, &w);
	if (rc == 0)
		rc = task_taken(call->db, w.id, STR(""), call->now_ms);
	return rc == 0 ? audit(call, "task.release", &w, "task") : rc;
}

static int end_task(struct act_call *call, struct work *w, struct str outcome, struct str note)
{
	struct contact who;
	int rc = key_of(call, w, &who);
	if (rc == 0)
		rc = task_get(call->db, w->id, &who.key, w) == 1 ? 0 : -EUCLEAN; /* again, with its words */
	if (rc == 0)
		rc = task_done(call->db, w->id, &who.key, call->user, outcome, note, call->now_ms);
	if (rc == 0 && who.contact_id)
		rc = task_outcome_follow(call, w, &who, outcome);
	seal_key_forget(&who.key);
	return rc;
}

static int done_task(struct act_call *call)
{
	struct work w;
	struct str outcome, note;
	int rc = act_text(call, "outcome", 16, false, &outcome);
	if (rc == 0 && !task_outcome_known(outcome))
		rc = act_fail(call, -EINVAL, "outcome: must be REACHED, NO_ANSWER, WRONG_PERSON, NOT_SAFE, REFUSED or DONE");
	if (rc == 0)
		rc = act_text(call, "note", WORDS_MAX, true, &note);
	if (rc == 0)
		rc = find_task(call, &w);
	if (rc == 0)
		rc = end_task(call, &w, outcome, note);
	struct buf b = buf_new(&call->db->arena, 48);
	buf_put_z(&b, "task.done ");
	buf_put(&b, outcome);
	return rc == 0 ? act_audit(call, buf_str(&b), object_of(call, &w, "task")) : rc;
}

static int add(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct str kind, note;
	int64_t days = 1;
	int rc = act_text(call, "kind", 16, false, &kind);
	if (rc == 0 && !str_eq_z(kind, "CALL_BACK") && !str_eq_z(kind, "READ") && !str_eq_z(kind, "VERIFY_NUMBER") &&
	    !str_eq_z(kind, "OTHER"))
		rc = act_fail(call, -EINVAL, "kind: must be CALL_BACK, READ, VERIFY_NUMBER or OTHER");
	if (rc == 0)
		rc = act_text(call, "note", WORDS_MAX, true, &note);
	if (rc == 0 && json_object_get(call->request, "days"))
		rc = act_id(call, "days", &days);
	if (rc == 0 && days > 366)
		rc = act_refuse(call, -EINVAL, "day-range", "days: must be 1 to 366");
	if (rc == 0)
		rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	bool hidden = strcmp(row.status, "REFERRED_PROTECTION") == 0;
	struct task_row t = { .case_ref = str_of(row.ref), .kind = kind, .office = str_of(row.office), .note = note,
			      .role = hidden ? STR("protection") : STR("counsellor"), .contact_id = row.contact_id,
			      .created_at = call->now_ms, .due_at = call->now_ms + days * 24 * 3600 * 1000 };
	rc = task_add(call->db, &t, &who.key);
	seal_key_forget(&who.key);
	return rc == 0 ? act_audit(call, STR("task.add"), str_of(row.ref)) : rc;
}

/* "We tried to call you": quiet, in permitted hours; the counsellor decides that it is sent. */
static int missed(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	int64_t message_id;
	int rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	seal_key_forget(&who.key);
	struct push push = { .flow_state = STR("contact:MISSED"),
			     .due_ms = calendar_next_permitted(&call->g->config, str_of(who.country), call->now_ms) };
	rc = push.due_ms < 0 ? PUSH_FORBIDDEN : push_begin(call->g, who.contact_id, &push, call->now_ms, &message_id);
	if (rc > 0)
		return act_fail(call, -EPERM, "no text is sent: %s", push_why(rc));
	return rc == 0 ? act_audit(call, STR("case.missed"), str_of(row.ref)) : rc;
}

const struct act work_acts[] = {
	{ "alert.take", alert_take, false }, { "alert.release", alert_release, false }, { "alert.close", close_alert, false },
	{ "task.take", take_task, false }, { "task.release", release_task, false }, { "task.done", done_task, false },
	{ "task.add", add, false }, { "case.missed", missed, false },
	{ NULL, NULL, false },
};
