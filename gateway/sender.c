#include "gateway/sender.h"

#include "gateway/sender_request.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
	HEADER_BYTES_MAX = 32 * 1024,
	BODY_FIRST = 4096,
	POOL_MAX = 64,         /* idle handles that are kept */
	CONNECTIONS_KEPT = 64, /* idle connections that are kept, of all hosts */
};

struct transfer { /* one call; its handle, and the room for an answer, are used again by later calls */
	struct transfer *next, *previous; /* among those under way; next: in the pool */
	struct sender *sender;
	CURL *easy;
	struct curl_slist *headers;
	char lane[SENDER_LANE_NAME_MAX + 1];
	bool plain;      /* http, not https */
	unsigned starts; /* how often libcurl was about to write the request */
	size_t header_bytes;
	char *body;
	size_t body_len, body_room;
	sender_done *done;
	void *user;
};

struct sender {
	struct loop *loop;
	CURLM *multi;
	struct timer timer;
	struct transfer *under_way, *pool;
	size_t pool_count;
};

/* ---- what libcurl asks of the loop */

static void finish(struct transfer *transfer, CURLcode code);

static void collect(struct sender *sender)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(sender->multi, &left))) {
		struct transfer *transfer = NULL;
		assert(message->msg == CURLMSG_DONE);
		CURLcode code = message->data.result;
		CURLcode bad = curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		assert(!bad && transfer);
		finish(transfer, code); /* the message is gone with its handle */
	}
}

static void act(struct sender *sender, curl_socket_t fd, int flags)
{
	int running;
	CURLMcode bad = curl_multi_socket_action(sender->multi, fd, flags, &running);
	assert(bad != CURLM_BAD_HANDLE && bad != CURLM_RECURSIVE_API_CALL && bad != CURLM_BAD_FUNCTION_ARGUMENT);
	collect(sender);
}

static void timer_fires(struct timer *timer)
{
	act(timer->user, CURL_SOCKET_TIMEOUT, 0);
}

static int timer_wanted(CURLM *multi, long in_ms, void *user)
{
	struct sender *sender = user;
	(void)multi;
	if (in_ms >= 0)
		return timer_set(sender->loop, &sender->timer, in_ms) ? -1 : 0;
	timer_stop(sender->loop, &sender->timer);
	return 0;
}

static void socket_ready(struct watch *watch, uint32_t events)
{
	int flags = 0;
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) /* a read tells what is wrong */
		flags |= CURL_CSELECT_IN;
	if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		flags |= CURL_CSELECT_OUT;
	act(watch->user, watch->fd, flags); /* may free the watch */
}

static uint32_t events_of(int what)
{
	uint32_t events = 0;
	if (what & CURL_POLL_IN)
		events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		events |= EPOLLOUT;
	return events;
}

static void watch_new(struct sender *sender, curl_socket_t fd, uint32_t events)
{
	struct watch *watch = malloc(sizeof *watch);
	if (!watch)
		return;
	*watch = (struct watch){ .fd = fd, .ready = socket_ready, .user = sender };
	if (loop_watch(sender->loop, watch, events)) {
		free(watch);
		return;
	}
	CURLMcode bad = curl_multi_assign(sender->multi, fd, watch);
	assert(bad == CURLM_OK);
}

/* Without memory for a watch the transfer hears nothing more and ends at its deadline; -1 would end all of them. */
static int socket_wanted(CURL *easy, curl_socket_t fd, int what, void *user, void *assigned)
{
	struct sender *sender = user;
	struct watch *watch = assigned;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch)
			loop_unwatch(sender->loop, watch);
		free(watch);
	} else if (watch) {
		/* Fails when the descriptor was closed and opened again behind our back. */
		if (loop_rewatch(sender->loop, watch, events_of(what)))
			(void)!loop_watch(sender->loop, watch, events_of(what));
	} else {
		watch_new(sender, fd, events_of(what));
	}
	return 0;
}

/* ---- what libcurl tells of a transfer */

/* Called when the connection stands and the request is about to be written.  The second time it is a repetition on a
 * new connection because a kept one died without an answer: the first may have been read by then. */
