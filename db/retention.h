/* How long what is kept (domain.md D9): one table of rules, run page by page, so that no callback waits for the end of it.
 *
 * People without consent are gone within hours already (gateway/housekeeping.h).  The words of people go first, then the
 * traces of messages, then who it was: a person past the time becomes figures (db/erase.h), except where an alert is open.
 * Counting and doing use the same rule. */
#ifndef DB_RETENTION_H
#define DB_RETENTION_H

#include "db/db.h"

enum retention_class {
	RETAIN_BODIES, RETAIN_COMPLAINTS, RETAIN_METADATA, RETAIN_PARTIAL, RETAIN_CASES, RETAIN_ANSWERS, RETAIN_AUDIT,
	RETENTION_CLASSES
};

enum { RETENTION_RULES_MAX = 24 };

struct retention_run {
	bool only_count;
	int64_t now_ms, before_ms[RETENTION_CLASSES]; /* what is older is past its time */
	int64_t count[RETENTION_RULES_MAX];           /* by rule */
	int64_t kept_for_alert;                       /* people: somebody must close the alert first */
	size_t rule;                                  /* where it stands; 0 to begin with, as all below */
	int64_t after;
};

struct retention_rule_name {
	enum retention_class class;
	const char *what;
	bool notice; /* counted alone: nothing went */
};

size_t retention_rules(void);
struct retention_rule_name retention_rule(size_t rule);
const char *retention_class_name(enum retention_class class);

/* One page of one rule, inside an item of a batch.  1: go on; 0: the end; or an error. */
int retention_step(struct db *db, struct retention_run *run) __attribute__((warn_unused_result));

#endif
