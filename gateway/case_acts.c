/* What staff do to a case: set keys, write notes, record consents, name a mentor, the number in IOM's case system. */
#include "db/case_file.h"
#include "flows/date.h"
#include "gateway/acts.h"
#include "gateway/calendar.h"
#include "gateway/case_acts.h"
#include "gateway/case_change.h"
#include "gateway/case_rules.h"
#include "gateway/consents.h"
#include "gateway/schedule_case.h"
#include "gateway/schedule_now.h"

#include <errno.h>
#include <string.h>

enum { ASSIGNMENTS_MAX = 32, NOTE_MAX = 4000 };

int act_case(struct act_call *call, struct case_row *row, struct contact *who)
{
	struct str ref;
	int rc = act_text(call, "ref", 16, false, &ref);
	*who = (struct contact){ 0 };
	if (rc != 0)
		return rc;
	rc = case_by_ref(call->db, ref, NULL, row);
	if (rc == 1)
		rc = contact_by_id(call->db, row->contact_id, who);
	return rc == 1 ? 0 : rc < 0 ? rc : act_fail(call, -ENOENT, "there is no case of this reference");
}

static int set(struct act_call *call)
{
	struct case_assignment a[ASSIGNMENTS_MAX];
	struct str ref;
	size_t i, count = 0;
	json_t *pairs = json_object_get(call->request, "set"), *pair;
	int rc = act_text(call, "ref", 16, false, &ref);
	if (rc != 0)
		return rc;
	if (json_array_size(pairs) == 0 || json_array_size(pairs) > ASSIGNMENTS_MAX)
		return act_fail(call, -EINVAL, "nothing to set");
	json_array_foreach(pairs, i, pair) {
		a[count] = (struct case_assignment){ json_str(json_array_get(pair, 0)), json_str(json_array_get(pair, 1)) };
		if (!a[count].key.at || !a[count].value.at)
			return act_fail(call, -EINVAL, "what is set are pairs of key and value");
		count++;
	}
	return case_assign(call, ref, a, count);
}

static int note(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct note n = { .author = call->user };
	int rc = act_text(call, "text", NOTE_MAX, false, &n.text);
	if (rc == 0 && json_object_get(call->request, "corrects"))
		rc = act_id(call, "corrects", &n.corrects);
	if (rc == 0)
		rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	n.ref = str_of(row.ref);
	rc = note_add(call->db, &who, &n, call->now_ms);
	seal_key_forget(&who.key);
	if (rc == -ENOENT)
		return act_fail(call, rc, "corrects: there is no such note at this case");
	if (rc == 0)
		(void)json_object_set_new(call->answer, "note_id", json_integer(n.note_id));
	return rc == 0 ? act_audit(call, n.corrects ? STR("case.note correction") : STR("case.note"), str_of(row.ref)) : rc;
}

static int consent(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct str purpose, answer;
	struct case_change change = case_change_none();
	int rc = act_text(call, "purpose", 16, false, &purpose);
	if (rc == 0)
		rc = act_text(call, "answer", 4, false, &answer);
	if (rc == 0 && !consent_purpose(purpose))
		rc = act_fail(call, -EINVAL, "purpose: must be REQUEST, CALLS, CHECKINS, SHARING or RESEARCH");
	if (rc == 0 && !str_eq_z(answer, "yes") && !str_eq_z(answer, "no"))
		rc = act_fail(call, -EINVAL, "answer: must be yes or no");
	if (rc == 0)
		rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	seal_key_forget(&who.key);
	change.by = call->user;
	rc = consent_record(call->db, &row, purpose, str_eq_z(answer, "yes"), call->now_ms, &change);
	if (rc == 0)
		rc = case_update(call->db, str_of(row.ref), &change, call->now_ms);
	if (rc == 0)
		rc = schedule_case(call->db, &call->g->config, str_of(row.ref), call->now_ms);
	struct buf b = buf_new(&call->db->arena, 64);
	buf_printf(&b, "consent.%s ", str_eq_z(answer, "yes") ? "give" : "withdraw");
	buf_put(&b, purpose);
	return rc == 0 ? act_audit(call, buf_str(&b), str_of(row.ref)) : rc;
}

static int mentor(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct str name;
	int rc = act_text(call, "mentor", 31, false, &name);
	if (rc == 0 && !act_user_like(name))
		rc = act_fail(call, -EINVAL, "mentor: must be a code such as M-017, never a name; - takes it away");
	if (rc == 0)
		rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	seal_key_forget(&who.key);
	rc = case_set_mentor(call->db, str_of(row.ref), str_eq_z(name, "-") ? STR("") : name, call->user, call->now_ms);
	return rc == 0 ? act_audit(call, STR("case.mentor"), str_of(row.ref)) : rc;
}

