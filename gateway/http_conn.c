#include "gateway/http_conn.h"

#include "gateway/http_socket.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	TEXT_KEPT = 4096, /* a connection keeps a text of this size for its next request */
	TICK_MS = 20,     /* how wrong the kernel may be about when a byte came */
};

const struct http_limits http_limits_default = {
	.header_bytes = 8192, .body_bytes = 16384, .connections = 1024, .connections_per_address = 64,
	.deadline_ms = 10000, .reply_bytes_per_second = 16384, .idle_ms = 75000,
	.methods = 1u << HTTP_GET | 1u << HTTP_POST | 1u << HTTP_PUT,
};

void conns_count_refused(struct conns *conns, unsigned status)
{
	assert(status < 600);
	conns->counts.refused[status / 100][status % 100]++;
}

bool conns_may_add(const struct conns *conns, const struct sockaddr_storage *peer)
{
	const struct http_limits *limits = &conns->limits;
	if (conns->open >= limits->connections)
		return false;
	if (http_socket_is_loopback(peer) || (limits->trusted && limits->trusted(peer, limits->trusted_user)))
		return true;
	unsigned same = 0;
	for (const struct conn *conn = conns->first; conn; conn = conn->next)
		if (conn->library && http_socket_same_host(&conn->request.peer, peer))
			same++;
	return same < limits->connections_per_address;
}

/* ---- clocks */

void conn_end(struct conn *conn)
{
	timer_stop(conn->conns->loop, &conn->timer);
	conn->ended = true;
	/* Both ways, for a hang-up: of an end of file alone the library would see nothing as long as bytes drip in. */
	(void)shutdown(conn->fd, SHUT_RDWR);
}

static void set_timer(struct conn *conn, int64_t in_ms)
{
	if (!conn->ended && timer_set(conn->conns->loop, &conn->timer, in_ms))
		conn_end(conn); /* no clock, no connection */
}

static void set_idle_timer(struct conn *conn, int64_t left_ms)
{
	int64_t look_ms = conn->conns->limits.deadline_ms / 4 + 1;
	set_timer(conn, look_ms < left_ms ? look_ms : left_ms);
}

/* A request line that drips in on a kept connection: the library says nothing before it is whole, but the kernel knows
 * when the last byte came.  Looked at each quarter of the deadline. */
static void watch_idle(struct conn *conn)
{
	const struct http_limits *limits = &conn->conns->limits;
	int64_t now = clock_monotonic_ms();
	int64_t silent = http_socket_silent_ms(conn->fd);
	if (!conn->begun_ms && silent >= 0 && now - silent > conn->idle_since_ms + TICK_MS)
		conn->begun_ms = now;
	bool late = conn->begun_ms && now - conn->begun_ms >= limits->deadline_ms;
	int64_t left = conn->idle_since_ms + limits->idle_ms - now;
	if (late)
		conns_count_refused(conn->conns, 408);
	if (late || left <= 0)
		conn_end(conn);
	else
		set_idle_timer(conn, left);
}

static void on_timer(struct timer *timer)
{
	struct conn *conn = timer->user;
	if (conn->phase == PHASE_IDLE && conn->kept) {
		watch_idle(conn);
		return;
	}
	if (conn->phase != PHASE_REPLYING)
		conns_count_refused(conn->conns, 408);
	if (conn->phase == PHASE_HEAD || conn->phase == PHASE_BODY)
		http_socket_refuse(conn->fd, 408);
	conn_end(conn);
}

/* ---- life */

struct conn *conn_new(struct conns *conns, int fd, const struct sockaddr_storage *peer)
{
	struct conn *conn = calloc(1, sizeof *conn);
	if (!conn)
		return NULL;
	conn->conns = conns;
	conn->fd = fd;
	conn->timer = (struct timer){ .fire = on_timer, .user = conn };
	conn->request.peer = *peer;
	conn->request.connection = conn;
	conn->next = conns->first;
	if (conn->next)
		conn->next->prev = conn;
	conns->first = conn;
	return conn;
}

void conn_free(struct conn *conn)
{
	if (conn->prev)
		conn->prev->next = conn->next;
	else
		conn->conns->first = conn->next;
	if (conn->next)
		conn->next->prev = conn->prev;
	timer_stop(conn->conns->loop, &conn->timer);
	free(conn->text);
	free(conn);
}

void conn_begin(struct conn *conn)
{
	set_timer(conn, conn->conns->limits.deadline_ms);
}

static bool reserve_text(struct conn *conn, size_t bytes)
{
	if (bytes <= conn->text_room)
		return true;
	size_t room = bytes < TEXT_KEPT ? TEXT_KEPT : bytes;
	char *text = realloc(conn->text, room);
	if (!text)
		return false;
	conn->text = text;
	conn->text_room = room;
	return true;
}

void conn_begin_request(struct conn *conn, const char *target)
{
	const struct http_limits *limits = &conn->conns->limits;
	assert(conn->phase == PHASE_IDLE);
	conn->phase = PHASE_HEAD;
	conn->target_at = target;
	conn->target_len = strlen(target);
	if (reserve_text(conn, conn->target_len))
		memcpy(conn->text, target, conn->target_len);
	if (conn->begun_ms)
		set_timer(conn, conn->begun_ms + limits->deadline_ms - clock_monotonic_ms());
	else if (conn->kept)
		set_timer(conn, limits->deadline_ms);
}

void conn_begin_reply(struct conn *conn)
{
	const struct http_limits *limits = &conn->conns->limits;
	int64_t allowed_ms = limits->deadline_ms;
	if (limits->reply_bytes_per_second)
		allowed_ms += (int64_t)(conn->reply_bytes / limits->reply_bytes_per_second) * 1000;
	conn->phase = PHASE_REPLYING;
	if (conn->stream) /* as long as it likes; a client that does not read fills it and is ended */
		timer_stop(conn->conns->loop, &conn->timer);
	else
		set_timer(conn, allowed_ms);
}

void conn_begin_idle(struct conn *conn)
{
	conn->phase = PHASE_IDLE;
	conn->kept = true;
	conn->begun_ms = 0;
	conn->idle_since_ms = clock_monotonic_ms();
	set_idle_timer(conn, conn->conns->limits.idle_ms);
	if (conn->text_room > TEXT_KEPT) {
		free(conn->text);
		conn->text = NULL;
		conn->text_room = 0;
	}
}

/* ---- the request */

bool conn_keep_request(struct conn *conn, struct http_head *head, const struct http_passed *passed)
{
	struct http_request *request = &conn->request;
	size_t lines = http_head_text(head);
	if (!reserve_text(conn, conn->target_len + lines + passed->body_bytes))
		return false;
	http_head_move(head, conn->text + conn->target_len);
	request->headers_count = head->headers_count;
	request->method = passed->method;
	request->path = (struct str){ conn->text, passed->path.len };
	request->query = str_slice((struct str){ conn->text, conn->target_len }, passed->path.len + 1, SIZE_MAX);
	request->body = (struct str){ conn->text + conn->target_len + lines, 0 };
	request->received_us = clock_monotonic_us();
	conn->body_bytes = passed->body_bytes;
	return true;
}

void conn_take_body(struct conn *conn, struct str bytes)
{
	struct str *body = &conn->request.body;
	assert(bytes.len <= conn->body_bytes - body->len);
	memcpy(conn->text + (body->at - conn->text) + body->len, bytes.at, bytes.len);
	body->len += bytes.len;
}
