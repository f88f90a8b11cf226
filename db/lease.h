/* Assignments as leases: whose cases are to be looked at, and when something was last done about them. */
#ifndef DB_LEASE_H
#define DB_LEASE_H

#include "db/cases.h"

struct lease {
	char ref[REF_LEN + 1], assigned_to[32];
	bool early, closed;  /* early: nobody has counselled the person yet */
	int64_t snoozed_until; /* 0: it is not */
	int64_t acted_at;    /* the last act of who has it, the assignment itself among them */
	int64_t waiting_at;  /* the person's first word that no human has answered; 0: waits for nothing */
};

/* Those that are to be looked at now.  Returns how many. */
int leases_due(struct db *db, int64_t now_ms, struct lease *out, int max) __attribute__((warn_unused_result));
int lease_look_at(struct db *db, struct str ref, int64_t at_ms) __attribute__((warn_unused_result));

#endif
