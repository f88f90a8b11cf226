/* How the terminal phone shows what arrived: a framed screen for a person, text between rulers for a script, one JSON
 * object a line with --json.  Screens go to stdout; notes about them (what could not be sent, and why) to stderr. */
#ifndef GATEWAY_HANDSET_SHOW_H
#define GATEWAY_HANDSET_SHOW_H

#include "flows/text/segment.h"

struct handset_show {
	bool json;   /* else */
	bool framed; /* a terminal on both ends; else plain lines without escape codes */
	bool colour; /* framed, on a terminal that knows escape codes */
	struct screen_limit limit; /* of the channel */
	struct str number;
};

/* From the two standard descriptors and $TERM. */
struct handset_show handset_show(bool json, struct screen_limit limit, struct str number);

void handset_show_screen(const struct handset_show *show, struct str code, struct str text, bool end);
void handset_show_sms(const struct handset_show *show, struct str from, struct str text, int64_t at_ms);
/* An SMS of ours that was taken. */
void handset_show_sent(const struct handset_show *show, struct str text);
/* What was typed, where no terminal shows it. */
void handset_show_typed(const struct handset_show *show, struct str typed);
void handset_show_note(const struct handset_show *show, const char *note);

#endif
