/* What the world looks like when a person says something or is written to: the engine's facts (flows/engine.h), filled from the
 * database.  The struct owns what its facts point at, beside the batch's arena; it lives for one step. */
#ifndef GATEWAY_CIRCUMSTANCES_H
#define GATEWAY_CIRCUMSTANCES_H

#include "db/cases.h"
#include "db/session.h"
#include "gateway/gateway.h"

struct circumstances {
	struct facts facts;
	struct session unfinished;
	int64_t unfinished_id;          /* the conversation behind facts.unfinished; 0: none */
	struct case_row open_case;      /* ref "": none */
	char new_ref[REF_LEN + 1], next_open_day[6], wave[8], checkin_next[6];
};

/* country: of the person's number, ISO 3166-1.  0 or an error of the db floor. */
int circumstances_load(struct gateway *g, const struct channel *channel, const struct contact *who,
		       const struct conversation *talk, struct str country, int64_t now_ms, struct circumstances *out)
	__attribute__((warn_unused_result));
/* The numbers a text may name: those of the country the person's number is of, else the programme's. */
void circumstances_add_numbers(const struct config *config, struct str country, struct facts *facts);

#endif
