#include "gateway/consents.h"

bool consent_purpose(struct str purpose)
{
	static const char *const purposes[] = { "REQUEST", "CALLS", "CHECKINS", "SHARING", "RESEARCH" };
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
		if (str_eq_z(purpose, purposes[i]))
			return true;
	return false;
}

int consent_record(struct db *db, const struct case_row *row, struct str purpose, bool yes, int64_t now_ms,
		   struct case_change *change)
{
	struct consent said = { .purpose = purpose, .answer = yes ? STR("YES") : STR("NO"), .channel = STR("staff") };
	int rc = yes ? 0 : consent_withdraw(db, row->contact_id, purpose, now_ms);
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
