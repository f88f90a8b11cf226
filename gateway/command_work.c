/* wasl alert|task|referral|session|appointment: the daily work of the staff, from the command line. */
#include "gateway/staff_command.h"

#define END { NULL, NULL, NULL, NULL, NULL }

static const struct staff_word alert_words[] = {
	{ "list", NULL, "office level", NULL,
	  "SELECT alert_id, level, kind, rule, case_ref, role, office, raised_at, due_at, taken_by FROM v_alert WHERE closed_at IS NULL"
	  " AND (?1 = '' OR office = ?1) AND (?2 = '' OR level = ?2) ORDER BY CASE level WHEN 'URGENT' THEN 0 WHEN 'HIGH' THEN 1 ELSE 2"
	  " END, raised_at" },
	{ "closed", NULL, "office", NULL,
	  "SELECT alert_id, level, case_ref, closed_at, closed_by, outcome, action FROM v_alert_closed WHERE (?1 = '' OR office = ?1)"
	  " ORDER BY closed_at DESC LIMIT 200" },
	{ "take", "id", "as! reason", "alert.take", NULL },
	{ "release", "id", "as! reason", "alert.release", NULL },
	{ "close", "id outcome", "as! action reason", "alert.close", NULL },
	END,
};

static const struct staff_word task_words[] = {
	{ "list", NULL, "office kind", NULL,
	  "SELECT task_id, kind, note, case_ref, role, office, due_at, taken_by FROM v_task WHERE done_at IS NULL"
	  " AND (?1 = '' OR office = ?1) AND (?2 = '' OR kind = ?2) ORDER BY due_at IS NULL, due_at" },
	{ "take", "id", "as! reason", "task.take", NULL },
	{ "release", "id", "as! reason", "task.release", NULL },
	{ "done", "id outcome", "as! note reason", "task.done", NULL },
	{ "add", "ref kind", "as! note days", "task.add", NULL },
	END,
};

static const struct staff_word referral_words[] = {
	{ "add", "ref service organisation", "as! feedback_due reason", "referral.add", NULL },
	{ "outcome", "id outcome", "as!", "referral.outcome", NULL },
	{ "list", NULL, "case open", NULL,
	  "SELECT referral_id, case_ref, service, organisation, made_on, made_by, outcome, feedback_due, feedback_on FROM v_referral_more"
	  " WHERE (?1 = '' OR case_ref = ?1) AND (?2 <> 'yes' OR feedback_on IS NULL) ORDER BY feedback_due IS NULL, feedback_due" },
	END,
};

static const struct staff_word session_words[] = {
	{ "list", NULL, "tag", NULL, "SELECT * FROM v_meeting WHERE (?1 = '' OR tag = ?1) ORDER BY at" },
	{ "show", "id", NULL, NULL,
	  "SELECT case_ref, answer, answered_at, attended FROM v_appointment WHERE meeting_id = CAST(?1 AS INTEGER) ORDER BY case_ref" },
	{ "add", NULL, "at! place! tag kind office as!", "session.add", NULL },
	{ "invite", "id ref", "as!", "session.invite", NULL },
	{ "attended", "id ref came", "as!", "session.attended", NULL },
	END,
};

static const struct staff_word appointment_words[] = {
	{ "list", "ref", NULL, NULL,
	  "SELECT appointment_id, at, place, made_by, meeting_id, message_id IS NOT NULL AS invited, answer, answered_at, attended"
	  " FROM v_appointment WHERE case_ref = ?1 ORDER BY at" },
	{ "add", "ref", "at! place! as!", "appointment.add", NULL },
	{ "send", "id", "as!", "appointment.send", NULL },
	{ "attended", "id came", "as!", "appointment.attended", NULL },
	END,
};

int command_alert(const struct invocation *in)
{
	return staff_command(in, "alert", alert_words);
}

int command_task(const struct invocation *in)
{
	return staff_command(in, "task", task_words);
}

int command_referral(const struct invocation *in)
{
	return staff_command(in, "referral", referral_words);
}

int command_session(const struct invocation *in)
{
	return staff_command(in, "session", session_words);
}

int command_appointment(const struct invocation *in)
{
	return staff_command(in, "appointment", appointment_words);
}
