#include "gateway/console/console.h"

#include "gateway/console/call.h"
#include "gateway/console/desk_jobs.h"
#include "gateway/console/demo_handset.h"
#include "gateway/health.h"
#include "gateway/log.h"
#include "gateway/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { BODY_BYTES = 64 * 1024, CONNECTIONS = 512, CONNECTIONS_PER_ADDRESS = 64 };

enum { WISH_QUIESCE = 1, WISH_STOP = 2 };

struct thread_ends { /* what the line thread says to the staff thread */
	pthread_t thread;
	bool started;
	atomic_uint wishes;
	struct watch bell;
};

/* ---- health */

struct health_letter {
	struct letter letter;
	struct console *c;
	struct http_request *request;
	unsigned status;
	struct buf text;
	char bytes[HEALTH_TEXT_MAX];
};

static void look_at_health(struct letter *letter, struct gateway *g)
{
	struct health_letter *h = (struct health_letter *)letter;
	h->status = health_text(g, h->request->path, h->c->webhooks, &h->text);
}

static void health_known(struct letter *letter, int result)
{
	struct health_letter *h = (struct health_letter *)letter;
	if (!h->c->closed) {
		struct http_response response = { .status = result == 0 ? h->status : 503, .body = buf_str(&h->text) };
		http_add_header(&response, "Content-Type", STR("text/plain; version=0.0.4; charset=utf-8"));
		http_add_header(&response, "Cache-Control", STR("no-store"));
		http_reply(h->request, &response);
	}
	free(h);
}

static void ask_health(struct console *c, struct http_request *request)
{
	struct health_letter *h = calloc(1, sizeof *h);
	if (!h) {
		http_reply_text(request, 503, "no memory\n");
		return;
	}
	h->letter = (struct letter){ .look = look_at_health, .answered = health_known };
	h->c = c, h->request = request;
	h->text = buf_over(h->bytes, sizeof h->bytes);
	mailbox_post(c->mailbox, c->port, &h->letter);
}

/* ---- requests */

static bool takes_json(const struct http_request *request)
{
	struct str type = http_header(request, "Content-Type"), part;
	return str_split(&type, ';', &part) && str_eq_nocase(str_trim(part), STR("application/json"));
}

static void begin_call(struct console *c, struct http_request *request)
{
	struct call *call = calloc(1, sizeof *call);
	if (!call || arena_new(&call->arena, CALL_ARENA) != 0) {
		free(call);
		http_reply_text(request, 503, "no memory\n");
		return;
	}
	call->c = c;
	call->request = request;
	call->now_ms = gateway_now(c->g);
	if (request->body.len && takes_json(request))
		call->body = json_parse(request->body, NULL);
	if (call->body && !json_is_object(call->body)) {
		json_decref(call->body);
		call->body = NULL;
	}
	if (policy_admit(call))
		call->route->handle(call);
}

static void handle(struct http_request *request, void *user)
{
	struct console *c = user;
	bool read = request->method == HTTP_GET || request->method == HTTP_HEAD;
	if (str_starts(request->path, STR("/api/v1/")))
		begin_call(c, request);
	else if (read && str_eq_z(request->path, "/healthz"))
		http_reply_text(request, 200, "alive\n");
	else if (read && (str_eq_z(request->path, "/readyz") || str_eq_z(request->path, "/metrics")))
		ask_health(c, request);
	else if (demo_handset_handle(c, request))
		return;
	else if (read)
		web_reply(c->web, request);
	else
		http_reply_text(request, 404, "");
}

/* ---- the thread */

static void bell_rang(struct watch *watch, uint32_t events)
{
	struct console *c = watch->user;
	uint64_t rung;
	ssize_t n = read(watch->fd, &rung, sizeof rung);
	(void)n, (void)events;
	unsigned wishes = atomic_load(&c->ends->wishes);
	if (wishes & WISH_QUIESCE) {
		http_quiesce(c->server);
		events_end_streams(c->events);
	}
	if (wishes & WISH_STOP)
		loop_stop(c->loop);
}

static void *work(void *user)
{
	struct console *c = user;
	thread_give_way(THREAD_STAFF);
	int rc = loop_run(c->loop);
	if (rc != 0)
		log_event(LOG_ERROR, "the desk's loop ended", "error=%d", -rc);
	return NULL;
}

