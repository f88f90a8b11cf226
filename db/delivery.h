/* What became of an SMS after it left: the vendor's ids, and its delivery reports, also those that come before the answer to
 * the send.  A state only moves up a rank (failures.md I6, I7). */
#ifndef DB_DELIVERY_H
#define DB_DELIVERY_H

#include "db/db.h"

/* The vendor has it.  ids: the vendor's; more than one: it gave each part of a long message its own. */
int delivery_sent(struct db *db, int64_t message_id, struct str channel, const struct str *ids, size_t count, int64_t now_ms)
	__attribute__((warn_unused_result));

enum report_outcome { REPORT_TAKEN, REPORT_LATE, REPORT_CONFLICT, REPORT_HELD };

struct report {
	struct str provider_id;
	struct str client_ref; /* our own reference (the message's number), where the vendor gives it back; else empty.  It
	                        * also finds what has no provider_id: sent, and no answer to it (failures.md O2) */
	const char *status;    /* "sent", "delivered", "failed", "expired", "rejected" */
	struct str reason;
};

/* Of a message in parts: delivered when all are, failed (…) when one is.  *final: the status of the message afterwards. */
int delivery_report(struct db *db, struct str channel, const struct report *report, int64_t now_ms,
		    enum report_outcome *outcome, char final[16], int64_t *contact_id) __attribute__((warn_unused_result));
/* Held reports of ids that nobody knew in time.  *gone: how many. */
int delivery_reports_expire(struct db *db, int64_t before_ms, int *gone) __attribute__((warn_unused_result));

#endif
