#include "gateway/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

enum { LINE_FIRST_BYTES = 64 * 1024, LINE_MAX_BYTES = JSON_TEXT_MAX };

struct control {
	struct watch watch;
	struct gateway *g;
	const struct control_verb *verbs;
	struct control_call *calls;
	struct sockaddr_un address;
};

struct control_call {
	struct watch watch;
	struct control *control;  /* NULL: the daemon closes; the answer goes nowhere */
	struct control_call *next;
	char *line;               /* the request, then the answer */
	size_t len, sent, cap;
	bool asked, answered;
};

static int address_of(const char *state, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	int n = snprintf(out->sun_path, sizeof out->sun_path, "%s/control.sock", state);
	return n > 0 && (size_t)n < sizeof out->sun_path ? 0 : -ENAMETOOLONG;
}

static void drop(struct control_call *call)
{
	struct control *control = call->control;
	loop_unwatch(control->g->loop, &call->watch);
	close(call->watch.fd);
	for (struct control_call **at = &control->calls; *at; at = &(*at)->next)
		if (*at == call) {
			*at = call->next;
			break;
		}
	free(call->line);
	free(call);
}

/* ---- answers */

static void write_more(struct control_call *call)
{
	ssize_t n = send(call->watch.fd, call->line + call->sent, call->len - call->sent, MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		call->sent += (size_t)n;
	if (n <= 0 || call->sent == call->len)
		drop(call);
}

void control_answer(struct control_call *call, json_t *answer)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	json_decref(answer);
	free(call->line);
	call->line = text ? text : strdup("{\"ok\":false,\"error\":\"no memory\",\"exit\":75}");
	call->len = call->line ? strlen(call->line) : 0;
	call->answered = true;
	if (!call->control) { /* closed meanwhile */
		free(call->line);
		free(call);
	} else if (loop_rewatch(call->control->g->loop, &call->watch, EPOLLOUT) != 0) {
		drop(call);
	}
}

void control_refuse(struct control_call *call, int exit_code, const char *error)
{
	json_t *answer = json_pack("{s:b, s:i}", "ok", 0, "exit", exit_code);
	json_put_str(answer, "error", str_of(error)); /* may quote what was asked, cut anywhere */
	control_answer(call, answer);
}

/* ---- requests */

static void run_line(struct control_call *call)
{
	struct err err;
	struct gateway *g = call->control->g;
	json_t *request = json_parse((struct str){ call->line, call->len }, &err);
	struct str verb = request ? json_get_str(request, "do") : STR("");
	call->asked = true;
	for (const struct control_verb *v = call->control->verbs; v->name; v++)
		if (str_eq_z(verb, v->name)) {
			v->run(g, request, call);
			json_decref(request);
			return;
		}
	json_decref(request);
	control_refuse(call, EX_USAGE, "this daemon does not know what is asked; is it of the same version?");
}

/* A file to import comes as one line. */
static bool has_room(struct control_call *call)
{
	if (call->len < call->cap)
		return true;
	char *more = call->cap < LINE_MAX_BYTES ? realloc(call->line, call->cap * 2) : NULL;
	if (!more)
		return false;
	call->line = more;
	call->cap *= 2;
	return true;
}

static void read_more(struct control_call *call)
{
	if (!has_room(call)) {
		drop(call);
		return;
	}
	ssize_t n = recv(call->watch.fd, call->line + call->len, call->cap - call->len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(call);
		return;
	}
	const char *end = memchr(call->line + call->len, '\n', (size_t)n);
	call->len += (size_t)n;
	if (!end)
		return;
	call->len = (size_t)(end - call->line);
	/* until the answer is there nothing more is read; a client that hangs up early is noticed when writing */
	if (loop_rewatch(call->control->g->loop, &call->watch, 0) != 0)
		drop(call);
	else
		run_line(call);
}

static void call_ready(struct watch *watch, uint32_t events)
{
	struct control_call *call = watch->user;
	if (call->asked && !call->answered) {
		(void)events; /* EPOLLHUP while the batch works: stop looking until there is an answer */
		loop_unwatch(call->control->g->loop, watch);
		return;
	}
	if (call->answered)
		write_more(call);
	else
		read_more(call);
}

