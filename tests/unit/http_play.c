#include "tests/unit/http_play.h"

#include "flows/text/buf.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const method_names[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" };

void play_echo(struct http_request *request)
{
	static char storage[65536];
	struct buf body = buf_over(storage, sizeof storage);
	buf_put_z(&body, method_names[request->method]);
	buf_put_char(&body, ' ');
	buf_put(&body, request->path);
	if (request->query.len) {
		buf_put_char(&body, '?');
		buf_put(&body, request->query);
	}
	buf_put_z(&body, " [");
	buf_put(&body, request->body);
	buf_put_char(&body, ']');
	struct http_response response = { .status = 200, .body = buf_str(&body) };
	http_add_header(&response, "Content-Type", STR("text/plain"));
	http_reply(request, &response);
}

static void handle(struct http_request *request, void *user)
{
	struct play *play = user;
	play->handled++;
	if (!play->park) {
		play_echo(request);
		return;
	}
	assert(play->parked_count < sizeof play->parked / sizeof *play->parked);
	play->parked[play->parked_count++] = request;
}

void play_echo_parked(struct play *play, size_t which)
{
	assert(play->parked[which]);
	play_echo(play->parked[which]);
	play->parked[which] = NULL;
}

void play_begin(struct play *play, const char *address, const struct http_limits *limits)
{
	*play = (struct play){ 0 };
	int error = loop_new(&play->loop);
	assert(!error);
	struct err err = { .text = "" };
	error = http_listen(play->loop, address, limits, handle, play, &play->server, &err);
	if (error)
		printf("%s\n", err.text);
	assert(!error);
}

void play_end(struct play *play)
{
	http_close(play->server);
	loop_free(play->loop);
}

int play_adopt(struct play *play)
{
	int pair[2];
	int error = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair);
	assert(!error);
	error = http_adopt(play->server, pair[0]);
	assert(!error);
	return pair[1];
}

int play_connect(struct play *play)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert(fd >= 0);
	int on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(play->server)),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int error = connect(fd, (const struct sockaddr *)&to, sizeof to);
	assert(!error || errno == EINPROGRESS);
	return fd;
}

static void turn(struct play *play, int wait_ms)
{
	int error = loop_turn(play->loop, wait_ms);
	assert(!error);
}

void play_send(struct play *play, int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			return; /* the server closed: the answer tells */
		if (sent > 0)
			bytes = str_from(bytes, (size_t)sent);
		else
			turn(play, 1);
	}
}

void play_turn(struct play *play, int milliseconds)
{
	int64_t end = clock_monotonic_ms() + milliseconds;
	do
		turn(play, 1);
	while (clock_monotonic_ms() < end);
}

void play_read(struct play *play, int fd, unsigned enough, int wait_ms, struct answer_bytes *out)
{
	out->len = 0;
	out->closed = out->reset = false;
	int64_t end = clock_monotonic_ms() + wait_ms;
	do {
		turn(play, 1);
		ssize_t got = recv(fd, out->at + out->len, sizeof out->at - out->len, 0);
		if (got > 0)
			out->len += (size_t)got;
		else if (!got || errno != EAGAIN)
			out->closed = true;
		out->reset = out->closed && got < 0;
	} while (!out->closed && out->len < sizeof out->at && play_count(out) < enough && clock_monotonic_ms() < end);
}

struct answer {
	unsigned status;
	struct str head, body;
};

static struct str header_of(const struct answer *answer, const char *name)
{
	struct str rest = answer->head, line;
	while (str_split(&rest, '\n', &line)) {
		struct str key;
		(void)str_split(&line, ':', &key);
		if (line.at && str_eq_nocase(key, str_of(name)))
			return str_trim(line);
	}
	return (struct str){ NULL, 0 };
}

/* The next answer; false when it is not whole. */
static bool next_answer(struct str *rest, struct answer *out)
{
	const char *end = rest->len ? memmem(rest->at, rest->len, "\r\n\r\n", 4) : NULL;
	if (!end || !str_starts(*rest, STR("HTTP/1.1 ")))
		return false;
	out->head = str_span(rest->at, end);
	uint64_t number = 0;
	if (!str_to_u64(str_slice(out->head, 9, 12), &number))
		return false;
	out->status = (unsigned)number;
	struct str length = header_of(out, "Content-Length");
	number = 0;
	if (length.at && !str_to_u64(length, &number))
		return false;
	size_t head = out->head.len + 4;
	if (rest->len - head < number)
		return false;
	out->body = str_slice(*rest, head, head + (size_t)number);
	*rest = str_from(*rest, head + (size_t)number);
	return true;
}

unsigned play_count(const struct answer_bytes *answers)
{
	struct str rest = { answers->at, answers->len };
	struct answer answer;
	unsigned n = 0;
	while (next_answer(&rest, &answer))
		n++;
	return n;
}

static struct answer pick(const struct answer_bytes *answers, unsigned which)
{
	struct str rest = { answers->at, answers->len };
	struct answer answer = { 0 };
	for (unsigned n = 0; next_answer(&rest, &answer); n++)
		if (n == which)
			return answer;
	return (struct answer){ 0 };
}

unsigned play_status(const struct answer_bytes *answers, unsigned which)
{
	return pick(answers, which).status;
}

struct str play_body(const struct answer_bytes *answers, unsigned which)
{
	return pick(answers, which).body;
}

struct str play_header(const struct answer_bytes *answers, unsigned which, const char *name)
{
	struct answer answer = pick(answers, which);
	return answer.status ? header_of(&answer, name) : (struct str){ NULL, 0 };
}
