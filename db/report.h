/* What reports and exports read: statements of the house's own on the reader's connection, rows out as cells.
 *
 * Nothing here writes, decides or lays out; gateway/report*.c turns the rows into tables.  A statement may use any of the
 * filter's members by their numbers ?1 to ?9; what it does not use costs nothing. */
#ifndef DB_REPORT_H
#define DB_REPORT_H

#include "db/reader.h"

enum report_sql {
	RQ_PERSONS,        /* country, region, sex, age_band, n: who travelled in the period */
	RQ_REQUESTS,       /* n, earliest: cases opened, unfinished ones and duplicates left out */
	RQ_KNOWN,          /* 1 when anything at all is known of the period in this direction */
	RQ_VULNERABLE,     /* code, sex, age_band, n; needs the key */
	RQ_HISTORIC,       /* direction, year_from, year_to, persons, requests, approximate, source */
	RQ_REACHED_STATUS, /* n: cases that reached the status ?8 for the first time in the period */
	RQ_CONTACT_DELAYS, /* ms from request to first contact, of requests of the period */
	RQ_TRAVEL_DELAYS,  /* days from request to departure, of departures of the period */
	RQ_SESSIONS,       /* mode, n, left open: conversations begun */
	RQ_RUNS,           /* mode, language, safe, completed, minor, last state, contacted, counselled, departed, n */
	RQ_CHECKINS,       /* wave, country, sex, due, delivered, started, completed, refused, wrong, invalid, not sent */
	RQ_SCORES,         /* ref, wave, instrument, weights_version, e, s, p, c, country, sex, mentored, in the period */
	RQ_ALERTS,         /* kind, rule, raised_at, due_at, taken_at, closed_at */
	RQ_REFERRALS,      /* service, organisation, outcome, n */
	RQ_TAGS,           /* tags, n: who travelled in the period */
	RQ_MESSAGES,       /* direction, mode, channel, status, n, segments */
	RQ_FAILURES,       /* channel, status, reason, n */
	RQ_USSD,           /* channel, n, left open */
	RQ_COST,           /* channel, country of the number, segments: SMS that the operator took */
	RQ_POINTS,         /* orientation point, n: requests */
	RQ_STEPS,          /* step, counsellor, n: open cases as they stand now */
	RQ_MEETINGS,       /* tag, kind, meetings, invited, confirmed, attended */
	RQ_EXPORT_CASES, RQ_EXPORT_ANSWERS, RQ_EXPORT_CHECKINS, RQ_EXPORT_MESSAGES, RQ_EXPORT_ALERTS, RQ_EXPORT_REFERRALS,
	RQ_EXPORT_HISTORIC, RQ_EXPORT_RSS,
	RQ_TOP_CASES, RQ_TOP_ANSWERS, RQ_TOP_CHECKINS, RQ_TOP_MESSAGES, RQ_TOP_ALERTS, RQ_TOP_REFERRALS, RQ_TOP_HISTORIC,
	RQ_FLOIP_ROWS,     /* answer_id, instant, contact, session, flow, state, value: coded answers of the flow ?8, "" all */
	RQ_FLOIP_BACK,     /* the same, before ?9, newest first */
	RQ_FLOIP_SPAN,     /* first, last (ms) of them */
	RQ_FLOIP_VALUES,   /* flow, state, value: each that occurs */
	RQ_COUNT
};

struct report_filter {
	struct str from, to;         /* ?1, ?2: days "2020-01-01", both within; of the programme's zone */
	struct str direction;        /* ?3; "" any */
	struct str tag, office;      /* ?4, ?5 */
	struct str from_ms, to_ms;   /* ?6, ?7: the same period as instants, to_ms after it, in digits */
	struct str extra, more;      /* ?8, ?9 */
};

/* Calls each() as reader_query() does.  0, what each() returned, or -EIO with err. */
int report_query(struct reader *reader, enum report_sql name, const struct report_filter *filter, reader_row *each, void *user,
		 struct err *err) __attribute__((warn_unused_result));

#endif