/* MiMOSA's numbers: two capital letters of a mission, perhaps a dash, digits.  Anything else is a slip. */
static bool external_like(struct str id)
{
	size_t digits = 0;
	for (size_t i = 0; i < id.len; i++) {
		char c = id.at[i];
		if (c >= '0' && c <= '9')
			digits++;
		else if (!(c >= 'A' && c <= 'Z') && c != '-')
			return false;
	}
	return id.len >= 4 && id.len <= 20 && digits >= 3 && id.at[0] != '-' && id.at[id.len - 1] != '-';
}

static int external(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct str id;
	char other[REF_LEN + 1];
	int rc = act_text(call, "number", 20, false, &id);
	bool none = rc == 0 && str_eq_z(id, "-");
	if (rc == 0 && !none && !external_like(id))
		rc = act_fail(call, -EINVAL, "number: must be one of the case system, such as MA-0012345; - takes it away");
	if (rc == 0)
		rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	rc = case_set_external(call->db, str_of(row.ref), &who, none ? STR("") : id, call->user, call->now_ms, other);
	seal_key_forget(&who.key);
	if (rc == 0 && other[0])
		json_put_str(call->answer, "same_number_as", str_of(other));
	return rc == 0 ? act_audit(call, STR("case.external"), str_of(row.ref)) : rc;
}

/* A withdrawal by phone pauses every text until a counsellor has spoken with the person (domain.md, decision 3). */
static int texts(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct str to;
	int rc = act_text(call, "texts", 3, false, &to);
	bool on = rc == 0 && str_eq_z(to, "on");
	if (rc == 0 && !on && !str_eq_z(to, "off"))
		rc = act_fail(call, -EINVAL, "texts: must be on or off");
	if (rc == 0)
		rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	seal_key_forget(&who.key);
	rc = contact_pause(call->db, row.contact_id, !on);
	return rc == 0 ? act_audit(call, on ? STR("case.texts on") : STR("case.texts off"), str_of(row.ref)) : rc;
}

/* Until a day, or until the person writes: until then the case stands in the folder "later". */
static int snooze(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct str day;
	struct date date;
	const struct config *config = &call->g->config;
	int64_t until = 0, today = calendar_day(config, config->programme_country, call->now_ms);
	int rc = act_text(call, "until", 10, false, &day);
	bool back = rc == 0 && str_eq_z(day, "-");
	if (rc == 0 && !back && !date_parse(day, &date))
		rc = act_refuse(call, -EINVAL, "day", "until: must be a day such as 2027-03-31; - brings the case back");
	if (rc == 0 && !back)
		until = date_to_days(date);
	if (rc == 0 && !back && (until <= today || until > today + 366))
		rc = act_refuse(call, -EINVAL, "day-range", "until: must be a day after today, at most a year ahead");
	if (rc == 0)
		rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	seal_key_forget(&who.key);
	if (!case_is_open(str_of(row.status)))
		return act_refuse(call, -EPERM, "closed", "the case is closed");
	rc = case_snooze(call->db, str_of(row.ref), back ? 0 : calendar_instant(config, until * 24 * 3600), call->user, call->now_ms);
	struct buf b = buf_new(&call->db->arena, 32);
	buf_put_z(&b, back ? "case.snooze end" : "case.snooze ");
	buf_put(&b, back ? STR("") : day);
	return rc == 0 ? act_audit(call, buf_str(&b), str_of(row.ref)) : rc;
}

/* Ask now how it goes, whatever the calendar says; every rule of the schedule holds (gateway/schedule_now.h). */
static int checkin(struct act_call *call)
{
	struct str ref;
	struct checkin_now now;
	int rc = act_text(call, "ref", 16, false, &ref);
	if (rc == 0)
		rc = schedule_now(call->g, ref, call->now_ms, &now);
	else
		return rc;
	if (rc != 1)
		return rc < 0 ? rc : act_fail(call, -ENOENT, "there is no case of this reference");
	if (now.why_not)
		return act_refuse(call, strcmp(now.why_not, "open") == 0 ? -EALREADY : -EPERM, "no-checkin",
				  "no check-in is sent: %s", now.reason);
	json_t *said = checkin_now_json(&now);
	(void)json_object_update(call->answer, said);
	json_decref(said);
	return act_audit(call, STR("case.checkin"), ref);
}

const struct act case_acts[] = {
	{ "case.set", set, false }, /* which keys need a reason: case_key_needs_reason() */
	{ "case.note", note, false },
	{ "case.consent", consent, true },
	{ "case.mentor", mentor, false },
	{ "case.external", external, false },
	{ "case.texts", texts, true },
	{ "case.checkin", checkin, false },
	{ "case.snooze", snooze, false },
	{ NULL, NULL, false },
};
