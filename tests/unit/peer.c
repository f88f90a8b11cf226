#include "tests/unit/peer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEER_REQUEST_MAX = 8192 };

struct peer_connection {
	struct peer *peer;
	int fd;
	pthread_t thread;
	unsigned requests;
	char request[PEER_REQUEST_MAX + 1];
	size_t len, head_len;
};

static unsigned count_add(struct peer *peer, const char *path, unsigned add)
{
	size_t i = 0;
	(void)pthread_mutex_lock(&peer->lock);
	while (i < peer->seen_count && strcmp(peer->seen[i].path, path) != 0)
		i++;
	if (i == peer->seen_count) {
		assert(i < PEER_PATHS_MAX && strlen(path) < sizeof peer->seen[i].path);
		(void)snprintf(peer->seen[peer->seen_count++].path, sizeof peer->seen[i].path, "%s", path);
	}
	unsigned count = peer->seen[i].count += add;
	(void)pthread_mutex_unlock(&peer->lock);
	return count;
}

unsigned peer_count(struct peer *peer, const char *path)
{
	return count_add(peer, path, 0);
}

size_t peer_connections(struct peer *peer)
{
	(void)pthread_mutex_lock(&peer->lock);
	size_t count = peer->connections_count;
	(void)pthread_mutex_unlock(&peer->lock);
	return count;
}

static bool put_bytes(struct peer_connection *c, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static bool answer(struct peer_connection *c, const char *status, const char *headers, const char *body, size_t len)
{
	char head[1024];
	int n = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, len, headers);
	return put_bytes(c, head, (size_t)n) && put_bytes(c, body, len);
}

/* Until the other side goes away, or ms have passed. */
static void wait_until_gone(struct peer_connection *c, int ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };
	(void)poll(&p, 1, ms);
}

