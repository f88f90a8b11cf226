/* What words cost on simple phones: of each text in each language, and of one walk of a conversation.
 *
 * Every placeholder has its longest value.  "Sent" is what a channel of policy auto carries (text.md 1.4), "written" what
 * one of policy never does.  A walk is measured on the definition alone: conditions other than the mode are taken as
 * open, nobody answers wrongly and nobody goes back to a question that was answered. */
#ifndef FLOWS_MEASURE_H
#define FLOWS_MEASURE_H

#include "flows/check.h"

struct text_size {
	enum encoding encoding;
	size_t units;    /* of the whole text */
	size_t segments; /* as one SMS; 0: never sent by SMS, or too long */
	size_t screens;  /* of USSD; 0: never shown, or it fits none */
};

struct text_cost {
	struct str file, path, key, language;
	struct text_size written, sent;
	struct str flips;    /* the character that takes the text out of GSM-7: the first without another spelling, else
				the first that is sent otherwise; "" = none */
	struct str cheaper;  /* how that one is sent in GSM-7 (may be empty: it is left out); .at == NULL: no way */
};

typedef void text_cost_fn(const struct text_cost *cost, void *user); /* lives during the call */
/* Each text once, in the order of the files.  0, or -ENOMEM. */
int book_measure(const struct book *book, struct screen_limit screen, text_cost_fn *report, void *user)
	__attribute__((warn_unused_result));

enum { WALK_MAX = 256 };

struct walk_cost {
	size_t least, most;           /* SMS: segments sent; USSD: screens shown */
	const struct state *cheapest[WALK_MAX], *dearest[WALK_MAX]; /* the states of the walk, in order */
	size_t cheapest_count, dearest_count;
};

/* From the flow's initial state to the end that the walk with the most questions comes to: a final state (one that gives
 * the open question back is none) or the step into another conversation.  Whoever stops before costs less.  A question
 * that needs several screens counts one in `least` (any option's number is taken on any page) and all in `most`.
 * 0; -ENOENT where no walk ends by this mode; -E2BIG: more than WALK_MAX states; -ENOMEM. */
int flow_cost(const struct book *book, const struct flow *flow, int language, enum mode mode,
	      struct screen_limit screen, struct walk_cost *out) __attribute__((warn_unused_result));

#endif
