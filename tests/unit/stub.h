/* An aggregator on loopback that misbehaves as its path says: one thread a connection.
 *
 * Every request that was read whole is counted under its path before anything else happens to it. */
#ifndef TESTS_UNIT_STUB_H
#define TESTS_UNIT_STUB_H

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STUB_REQUEST_MAX = 8192, STUB_PATHS_MAX = 64, STUB_CONNECTIONS_MAX = 512 };

struct stub_connection {
	struct stub *stub;
	int fd;
	pthread_t thread;
	unsigned requests;
	char request[STUB_REQUEST_MAX + 1];
	size_t len, head_len;
};

struct stub {
	int listener;
	unsigned port;
	pthread_t thread;
	pthread_mutex_t lock;
	struct {
		char path[64];
		unsigned count;
	} seen[STUB_PATHS_MAX];
	size_t seen_count;
	struct stub_connection *connections[STUB_CONNECTIONS_MAX];
	size_t connections_count;
};

static inline unsigned stub_count_add(struct stub *stub, const char *path, unsigned add)
{
	size_t i = 0;
	(void)pthread_mutex_lock(&stub->lock);
	while (i < stub->seen_count && strcmp(stub->seen[i].path, path) != 0)
		i++;
	if (i == stub->seen_count) {
		assert(i < STUB_PATHS_MAX && strlen(path) < sizeof stub->seen[i].path);
		(void)snprintf(stub->seen[stub->seen_count++].path, sizeof stub->seen[i].path, "%s", path);
	}
	unsigned count = stub->seen[i].count += add;
	(void)pthread_mutex_unlock(&stub->lock);
	return count;
}

static inline unsigned stub_count(struct stub *stub, const char *path)
{
	return stub_count_add(stub, path, 0);
}

static inline size_t stub_connections(struct stub *stub)
{
	(void)pthread_mutex_lock(&stub->lock);
	size_t count = stub->connections_count;
	(void)pthread_mutex_unlock(&stub->lock);
	return count;
}

static inline bool stub_write(struct stub_connection *c, const char *bytes, size_t len)
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

static inline bool stub_answer(struct stub_connection *c, const char *status, const char *headers, const char *body, size_t len)
{
	char head[1024];
	int n = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, len, headers);
	return stub_write(c, head, (size_t)n) && stub_write(c, body, len);
}

/* Until the other side goes away, or ms have passed. */
static inline void stub_wait(struct stub_connection *c, int ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };
	(void)poll(&p, 1, ms);
}

