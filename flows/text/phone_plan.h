/* One numbering plan, as phones.tsv has it: shared by phone.c, which reads numbers, and phone_load.c, which reads the
 * table.  All text borrows from the arena of the load. */
#ifndef FLOWS_TEXT_PHONE_PLAN_H
#define FLOWS_TEXT_PHONE_PLAN_H

#include "flows/text/phone.h"

enum { COUNTRIES_MAX = 256 };

struct phone_country {
	struct str iso, code, trunk;
	struct str prefixes; /* international ones besides 00, with commas; may be empty */
	struct str forms;    /* with spaces */
};

/* "6xxxxxxx", "[24-7]x{6,8}": what the head of phones.tsv says. */
bool number_form_valid(struct str form);
bool number_has_form(struct str digits, struct str form);

#endif
