/* Referrals to partners, group sessions and appointments. */
#include "db/referral.h"
#include "flows/date.h"
#include "gateway/acts.h"
#include "gateway/appointment.h"
#include "gateway/case_acts.h"
#include "gateway/consents.h"

#include <errno.h>
#include <string.h>

/* ---- referrals */

static int partner_check(struct act_call *call, struct str service, struct str organisation)
{
	const struct config *config = &call->g->config;
	if (!config_service(service))
		return act_fail(call, -EINVAL, "service: must be HEALTH, SHELTER, FOOD, PSYCHOSOCIAL, LEGAL, PROTECTION, TRAINING,"
				" EMPLOYMENT, EDUCATION, BUSINESS, COMMUNITY or OTHER");
	for (size_t i = 0; i < config->partners_count; i++) {
		const struct partner *p = &config->partners[i];
		if (!str_eq(p->id, organisation))
			continue;
		for (size_t k = 0; k < p->services_count; k++)
			if (str_eq(p->services[k], service))
				return 0;
		return p->services_count == 0 ? 0 : act_refuse(call, -EINVAL, "organisation", "service: this partner does not give it");
	}
	return config->partners_count == 0 && act_user_like(organisation) ? 0 :
		act_refuse(call, -EINVAL, "organisation",
			   "organisation: must be a partner of the configuration, or without such a list a short code");
}

static int optional_day(struct act_call *call, const char *member, struct str *day)
{
	struct date d;
	int rc = act_text(call, member, 10, true, day);
	return rc == 0 && day->at && !date_parse(*day, &d) ? act_refuse(call, -EINVAL, "day",
								     "%s: must be a day such as 2026-03-31", member) : rc;
}

static bool outcome_known(struct str s)
{
	return str_eq_z(s, "HELPED") || str_eq_z(s, "NOT_HELPED") || str_eq_z(s, "REFUSED") || str_eq_z(s, "NO_ANSWER");
}

static int refer(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct referral r = { .by = call->user };
	int rc = act_text(call, "service", 16, false, &r.service);
	if (rc == 0)
		rc = act_text(call, "organisation", 31, false, &r.organisation);
	if (rc == 0)
		rc = partner_check(call, r.service, r.organisation);
	if (rc == 0)
		rc = optional_day(call, "feedback_due", &r.feedback_due);
	if (rc == 0)
		rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	seal_key_forget(&who.key);
	r.ref = str_of(row.ref);
	rc = consent_stands(call->db, row.contact_id, STR("SHARING"));
	if (rc == 0) { /* refused, and the audit says that it was tried */
		call->refused = act_refuse(call, -EPERM, "no-sharing",
					   "the person has not agreed to share anything with a partner: record it first with"
					 " `wasl case consent REF SHARING yes`");
		return act_audit(call, STR("referral.refused no consent"), r.ref);
	}
	rc = rc < 0 ? rc : referral_add(call->db, &r, call->now_ms);
	if (rc == 0)
		(void)json_object_set_new(call->answer, "referral_id", json_integer(r.referral_id));
	return rc == 0 ? act_audit(call, STR("referral.add"), r.ref) : rc;
}

static int referral_ends(struct act_call *call)
{
	struct str outcome;
	char ref[REF_LEN + 1];
	int64_t id;
	int rc = act_id(call, "id", &id);
	if (rc == 0)
		rc = act_text(call, "outcome", 16, false, &outcome);
	if (rc == 0 && !outcome_known(outcome))
		rc = act_fail(call, -EINVAL, "outcome: must be HELPED, NOT_HELPED, REFUSED or NO_ANSWER");
	if (rc != 0)
		return rc;
	rc = referral_case(call->db, id, ref);
	if (rc != 1)
		return rc < 0 ? rc : act_fail(call, -ENOENT, "there is no referral of this number");
	rc = referral_outcome(call->db, id, outcome, call->now_ms);
	return rc == 0 ? act_audit(call, STR("referral.outcome"), str_of(ref)) : rc;
}

/* ---- group sessions */

static int add_session(struct act_call *call)
{
	struct meeting m = { .by = call->user };
	int rc = act_text(call, "tag", 15, true, &m.tag);
	if (rc == 0)
		rc = act_text(call, "kind", 20, true, &m.kind);
	if (rc == 0)
		rc = act_text(call, "office", 31, true, &m.office);
	if (rc != 0)
		return rc;
	m.tag = m.tag.at ? m.tag : STR("FORAS");
	m.kind = m.kind.at ? m.kind : STR("INFORMATION");
	if (!config_project(&call->g->config, m.tag))
		return act_fail(call, -EINVAL, "tag: the configuration has no such project");
	if (!str_eq_z(m.kind, "INFORMATION") && !str_eq_z(m.kind, "ENTREPRENEURSHIP") && !str_eq_z(m.kind, "OTHER"))
		return act_fail(call, -EINVAL, "kind: must be INFORMATION, ENTREPRENEURSHIP or OTHER");
	rc = appointment_time(call, "at", &m.at);
	if (rc == 0)
		rc = appointment_place(call, &m.place);
	if (rc == 0)
		rc = meeting_add(call->db, &m, call->now_ms);
	if (rc != 0)
		return rc;
	(void)json_object_set_new(call->answer, "session_id", json_integer(m.meeting_id));
	return act_audit(call, STR("session.add"), m.tag);
}