static inline void stub_reset_on_close(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static inline bool stub_large(struct stub_connection *c, size_t len)
{
	char *body = malloc(len);
	assert(body);
	memset(body, 'x', len);
	bool sent = stub_answer(c, "200 OK", "Content-Type: text/plain\r\n", body, len);
	free(body);
	return sent;
}

static inline bool stub_drip(struct stub_connection *c)
{
	if (!stub_write(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", 43))
		return false;
	while (stub_write(c, "x", 1)) {
		struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };
		if (poll(&p, 1, 20) != 0)
			break;
	}
	return false;
}

static inline bool stub_many_headers(struct stub_connection *c)
{
	bool ok = stub_write(c, "HTTP/1.1 200 OK\r\n", 17);
	for (int i = 0; ok && i < 2000; i++)
		ok = stub_write(c, "X-Nothing: in particular\r\n", 26);
	return ok && stub_write(c, "Content-Length: 0\r\n\r\n", 21);
}

/* true: the connection is kept. */
static inline bool stub_act(struct stub_connection *c, const char *path)
{
	static const char json[] = "{\"ok\":true}";
	static const char type[] = "Content-Type: application/json\r\n";
	if (strcmp(path, "/echo") == 0)
		return stub_answer(c, "200 OK", "Content-Type: text/plain\r\n", c->request, c->len);
	if (strcmp(path, "/repeat") == 0 && c->requests > 1)
		return false; /* read, and gone without a word */
	if (strcmp(path, "/last") == 0)
		return stub_answer(c, "200 OK", type, json, sizeof json - 1), false;
	if (strcmp(path, "/hang") == 0)
		return stub_wait(c, 60000), false;
	if (strcmp(path, "/slow") == 0)
		stub_wait(c, 150);
	if (strcmp(path, "/reset") == 0)
		return stub_reset_on_close(c->fd), false;
	if (strcmp(path, "/close") == 0)
		return false;
	if (strcmp(path, "/half") == 0)
		return stub_write(c, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"SMSM", 51), false;
	if (strcmp(path, "/html") == 0)
		return stub_answer(c, "200 OK", "Content-Type: text/html\r\n", "<html>Log in", 12);
	if (strcmp(path, "/moved") == 0)
		return stub_answer(c, "301 Moved Permanently", "Location: /ok\r\n", "", 0);
	if (strcmp(path, "/busy") == 0)
		return stub_answer(c, "429 Too Many Requests", "Retry-After: 17\r\n", "", 0);
	if (strcmp(path, "/busy-for-ever") == 0)
		return stub_answer(c, "503 Service Unavailable", "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n", "", 0);
	if (strcmp(path, "/busy-somehow") == 0)
		return stub_answer(c, "429 Too Many Requests", "Retry-After: soon\r\n", "", 0);
	if (strcmp(path, "/megabyte") == 0)
		return stub_large(c, 1024 * 1024);
	if (strcmp(path, "/ceiling") == 0)
		return stub_large(c, 256 * 1024);
	if (strcmp(path, "/drip") == 0)
		return stub_drip(c);
	if (strcmp(path, "/headers") == 0)
		return stub_many_headers(c);
	return stub_answer(c, "201 Created", type, json, sizeof json - 1);
}

/* The whole request into c->request.  false: the other side is gone. */
static inline bool stub_read(struct stub_connection *c)
{
	size_t want = 0;
	c->len = c->head_len = 0;
	while (want == 0 || c->len < want) {
		ssize_t n = recv(c->fd, c->request + c->len, STUB_REQUEST_MAX - c->len, 0);
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

static inline void *stub_serve(void *arg)
{
	struct stub_connection *c = arg;
	bool keep = true;
	while (keep && stub_read(c)) {
		char path[64];
		c->requests++;
		int found = sscanf(c->request, "%*s %63[^ ?]", path);
		assert(found == 1);
		(void)stub_count_add(c->stub, path, 1);
		keep = stub_act(c, path);
	}
	(void)pthread_mutex_lock(&c->stub->lock);
	(void)close(c->fd);
	c->fd = -1;
	(void)pthread_mutex_unlock(&c->stub->lock);
	return NULL;
}

static inline void *stub_accept(void *arg)
{
	struct stub *stub = arg;
	int fd;
	while ((fd = accept(stub->listener, NULL, NULL)) >= 0) {
		struct stub_connection *c = calloc(1, sizeof *c);
		assert(c);
		*c = (struct stub_connection){ .stub = stub, .fd = fd };
		int one = 1; /* head and body are two writes */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		(void)pthread_mutex_lock(&stub->lock);
		assert(stub->connections_count < STUB_CONNECTIONS_MAX);
		stub->connections[stub->connections_count++] = c;
		(void)pthread_mutex_unlock(&stub->lock);
		int bad = pthread_create(&c->thread, NULL, stub_serve, c);
		assert(!bad);
	}
	return NULL;
}

/* A socket that listens on a free port of loopback. */
static inline int stub_listen(unsigned *port)
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

static inline void stub_start(struct stub *stub)
{
	*stub = (struct stub){ .listener = stub_listen(&stub->port), .port = stub->port };
	stub->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	int bad = pthread_create(&stub->thread, NULL, stub_accept, stub);
	assert(!bad);
}

static inline void stub_stop(struct stub *stub)
{
	(void)shutdown(stub->listener, SHUT_RDWR);
	(void)pthread_join(stub->thread, NULL);
	(void)close(stub->listener);
	for (size_t i = 0; i < stub->connections_count; i++) {
		struct stub_connection *c = stub->connections[i];
		(void)pthread_mutex_lock(&stub->lock);
		if (c->fd >= 0)
			(void)shutdown(c->fd, SHUT_RDWR);
		(void)pthread_mutex_unlock(&stub->lock);
		(void)pthread_join(c->thread, NULL);
		free(c);
	}
}

#endif
