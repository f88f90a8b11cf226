/* One event through the house: seen before? load the conversation, ask the engine, save what it decided.
 *
 * Runs inside a savepoint of the batch; everything it returns lives in the item's arena.  What it returns may be said
 * only after the commit. */
#ifndef GATEWAY_STEP_H
#define GATEWAY_STEP_H

#include "db/seen.h"
#include "gateway/gateway.h"
#include "gateway/ussd.h"

enum step_what { STEP_TAKEN, STEP_DUPLICATE, STEP_IGNORED, STEP_LIMITED };

struct step_result {
	enum step_what what;
	struct replay replay;         /* DUPLICATE: the answer that was given; content_type.at == NULL: no longer kept */
	struct str ussd_text;         /* TAKEN, USSD: the screen */
	bool ussd_end;
	struct str joined;            /* TAKEN, SMS: the whole text, when this was the last part of a long one */
	bool incomplete;              /* TAKEN, SMS: kept, other parts are to come */
	struct queued_message *queued; /* NOTICE of a phone that asks */
	size_t queued_count;
	bool session_open;            /* NOTICE of a session by its id alone: it is open */
	bool refused;                 /* USSD: the vendor's word does not fit our history: malformed */
	struct ussd_turn turn;        /* USSD: for `explain` */
	unsigned char seen_key[VAULT_INDEX_LEN];
	bool keyed;                   /* seen_key is set: the answer must be kept under it */
	int64_t contact_id;           /* 0: nobody, or wiped */
	enum report_status report_status; /* REPORT: the state of the message afterwards; REPORT_NONE: unchanged word */
};

int step_event(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
	__attribute__((warn_unused_result));

/* The apology for a USSD session when the disk said no; no state is read or changed. */
struct str step_apology(struct gateway *g, const struct channel *channel, const struct event *event, struct arena *arena);

#endif
