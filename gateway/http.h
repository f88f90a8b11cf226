/* Requests in.  http.c is the only file that knows the HTTP library (libmicrohttpd, external epoll); http_guard.c says
 * what is let in, http_socket.c knows the sockets.
 *
 * http_listen() puts a server into the loop.  For each whole request that passed the guard (failures.md, head; RFC 9112)
 * the handler is called once, on the loop's thread; it must see to it that http_reply() is called once for the request,
 * at once or later (the request is parked until then).  The request and all it points at belong to the server and are
 * alive until http_reply() returns, also when the client is gone meanwhile.  What the guard refuses (400, 405, 408, 411,
 * 413, 417, 431, 503, 505) never reaches the handler, is counted, and its connection is closed.
 *
 * Never true: a body with Transfer-Encoding reaches a handler; a path was unescaped or cut; a header repeated where
 * once is the rule; a request took longer than the deadline. */
#ifndef GATEWAY_HTTP_H
#define GATEWAY_HTTP_H

#include "flows/err.h"
#include "gateway/loop.h"

#include <netinet/in.h>

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };

enum { HTTP_HEADERS_MAX = 64, HTTP_REPLY_HEADERS_MAX = 20 };

struct http_header {
	struct str name, value;
};

struct http_request {
	enum http_method method;
	struct str path;  /* as sent, still percent-encoded, without the query */
	struct str query; /* behind "?", as sent; empty when there is none */
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t headers_count;
	struct str body;
	struct sockaddr_storage peer;
	int64_t now_ms;      /* the gateway's wall clock, set by the handler for adapters (replay windows) */
	int64_t received_us; /* CLOCK_MONOTONIC, when the headers were complete */
	void *connection;    /* of http.c */
};

struct http_response {
	unsigned status;
	struct http_header headers[HTTP_REPLY_HEADERS_MAX]; /* Content-Type too; Content-Length is added */
	size_t headers_count;
	struct str body; /* copied by http_reply() */
	bool from_file;  /* the body is file_bytes of file instead, read as the client takes it; http_reply() closes it */
	int file;
	int64_t file_bytes;
};

struct http_limits {
	size_t header_bytes; /* 8192 */
	size_t body_bytes;   /* 16384 */
	unsigned connections, connections_per_address; /* per address never applies to loopback */
	int deadline_ms;     /* whole request, first byte to last: 10000; so long the client may take for a small reply */
	unsigned reply_bytes_per_second; /* and so much longer for a large one: 16384 */
	int idle_ms;         /* a kept connection between requests: 75000 */
	unsigned methods;    /* bit set of 1u << HTTP_POST …; with HTTP_GET, HEAD is let in too */
	/* NULL, or: which peers besides loopback are free of the limit per address (the proxy, allow_from). */
	bool (*trusted)(const struct sockaddr_storage *peer, void *user);
	void *trusted_user;
};
extern const struct http_limits http_limits_default; /* for webhooks: GET, POST and PUT */

struct http_counts { /* since start, for /metrics */
	uint64_t requests, refused[600 / 100][100]; /* refused[status / 100][status % 100] */
};

struct http_server;
struct http_stream;

/* address: "127.0.0.1:8080", "[::1]:8080"; port 0: any free one.  NULL: no socket of its own, only http_adopt().
 * 0, or -errno with a sentence in err. */
int http_listen(struct loop *loop, const char *address, const struct http_limits *limits,
		void (*handle)(struct http_request *request, void *user), void *user, struct http_server **out,
		struct err *err) __attribute__((warn_unused_result));
/* Serves a connection that the caller made (`explain`, tests: one end of a socketpair); its peer counts as 127.0.0.1.
 * The server closes fd, also on error.  The other end must not be shut down before the reply was read, or a request that
 * is no HTTP at all gets none.  0, or -errno. */
int http_adopt(struct http_server *server, int fd) __attribute__((warn_unused_result));
unsigned http_port(const struct http_server *server);
const struct http_counts *http_counts(const struct http_server *server);
/* No new connections, and each reply from now on closes its connection; parked requests may still be answered. */
void http_quiesce(struct http_server *server);
/* Sends what was replied so far, as far as the sockets take it.  Parked requests are dropped without an answer: they are
 * gone, http_reply() must not be called for them any more. */
void http_close(struct http_server *server);

/* From the handler or later, on the loop's thread.  The bytes leave in the next turn of the loop (from the handler: in
 * this one); many replies of one turn leave together.  Does nothing when the client is gone. */
void http_reply(struct http_request *request, const struct http_response *response);
/* For simple answers: text/plain; status 503 gets Retry-After. */
void http_reply_text(struct http_request *request, unsigned status, const char *text);

/* An answer without an end (server-sent events), instead of http_reply(): status and headers of response, then whatever
 * http_stream_put() gives.  gone() is called once, when the client left, the server closes or http_stream_end() took effect;
 * the stream must not be used from then on.  NULL: no memory, and nothing was answered yet. */
struct http_stream *http_stream_begin(struct http_request *request, const struct http_response *response,
				      void (*gone)(void *user), void *user) __attribute__((warn_unused_result));
/* -ENOBUFS: the client does not read, 16 kB wait already; end it. */
int http_stream_put(struct http_stream *stream, struct str bytes) __attribute__((warn_unused_result));
void http_stream_end(struct http_stream *stream);

struct str http_header(const struct http_request *request, const char *name); /* .at == NULL when absent */
bool http_peer_is_loopback(const struct http_request *request);
void http_add_header(struct http_response *response, const char *name, struct str value); /* asserts on overflow */

#endif
