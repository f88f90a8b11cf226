/* An aggregator on loopback that misbehaves as its path says: one thread a connection.
 *
 * Every request that was read whole is counted under its path before anything else happens to it. */
#ifndef TESTS_UNIT_PEER_H
#define TESTS_UNIT_PEER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { PEER_PATHS_MAX = 64, PEER_CONNECTIONS_MAX = 512 };

struct peer {
	int listener;
	unsigned port;
	const char *status, *answer; /* what /version1/messaging says; set before it is asked */
	pthread_t thread;
	pthread_mutex_t lock;
	struct {
		char path[64];
		unsigned count;
	} seen[PEER_PATHS_MAX];
	size_t seen_count;
	struct peer_connection *connections[PEER_CONNECTIONS_MAX];
	size_t connections_count;
};

void peer_start(struct peer *peer);
void peer_stop(struct peer *peer);
unsigned peer_count(struct peer *peer, const char *path); /* requests that were read whole */
size_t peer_connections(struct peer *peer);               /* since the start */

int peer_listen(unsigned *port); /* a socket that listens on a free port of loopback */
void peer_reset_on_close(int fd);

#endif
