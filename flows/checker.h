/* The inside of `flow check`: what its parts share. */
#ifndef FLOWS_CHECKER_H
#define FLOWS_CHECKER_H

#include "flows/check.h"

struct checker {
	const struct book *book;
	struct screen_limit screen;
	unsigned max_segments;
	finding_fn *report;
	void *user;
	size_t errors;
	const struct flow *flow;   /* under check; NULL: the shared texts */
	const struct state *state; /* under check; NULL: the flow itself */
	char place[160];           /* behind the state: ".ask[1].options[2]" */
	struct arena arena;        /* of one text */
};

/* language: index, or -1 for all. */
void check_say(struct checker *c, enum finding_level level, int language, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Behind the state: check_at(c, ".options[%zu]", i). */
void check_at(struct checker *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

void check_graph(struct checker *c);              /* check_graph.c: reachable, no dead end, no loop without input */
void check_codes(struct checker *c);              /* check_codes.c: names and codes of the contract, of one flow */
void check_shared_phone(struct checker *c);       /* check_phone.c: what a shared phone and "do not call me" may read */
void check_texts(struct checker *c);              /* check_text.c: of one flow */
void check_messages(struct checker *c);           /* check_text.c: the shared ones */

/* Which modes a prompt, an effect or a transition is for. */
bool check_allows(const struct guard *guard, const char *name, const char *value);

#endif
