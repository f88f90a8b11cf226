/* Sockets for http.c: the listening one, and answers to peers that the HTTP library shall not see (any more). */
#ifndef GATEWAY_HTTP_SOCKET_H
#define GATEWAY_HTTP_SOCKET_H

#include "flows/err.h"
#include "gateway/loop.h"

#include <netinet/in.h>

struct listener {
	struct loop *loop;
	void (*peer)(int fd, const struct sockaddr_storage *peer, void *user); /* takes fd over; not blocking */
	void *user;
	struct watch watch; /* fd -1: closed */
	struct timer pause; /* out of descriptors */
};

/* loop, peer and user are set.  0, or -errno with a sentence in err.  The address is written in numbers, no names, so that
 * what is read is what is listened on: "127.0.0.1:8080", "[::1]:8080". */
int listener_open(struct listener *listener, const char *address, struct err *err) __attribute__((warn_unused_result));
void listener_close(struct listener *listener);

int http_socket_address(const char *text, struct sockaddr_storage *out, struct err *err)
	__attribute__((warn_unused_result)); /* 0, -EINVAL */
unsigned http_socket_port(int fd);           /* 0: none */

bool http_socket_is_loopback(const struct sockaddr_storage *peer); /* ::ffff:127.0.0.1 too */
/* The same host; of IPv6 the same /64, which is what one customer gets. */
bool http_socket_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b);

const char *http_status_words(unsigned status);
/* The whole answer of a refusal, past the library; a peer whose buffer is full gets none. */
void http_socket_refuse(int fd, unsigned status);
/* On TCP: never; on other sockets: nothing that the peer has not read yet. */
bool http_socket_sent_nothing(int fd);
/* Milliseconds since the peer's last byte came; -1 where the kernel does not say (no TCP). */
int64_t http_socket_silent_ms(int fd);

#endif
