/* A case to read: all that hangs on it, its messages page by page, its numbers in clear when they are asked for. */
#include "gateway/console/queue.h"

#include "db/cases.h"
#include "gateway/schedule_now.h"

#include <stdlib.h>
#include <string.h>

static const char case_sql[] =
	"SELECT c.ref, c.direction, c.status, c.priority, " QUEUE_WAITING " AS waiting_since, c.step,"
	" unseal('contact.name', c.contact_id, c.contact_id, p.name) AS name, p.language, p.opted_out AS \"b:opted_out\","
	" (SELECT count(*) FROM main.contact_point n WHERE n.contact_id = c.contact_id AND n.status = 'ACTIVE') AS phones,"
	" c.nationality, c.return_country, c.host_country, c.region, c.city, c.office, c.sex, c.age_band, c.group_size, c.children,"
	" c.travel_doc, c.contact_pref, c.call_language, c.call_time, c.tags AS \"w:tags\", c.assigned_to,"
	" c.consent_checkins AS \"b:consent_checkins\", c.checkin_safe AS \"b:checkin_safe\", c.opened_at, c.updated_at, c.departed_on,"
	" c.returned_on, c.handed_over_on, c.closed_at, c.close_reason, c.snoozed_until,"
	" iif(?2, unseal('case.sensitive', CAST(c.ref AS INTEGER), c.contact_id, c.sensitive), NULL) AS \"j:sensitive\","
	" ifnull((SELECT max(m.message_id) FROM main.message m WHERE m.contact_id = c.contact_id), 0) AS last_message_id,"
	" ifnull((SELECT r.message_id FROM main.case_read r WHERE r.staff_id = ?3 AND r.case_ref = c.ref), 0) AS last_read_id,"
	" " POLICY_PROTECTED("c") " AS \"b:protected\""
	" FROM main.cases c JOIN main.contact p USING (contact_id) WHERE c.ref = ?1";

static const char answers_sql[] = "SELECT answer_id, flow, state, value, unseal('answer.raw', answer_id, contact_id, raw) AS"
	" raw, mode,"
	" channel, language, answered_at FROM main.answer WHERE case_ref = ?1 AND (value IS NOT NULL OR ?2) ORDER BY answer_id DESC"
		" LIMIT 200";
static const char alerts_sql[] = "SELECT alert_id, case_ref AS ref, level, unseal('alert.kind', alert_id, contact_id, kind)"
	" AS kind,"
	" unseal('alert.rule', alert_id, contact_id, rule) AS rule, office, role, raised_at, due_at, taken_by, taken_at, closed_at,"
	" (closed_at IS NULL AND due_at < ?3) AS \"b:overdue\", NULL AS contact_pref FROM main.alert WHERE case_ref = ?1"
	" AND ifnull(role, '') <> 'psea' AND (?2 OR ifnull(role, '') <> 'protection') ORDER BY closed_at IS NOT NULL, raised_at DESC"
		" LIMIT 100";
static const char tasks_sql[] = "SELECT task_id, case_ref AS ref, kind, unseal('task.note', task_id, contact_id, note) AS"
	" note, office,"
	" role, due_at, taken_by, done_at, outcome, (done_at IS NULL AND due_at < ?3) AS \"b:overdue\" FROM main.task WHERE case_ref = ?1"
	" AND ifnull(role, '') <> 'psea' AND (?2 OR ifnull(role, '') <> 'protection') ORDER BY done_at IS NOT NULL, task_id DESC"
		" LIMIT 100";
static const char referrals_sql[] = "SELECT service, organisation, made_on, consent AS \"b:consent\", outcome, feedback_due,"
	" feedback_on"
	" FROM main.referral WHERE case_ref = ?1 ORDER BY referral_id DESC";
static const char notes_sql[] = "SELECT note_id, author AS \"by\", at AS said_at, corrects,"
	" unseal('note.text', note_id, contact_id, text) AS text FROM main.note WHERE case_ref = ?1 ORDER BY note_id DESC LIMIT 100";
