/* How the command line speaks to a running daemon: state/control.sock (0600), one JSON object a line each way.
 *
 * {"do": "outbound", "set": "off"} -> {"ok": true, …} or {"ok": false, "error": "what and what to do", "exit": 78}.
 * What changes anything becomes a batch item like every other write. */
#ifndef GATEWAY_CONTROL_H
#define GATEWAY_CONTROL_H

#include "gateway/gateway.h"
#include "gateway/json.h"

struct control;
struct control_call; /* one request; lives until it was answered */

/* Each verb: takes the request (borrowed) and must see to it that control_answer() is called once, now or later. */
struct control_verb {
	const char *name;
	void (*run)(struct gateway *g, json_t *request, struct control_call *call);
};

int control_open(struct gateway *g, const char *state, const struct control_verb *verbs, struct control **out,
		 struct err *err) __attribute__((warn_unused_result));
void control_close(struct control *control);
void control_answer(struct control_call *call, json_t *answer); /* takes the answer; NULL: out of memory */
void control_refuse(struct control_call *call, int exit_code, const char *error);

/* The other end.  1: *answer is what the daemon said; 0: no daemon runs there; or -errno. */
int control_ask(const char *state, const json_t *request, json_t **answer) __attribute__((warn_unused_result));

#endif
