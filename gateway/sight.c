#include "gateway/sight.h"

struct sight sight_of(struct str roles, const struct str *offices, size_t offices_count, bool all_offices)
{
	struct sight s = { .all_offices = all_offices, .offices = offices, .offices_count = offices_count };
	struct str role;
	while (str_split(&roles, ' ', &role)) {
		s.counsellor = s.counsellor || str_eq_z(role, "counsellor");
		s.protection = s.protection || str_eq_z(role, "protection");
		s.psea = s.psea || str_eq_z(role, "psea");
		s.admin = s.admin || str_eq_z(role, "admin") || str_eq_z(role, "operator");
	}
	return s;
}

static bool of_own_office(const struct sight *s, struct str office)
{
	if (s->all_offices || office.len == 0)
		return true;
	for (size_t i = 0; i < s->offices_count; i++)
		if (str_eq(s->offices[i], office))
			return true;
	return false;
}

bool alert_visible(const struct sight *s, struct str role, struct str office)
{
	if (str_eq_z(role, "psea"))
		return s->psea;
	if (str_eq_z(role, "admin") || str_eq_z(role, "operator"))
		return s->admin;
	if (str_eq_z(role, "protection"))
		return s->protection && of_own_office(s, office);
	if (str_eq_z(role, "counsellor") || str_eq_z(role, "reintegration") || str_eq_z(role, "supervisor"))
		return (s->counsellor || s->protection) && of_own_office(s, office);
	return false;
}

bool task_visible(const struct sight *s, struct str role, struct str office)
{
	return alert_visible(s, role.len ? role : STR("counsellor"), office);
}

bool case_protected(struct str status, struct str age_band, struct str tags)
{
	struct str tag;
	while (str_split(&tags, ' ', &tag))
		if (str_eq_z(tag, "UASC"))
			return true;
	return str_eq_z(status, "REFERRED_PROTECTION") || str_eq_z(age_band, "U18");
}

bool case_visible(const struct sight *s, struct str office, bool is_protected)
{
	return (s->protection || (s->counsellor && !is_protected)) && of_own_office(s, office);
}
