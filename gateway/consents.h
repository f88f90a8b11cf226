/* Consent, purpose by purpose (domain.md D2): what staff were told, given or taken back.  Taking back one leaves the others, and
 * taking back CHECKINS leaves the request. */
#ifndef GATEWAY_CONSENTS_H
#define GATEWAY_CONSENTS_H

#include "db/cases.h"
#include "db/contact.h"

bool consent_purpose(struct str purpose); /* REQUEST CALLS CHECKINS SHARING RESEARCH */
/* A row for what was said; change gets what the case keeps of it (consent_checkins), and is to be written by the caller. */
int consent_record(struct db *db, const struct case_row *row, struct str purpose, bool yes, int64_t now_ms,
		   struct case_change *change) __attribute__((warn_unused_result));
/* 1: a yes stands; 0: none, or the last answer is no; error. */
int consent_stands(struct db *db, int64_t contact_id, struct str purpose) __attribute__((warn_unused_result));

#endif