static const char appointments_sql[] = "SELECT a.appointment_id, a.at AS starts_at, ifnull(m.place, unseal('appointment.place',"
	" a.appointment_id, a.contact_id, a.place)) AS place, a.answer, a.attended AS \"b:attended\" FROM main.appointment a"
	" LEFT JOIN main.meeting m USING (meeting_id) WHERE a.case_ref = ?1 ORDER BY a.at DESC LIMIT 50";
static const char checkins_sql[] = "SELECT wave, due_at, sent_at, completed_at, outcome, score_e, score_s, score_p, score_c"
	" FROM main.checkin WHERE case_ref = ?1 ORDER BY due_at";
static const char consents_sql[] = "SELECT purpose, answer, at, withdrawn_at FROM main.consent WHERE contact_id = ?1 ORDER BY"
	" at DESC";
static const char history_sql[] = "SELECT at, actor, field, was, became FROM main.case_event WHERE case_ref = ?1 ORDER BY event_id"
	" DESC LIMIT 50";
static const char draft_sql[] = "SELECT unseal('draft.text', draft_id, contact_id, text) AS text, saved_at FROM main.draft"
	" WHERE staff_id = ?1 AND case_ref = ?2";
static const char masked_sql[] = "SELECT unseal('contact_point.phone', point_id, contact_id, phone) FROM main.contact_point"
	" WHERE contact_id = ?1 AND status = 'ACTIVE' ORDER BY point_id DESC LIMIT 1";

/* "+212 *** *** 01": enough to know a number again, not to call it. */
static json_t *masked_phone(struct call *call)
{
	struct cell id = cell_of_i64(call->seen.contact_id);
	struct str phone = rows_text(call, masked_sql, &id, 1);
	if (phone.len < 8)
		return json_null();
	struct buf b = buf_new(&call->arena, phone.len);
	for (size_t i = 0; i < phone.len; i++)
		buf_put_char(&b, i < 4 || i + 2 >= phone.len ? phone.at[i] : '*');
	return json_from_str(buf_str(&b));
}

static json_t *draft_of(struct call *call)
{
	json_t *draft = ROW(call, draft_sql, cell_of_i64(call->session.staff_id), cell_of_text(call->seen.ref));
	if (draft && json_is_null(draft))
		draft = json_pack("{s:s, s:n}", "text", "", "saved_at");
	return draft;
}

static json_t *may_of(struct call *call)
{
	json_t *may = json_pack("[s, s]", "write", "phone");
	if (!call->seen.by_glass)
		(void)json_array_append_new(may, json_string("assign"));
	if (call_may(call, ROLE_PROTECTION))
		(void)json_array_append_new(may, json_string("sensitive"));
	(void)json_array_append_new(may, json_string("erase"));
	return may;
}

/* What If-Match of a PATCH holds: it changes with what a PATCH can change, not with a draft or an alert. */
static json_t *version_of(struct call *call)
{
	static const char sql[] = "SELECT " CASE_VERSION " FROM main.cases c WHERE c.ref = ?1";
	struct cell ref = cell_of_text(call->seen.ref);
	struct str text = rows_text(call, sql, &ref, 1);
	char version[40];
	call_etag(text, version);
	return text.at ? json_string(version) : NULL;
}

/* A list that could not be read makes the whole answer fail: half a case is worse than none. */
static bool put_list(json_t *answer, const char *name, json_t *list)
{
	return list && json_object_set_new(answer, name, list) == 0;
}

