/* One connection: its clocks, and the memory of its request.  Knows nothing of the HTTP library but two opaque pointers.
 *
 * The connection's socket and `library` belong to the library; the request lives here, since its handler may hold it longer
 * than the library holds the connection. */
#ifndef GATEWAY_HTTP_CONN_H
#define GATEWAY_HTTP_CONN_H

#include "gateway/http_guard.h"

struct MHD_Connection;
struct MHD_Response;

enum phase {
	PHASE_IDLE,     /* no request line yet */
	PHASE_HEAD,     /* the request line came */
	PHASE_BODY,     /* the guard let the head in */
	PHASE_PARKED,   /* the handler has it */
	PHASE_REPLYING, /* the library has the reply */
};

struct conn {
	struct http_server *server;
	struct conns *conns;
	struct conn *next, *prev;
	struct MHD_Connection *library; /* NULL: gone; kept only because its request is parked */
	int fd;
	enum phase phase;
	bool kept;           /* served a request before */
	bool ended;          /* by us */
	bool refused;        /* closes before the peer has said all: linger */
	bool suspended;
	uint64_t parked_turn;
	int64_t idle_since_ms, begun_ms; /* PHASE_IDLE, kept; begun: a byte of the next request was seen, or 0 */
	struct timer timer;
	struct MHD_Response *reply;      /* set by http_reply(), not yet given to the library */
	unsigned reply_status;
	size_t reply_bytes;
	struct http_stream *stream;      /* its answer has no end */
	const char *target_at;           /* in the library's memory */
	size_t target_len, body_bytes;
	char *text;                      /* target, header lines, body */
	size_t text_room;
	struct http_request request;
};

struct conns { /* those of one server */
	struct loop *loop;
	struct http_limits limits;
	struct http_counts counts;
	struct conn *first;
	unsigned open;
};

void conns_count_refused(struct conns *conns, unsigned status);
bool conns_may_add(const struct conns *conns, const struct sockaddr_storage *peer);

struct conn *conn_new(struct conns *conns, int fd, const struct sockaddr_storage *peer); /* NULL: no memory */
void conn_free(struct conn *conn);

void conn_begin(struct conn *conn);       /* connected: the first request's time runs */
void conn_begin_request(struct conn *conn, const char *target); /* target: in the library's memory, copied */
void conn_begin_reply(struct conn *conn);
void conn_begin_idle(struct conn *conn);
void conn_end(struct conn *conn);         /* the library will see a hang-up and close */

/* A copy of all that the head says; false: no memory.  `head` is turned to the copy. */
bool conn_keep_request(struct conn *conn, struct http_head *head, const struct http_passed *passed)
	__attribute__((warn_unused_result));
void conn_take_body(struct conn *conn, struct str bytes);

#endif
