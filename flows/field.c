#include "flows/field.h"

#define CODES(...) ((const char *const[]){ __VA_ARGS__, NULL })

const struct field fields[] = {
	{ "status", CODES("PARTIAL", "NEW", "ASSIGNED", "CONTACTING", "COUNSELLED", "ELIGIBILITY", "DOCS", "PROJECT", "READY",
			  "BOOKED", "DEPARTED", "RETURNED", "CLOSED", "WAITLIST", "ON_HOLD", "WITHDRAWN", "UNREACHABLE",
			  "REFERRED_PROTECTION"), false },
	{ "priority", CODES("P1", "P2", "P3", "P4"), false },
	{ "close_reason", CODES("DEPARTED", "COMPLETED", "WITHDRAWN", "NOT_ELIGIBLE", "LEFT_AREA", "DIED", "ABRUPT", "REMIGRATED",
				"FUNDING", "INSECURITY", "DUPLICATE", "UNREACHABLE", "CHILD_PROTECTION"), false },
	{ "direction", CODES("FROM_MA", "TO_MA"), false },
	{ "sex", CODES("M", "F", "U"), false },
	{ "age_band", CODES("U18", "18_39", "40_59", "60P", "U"), false },
	{ "nationality", NULL, false },
	{ "region", NULL, false },
	{ "city", CODES("RABAT", "CASABLANCA", "OUJDA", "TANGER", "FES", "MARRAKECH", "AGADIR", "LAAYOUNE", "OTHER"), false },
	{ "group_size", NULL, false },
	{ "children", NULL, false },
	{ "travel_doc", CODES("YES", "NO", "EXPIRED", "OTHER"), false },
	{ "contact_pref", CODES("CALL_OK", "SHARED", "NO_CALL"), false },
	{ "call_language", CODES("fr", "en", "ar", "ff", "man", "wo", "es", "ber", "other"), false },
	{ "call_time", CODES("MORNING", "AFTERNOON", "EVENING", "ANY"), false },
	{ "urgent_need", CODES("NO", "HEALTH", "SHELTER", "OTHER", "SOON", "WEEK"), true },
	{ "health", CODES("NO", "ILLNESS", "PREGNANCY", "DISABILITY", "LATER", "YES", "UNSAID"), true },
	{ "with_family_adult", CODES("YES", "NO"), true },
	{ "name", NULL, true },
	{ NULL, NULL, false },
};

const char *const alert_kinds[] = { "MINOR", "URGENT_NEED", "KEYWORD_URGENT", "FEAR", "DANGER_WORD", "UNREADABLE",
				    "COMPLAINT_FRAUD", "COMPLAINT_PSEA", "COMPLAINT", "CHECKIN", "NUMBER_CLAIM",
				    "WRONG_PERSON", "REVIEW", "QUALITY", "CHANNEL", NULL };
const char *const alert_levels[] = { "URGENT", "HIGH", "NORMAL", "PROGRAMME", "DATA", "READ", "QUALITY", NULL };
const char *const task_kinds[] = { "CALL_BACK", "READ", "VERIFY_NUMBER", "ERASE", "CHECKIN_CALL", "OTHER", NULL };
const char *const purposes[] = { "REQUEST", "CALLS", "CHECKINS", "SHARING", "RESEARCH", NULL };
const char *const roles[] = { "counsellor", "protection", "psea", "supervisor", "reintegration", NULL };

const struct field *field_named(struct str name)
{
	for (const struct field *f = fields; f->name; f++)
		if (str_eq_z(name, f->name))
			return f;
	return NULL;
}
