/* The real gateway in this process, without a socket: configuration, a database in memory, batch, outbox with the sink behind
 * it, housekeeping, and what came after them. */
#ifndef TESTS_SIMULATION_HOUSE_H
#define TESTS_SIMULATION_HOUSE_H

#include "gateway/gateway.h"
#include "gateway/step.h"

struct screen { /* what a person sees after a step */
	char text[1024];
	bool ended, taken;
};

extern struct gateway house;

void house_open(void); /* exits when it cannot */
void house_close(void);
/* Whatever is due now: timers, batch, outbox, sink, until nothing moves. */
void house_settle(void);
/* One event through inbound_take(), committed.  channel: "ma", "gn".  text of USSD: all inputs so far. */
void house_ussd(const char *channel, const char *number, const char *session, const char *inputs, struct screen *out);
void house_sms(const char *channel, const char *number, const char *id, const char *text);
/* Something of the staff's, inside a batch item.  What it returned. */
int house_do(int (*run)(void *user), void *user);
/* A number out of the database; -1 when the statement fails (that is printed). */
int64_t house_count(const char *sql);
/* The first column of the first row as text; "" when there is none. */
const char *house_text(const char *sql, char *out, size_t cap);

#endif
