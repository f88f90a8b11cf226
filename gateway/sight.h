/* Who may see which rows (domain.md D6, 2.5, 3.5, 6.4): by role and office.  Pure; the console asks here before it shows anything.
 *
 * counsellor: the own offices, never children, protection, complaints.  protection: children and protected cases too.  psea: only
 * complaints about money and behaviour, of all offices.  admin, operator: the channels, no content.  The others see no rows of
 * people here.  What fits no line is not seen. */
#ifndef GATEWAY_SIGHT_H
#define GATEWAY_SIGHT_H

#include "flows/text/str.h"

struct sight {
	bool counsellor, protection, psea, admin;
	bool all_offices;
	const struct str *offices; /* ids; borrowed */
	size_t offices_count;
};

/* role: "counsellor protection" separated by a space (more than one may be held). */
struct sight sight_of(struct str roles, const struct str *offices, size_t offices_count, bool all_offices);
/* role, office: of the alert or task; office empty: of no office (a complaint, a channel). */
bool alert_visible(const struct sight *s, struct str role, struct str office);
bool task_visible(const struct sight *s, struct str role, struct str office);
/* A child, or referred to protection, or tagged UASC: hidden from all but the focal point. */
bool case_protected(struct str status, struct str age_band, struct str tags);
bool case_visible(const struct sight *s, struct str office, bool is_protected);

#endif
