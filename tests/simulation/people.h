/* The people of the simulation: what they know (their number, reference, secret code), what they want, what they do when.
 * What they have told us is remembered here, apart from the gateway, so that it can be held against it. */
#ifndef TESTS_SIMULATION_PEOPLE_H
#define TESTS_SIMULATION_PEOPLE_H

#include "flows/text/str.h"

#include <stdbool.h>
#include <stdint.h>

enum { NUMBERS_MAX = 20000, FIRST_TEXTS_KEPT = 8 };

/* A phone, whoever holds it. */
struct phone_line {
	char number[20];
	int64_t heard_ms;		    /* something came from it last: what it is sent within ten minutes answers that */
	int64_t first_ms[FIRST_TEXTS_KEPT]; /* when it was written to without having asked, the last ones */
	size_t first_count;
	bool stopped; /* said STOP last */
	int holder;   /* index of the person; -1: nobody */
};

struct people_counts {
	uint64_t dials, screens, sms_in, sms_out, first_out, drops, stops, moves, recycled, repeats;
};
extern struct people_counts people_counts;

void people_make(unsigned count, int64_t from_ms, int64_t until_ms);
void people_release(void);
/* When the next of them does something; INT64_MAX: never. */
int64_t people_next(void);
void people_act(void); /* the one whose time has come */
/* An SMS arrived. */
struct phone_line *people_line(const char *number);
void people_got(const char *number, struct str text);
/* They left for home by staff's word: a new country, often a new number. */
void people_departed(const char *ref);
/* Words that must stand in no plain column. */
extern const char *const people_planted[];

#endif
