/* `wasl case set` and, later, the console: which keys a person of the staff may set, to what, and how it is audited. */
#ifndef GATEWAY_CASE_CHANGE_H
#define GATEWAY_CASE_CHANGE_H

#include "db/cases.h"
#include "gateway/config.h"

struct case_assignment { /* KEY=VALUE */
	struct str key, value;
};

/* Checks one assignment against the code tables of CONTRACT 5.  0, or -EINVAL with what is wrong and what is possible. */
int case_assignment_check(const struct config *config, const struct case_assignment *a, struct err *err)
	__attribute__((warn_unused_result));
/* Applies checked assignments and writes the audit line, inside the caller's item.  -ENOENT: no such case. */
int case_assign(struct db *db, const struct config *config, struct str ref, const struct case_assignment *a, size_t count,
		struct str actor, struct str reason, int64_t now_ms) __attribute__((warn_unused_result));

#endif
