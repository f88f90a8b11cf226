/* `flow check`: proves before start what a conversation must never do (DESIGN 4).
 *
 * Every state reachable, no dead end, no loop without input, every language present, every screen fits (USSD page and
 * SMS segments, with the longest value of each variable), every pattern compiles and survives hostile input, no promise
 * words, every text the gateway sends first is quiet, no label of an option is a word for STOP. */
#ifndef FLOWS_CHECK_H
#define FLOWS_CHECK_H

#include "flows/flow.h"
#include "flows/text/transliterate.h"

enum finding_level { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };

struct finding {
	enum finding_level level;
	struct str file, path; /* JSON path: states.SAFE.ask */
	struct str language;   /* "" = all */
	struct str says;       /* what is wrong and what to write instead */
};

typedef void finding_fn(const struct finding *finding, void *user);

/* What the channels carry.  Texts are measured as they are sent: transliterated first, then cut. */
struct check_limits {
	struct screen_limit screen; /* USSD; the smallest */
	unsigned max_segments;      /* SMS; the fewest */
	unsigned policies;          /* bit n: a channel with enum transliteration n; 0 = auto alone */
};

/* Calls report for each finding; returns the number of errors. */
size_t book_check(const struct book *book, const struct check_limits *limits, finding_fn *report, void *user);

#endif
