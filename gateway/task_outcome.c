#include "gateway/task_outcome.h"

#include "db/outbox.h"
#include "gateway/calendar.h"
#include "gateway/case_rules.h"

enum { TRIES_OF_A_PERSON = 3, TRIES_BEFORE_OFFER = 2 };
#define DAY_MS ((int64_t)24 * 3600 * 1000)

bool task_outcome_known(struct str outcome)
{
	static const char *const outcomes[] = { "REACHED", "NO_ANSWER", "WRONG_PERSON", "NOT_SAFE", "REFUSED", "DONE" };
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (str_eq_z(outcome, outcomes[i]))
			return true;
	return false;
}

/* The person's case moves where a rule may move it; elsewhere it stays. */
static int move(struct act_call *call, const struct work *task, const char *status)
{
	struct case_row row;
	struct case_change change = case_change_none();
	int rc = task->case_ref[0] ? case_by_ref(call->db, str_of(task->case_ref), NULL, &row) : 0;
	if (rc != 1 || str_eq_z(str_of(row.status), status) || !case_rule_may(str_of(row.status), str_of(status)))
		return rc < 0 ? rc : 0;
	change.text[CASE_STATUS] = str_of(status);
	rc = case_update(call->db, str_of(row.ref), &change, call->now_ms);
	if (rc == 0)
		json_put_str(call->answer, "status", str_of(status));
	return rc;
}

static int again(struct act_call *call, const struct work *task, const struct contact *who)
{
	struct task_row next = { .case_ref = str_of(task->case_ref), .kind = str_of(task->kind), .office = str_of(task->office),
				 .role = str_of(task->role), .note = task->note, .contact_id = who->contact_id,
				 .created_at = call->now_ms, .due_at = call->now_ms + DAY_MS };
	return task_add(call->db, &next, &who->key);
}

/* Local days on which the person was called in vain. */
static int days_of(const struct config *config, const int64_t *at, int n)
{
	struct local_time t;
	const struct country *country = config_country(config, config->programme_country);
	int days = 0, last = 0;
	for (int i = 0; i < n; i++) {
		(void)calendar_local(country ? country->timezone : config->timezone, at[i], &t);
		int day = (t.year * 12 + t.month) * 31 + t.day;
		days += day != last;
		last = day;
	}
	return days;
}

static int no_answer(struct act_call *call, const struct work *task, const struct contact *who)
{
	int64_t at[64];
	bool call_task = str_eq_z(str_of(task->kind), "CALL_BACK") || str_eq_z(str_of(task->kind), "CHECKIN_CALL");
	int n = task_tries(call->db, who->contact_id, at);
	if (n < 0)
		return n;
	int rc = move(call, task, "CONTACTING");
	if (rc == 0 && n >= TRIES_OF_A_PERSON && days_of(&call->g->config, at, n) >= TRIES_OF_A_PERSON)
		return move(call, task, "UNREACHABLE"); /* and no further task: who writes or calls is heard */
	if (rc == 0 && n >= TRIES_BEFORE_OFFER)
		json_put_str(call->answer, "offer", STR("missed"));
	if (rc != 0 || !call_task)
		return rc;
	json_put_str(call->answer, "next_task", STR("tomorrow"));
	return again(call, task, who);
}

/* Nothing is ever sent to this number for this person again; somebody looks for the person. */
static int wrong_person(struct act_call *call, const struct work *task, const struct contact *who)
{
	int rc = who->point_id ? point_set_status(call->db, who->point_id, "INVALID", call->now_ms) : 0;
	if (rc == 0)
		rc = outbox_cancel_automatic(call->db, who->contact_id, "this is not the person");
	struct alert_row alert = { .case_ref = str_of(task->case_ref), .level = STR("DATA"), .office = str_of(task->office),
				   .role = STR("counsellor"), .kind = STR("WRONG_PERSON"), .rule = STR("call: another person answered"),
				   .contact_id = who->contact_id, .raised_at = call->now_ms, .due_at = call->now_ms + 5 * DAY_MS };
	return rc == 0 ? alert_add(call->db, &alert, &who->key) : rc;
}

static int not_safe(struct act_call *call, const struct work *task, const struct contact *who)
{
	struct case_change change = case_change_none();
	change.text[CASE_CONTACT_PREF] = STR("NO_CALL");
	change.by = call->user;
	int rc = contact_set_pref(call->db, who, STR("NO_CALL"));
	if (rc == 0)
		rc = outbox_cancel_automatic(call->db, who->contact_id, "not safe any more");
	return rc == 0 && task->case_ref[0] ? case_update(call->db, str_of(task->case_ref), &change, call->now_ms) : rc;
}

int task_outcome_follow(struct act_call *call, const struct work *task, const struct contact *who, struct str outcome)
{
	if (str_eq_z(outcome, "NO_ANSWER"))
		return no_answer(call, task, who);
	if (str_eq_z(outcome, "REACHED"))
		return move(call, task, "CONTACTING");
	if (str_eq_z(outcome, "WRONG_PERSON"))
		return wrong_person(call, task, who);
	return str_eq_z(outcome, "NOT_SAFE") ? not_safe(call, task, who) : 0; /* REFUSED, DONE: it ends here */
}
