/* Small counts of persons in what leaves the house (domain.md 6.3): 1 to 4 are "<5", and wherever a sum would give a hidden
 * one away, a second is hidden with it. */
#ifndef GATEWAY_REPORT_MASK_H
#define GATEWAY_REPORT_MASK_H

#include "gateway/report.h"

/* Tables that are sensitive, or whose cells combine more than two properties of a person; a project, an office or a period
 * shorter than a year counts as one more. */
void report_mask(struct report_page *report, const struct report_ask *ask);
/* One table, whatever it combines. */
void report_mask_table(struct report_table *table);

#endif