static void accept_ready(struct watch *watch, uint32_t events)
{
	struct control *control = watch->user;
	(void)events;
	int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	struct control_call *call = calloc(1, sizeof *call);
	char *line = malloc(LINE_FIRST_BYTES);
	if (!call || !line) {
		free(call);
		free(line);
		close(fd);
		return;
	}
	*call = (struct control_call){ .watch = { .fd = fd, .ready = call_ready, .user = call }, .control = control,
				       .line = line, .cap = LINE_FIRST_BYTES, .next = control->calls };
	control->calls = call;
	if (loop_watch(control->g->loop, &call->watch, EPOLLIN) != 0)
		drop(call);
}

int control_open(struct gateway *g, const char *state, const struct control_verb *verbs, struct control **out, struct err *err)
{
	struct control *c = calloc(1, sizeof *c);
	if (!c)
		return err_set(err, -ENOMEM, "no memory");
	int rc = address_of(state, &c->address);
	c->g = g, c->verbs = verbs;
	c->watch = (struct watch){ .fd = -1, .ready = accept_ready, .user = c };
	if (rc == 0) {
		(void)unlink(c->address.sun_path); /* of a daemon that died: the lock says that none is alive */
		c->watch.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		mode_t before = umask(0177);
		if (c->watch.fd < 0 || bind(c->watch.fd, (struct sockaddr *)&c->address, sizeof c->address) != 0 ||
		    listen(c->watch.fd, 16) != 0)
			rc = -errno;
		(void)umask(before);
	}
	if (rc == 0)
		rc = loop_watch(g->loop, &c->watch, EPOLLIN);
	if (rc != 0) {
		if (c->watch.fd >= 0)
			close(c->watch.fd);
		free(c);
		return err_set(err, rc, "%s/control.sock: %s", state, strerror(-rc));
	}
	*out = c;
	return 0;
}

void control_close(struct control *c)
{
	if (!c)
		return;
	loop_unwatch(c->g->loop, &c->watch);
	close(c->watch.fd);
	(void)unlink(c->address.sun_path);
	while (c->calls) {
		struct control_call *call = c->calls;
		if (call->asked && !call->answered) { /* its batch item still points at it */
			c->calls = call->next;
			loop_unwatch(c->g->loop, &call->watch);
			close(call->watch.fd);
			call->control = NULL;
		} else {
			drop(call);
		}
	}
	free(c);
}

/* ---- the other end */

static json_t *read_answer(int fd)
{
	size_t len = 0, cap = 1 << 22;
	char *text = malloc(cap);
	json_t *answer = NULL;
	for (ssize_t n = 1; text && n > 0 && len < cap; len += n > 0 ? (size_t)n : 0)
		n = recv(fd, text + len, cap - len, 0);
	if (text)
		answer = json_parse((struct str){ text, len }, NULL);
	free(text);
	return answer;
}

int control_ask(const char *state, const json_t *request, json_t **answer)
{
	struct sockaddr_un address;
	struct timeval patience = { .tv_sec = 30 };
	*answer = NULL;
	int rc = address_of(state, &address);
	if (rc != 0)
		return rc;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		rc = errno == ENOENT || errno == ECONNREFUSED ? 0 : -errno;
		close(fd);
		return rc;
	}
	char *line = json_dumps(request, JSON_COMPACT);
	struct str rest = str_of(line);
	bool sent = line != NULL;
	while (sent && rest.len) {
		ssize_t n = send(fd, rest.at, rest.len, MSG_NOSIGNAL);
		sent = n > 0;
		rest = str_from(rest, n > 0 ? (size_t)n : rest.len);
	}
	if (sent)
		sent = send(fd, "\n", 1, MSG_NOSIGNAL) == 1;
	free(line);
	if (sent)
		*answer = read_answer(fd);
	close(fd);
	return *answer ? 1 : -EPIPE;
}
