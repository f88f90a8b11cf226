/* A person, a phone and what is known about them, without disk and clock: carries out the engine's effects the way the
 * gateway does, for written dialogues and `wasl flow try`. */
#ifndef FLOWS_WORLD_H
#define FLOWS_WORLD_H

#include "flows/engine.h"

enum { WORLD_ROWS_MAX = 128, WORLD_FIELDS_MAX = 32, ROW_MAX = 240 };

struct world_field {
	char name[NAME_MAX_LEN + 1], value[64];
};

struct world {
	const struct book *book;
	struct arena arena;          /* of the step under way */
	int64_t now_ms, next_id;
	int language;
	bool ucs2, intake_paused, office_open, opted_out;
	int64_t acked_ms;            /* free.ack was said; 0: never */
	char stopped_country[4];     /* of return, on hold; "" = none */
	struct str stopped;          /* the same, for the facts */
	struct screen_limit screen;
	enum transliteration encoding; /* of a channel that carries UCS-2 */
	struct session ussd, sms;    /* the open USSD session; the SMS conversation */
	struct session kept;         /* the last walk that may be taken up again; all zero: none */
	bool has_kept;
	int64_t kept_ms, sms_ms;     /* when it was left; when the last SMS came */
	bool has_case;
	char ref[16];
	struct world_field fields[WORLD_FIELDS_MAX]; /* of the case */
	size_t fields_count;
	/* What was ordered, a line each: "answer AGE 18_39", "alert MINOR URGENT protection age_band=U18", "task …",
	 * "consent REQUEST YES". */
	char rows[WORLD_ROWS_MAX][ROW_MAX];
	int64_t row_run[WORLD_ROWS_MAX];
	size_t rows_count;
	/* What is known of the person besides (dialogue lines "given person pin=1234 …"). */
	char pin[8], birth_year[8], wave[8], checkin_next[8];
	bool checkin_consent, number_frozen, number_claimed;
	int64_t helped_ms;           /* HELP was asked for; 0: never */
	unsigned proof_tries;
	bool overflow;               /* more rows or fields than fit */
};

int world_init(struct world *w, const struct book *book) __attribute__((warn_unused_result)); /* 0 or -ENOMEM */
void world_release(struct world *w);

/* What the next step by this way in will find; ref: room for the free reference that f points at. */
void world_facts(struct world *w, enum mode mode, struct facts *f, char ref[16]);
/* What the person does; NULL: flow_step() refused.  The outcome lives until the next call. */
const struct outcome *world_step(struct world *w, enum mode mode, enum input_kind kind, struct str text);
/* The gateway begins: "flow:STATE", with variables. */
const struct outcome *world_begin(struct world *w, struct str flow_state, const struct binding *vars, size_t vars_count);
/* "pin", "birth_year", "wave", "checkin_next", "checkin_consent", "frozen", "claimed_number"; false: no such name or value. */
bool world_person_set(struct world *w, struct str name, struct str value) __attribute__((warn_unused_result));
void world_drop(struct world *w); /* the USSD session is lost */

/* Sets a field of the person's case, opening one when there is none. */
void world_case_set(struct world *w, struct str name, struct str value);
const char *world_case_field(const struct world *w, struct str name); /* NULL: not set */

#endif