static void wish(struct console *c, unsigned bits)
{
	const uint64_t one = 1;
	atomic_fetch_or(&c->ends->wishes, bits);
	ssize_t n = write(c->ends->bell.fd, &one, sizeof one);
	(void)n;
}

/* ---- start and stop */

static int listen_on(struct console *c, struct err *err)
{
	char z[128];
	struct http_limits limits = http_limits_default;
	limits.body_bytes = BODY_BYTES;
	limits.connections = CONNECTIONS;
	limits.connections_per_address = CONNECTIONS_PER_ADDRESS;
	limits.methods = 1u << HTTP_GET | 1u << HTTP_POST | 1u << HTTP_PUT | 1u << HTTP_PATCH | 1u << HTTP_DELETE;
	struct str address = c->g->config.listen_console;
	c->loopback = str_starts(address, STR("127.")) || str_starts(address, STR("[::1]"));
	if (!str_copy(address, z, sizeof z))
		return err_set(err, -EINVAL, "the listen address is too long");
	return http_listen(c->loop, z, &limits, handle, c, &c->server, err);
}

static int open_parts(struct console *c, const struct console_wish *w, struct err *err)
{
	int rc = loop_new(&c->loop);
	c->ends->bell = (struct watch){ .fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), .ready = bell_rang, .user = c };
	if (rc == 0 && c->ends->bell.fd < 0)
		rc = -errno;
	if (rc == 0)
		rc = loop_watch(c->loop, &c->ends->bell, EPOLLIN);
	if (rc == 0)
		rc = mailbox_open(c->g, &c->mailbox);
	if (rc == 0)
		rc = port_open(c->loop, &c->port);
	if (rc == 0)
		rc = reader_open(w->state, w->key_file, &c->reader, err);
	if (rc == 0)
		rc = throttle_new(&c->throttle);
	if (rc == 0)
		rc = desk_jobs_new(c, &c->desk_jobs);
	if (rc == 0)
		rc = events_new(c, &c->events);
	if (rc == 0)
		rc = web_open(w->web_dir, &c->web, err);
	if (rc == 0)
		rc = listen_on(c, err);
	if (rc == 0)
		rc = jobs_start(&c->jobs);
	return rc;
}

int console_start(struct gateway *g, const struct console_wish *w, struct console **out, struct err *err)
{
	struct console *c = calloc(1, sizeof *c);
	struct thread_ends *ends = calloc(1, sizeof *ends);
	if (!c || !ends) {
		free(c);
		free(ends);
		return err_set(err, -ENOMEM, "no memory");
	}
	*c = (struct console){ .g = g, .webhooks = w->webhooks, .demo = w->demo, .ends = ends };
	ends->bell.fd = -1;
	int rc = open_parts(c, w, err);
	if (rc == 0)
		rc = -pthread_create(&ends->thread, NULL, work, c);
	ends->started = rc == 0;
	if (rc != 0) {
		if (!err->text[0])
			(void)err_set(err, rc, "the desk does not start: %s", strerror(-rc));
		console_stop(c);
		return rc;
	}
	*out = c;
	return 0;
}

void console_quiesce(struct console *c)
{
	wish(c, WISH_QUIESCE);
}

bool console_idle(const struct console *c)
{
	return mailbox_empty(c->mailbox);
}

void console_stop(struct console *c)
{
	if (!c)
		return;
	if (c->mailbox)
		mailbox_shut(c->mailbox); /* a job that waits for the line thread is let go */
	if (c->ends->started) {
		wish(c, WISH_STOP);
		(void)pthread_join(c->ends->thread, NULL);
	}
	c->closed = true; /* from here on what is answered is only freed */
	jobs_stop(c->jobs);
	http_close(c->server);
	events_free(c->events);
	if (c->port)
		port_unwatch(c->port);
	port_close(c->port);
	mailbox_close(c->mailbox);
	desk_jobs_free(c->desk_jobs);
	throttle_free(c->throttle);
	web_close(c->web);
	reader_close(c->reader);
	if (c->ends->bell.fd >= 0) {
		loop_unwatch(c->loop, &c->ends->bell);
		(void)close(c->ends->bell.fd);
	}
	if (c->loop)
		loop_free(c->loop);
	free(c->ends);
	free(c);
}