static int invite(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct meeting m;
	int64_t id;
	int rc = act_id(call, "id", &id);
	if (rc != 0)
		return rc;
	rc = meeting_get(call->db, id, &m);
	if (rc != 1)
		return rc < 0 ? rc : act_fail(call, -ENOENT, "there is no session of this number");
	if (m.at <= call->now_ms)
		return act_refuse(call, -ESTALE, "over", "this session is over");
	rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	struct appointment a = { .meeting_id = id, .at = m.at, .place = m.place, .by = call->user };
	memcpy(a.ref, row.ref, sizeof a.ref);
	rc = appointment_add(call->db, &who, &a, call->now_ms);
	if (rc == -EEXIST)
		rc = act_refuse(call, rc, "invited-already", "this person is invited already");
	if (rc == 0)
		rc = appointment_invite(call, &who, &a);
	seal_key_forget(&who.key);
	return rc == 0 ? act_audit(call, STR("session.invite"), str_of(row.ref)) : rc;
}

static int yes_no(struct act_call *call, bool *yes)
{
	struct str came;
	int rc = act_text(call, "came", 3, false, &came);
	*yes = rc == 0 && str_eq_z(came, "yes");
	return rc == 0 && !*yes && !str_eq_z(came, "no") ? act_fail(call, -EINVAL, "came: must be yes or no") : rc;
}

static int attended(struct act_call *call)
{
	struct str ref;
	int64_t id, appointment_id;
	bool came;
	int rc = act_id(call, "id", &id);
	if (rc == 0)
		rc = act_text(call, "ref", 16, false, &ref);
	if (rc == 0)
		rc = yes_no(call, &came);
	if (rc != 0)
		return rc;
	rc = appointment_of(call->db, id, ref, &appointment_id);
	if (rc != 1)
		return rc < 0 ? rc : act_fail(call, -ENOENT, "this person is not invited to this session");
	rc = appointment_attended(call->db, appointment_id, came);
	return rc == 0 ? act_audit(call, STR("session.attended"), ref) : rc;
}

/* ---- one person's appointments */

static int make(struct act_call *call)
{
	struct case_row row;
	struct contact who;
	struct appointment a = { .by = call->user };
	int rc = appointment_time(call, "at", &a.at);
	if (rc == 0)
		rc = appointment_place(call, &a.place);
	if (rc == 0)
		rc = act_case(call, &row, &who);
	if (rc != 0)
		return rc;
	memcpy(a.ref, row.ref, sizeof a.ref);
	rc = appointment_add(call->db, &who, &a, call->now_ms);
	if (rc == 0)
		(void)json_object_set_new(call->answer, "appointment_id", json_integer(a.appointment_id));
	if (rc == 0)
		rc = appointment_invite(call, &who, &a);
	seal_key_forget(&who.key);
	return rc == 0 ? act_audit(call, STR("appointment.add"), str_of(row.ref)) : rc;
}

static int find(struct act_call *call, struct contact *who, struct appointment *a)
{
	int64_t id;
	int rc = act_id(call, "id", &id);
	*who = (struct contact){ 0 };
	if (rc != 0)
		return rc;
	rc = appointment_get(call->db, id, NULL, a);
	if (rc == 1)
		rc = contact_by_id(call->db, a->contact_id, who);
	if (rc == 1)
		rc = appointment_get(call->db, id, who, a);
	return rc == 1 ? 0 : rc < 0 ? rc : act_fail(call, -ENOENT, "there is no appointment of this number");
}

static int send_again(struct act_call *call)
{
	struct contact who;
	struct appointment a;
	int rc = find(call, &who, &a);
	if (rc == 0 && a.at <= call->now_ms)
		rc = act_refuse(call, -ESTALE, "over", "this appointment is over");
	if (rc == 0)
		rc = appointment_invite(call, &who, &a);
	seal_key_forget(&who.key);
	return rc == 0 ? act_audit(call, STR("appointment.send"), str_of(a.ref)) : rc;
}

static int came(struct act_call *call)
{
	struct contact who;
	struct appointment a;
	bool yes;
	int rc = yes_no(call, &yes);
	if (rc != 0)
		return rc;
	rc = find(call, &who, &a);
	seal_key_forget(&who.key);
	if (rc == 0)
		rc = appointment_attended(call->db, a.appointment_id, yes);
	return rc == 0 ? act_audit(call, STR("appointment.attended"), str_of(a.ref)) : rc;
}

const struct act desk_acts[] = {
	{ "referral.add", refer, false }, { "referral.outcome", referral_ends, false },
	{ "session.add", add_session, false }, { "session.invite", invite, false }, { "session.attended", attended, false },
	{ "appointment.add", make, false }, { "appointment.send", send_again, false }, { "appointment.attended", came, false },
	{ NULL, NULL, false },
};