json_t *case_json(struct call *call)
{
	struct cell ref = cell_of_text(call->seen.ref), all = cell_of_i64(call_may(call, ROLE_PROTECTION)),
		now = cell_of_i64(call->now_ms);
	json_t *answer = ROW(call, case_sql, ref, all, cell_of_i64(call->session.staff_id));
	if (!json_is_object(answer)) {
		json_decref(answer);
		return NULL;
	}
	bool waits = !json_is_null(json_object_get(answer, "waiting_since"));
	int64_t children = json_integer_value(json_object_get(answer, "children"));
	bool whole = put_list(answer, "version", version_of(call)) &&
		     put_list(answer, "reasons", queue_reasons(call, call->seen.ref, children, waits)) &&
		     put_list(answer, "answers", ROWS(call, answers_sql, ref, all)) &&
		     put_list(answer, "alerts", ROWS(call, alerts_sql, ref, all, now)) &&
		     put_list(answer, "tasks", ROWS(call, tasks_sql, ref, all, now)) &&
		     put_list(answer, "referrals", ROWS(call, referrals_sql, ref)) &&
		     put_list(answer, "checkins", ROWS(call, checkins_sql, ref)) &&
		     put_list(answer, "consents", ROWS(call, consents_sql, cell_of_i64(call->seen.contact_id))) &&
		     put_list(answer, "notes", ROWS(call, notes_sql, ref)) &&
		     put_list(answer, "history", ROWS(call, history_sql, ref)) &&
		     put_list(answer, "appointments", ROWS(call, appointments_sql, ref)) &&
		     put_list(answer, "draft", draft_of(call)) && put_list(answer, "phone_masked", masked_phone(call)) &&
		     put_list(answer, "presence", presence_of(call->c, call->seen.ref, call->session.user)) &&
		     put_list(answer, "may", may_of(call));
	if (whole)
		return answer;
	json_decref(answer);
	return NULL;
}

void api_case(struct call *call)
{
	call_read(call, "case.read", call->seen.ref, case_json(call));
}

/* ---- messages */

static const char timeline_sql[] =
	"SELECT m.message_id, m.direction, m.mode, m.channel, m.flow, m.state, m.status, m.reason,"
	" iif(m.flow = 'staff', m.state, NULL) AS by, m.encoding, m.segments,"
	" unseal('message.text', m.message_id, m.contact_id, m.text) AS text, m.created_at, m.sent_at, m.delivered_at,"
	" iif(m.flow = 'staff' AND m.status = 'queued' AND o.sending = 0 AND o.due_at > ?3, o.due_at, NULL) AS undo_until"
	" FROM main.message m LEFT JOIN main.outbox o USING (message_id)"
	" WHERE m.contact_id = ?1 AND m.message_id < ?2 AND " POLICY_MESSAGE_MINE " ORDER BY m.message_id DESC LIMIT ?4";

void api_timeline(struct call *call)
{
	struct str after[1];
	uint64_t before = INT64_MAX;
	if (call_query(call, "after").at && (!call_after(call, 1, after) || !str_to_u64(after[0], &before) || before > INT64_MAX)) {
		call_bad(call, "after", "This is no cursor.");
		return;
	}
	int64_t limit = call_limit(call);
	json_t *items = ROWS(call, timeline_sql, cell_of_i64(call->seen.contact_id), cell_of_i64((int64_t)before),
			     cell_of_i64(call->now_ms), cell_of_i64(limit), cell_of_i64(call->session.roles));
	call_read(call, "case.messages.read", call->seen.ref, rows_page(items, "message_id", limit));
}

void api_phone(struct call *call)
{
	static const char sql[] = "SELECT point_id, unseal('contact_point.phone', point_id, contact_id, phone) AS phone, status,"
		" shared AS \"b:shared\", safe AS \"b:safe\" FROM main.contact_point WHERE contact_id = ?1 ORDER BY point_id DESC";
	json_t *phones = ROWS(call, sql, cell_of_i64(call->seen.contact_id));
	call_read(call, "case.phone.read", call->seen.ref, phones ? json_pack("{s:o}", "phones", phones) : NULL);
}

/* Would a check-in leave now?  On the line thread: what the schedule sees. */
static void look_at_checkin(struct letter *letter, struct gateway *g)
{
	struct call *call = (struct call *)letter;
	struct checkin_now now;
	call->answer = schedule_now_look(g, call->seen.ref, call->now_ms, &now) == 1 ? checkin_now_json(&now) : NULL;
}

static void tell_checkin(struct call *call)
{
	json_t *answer = call->answer;
	call->answer = NULL;
	call_read(call, "case.checkin.read", call->seen.ref, answer);
}

void api_checkin(struct call *call)
{
	call_look(call, 0, look_at_checkin, tell_checkin);
}

void api_draft(struct call *call)
{
	call_answer(call, 200, draft_of(call));
}