void peer_reset_on_close(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static bool large(struct peer_connection *c, size_t len)
{
	char *body = malloc(len);
	assert(body);
	memset(body, 'x', len);
	bool sent = answer(c, "200 OK", "Content-Type: text/plain\r\n", body, len);
	free(body);
	return sent;
}

static bool drip(struct peer_connection *c)
{
	if (!put_bytes(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", 43))
		return false;
	while (put_bytes(c, "x", 1)) {
		struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };
		if (poll(&p, 1, 20) != 0)
			break;
	}
	return false;
}

static bool many_headers(struct peer_connection *c)
{
	bool ok = put_bytes(c, "HTTP/1.1 200 OK\r\n", 17);
	for (int i = 0; ok && i < 2000; i++)
		ok = put_bytes(c, "X-Nothing: in particular\r\n", 26);
	return ok && put_bytes(c, "Content-Length: 0\r\n\r\n", 21);
}

/* true: the connection is kept. */
static bool act(struct peer_connection *c, const char *path)
{
	static const char json[] = "{\"ok\":true}";
	static const char type[] = "Content-Type: application/json\r\n";
	if (strcmp(path, "/version1/messaging") == 0)
		return answer(c, c->peer->status, type, c->peer->answer, strlen(c->peer->answer));
	if (strcmp(path, "/echo") == 0)
		return answer(c, "200 OK", "Content-Type: text/plain\r\n", c->request, c->len);
	if (strcmp(path, "/repeat") == 0 && c->requests > 1)
		return false; /* read, and gone without a word */
	if (strcmp(path, "/last") == 0)
		return answer(c, "200 OK", type, json, sizeof json - 1), false;
	if (strcmp(path, "/hang") == 0)
		return wait_until_gone(c, 60000), false;
	if (strcmp(path, "/slow") == 0)
		wait_until_gone(c, 150);
	if (strcmp(path, "/reset") == 0)
		return peer_reset_on_close(c->fd), false;
	if (strcmp(path, "/close") == 0)
		return false;
	if (strcmp(path, "/half") == 0)
		return put_bytes(c, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"SMSM", 51), false;
	if (strcmp(path, "/html") == 0)
		return answer(c, "200 OK", "Content-Type: text/html\r\n", "<html>Log in", 12);
	if (strcmp(path, "/moved") == 0)
		return answer(c, "301 Moved Permanently", "Location: /ok\r\n", "", 0);
	if (strcmp(path, "/busy") == 0)
		return answer(c, "429 Too Many Requests", "Retry-After: 17\r\n", "", 0);
	if (strcmp(path, "/busy-for-ever") == 0)
		return answer(c, "503 Service Unavailable", "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n", "", 0);
	if (strcmp(path, "/busy-somehow") == 0)
		return answer(c, "429 Too Many Requests", "Retry-After: soon\r\n", "", 0);
	if (strcmp(path, "/megabyte") == 0)
		return large(c, 1024 * 1024);
	if (strcmp(path, "/ceiling") == 0)
		return large(c, 256 * 1024);
	if (strcmp(path, "/drip") == 0)
		return drip(c);
	if (strcmp(path, "/headers") == 0)
		return many_headers(c);
	return answer(c, "201 Created", type, json, sizeof json - 1);
}

/* The whole request into c->request.  false: the other side is gone. */
static bool read_request(struct peer_connection *c)
{
	size_t want = 0;
	c->len = c->head_len = 0;
	while (want == 0 || c->len < want) {
		ssize_t n = recv(c->fd, c->request + c->len, PEER_REQUEST_MAX - c->len, 0);
		if (n <= 0)
			return false;
		c->len += (size_t)n;
		c->request[c->len] = '\0';
		if (c->request[0] == 0x16) /* a TLS handshake: this is no place for it */
			return false;
		const char *end = strstr(c->request, "\r\n\r\n");
		if (!end || want)
			continue;
		c->head_len = (size_t)(end - c->request) + 4;
		const char *length = strstr(c->request, "Content-Length: ");
		want = c->head_len + (length && length < end ? strtoul(length + 16, NULL, 10) : 0);
	}
	return true;
}

static void *serve(void *arg)
{
	struct peer_connection *c = arg;
	bool keep = true;
	while (keep && read_request(c)) {
		char path[64];
		c->requests++;
		int found = sscanf(c->request, "%*s %63[^ ?]", path);
		assert(found == 1);
		(void)count_add(c->peer, path, 1);
		keep = act(c, path);
	}
	(void)pthread_mutex_lock(&c->peer->lock);
	(void)close(c->fd);
	c->fd = -1;
	(void)pthread_mutex_unlock(&c->peer->lock);
	return NULL;
}

static void *accept_all(void *arg)
{
	struct peer *peer = arg;
	int fd;
	while ((fd = accept(peer->listener, NULL, NULL)) >= 0) {
		struct peer_connection *c = calloc(1, sizeof *c);
		assert(c);
		*c = (struct peer_connection){ .peer = peer, .fd = fd };
		int one = 1; /* head and body are two writes */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		(void)pthread_mutex_lock(&peer->lock);
		assert(peer->connections_count < PEER_CONNECTIONS_MAX);
		peer->connections[peer->connections_count++] = c;
		(void)pthread_mutex_unlock(&peer->lock);
		int bad = pthread_create(&c->thread, NULL, serve, c);
		assert(!bad);
	}
	return NULL;
}

/* A socket that listens on a free port of loopback. */
int peer_listen(unsigned *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int bad = bind(fd, (struct sockaddr *)&at, sizeof at);
	bad = bad || listen(fd, 128) || getsockname(fd, (struct sockaddr *)&at, &len);
	assert(fd >= 0 && !bad);
	*port = ntohs(at.sin_port);
	return fd;
}

void peer_start(struct peer *peer)
{
	*peer = (struct peer){ .listener = peer_listen(&peer->port), .port = peer->port };
	peer->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	int bad = pthread_create(&peer->thread, NULL, accept_all, peer);
	assert(!bad);
}

void peer_stop(struct peer *peer)
{
	(void)shutdown(peer->listener, SHUT_RDWR);
	(void)pthread_join(peer->thread, NULL);
	(void)close(peer->listener);
	for (size_t i = 0; i < peer->connections_count; i++) {
		struct peer_connection *c = peer->connections[i];
		(void)pthread_mutex_lock(&peer->lock);
		if (c->fd >= 0)
			(void)shutdown(c->fd, SHUT_RDWR);
		(void)pthread_mutex_unlock(&peer->lock);
		(void)pthread_join(c->thread, NULL);
		free(c);
	}
}
