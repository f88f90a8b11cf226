/* The demo: a gateway on loopback with invented people (gateway/demo/), whose channels speak Africa's Talking's dialect and whose
 * messages go into a sink inside this process.  No SMS leaves the machine. */
#ifndef GATEWAY_DEMO_H
#define GATEWAY_DEMO_H

#include "gateway/gateway.h"
#include "gateway/json.h"

#define DEMO_CHANNEL "demo"
#define DEMO_TOKEN "demo-token-of-27-characters"
#define DEMO_CODE "*384*2200#"

/* The configuration of the demo, as JSON text; listens on 127.0.0.1:port and port + 1.  In the arena. */
struct str demo_config(struct arena *arena, const char *state, unsigned port);
/* After everything listens: opens the sink and, in an empty database, adds the invented people. */
int demo_start(struct gateway *g, struct err *err) __attribute__((warn_unused_result));
void demo_stop(struct gateway *g);
/* The sink's side of the aggregator's send API, on the webhook listener.  true: the request was answered. */
bool demo_handle(struct gateway *g, struct http_request *request);
/* SMS that arrived at a number, oldest first, with "seq" > after.  NULL: not the demo. */
json_t *demo_inbox(struct gateway *g, struct str number, int64_t after);

struct demo_phone { /* that the page can be */
	char number[20];
	const char *who; /* "new": has never called; "asks", "home": after the return; "duty": of the staff */
	char year[8];    /* of birth, which a check-in asks for; "": not recorded */
};
const struct demo_phone *demo_phone(size_t i); /* NULL behind the last */
bool demo_is_on(void); /* this process is the demo, and it has started */

#endif
