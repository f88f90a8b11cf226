/* The terminal phone: takes lines that somebody or a script types, shows what arrives.
 *
 * A line that begins with "/" is a command, any other an answer to the open screen or, in SMS mode, an SMS.  On a
 * terminal nothing that goes wrong ends the phone; a script that types into nothing is told by the exit code. */
#ifndef GATEWAY_HANDSET_H
#define GATEWAY_HANDSET_H

#include "gateway/handset_call.h"
#include "gateway/handset_inbox.h"
#include "gateway/handset_line.h"
#include "gateway/handset_show.h"

struct terminal_phone {
	struct handset handset;
	struct inbox inbox;
	enum inbox_kind kind; /* of the daemon, when it was last asked */
	struct handset_show show;
	struct line_reader lines;
	char code[HANDSET_CODE_MAX + 1]; /* what /redial dials */
	bool sms;             /* a line is an SMS, not an answer to a screen */
	bool prompted;        /* the cursor stands behind the prompt */
	bool quit;
	int exit_code;
};

/* Until /quit, the end of the input, SIGINT or SIGTERM; hangs up.  0; 65: a line of a script went nowhere; 69: the gateway
 * did not answer, and the script ended there. */
int terminal_phone_run(struct terminal_phone *phone, bool dial_first) __attribute__((warn_unused_result));

#endif
