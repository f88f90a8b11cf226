/* The desk: JSON API and pages for the staff, on a thread of its own (DESIGN 3).
 *
 * The staff thread runs its own loop and HTTP server and reads through a read-only connection; what it wants written goes to
 * the line thread as letters (gateway/mailbox.h), what is long to the job thread (gateway/jobs.h).  Nothing that is done here
 * holds up a phone. */
#ifndef GATEWAY_CONSOLE_CONSOLE_H
#define GATEWAY_CONSOLE_CONSOLE_H

#include "gateway/gateway.h"
#include "gateway/http.h"

struct console;

struct console_wish {
	const char *state, *key_file;
	const char *web_dir;           /* NULL: the pages inside the program */
	const struct http_server *webhooks; /* for /metrics; read on the line thread */
	bool demo;
};

/* On the line thread, after the database is open.  0 or negative with err. */
int console_start(struct gateway *g, const struct console_wish *wish, struct console **out, struct err *err)
	__attribute__((warn_unused_result));
/* No new connections; streams end.  console_idle(): nothing of it waits for the line thread any more. */
void console_quiesce(struct console *console);
bool console_idle(const struct console *console);
/* Ends the thread and frees all; the line thread's loop has ended. */
void console_stop(struct console *console);

#endif
