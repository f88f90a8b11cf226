/* The yardstick of DESIGN 9: the smallest program with the same HTTP library in the same mode (external epoll) that
 * answers every POST with an empty 200.  `empty [PORT]` listens on 127.0.0.1 and prints the port. */
#include <arpa/inet.h>
#include <limits.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static struct MHD_Response *nothing;
static char seen;

static enum MHD_Result answer(void *user, struct MHD_Connection *connection, const char *url, const char *method,
			      const char *version, const char *bytes, size_t *len, void **context)
{
	(void)user, (void)url, (void)method, (void)version, (void)bytes;
	if (*context && !*len)
		return MHD_queue_response(connection, 200, nothing);
	*context = &seen;
	*len = 0;
	return MHD_YES;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) },
		.sin_port = htons(argc > 1 ? (uint16_t)strtoul(argv[1], NULL, 10) : 0),
	};
	static char no_bytes[1];
	nothing = MHD_create_response_from_buffer(0, no_bytes, MHD_RESPMEM_PERSISTENT);
	struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, &at,
						     MHD_OPTION_CONNECTION_LIMIT, 1024u, MHD_OPTION_END);
	if (!daemon || !nothing)
		return 1;
	printf("%u\n", (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	(void)fflush(stdout);
	struct pollfd ready = { .fd = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, .events = POLLIN };
	for (;;) {
		MHD_UNSIGNED_LONG_LONG wait_ms;
		bool bounded = MHD_get_timeout(daemon, &wait_ms) == MHD_YES && wait_ms < INT_MAX;
		(void)poll(&ready, 1, bounded ? (int)wait_ms : -1);
		(void)MHD_run(daemon);
	}
}
