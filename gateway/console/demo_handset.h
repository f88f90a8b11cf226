/* The demo's phone in the browser (/handset): what a person types there is relayed, as the form an aggregator would post, to the
 * gateway's own webhook listener; the inbox is the demo's sink; the clock can be moved on.
 *
 * Only the demo on loopback has it, for pages of its own origin; elsewhere nothing of it exists. */
#ifndef GATEWAY_CONSOLE_DEMO_HANDSET_H
#define GATEWAY_CONSOLE_DEMO_HANDSET_H

#include "gateway/console/call.h"

/* Staff thread.  true: it was answered, or will be; false: somebody else's (also the page itself, which is a file). */
bool demo_handset_handle(struct console *c, struct http_request *request);

#endif
