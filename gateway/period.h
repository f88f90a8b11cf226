/* A span of days, as programmes report: a year, a quarter, a month, or any two days. */
#ifndef GATEWAY_PERIOD_H
#define GATEWAY_PERIOD_H

#include "flows/date.h"
#include "flows/err.h"
#include "flows/text/buf.h"

struct period {
	struct date from, to; /* both within */
};

enum report_language { REPORT_FR, REPORT_EN, REPORT_AR, REPORT_LANGUAGES }; /* in which reports are read */

struct period period_year(int year);
struct period period_this_year(struct str zone, int64_t now_ms);
/* "2020", "2020-Q2", "2020-04", or nothing and from/to.  0, or -EINVAL with err. */
int period_parse(struct str year, struct str from, struct str to, struct period *out, struct err *err)
	__attribute__((warn_unused_result));
/* The one of the same length just before: whole months go back by months, anything else by days. */
struct period period_before(struct period p);
bool period_is_year(struct period p);
int period_months(struct period p);                       /* whole calendar months; 0: it is not made of them */
struct period period_nth_month(struct period p, int n);   /* of the months it touches, cut to it; n from 0 */
int period_months_touched(struct period p);
/* "2020", "avril 2020", "2e trimestre 2020", "du 3 mars au 9 juin 2020". */
void period_name(struct period p, enum report_language language, struct buf *out);
void period_month_name(struct date d, enum report_language language, struct buf *out); /* "avril 2020" */
void period_day_name(struct date d, enum report_language language, struct buf *out);   /* "9 juin 2020", "1er mai 2020" */
/* The instants at which it begins and is over, by the clocks of a zone, in ms since 1970 UTC. */
void period_instants(struct period p, struct str zone, int64_t *from_ms, int64_t *to_ms);

#endif
