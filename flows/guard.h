/* Whether a condition holds, and what a name stands for in it. */
#ifndef FLOWS_GUARD_H
#define FLOWS_GUARD_H

#include "flows/engine.h"

struct scope {
	const struct book *book;
	const struct facts *facts;
	const struct session *session;
	enum mode mode;
	int language; /* it may have been chosen in this very step */
	bool asks_help; /* HELP stands among the words of this input */
};

/* Names that always mean something, ends with NULL: mode (ussd, sms), language (code or ""), intake (open, paused),
 * office (open, closed), opted_out (yes, no), case (none, partial, open), case_status, contact_pref, unfinished (yes,
 * no), asked (yes: a question is open or stands behind this one; no), acked (yes, no), protected (yes: under 18 or in the
 * hands of protection staff; no), country_stopped (yes: the return to the person's country is on hold; no), asks_help (yes:
 * HELP stands among other words; no). */
extern const char *const fact_names[];

struct str scope_value(const struct scope *scope, struct str name); /* the session's variable, the fact, or "" */
bool scope_is(const struct scope *scope, const char *name, const char *value);
bool guard_holds(const struct guard *guard, const struct scope *scope);

#endif
