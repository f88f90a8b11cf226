/* Phone numbers to E.164 (ITU-T E.164) by a table of numbering plans that an administrator can edit
 * (flows/definitions/phones.tsv), because renumberings (Cote d'Ivoire 2021, Benin 2024) do not wait for releases.
 *
 * Short codes and alphanumeric senders are addresses of another type and never contacts. */
#ifndef FLOWS_TEXT_PHONE_H
#define FLOWS_TEXT_PHONE_H

#include "flows/err.h"
#include "flows/text/arena.h"

struct phone_country; /* one numbering plan */

struct phone_plan {
	const struct phone_country *countries;
	size_t count;
};

enum phone_kind {
	PHONE_E164,        /* e164 and country are set */
	PHONE_SHORT_CODE,  /* 3 to 6 digits */
	PHONE_ALPHANUMERIC, /* a sender's name: at most 11 GSM characters with a letter */
	PHONE_INVALID,
};

struct phone {
	enum phone_kind kind;
	char e164[17];     /* "+" and 7 to 15 digits; "" unless PHONE_E164 */
	char country[3];   /* ISO 3166-1 alpha-2 of the plan; "" when no plan of the table has the calling code */
	const char *reason; /* PHONE_INVALID: a few words, static; never the number */
};

/* What a person typed or a file holds: strict, a number that its plan does not have is PHONE_INVALID.
 * country: ISO code whose national form input may have; empty: international forms only, also without "+". */
void phone_parse(const struct phone_plan *plan, struct str input, struct str country, struct phone *out);

/* The sender as a network or an aggregator names it: always international, with "+", "00" or nothing in front.  Such a
 * number exists, whatever the table says (a country may be renumbering today): 7 to 15 digits are enough. */
void phone_parse_network(const struct phone_plan *plan, struct str input, struct phone *out);

/* Reads phones.tsv; its own head says what the columns are.  0, or -EINVAL with the line in err, or -ENOMEM. */
int phone_plan_load(struct phone_plan *plan, struct str tsv, struct arena *arena, struct err *err)
	__attribute__((warn_unused_result));

#endif
