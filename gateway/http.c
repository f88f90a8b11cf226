/* The glue to libmicrohttpd.  What is special about version 0.9.75, and what is done about it:
 *
 * - Its parser is lax: http_head.h, http_guard.h.  Its strict mode is off: it adds two checks that the guard has too, and
 *   one of them closes without an answer.
 * - For a Content-Length that is no number it writes its own head twice: on_library_message() answers before it can.
 * - It drops a connection without a word when the request line has no space: on_connection_closed() answers then.  For
 *   both, MHD_USE_TURBO: all it changes in this version is that a new connection is read at once and that a socket is
 *   not shut down before it is closed; that is done here, after lingering.
 * - Its time-out is one of idleness.  All clocks are ours; a late connection is shut down, which the library notices.
 * - A suspended connection costs three system calls.  A parked request is suspended only when the turn in which it came
 *   ended without a reply: until then the library just finds no answer ready and asks again in its next run. */
#include "gateway/http.h"

#include "gateway/http_conn.h"
#include "gateway/http_linger.h"
#include "gateway/http_socket.h"
#include "gateway/http_stream.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FAR_MS = 3600000,
	SPARE_CONNECTIONS = 64, /* closed ones that the library has not let go of yet; adopted ones */
	LIBRARY_BYTES = 32768,  /* of one connection: head, and what the library makes of it */
	NAME_BYTES = 64, VALUE_BYTES = 2048, /* of a reply's header */
};

struct http_server {
	struct conns conns; /* loop, limits, counts */
	struct MHD_Daemon *library;
	void (*handle)(struct http_request *request, void *user);
	void *user;
	struct listener listener;
	struct watch library_watch;
	struct timer run_timer;  /* always set, so that it can be moved without fail */
	uint64_t turn;
	bool quiet, closing;
	bool more;               /* the library was given something that it writes in its next run */
	struct conn *adding;     /* on its way into the library */
	struct lingering lingering;
};

/* ---- running the library */

static void run_in(struct http_server *server, int64_t in_ms)
{
	int error = timer_set(server->conns.loop, &server->run_timer, in_ms);
	assert(!error);
}

static void run_library(struct http_server *server)
{
	server->more = false;
	(void)MHD_run(server->library);
}

static void on_run(struct timer *timer)
{
	struct http_server *server = timer->user;
	run_in(server, FAR_MS);
	server->turn++;
	run_library(server);
	if (server->more)
		run_library(server);
	MHD_UNSIGNED_LONG_LONG wait_ms;
	if (MHD_get_timeout(server->library, &wait_ms) == MHD_YES && wait_ms < FAR_MS)
		run_in(server, (int64_t)wait_ms);
}

static void on_library_ready(struct watch *watch, uint32_t events)
{
	(void)events;
	run_in(watch->user, 0); /* timers come after all descriptors: one run a turn */
}

/* ---- the life of a connection */

static void on_connection_opened(struct http_server *server, struct MHD_Connection *library, void **context)
{
	struct conn *conn = server->adding;
	server->adding = NULL;
	*context = conn;
	conn->library = library;
	server->conns.open++;
	conn_begin(conn);
}

static void drop(struct conn *conn)
{
	if (conn->stream)
		http_stream_detach(conn->stream);
	if (conn->reply)
		MHD_destroy_response(conn->reply);
	conn_free(conn);
}

/* The library closed without a word: a first request line that is none.  (On a kept connection that cannot be told from
 * the end after a reply.) */
