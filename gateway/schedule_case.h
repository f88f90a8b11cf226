/* Which check-ins a case gets, when they are due, and who gets none (domain.md 3.2). */
#ifndef GATEWAY_SCHEDULE_CASE_H
#define GATEWAY_SCHEDULE_CASE_H

#include "db/checkin.h"
#include "db/contact.h"
#include "gateway/config.h"

#define CHECKIN_WINDOW_MS ((int64_t)21 * 24 * 3600 * 1000)
#define CHECKIN_JITTER_MS ((int64_t)2 * 3600 * 1000)

/* What keeps somebody from being written to first. */
struct checkin_facts {
	bool consented, closed, returned;      /* the case */
	bool elsewhere;                        /* another case of this person is asked */
	bool minor, no_call, protected, harmed; /* under 18 or a child's tag; NO_CALL; with protection; trafficking, violence */
	bool has_number, active, opted_out, paused;
	bool safe;                             /* staff said: may be asked all the same */
};

/* NULL: may be asked; else why not, in a few words of ours that name no person and no need.  "safe" lifts what protects the
 * person from us (age, protection, harm), never what the person said (STOP, no calls, no consent). */
const char *checkin_obstacle(const struct checkin_facts *facts);
/* Fills facts from the rows; who: as found, its key is used for the sealed columns.  0 or an error of the db floor. */
int checkin_facts_load(struct db *db, const struct checkin_subject *s, const struct contact *who, struct checkin_facts *out)
	__attribute__((warn_unused_result));

/* Up to two hours, the same for a row whenever it is asked: no pattern shows, and nothing moves when it is worked out anew. */
int64_t checkin_jitter(struct str ref, struct str wave, unsigned nth);
/* The country whose clock and rules count for this person: the number's, else that of the return. */
struct str checkin_country(const struct config *config, const struct checkin_subject *s, const struct contact *who);

/* Makes, moves, suppresses the rows of a case after anything about it changed, and once a day.  Rows that were begun stay.
 * Inside the caller's item.  0 or an error of the db floor; a case that is not there: 0. */
int schedule_case(struct db *db, const struct config *config, struct str ref, int64_t now_ms) __attribute__((warn_unused_result));

#endif
