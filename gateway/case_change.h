/* `wasl case set` and the console: which keys a person of the staff may set, to what, what follows from it, how it is
 * audited. */
#ifndef GATEWAY_CASE_CHANGE_H
#define GATEWAY_CASE_CHANGE_H

#include "db/cases.h"
#include "gateway/act.h"

struct case_assignment { /* KEY=VALUE */
	struct str key, value;
};

/* Checks one assignment against the code tables of CONTRACT 5.  0, or -EINVAL with what is wrong and what is possible. */
int case_assignment_check(const struct config *config, const struct case_assignment *a, struct err *err)
	__attribute__((warn_unused_result));
bool case_key_needs_reason(struct str key);
/* Checks and applies them all with what follows from them (office from region and city, close_reason from status), and writes the
 * audit line, inside the caller's item.  0; -EINVAL; -ENOENT: no such case. */
int case_assign(struct act_call *call, struct str ref, const struct case_assignment *a, size_t count)
	__attribute__((warn_unused_result));

#endif