static bool was_no_request(const struct conn *conn)
{
	char next;
	return conn->phase == PHASE_IDLE && !conn->kept && !conn->ended && !conn->server->closing &&
	       http_socket_sent_nothing(conn->fd) && recv(conn->fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

static void on_connection_closed(struct conn *conn) /* the socket is still open */
{
	struct http_server *server = conn->server;
	timer_stop(server->conns.loop, &conn->timer);
	server->conns.open--;
	conn->library = NULL;
	if (was_no_request(conn)) {
		conns_count_refused(&server->conns, 400);
		http_socket_refuse(conn->fd, 400);
		conn->refused = true;
	}
	int own = conn->refused && !server->closing ? fcntl(conn->fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (own >= 0)
		lingering_take(&server->lingering, own);
	else
		(void)shutdown(conn->fd, SHUT_WR);
	if (conn->phase != PHASE_PARKED || server->closing)
		drop(conn);
}

static void on_connection(void *user, struct MHD_Connection *library, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		on_connection_opened(user, library, context);
	else
		on_connection_closed(*context);
}

/* ---- replies */

static bool add_headers(struct MHD_Response *reply, const struct http_response *response, bool last)
{
	bool may_be_kept = false, whole = !last || MHD_add_response_header(reply, "Connection", "close") == MHD_YES;
	for (size_t i = 0; i < response->headers_count; i++) {
		char name[NAME_BYTES], value[VALUE_BYTES];
		bool fits = str_copy(response->headers[i].name, name, sizeof name) &&
			    str_copy(response->headers[i].value, value, sizeof value);
		assert(fits);
		whole = MHD_add_response_header(reply, name, value) == MHD_YES && whole;
		may_be_kept = may_be_kept || strcmp(name, "Cache-Control") == 0;
	}
	if (!may_be_kept) /* refusals too: nobody keeps what nobody has said may be kept */
		whole = MHD_add_response_header(reply, "Cache-Control", "no-store") == MHD_YES && whole;
	return whole;
}

static struct MHD_Response *copy_of(struct str body)
{
	void *copy = malloc(body.len + 1);
	if (!copy)
		return NULL;
	if (body.len)
		memcpy(copy, body.at, body.len);
	struct MHD_Response *reply = MHD_create_response_from_buffer(body.len, copy, MHD_RESPMEM_MUST_FREE);
	if (!reply)
		free(copy);
	return reply;
}

static struct MHD_Response *file_of(const struct http_response *response)
{
	struct MHD_Response *reply = MHD_create_response_from_fd64((uint64_t)response->file_bytes, response->file);
	if (!reply)
		(void)close(response->file);
	return reply;
}

static struct MHD_Response *make_reply(const struct http_response *response, bool last)
{
	struct MHD_Response *reply = response->from_file ? file_of(response) : copy_of(response->body);
	if (!reply)
		return NULL;
	if (add_headers(reply, response, last))
		return reply;
	MHD_destroy_response(reply);
	return NULL;
}

static void set_reply(struct conn *conn, const struct http_response *response, bool last)
{
	conn->reply = make_reply(response, last);
	conn->reply_status = response->status;
	conn->reply_bytes = response->from_file ? (size_t)response->file_bytes : response->body.len;
}

/* From the library's call.  Without a reply (no memory) the connection is closed. */
static enum MHD_Result give_reply(struct conn *conn)
{
	struct MHD_Response *reply = conn->reply;
	conn->reply = NULL;
	if (!reply)
		return MHD_NO;
	conn_begin_reply(conn);
	enum MHD_Result given = MHD_queue_response(conn->library, conn->reply_status, reply);
	MHD_destroy_response(reply);
	conn->server->more = true;
	return given;
}

static enum MHD_Result refuse(struct conn *conn, unsigned status)
{
	struct http_server *server = conn->server;
	conns_count_refused(&server->conns, status);
	char words[NAME_BYTES], allow[NAME_BYTES];
	struct buf text = buf_over(words, sizeof words), methods = buf_over(allow, sizeof allow);
	buf_printf(&text, "%s\n", http_status_words(status));
	http_methods_name(server->conns.limits.methods, &methods);
	struct http_response response = { .status = status, .body = buf_str(&text) };
	http_add_header(&response, "Content-Type", STR("text/plain; charset=utf-8"));
	if (status == 405)
		http_add_header(&response, "Allow", buf_str(&methods));
	if (status == 503)
		http_add_header(&response, "Retry-After", STR("5"));
	set_reply(conn, &response, true);
	conn->refused = true;
	return give_reply(conn);
}

void http_reply(struct http_request *request, const struct http_response *response)
{
	struct conn *conn = request->connection;
	assert(conn->phase == PHASE_PARKED && !conn->reply);
	if (!conn->library) {
		if (response->from_file)
			(void)close(response->file);
		drop(conn);
		return;
	}
	set_reply(conn, response, conn->server->quiet);
	if (!conn->reply)
		conn_end(conn);
	http_server_rouse(conn);
}

struct http_stream *http_stream_begin(struct http_request *request, const struct http_response *response,
				      void (*gone)(void *user), void *user)
{
	struct conn *conn = request->connection;
	assert(conn->phase == PHASE_PARKED && !conn->reply);
	struct http_stream *stream = http_stream_new(gone, user);
	struct MHD_Response *reply = stream ? http_stream_response(stream) : NULL;
	if (!reply)
		return NULL;
	if (!conn->library || !add_headers(reply, response, true)) {
		MHD_destroy_response(reply);
		return NULL;
	}
	http_stream_attach(stream, conn);
	conn->reply = reply;
	conn->reply_status = response->status;
	http_server_rouse(conn);
	return stream;
}

/* The library is to look at this connection again. */
void http_server_rouse(struct conn *conn)
{
	if (conn->suspended) {
		conn->suspended = false;
		MHD_resume_connection(conn->library);
	}
	run_in(conn->server, 0);
}

/* ---- requests */

/* The request line is whole.  The library is about to write into it (the "&", "=", "+" of a query). */
static void *on_target(void *user, const char *target, struct MHD_Connection *library)
{
	(void)user;
	struct conn *conn = MHD_get_connection_info(library, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	conn_begin_request(conn, target);
	return conn;
}

static enum MHD_Result on_header(void *user, enum MHD_ValueKind kind, const char *name, size_t name_len,
				 const char *value, size_t value_len)
{
	(void)kind;
	return http_head_line(user, (struct str){ name, name_len }, (struct str){ value, value_len }) ? MHD_YES : MHD_NO;
}

static enum MHD_Result take_head(struct conn *conn, const char *method, const char *target, const char *version)
{
	if (conn->server->closing || conn->target_len > conn->text_room)
		return refuse(conn, 503);
	struct http_head head = { .headers = conn->request.headers };
	struct http_passed passed;
	size_t bytes = MHD_get_connection_info(conn->library, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
	/* A target that begins elsewhere than the one copied is not as sent. */
	http_head_begin(&head, method, (struct str){ conn->text, conn->target_len },
			target == conn->target_at ? target : "", version, bytes);
	(void)MHD_get_connection_values_n(conn->library, MHD_HEADER_KIND, on_header, &head);
	http_head_end(&head);
	unsigned status = http_guard(&head, &conn->conns->limits, &passed);
	if (!status && !conn_keep_request(conn, &head, &passed))
		status = 503;
	if (status)
		return refuse(conn, status);
	conn->phase = PHASE_BODY;
	return MHD_YES;
}

static void hand_over(struct conn *conn)
{
	struct http_server *server = conn->server;
	assert(conn->request.body.len == conn->body_bytes);
	timer_stop(server->conns.loop, &conn->timer);
	conn->phase = PHASE_PARKED;
	conn->parked_turn = server->turn;
	server->conns.counts.requests++;
	server->handle(&conn->request, server->user);
}

static enum MHD_Result give_reply_or_park(struct conn *conn)
{
	if (conn->reply || conn->ended)
		return give_reply(conn);
	if (conn->parked_turn != conn->server->turn) {
		conn->suspended = true;
		MHD_suspend_connection(conn->library);
	}
	return MHD_YES;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *library, const char *target, const char *method,
				  const char *version, const char *bytes, size_t *len, void **context)
{
	(void)user;
	(void)library;
	struct conn *conn = *context;
	if (conn->phase == PHASE_HEAD)
		return take_head(conn, method, target, version);
	if (conn->phase == PHASE_BODY && *len) {
		conn_take_body(conn, (struct str){ bytes, *len });
		*len = 0;
		return MHD_YES;
	}
	if (conn->phase == PHASE_BODY)
		hand_over(conn);
	assert(conn->phase == PHASE_PARKED);
	return give_reply_or_park(conn);
}

static void on_completed(void *user, struct MHD_Connection *library, void **context,
			 enum MHD_RequestTerminationCode how)
{
	(void)user;
	(void)library;
	(void)how;
	struct conn *conn = *context;
	if (conn->stream)
		http_stream_detach(conn->stream);
	if (conn->phase == PHASE_REPLYING || conn->reply)
		conn_begin_idle(conn); /* or the client is gone: on_connection_closed() follows */
	else if (conn->phase != PHASE_PARKED)
		conn->refused = true; /* by the library, or by the clock */
}

/* Every refusal of the library's own begins with this message.  With a bad Content-Length it writes its head twice: of all
 * requests only that one has its whole head read but no answer, at this moment. */
static void on_library_message(void *user, const char *format, va_list args)
{
	struct http_server *server = user;
	if (!str_starts(str_of(format), STR("Error processing request (HTTP response code is %u")))
		return;
	unsigned status = va_arg(args, unsigned);
	conns_count_refused(&server->conns, status);
	for (struct conn *conn = server->conns.first; conn; conn = conn->next) {
		if (conn->phase == PHASE_HEAD && !conn->ended && conn->library &&
		    MHD_get_connection_info(conn->library, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE) &&
		    !MHD_get_connection_info(conn->library, MHD_CONNECTION_INFO_HTTP_STATUS)) {
			http_socket_refuse(conn->fd, status);
			conn->ended = true;
			(void)shutdown(conn->fd, SHUT_WR); /* the library's own answer goes nowhere */
		}
	}
}

static size_t do_not_unescape(void *user, struct MHD_Connection *library, char *text)
{
	(void)user;
	(void)library;
	return strlen(text);
}

/* ---- the server */

/* Takes fd over.  to, len: what the library is told of the peer. */
static int add_connection(struct http_server *server, int fd, const struct sockaddr_storage *peer,
			  const struct sockaddr *to, socklen_t len)
{
	struct conn *conn = conn_new(&server->conns, fd, peer);
	if (!conn) {
		(void)close(fd);
		return -ENOMEM;
	}
	conn->server = server;
	server->adding = conn;
	enum MHD_Result added = MHD_add_connection(server->library, fd, to, len);
	if (server->adding)
		conn_free(conn);
	server->adding = NULL;
	run_in(server, 0);
	return added == MHD_YES ? 0 : -EIO;
}

static void on_peer(int fd, const struct sockaddr_storage *peer, void *user)
{
	struct http_server *server = user;
	if (conns_may_add(&server->conns, peer)) {
		socklen_t len = peer->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
		(void)add_connection(server, fd, peer, (const struct sockaddr *)peer, len);
		return;
	}
	conns_count_refused(&server->conns, 503);
	http_socket_refuse(fd, 503);
	lingering_take(&server->lingering, fd);
}

int http_adopt(struct http_server *server, int fd)
{
	struct sockaddr_storage peer = { 0 };
	struct sockaddr_in loopback = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	memcpy(&peer, &loopback, sizeof loopback);
	struct sockaddr local = { .sa_family = AF_UNIX };
	return add_connection(server, fd, &peer, &local, sizeof local.sa_family);
}

static int start_library(struct http_server *server)
{
	const struct http_limits *limits = &server->conns.limits;
	size_t memory = limits->header_bytes * 4 > LIBRARY_BYTES ? limits->header_bytes * 4 : LIBRARY_BYTES;
	server->library = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO | MHD_USE_ERROR_LOG,
		0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_library_message, server,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
		MHD_OPTION_CONNECTION_LIMIT, limits->connections + SPARE_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT, 0,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
		MHD_OPTION_UNESCAPE_CALLBACK, do_not_unescape, NULL, MHD_OPTION_END);
	if (!server->library)
		return errno ? -errno : -ENOMEM;
	server->library_watch = (struct watch){
		.fd = MHD_get_daemon_info(server->library, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
		.ready = on_library_ready, .user = server,
	};
	server->run_timer = (struct timer){ .fire = on_run, .user = server };
	int error = timer_set(server->conns.loop, &server->run_timer, FAR_MS);
	return error ? error : loop_watch(server->conns.loop, &server->library_watch, EPOLLIN);
}

int http_listen(struct loop *loop, const char *address, const struct http_limits *limits,
		void (*handle)(struct http_request *request, void *user), void *user, struct http_server **out,
		struct err *err)
{
	assert(limits->deadline_ms > 0 && limits->idle_ms > 0 && limits->connections > 0);
	struct http_server *server = calloc(1, sizeof *server);
	if (!server)
		return err_set(err, -ENOMEM, "no memory for an HTTP server");
	server->conns.loop = loop;
	server->conns.limits = *limits;
	server->handle = handle;
	server->user = user;
	server->listener = (struct listener){ .loop = loop, .peer = on_peer, .user = server, .watch.fd = -1 };
	lingering_init(&server->lingering, loop);
	int error = start_library(server);
	if (error)
		(void)err_set(err, error, "the HTTP library did not start: %s", strerror(-error));
	else if (address)
		error = listener_open(&server->listener, address, err);
	if (error) {
		http_close(server);
		return error;
	}
	*out = server;
	return 0;
}

unsigned http_port(const struct http_server *server)
{
	return http_socket_port(server->listener.watch.fd);
}

const struct http_counts *http_counts(const struct http_server *server)
{
	return &server->conns.counts;
}

void http_quiesce(struct http_server *server)
{
	server->quiet = true;
	listener_close(&server->listener);
}

static void stop_library(struct http_server *server)
{
	for (int i = 0; i < 3; i++)
		run_library(server); /* what was replied leaves */
	loop_unwatch(server->conns.loop, &server->library_watch);
	for (struct conn *conn = server->conns.first; conn; conn = conn->next)
		if (conn->suspended)
			MHD_resume_connection(conn->library); /* the library cannot stop with suspended ones */
	MHD_stop_daemon(server->library);
}

void http_close(struct http_server *server)
{
	if (!server)
		return;
	server->closing = true;
	listener_close(&server->listener);
	if (server->library)
		stop_library(server);
	while (server->conns.first)
		drop(server->conns.first); /* parked, and the client gone */
	timer_stop(server->conns.loop, &server->run_timer);
	lingering_release(&server->lingering);
	free(server);
}
