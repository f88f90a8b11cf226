/* The tables of acts (gateway/act.h), one a file of acts; each is ended by name == NULL. */
#ifndef GATEWAY_ACTS_H
#define GATEWAY_ACTS_H

#include "gateway/act.h"

extern const struct act approval_acts[]; /* approval.list is a query, not an act */
extern const struct act number_acts[];
extern const struct act case_acts[];
extern const struct act merge_acts[];
extern const struct act holiday_acts[];
extern const struct act import_acts[];
extern const struct act export_acts[];
extern const struct act rights_acts[];   /* act_rights.c */
extern const struct act user_acts[];
extern const struct act work_acts[];
extern const struct act desk_acts[];

#endif
