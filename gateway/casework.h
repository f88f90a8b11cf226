/* What the engine decided about a person -> rows: consent, case, answers, alerts, tasks. */
#ifndef GATEWAY_CASEWORK_H
#define GATEWAY_CASEWORK_H

#include "db/cases.h"
#include "db/contact.h"
#include "gateway/gateway.h"

struct casework {
	struct gateway *g;
	const struct channel *channel;
	struct contact *who;
	enum mode mode;
	int64_t now_ms;
	struct str e164, language;   /* of the person; language code, "" = none */
	char case_ref[REF_LEN + 1];  /* the person's open case, "" = none; follows EFFECT_OPEN_CASE */
	int64_t unfinished_id;       /* the conversation behind facts->unfinished; 0 = none */
	bool wiped;                  /* the person refused: nothing more may be written about them */
};

/* Carries out the effects in order, inside the item's savepoint.  0 or an error of the db floor. */
int casework_apply(struct casework *work, const struct outcome *outcome) __attribute__((warn_unused_result));
int casework_apply_one(struct casework *work, const struct effect *effect) __attribute__((warn_unused_result));

/* The office that has this case, else the default one of the programme's country; "" = none.  ref "": no case. */
struct str casework_office(struct gateway *g, struct str ref);

#endif
