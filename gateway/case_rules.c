#include "gateway/case_rules.h"

enum { MANY_REQUESTS = 3 }; /* of one number within a year */

bool case_is_open(struct str status)
{
	return !str_eq_z(status, "CLOSED") && !str_eq_z(status, "WITHDRAWN");
}

static const struct { const char *from, *to; } arrows[] = {
	{ "PARTIAL", "NEW" }, { "PARTIAL", "WAITLIST" }, { "PARTIAL", "ON_HOLD" }, { "PARTIAL", "CLOSED" },
	{ "NEW", "ON_HOLD" }, { "NEW", "ASSIGNED" }, { "NEW", "CONTACTING" }, { "ASSIGNED", "CONTACTING" },
	{ "CONTACTING", "UNREACHABLE" }, { "UNREACHABLE", "CONTACTING" },
};

bool case_rule_may(struct str from, struct str to)
{
	for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
		if (str_eq_z(from, arrows[i].from) && str_eq_z(to, arrows[i].to))
			return true;
	return str_eq(from, to);
}

struct str case_region_of_city(struct str city)
{
	static const struct { const char *city, *region; } lies[] = {
		{ "RABAT", "MA-04" }, { "CASABLANCA", "MA-06" }, { "OUJDA", "MA-02" }, { "TANGER", "MA-01" }, { "FES", "MA-03" },
		{ "MARRAKECH", "MA-07" }, { "AGADIR", "MA-09" }, { "LAAYOUNE", "MA-11" },
	};
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
		if (str_eq_z(city, lies[i].city))
			return str_of(lies[i].region);
	return STR("");
}

const char *case_review_reason(int64_t group_size, int64_t children, bool no_shelter, int64_t requests_of_number)
{
	if (children > group_size)
		return "children > group";
	if (children > 0 && no_shelter)
		return "group with children and no shelter";
	return requests_of_number >= MANY_REQUESTS ? "many requests from one number" : NULL;
}
