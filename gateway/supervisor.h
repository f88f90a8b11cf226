/* What the service manager is told: that both doors are open, that the line thread still turns, that the end has begun.
 *
 * Datagrams to the socket that NOTIFY_SOCKET names, as sd_notify(3) and systemd.service(5) describe; where nobody listens,
 * nothing is sent.  A manager that set WATCHDOG_USEC hears from the loop's timer twice in that time: if the loop hangs, the
 * timer does, and the daemon is started anew.  A datagram that does not arrive harms nothing, so no error is given back. */
#ifndef GATEWAY_SUPERVISOR_H
#define GATEWAY_SUPERVISOR_H

#include "gateway/loop.h"

#include <stdint.h>

struct supervisor { /* of the line thread; all zero = nobody is told */
	struct loop *loop;
	struct timer alive;
	int64_t every_ms; /* between two signs of life; 0 = none is asked for */
};

/* Ready to serve.  s must live until supervisor_leave(). */
void supervisor_ready(struct supervisor *s, struct loop *loop);
void supervisor_stopping(void);
/* Stops the timer; before the loop is freed. */
void supervisor_leave(struct supervisor *s);

#endif
