/* Closing a socket without losing the answer on it.
 *
 * To close while bytes of the peer lie unread resets the connection, and the reset can overtake the answer.  So a
 * connection that ends early is half-closed, read to its end without looking, for two seconds at most, then closed. */
#ifndef GATEWAY_HTTP_LINGER_H
#define GATEWAY_HTTP_LINGER_H

#include "gateway/loop.h"

#include <stddef.h>

enum { LINGER_MAX = 64 };

struct lingering {
	struct loop *loop;
	struct linger_slot {
		struct watch watch; /* fd -1: free */
		struct timer timer;
		size_t bytes;
	} slot[LINGER_MAX];
};

void lingering_init(struct lingering *lingering, struct loop *loop);
void lingering_take(struct lingering *lingering, int fd); /* owns fd; with all slots in use it is closed at once */
void lingering_release(struct lingering *lingering);

#endif