static int about_to_write(void *user, char *peer, char *local, int peer_port, int local_port)
{
	struct transfer *transfer = user;
	(void)peer;
	(void)local;
	(void)peer_port;
	(void)local_port;
	return ++transfer->starts == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static bool body_reserve(struct transfer *transfer, size_t len)
{
	size_t room = transfer->body_room ? transfer->body_room : BODY_FIRST;
	while (room < len)
		room *= 2;
	if (room == transfer->body_room)
		return true;
	char *body = realloc(transfer->body, room);
	if (!body)
		return false;
	transfer->body = body;
	transfer->body_room = room;
	return true;
}

/* Any other return than the length ends the transfer with an error. */
static size_t body_arrives(char *bytes, size_t one, size_t len, void *user)
{
	struct transfer *transfer = user;
	assert(one == 1);
	if (len > SENDER_BODY_MAX - transfer->body_len || !body_reserve(transfer, transfer->body_len + len))
		return len + 1;
	if (len)
		memcpy(transfer->body + transfer->body_len, bytes, len);
	transfer->body_len += len;
	return len;
}

static size_t header_arrives(char *bytes, size_t one, size_t len, void *user)
{
	struct transfer *transfer = user;
	(void)bytes;
	assert(one == 1);
	if (len > HEADER_BYTES_MAX - transfer->header_bytes)
		return len + 1;
	transfer->header_bytes += len;
	return len;
}

/* ---- the end of a transfer */

static bool is_certificate(CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
	       code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_ISSUER_ERROR ||
	       code == CURLE_SSL_PINNEDPUBKEYNOTMATCH || code == CURLE_SSL_INVALIDCERTSTATUS;
}

/* Under TLS a failed write may have left whole records behind; without it libcurl counts what the kernel took. */
static bool request_left(const struct transfer *transfer)
{
	long written = 0;
	if (transfer->starts != 1 || !transfer->plain)
		return transfer->starts > 0;
	CURLcode bad = curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &written);
	return bad || written > 0;
}

static int64_t retry_after(const struct transfer *transfer)
{
	curl_off_t seconds = 0; /* a date was turned into seconds from now; 0: none */
	CURLcode bad = curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds);
	if (bad || seconds <= 0)
		return -1;
	return seconds < 86400 ? seconds : 86400;
}

static struct http_result result_of(const struct transfer *transfer, CURLcode code)
{
	long status = 0;
	const char *type = NULL;
	CURLcode bad = curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!bad)
		bad = curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
	assert(!bad);
	struct http_result result = {
		.curl_code = (int)code,
		.request_left = request_left(transfer),
		.certificate = is_certificate(code),
		.status = status > 0 ? (unsigned)status : 0,
		.content_type = str_of(type),
		.body = STR(""),
		.retry_after_s = retry_after(transfer),
	};
	if (!code && transfer->body_len)
		result.body = (struct str){ transfer->body, transfer->body_len };
	return result;
}

static void transfer_free(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	free(transfer->body);
	free(transfer);
}

/* Also of one that never started. */
static void recycle(struct transfer *transfer)
{
	struct sender *sender = transfer->sender;
	if (sender->pool_count == POOL_MAX) {
		transfer_free(transfer);
		return;
	}
	curl_easy_reset(transfer->easy);
	curl_slist_free_all(transfer->headers);
	free(transfer->body); /* may hold an answer about a person */
	*transfer = (struct transfer){ .sender = sender, .easy = transfer->easy, .next = sender->pool };
	sender->pool = transfer;
	sender->pool_count++;
}

static void leave(struct transfer *transfer)
{
	struct sender *sender = transfer->sender;
	CURLMcode bad = curl_multi_remove_handle(sender->multi, transfer->easy);
	assert(bad == CURLM_OK);
	if (transfer->previous)
		transfer->previous->next = transfer->next;
	else
		sender->under_way = transfer->next;
	if (transfer->next)
		transfer->next->previous = transfer->previous;
}

static void finish(struct transfer *transfer, CURLcode code)
{
	struct http_result result = result_of(transfer, code);
	leave(transfer);
	transfer->done(&result, transfer->user);
	recycle(transfer);
}

/* ---- the start of a transfer */

static struct transfer *transfer_take(struct sender *sender)
{
	struct transfer *transfer = sender->pool;
	if (transfer) {
		sender->pool = transfer->next;
		sender->pool_count--;
		transfer->next = NULL;
		return transfer;
	}
	transfer = calloc(1, sizeof *transfer);
	if (!transfer)
		return NULL;
	transfer->sender = sender;
	transfer->easy = curl_easy_init();
	if (transfer->easy)
		return transfer;
	free(transfer);
	return NULL;
}

