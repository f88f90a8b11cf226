/* wasl flow: what its parts share (command_flow*.c). */
#ifndef GATEWAY_COMMAND_FLOW_H
#define GATEWAY_COMMAND_FLOW_H

#include "gateway/command.h"
#include "flows/text/segment.h"
#include "gateway/definitions.h"

struct flow_command {
	const struct invocation *in;
	struct definitions files; /* where a finding or a mistake stands */
	struct book book;
	const char *name;         /* NAME, or NULL */
	const char *language;     /* --language, or NULL */
	enum mode mode;           /* --mode, USSD unless said */
	bool mode_said;
	bool texts, cost;         /* check --texts, --cost */
	char **words;             /* arguments that are no options */
	int words_count;
};

int flow_show(struct flow_command *c);
int flow_graph(struct flow_command *c);
int flow_try(struct flow_command *c);
int flow_test(struct flow_command *c);
/* Behind a check without errors: what each text, and what one walk costs. */
int flow_check_texts(struct flow_command *c, struct screen_limit screen);
int flow_check_cost(struct flow_command *c, struct screen_limit screen);

/* The flow NAME, or NULL with an error on stderr, "did you mean" included. */
const struct flow *flow_command_flow(const struct flow_command *c);
int flow_command_language(const struct flow_command *c); /* index; 0 where none was said */

/* "AGE", "counsellor", "counsellor:TOPIC", "back" */
struct str flow_target(const struct transition *t, char *storage, size_t cap);
/* "contact_pref SHARED or NO_CALL, mode sms"; "" when it always holds. */
struct str flow_condition(const struct guard *g, char *storage, size_t cap);
/* "alert MINOR to protection within 2 hours", in words. */
struct str flow_effect(const struct effect_order *e, char *storage, size_t cap);

#endif
