/* Appointments and the text that invites to them (co.appt): the person answers 1, comes, or 2, another date.
 *
 * Invitations go in permitted hours and expire with the appointment. */
#ifndef GATEWAY_APPOINTMENT_H
#define GATEWAY_APPOINTMENT_H

#include "db/meeting.h"
#include "gateway/act.h"

/* "2026-12-03 10:00", local time of the programme's country, in the future, within a year.  0 and *at_ms, or -EINVAL. */
int appointment_time(struct act_call *call, const char *member, int64_t *at_ms) __attribute__((warn_unused_result));
/* A place as it fits into the text: 1 to PLACE_LEN characters, one line. */
int appointment_place(struct act_call *call, struct str *place) __attribute__((warn_unused_result));
/* Sends (again) the invitation of a stored appointment; call->answer gets "invited": true, or "not_invited": why. */
int appointment_invite(struct act_call *call, const struct contact *who, const struct appointment *a)
	__attribute__((warn_unused_result));

#endif
