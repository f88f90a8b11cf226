#include "gateway/consents.h"

#include "db/checkin.h"

bool consent_purpose(struct str purpose)
{
	static const char *const purposes[] = { "REQUEST", "CALLS", "CHECKINS", "SHARING", "RESEARCH" };
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
		if (str_eq_z(purpose, purposes[i]))
			return true;
	return false;
}

/* What follows from a no (domain.md D2, D11): nobody calls, no check-in is sent, the request is withdrawn; each leaves the
 * other purposes as they are. */
static int follow_no(struct db *db, const struct case_row *row, struct str purpose, struct case_change *change)
{
	struct contact who;
	if (str_eq_z(purpose, "CHECKINS"))
		return checkins_suppress(db, str_of(row->ref), "no consent to check-ins");
	if (str_eq_z(purpose, "REQUEST") && !str_eq_z(str_of(row->status), "CLOSED"))
		change->text[CASE_STATUS] = STR("WITHDRAWN");
	if (!str_eq_z(purpose, "CALLS"))
		return 0;
	int rc = contact_by_id(db, row->contact_id, &who);
	rc = rc == 1 ? contact_set_pref(db, &who, STR("NO_CALL")) : rc;
	seal_key_forget(&who.key);
	change->text[CASE_CONTACT_PREF] = STR("NO_CALL");
	return rc;
}

int consent_record(struct db *db, const struct case_row *row, struct str purpose, bool yes, int64_t now_ms,
		   struct case_change *change)
{
	struct consent said = { .purpose = purpose, .answer = yes ? STR("YES") : STR("NO"), .channel = STR("staff") };
	int rc = yes ? 0 : follow_no(db, row, purpose, change);
	if (str_eq_z(purpose, "CHECKINS"))
		change->consent_checkins = yes;
	return rc == 0 ? consent_add(db, row->contact_id, &said, now_ms) : rc;
}

int consent_stands(struct db *db, int64_t contact_id, struct str purpose)
{
	int64_t at;
	int rc = consent_last(db, contact_id, purpose, &at);
	return rc == 0 ? at != 0 : rc;
}
