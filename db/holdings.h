/* What each table holds of a person, and what becomes of it when the person is erased: one table of rules.
 *
 * Every table of the schema is named here (tests/unit/holdings_test.c sees to it), also those that hold nobody.  Where
 * rows stay for the figures, a rule names the columns that stay or become something; every other column is emptied, so
 * that a column somebody adds later is forgotten unless it is named.  The rules run in this order. */
#ifndef DB_HOLDINGS_H
#define DB_HOLDINGS_H

enum holding_act {
	HOLDING_GOES,     /* the person's rows are deleted */
	HOLDING_STRIPPED, /* they stay as figures: coded, by the month, of nobody */
	HOLDING_NOBODY,   /* no row can be told to be of a person */
};

enum { BECOMES_MAX = 8 };

struct holding {
	const char *table;
	enum holding_act act;
	const char *rows;   /* GOES, STRIPPED: the person's; ?1 = contact_id, after the cases ?2 */
	const char *keep;   /* STRIPPED: columns that stay, separated by a space */
	struct becomes {
		const char *column, *to; /* ?1 as above; ?2 the nameless contact; ?3 answers keep their coded value */
	} becomes[BECOMES_MAX];
	const char *why;
};

extern const struct holding holdings[]; /* ended by table == NULL */

#endif
