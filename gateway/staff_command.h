/* Commands of the staff as tables: `wasl task take ID --as USER`.  A word is either an act (gateway/act.h), asked of the daemon or
 * done here, or a query over the views, printed. */
#ifndef GATEWAY_STAFF_COMMAND_H
#define GATEWAY_STAFF_COMMAND_H

#include "gateway/command.h"

#include <stddef.h>

struct staff_word {
	const char *word;    /* "take" */
	const char *places;  /* members of the request in their order: "id", "ref text"; NULL: none */
	const char *options; /* of the request or the query, separated by a space; "as!" must be there */
	const char *act;     /* "task.take"; NULL: sql */
	const char *sql;     /* ?1 … are the places, then the options in their order; what is absent is '' */
};

/* words: ended by word == NULL. */
int staff_command(const struct invocation *in, const char *name, const struct staff_word *words);

int command_approval(const struct invocation *in);
int command_alert(const struct invocation *in);
int command_task(const struct invocation *in);
int command_referral(const struct invocation *in);
int command_session(const struct invocation *in);
int command_appointment(const struct invocation *in);
int command_case_count(const struct invocation *in, bool steps); /* steps: by step and counsellor; else by orientation point */
int command_case_file(const struct invocation *in); /* the words of `wasl case` beside list, show and set */
int command_number(const struct invocation *in);
int command_holiday(const struct invocation *in);

#endif
