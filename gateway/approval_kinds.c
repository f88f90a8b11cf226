/* What is carried out when a second person has said yes.  One line a kind. */
#include "gateway/merge_acts.h"
#include "gateway/number_acts.h"
#include "gateway/rights.h"

const struct approval_kind approval_kinds[] = {
	{ "ERASE", "protection", rights_erase },
	{ "NUMBER", "supervisor", number_carry_out },
	{ "MERGE", "supervisor", merge_carry_out },
	{ "EXPORT_NAMES", "supervisor", NULL },
	{ NULL, NULL, NULL },
};
