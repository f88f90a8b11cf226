/* The inside of `flow check`: what its parts share. */
#ifndef FLOWS_CHECKER_H
#define FLOWS_CHECKER_H

#include "flows/check.h"
#include "flows/say.h"

enum { CHECK_ARENA_BYTES = 256 * 1024 };

struct checker {
	const struct book *book;
	struct check_limits limits;
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

void check_label_words(struct checker *c, const struct prompt *prompt); /* check_label.c */

/* The text with its options, every placeholder with its longest value, as written.  false: far too long. */
bool check_speech(struct checker *c, const struct text *text, const struct prompt *prompt, size_t language,
		  struct speech *out);
/* The USSD screens of a text as sent.  As paginate(). */
int check_pages(struct checker *c, const struct speech *sent, bool question, size_t language,
		enum transliteration policy, struct pages *out, struct str *culprit);
unsigned check_modes(const struct prompt *prompt); /* bit MODE_USSD, bit MODE_SMS */

/* Which modes a prompt, an effect or a transition is for. */
bool check_allows(const struct guard *guard, const char *name, const char *value);

#endif