static int prepare(struct transfer *transfer, const struct http_call *call, int deadline_ms)
{
	CURL *easy = transfer->easy;
	bool ok = !curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) &&
		  !curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, about_to_write) &&
		  !curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer) &&
		  !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_arrives) &&
		  !curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) &&
		  !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_arrives) &&
		  !curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	if (!ok)
		return -ENOMEM;
	int error = sender_request_write(call, deadline_ms, easy, &transfer->headers, &transfer->plain);
	if (!error && curl_multi_add_handle(transfer->sender->multi, easy) != CURLM_OK)
		error = -ENOMEM;
	return error;
}

int sender_call(struct sender *sender, struct str lane, const struct http_call *call, int deadline_ms,
		sender_done *done, void *user)
{
	assert(deadline_ms > 0 && done);
	if (sender_lane_room(sender, lane) == 0)
		return -EAGAIN;
	struct transfer *transfer = transfer_take(sender);
	if (!transfer)
		return -ENOMEM;
	transfer->done = done;
	transfer->user = user;
	int error = str_copy(lane, transfer->lane, sizeof transfer->lane) ? 0 : -EINVAL;
	if (!error)
		error = prepare(transfer, call, deadline_ms);
	if (error) {
		recycle(transfer);
		return error;
	}
	transfer->next = sender->under_way;
	if (sender->under_way)
		sender->under_way->previous = transfer;
	sender->under_way = transfer;
	return 0;
}

size_t sender_lane_room(const struct sender *sender, struct str lane)
{
	size_t room = SENDER_LANE_CALLS_MAX;
	for (const struct transfer *t = sender->under_way; t && room; t = t->next)
		if (str_eq_z(lane, t->lane))
			room--;
	return room;
}

const char *sender_error_name(int curl_code)
{
	return curl_easy_strerror((CURLcode)curl_code);
}

/* ---- from the first to the last */

static void ignore_sigpipe(void)
{
	struct sigaction now, ignore = { .sa_handler = SIG_IGN };
	int bad = sigaction(SIGPIPE, NULL, &now);
	if (!bad && now.sa_handler == SIG_DFL)
		bad = sigaction(SIGPIPE, &ignore, NULL);
	assert(!bad);
}

static int set_multi(struct sender *sender)
{
	CURLM *multi = sender->multi;
	bool ok = !curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_wanted) &&
		  !curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, sender) &&
		  !curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_wanted) &&
		  !curl_multi_setopt(multi, CURLMOPT_TIMERDATA, sender) &&
		  !curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) &&
		  !curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
	return ok ? 0 : -ENOMEM;
}

int sender_new(struct loop *loop, struct sender **out)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -ENOMEM;
	ignore_sigpipe();
	struct sender *sender = calloc(1, sizeof *sender);
	if (sender) {
		*sender = (struct sender){ .loop = loop, .multi = curl_multi_init(), .timer = { .fire = timer_fires } };
		sender->timer.user = sender;
	}
	if (!sender || !sender->multi || set_multi(sender)) {
		sender_free(sender);
		return -ENOMEM;
	}
	*out = sender;
	return 0;
}

void sender_free(struct sender *sender)
{
	while (sender && sender->under_way) {
		struct transfer *transfer = sender->under_way;
		leave(transfer);
		transfer_free(transfer);
	}
	while (sender && sender->pool) {
		struct transfer *transfer = sender->pool;
		sender->pool = transfer->next;
		transfer_free(transfer);
	}
	if (sender) {
		if (sender->multi)
			(void)curl_multi_cleanup(sender->multi);
		timer_stop(sender->loop, &sender->timer);
	}
	free(sender);
	curl_global_cleanup();
}

/* ---- one call without a loop */

struct waiting {
	struct arena *arena;
	struct http_result *out;
	int error;
	bool done;
};

static void keep_result(const struct http_result *result, void *user)
{
	struct waiting *waiting = user;
	*waiting->out = *result;
	waiting->out->content_type = arena_str(waiting->arena, result->content_type);
	waiting->out->body = arena_str(waiting->arena, result->body);
	if (!waiting->out->content_type.at || !waiting->out->body.at)
		waiting->error = -ENOMEM;
	waiting->done = true;
}

int sender_call_and_wait(const struct http_call *call, int deadline_ms, struct arena *arena, struct http_result *out)
{
	struct waiting waiting = { .arena = arena, .out = out };
	struct loop *loop;
	struct sender *sender = NULL;
	int error = loop_new(&loop);
	if (error)
		return error;
	error = sender_new(loop, &sender);
	if (!error)
		error = sender_call(sender, STR("command"), call, deadline_ms, keep_result, &waiting);
	while (!error && !waiting.done)
		error = loop_turn(loop, -1);
	if (sender)
		sender_free(sender);
	loop_free(loop);
	return error ? error : waiting.error;
}
