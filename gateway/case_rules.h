/* The life of a case (domain.md 6.2): what is open, what a rule may change by itself, where a city lies.  Pure.
 *
 * Staff may record any status, with a reason (CONTRACT 3).  A rule or a conversation may only move a case along the few arrows
 * below: nothing of a person's case is decided by a machine. */
#ifndef GATEWAY_CASE_RULES_H
#define GATEWAY_CASE_RULES_H

#include "flows/text/str.h"

bool case_is_open(struct str status); /* neither CLOSED nor WITHDRAWN */
/* May a conversation or a rule move a case so?  A person who was PARTIAL sends the request (NEW, WAITLIST, ON_HOLD) or cancels it;
 * taking a case makes it ASSIGNED; a first call makes it CONTACTING; three calls on three days in vain UNREACHABLE. */
bool case_rule_may(struct str from, struct str to);
/* "MA-02" for OUJDA; empty: not one region. */
struct str case_region_of_city(struct str city);
/* Why a person should look at this request; NULL: nothing strange.  children: of those who travel with the person. */
const char *case_review_reason(int64_t group_size, int64_t children, bool no_shelter, int64_t requests_of_number);

#endif
