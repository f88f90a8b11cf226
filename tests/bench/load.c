/* A load generator: N kept connections that play Africa's Talking's USSD sessions against a URL on this machine.
 *
 *   load [-c CONNECTIONS] [-s SECONDS] [-r RATE] [-i 1,2,1] [-n] http://127.0.0.1:PORT/PATH
 *
 * Each connection walks through the inputs (text is cumulative, "1*2*1"), then dials again in a new session; a screen
 * "END …" ends the walk early.  -n: every session has a new phone number.  Without -r each connection asks again as soon
 * as it was answered; with -r requests are due at a fixed rate, whatever the server does, and the time of each is taken
 * from when it was due (so that a server which stalls cannot hide it).  Prints one JSON object. */
#include "flows/text/buf.h"
#include "gateway/form.h"
#include "gateway/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { INPUTS_MAX = 64, CONNECTIONS_MAX = 4096, HISTOGRAM_US = 2000000, BYTES_MAX = 8192 };

struct line { /* one connection */
	int fd;
	bool busy;
	unsigned number, session, step;
	int64_t due_us;
	char in[BYTES_MAX];
	size_t in_len;
	struct line *next_idle;
};

static struct {
	unsigned connections;
	double seconds, rate;
	struct str inputs[INPUTS_MAX];
	unsigned inputs_count;
	bool new_numbers;
	struct sockaddr_in to;
	struct str path;
	long seed;
} set = { .connections = 128, .seconds = 5 };

static struct line lines[CONNECTIONS_MAX];
static struct line *idle;
static int epoll_fd;
static int64_t start_us, end_us, max_us;
static uint64_t requests, non_2xx, lost, sessions, due_count;
static uint32_t histogram[HISTOGRAM_US];

static void die(const char *what)
{
	(void)fprintf(stderr, "load: %s\n", what);
	exit(64);
}

/* ---- asking */

static void put_body(struct buf *out, const struct line *line)
{
	char piece[512];
	struct buf text = buf_over(piece, sizeof piece);
	buf_printf(&text, "ATUid_%ld_%u_%u", set.seed, line->number, line->session);
	form_put(out, "sessionId", buf_str(&text));
	buf_clear(&text);
	unsigned person = line->number + (set.new_numbers ? line->session * set.connections : 0);
	buf_printf(&text, "+2126%08u", person % 100000000);
	form_put(out, "phoneNumber", buf_str(&text));
	form_put(out, "networkCode", STR("60400"));
	form_put(out, "serviceCode", STR("*384*1#"));
	buf_clear(&text);
	for (unsigned i = 0; i < line->step; i++) {
		if (i)
			buf_put_char(&text, '*');
		buf_put(&text, set.inputs[i]);
	}
	form_put(out, "text", buf_str(&text));
	if (text.full)
		die("the inputs are too long");
}

static void ask(struct line *line, int64_t due_us)
{
	char body_bytes[2048], head_bytes[1024];
	struct buf body = buf_over(body_bytes, sizeof body_bytes), head = buf_over(head_bytes, sizeof head_bytes);
	put_body(&body, line);
	buf_put_z(&head, "POST ");
	buf_put(&head, set.path);
	buf_printf(&head, " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
		   "Content-Length: %zu\r\n\r\n", body.len);
	if (body.full || head.full)
		die("the request is too long");
	struct iovec parts[2] = { { head.at, head.len }, { body.at, body.len } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	line->busy = true;
	line->due_us = due_us;
	/* An error shows when the answer is read. */
	ssize_t sent = sendmsg(line->fd, &message, MSG_NOSIGNAL);
	if (sent >= 0 && sent != (ssize_t)(head.len + body.len))
		die("a kept connection does not take a whole request");
}

/* ---- answers */

static void connect_line(struct line *line)
{
	line->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = line };
	if (line->fd < 0 || connect(line->fd, (const struct sockaddr *)&set.to, sizeof set.to) ||
	    setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
	    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, line->fd, &event))
		die(strerror(errno));
	line->in_len = 0;
}

static void note(int64_t took_us)
{
	requests++;
	if (took_us > max_us)
		max_us = took_us;
	if (took_us < HISTOGRAM_US)
		histogram[took_us > 0 ? took_us : 0]++;
}

/* The whole answer at the start of line->in: its status and body.  false: not whole yet. */
static bool whole_answer(const struct line *line, unsigned *status, struct str *body)
{
	struct str in = { line->in, line->in_len };
	const char *end = memmem(in.at, in.len, "\r\n\r\n", 4);
	if (!end)
		return false;
	struct str head = str_span(in.at, end);
	uint64_t code = 0, length = 0;
	if (!str_to_u64(str_slice(head, 9, 12), &code))
		die("what answers is no HTTP server");
	static const char name[] = "Content-Length: ";
	const char *found = memmem(head.at, head.len, name, sizeof name - 1);
	struct str rest = { NULL, 0 }, digits;
	if (found)
		rest = str_span(found + sizeof name - 1, end);
	if (str_split(&rest, '\r', &digits) && !str_to_u64(digits, &length))
		die("a Content-Length that is none");
	size_t from = head.len + 4;
	if (in.len - from < length)
		return false;
	*status = (unsigned)code;
	*body = str_slice(in, from, from + (size_t)length);
	return true;
}

static void next_step(struct line *line, struct str body)
{
	if (!str_starts(body, STR("END")) && ++line->step <= set.inputs_count)
		return;
	line->step = 0;
	line->session++;
	sessions++;
}

static void become_idle(struct line *line, int64_t now_us)
{
	line->busy = false;
	if (set.rate <= 0) {
		ask(line, now_us);
		return;
	}
	line->next_idle = idle;
	idle = line;
}

/* A connection that the server closed is made again; what was asked on it is lost. */
static void reconnect(struct line *line, int64_t now_us)
{
	(void)close(line->fd);
	connect_line(line);
	if (!line->busy)
		return;
	lost++;
	become_idle(line, now_us);
}

static void on_ready(struct line *line)
{
	ssize_t got = recv(line->fd, line->in + line->in_len, sizeof line->in - line->in_len, MSG_DONTWAIT);
	int64_t now_us = clock_monotonic_us();
	if (got <= 0) {
		if (!got || errno != EAGAIN)
			reconnect(line, now_us);
		return;
	}
	line->in_len += (size_t)got;
	unsigned status;
	struct str body;
	if (!whole_answer(line, &status, &body))
		return;
	note(now_us - line->due_us);
	if (status / 100 != 2)
		non_2xx++;
	next_step(line, body);
	line->in_len = 0;
	become_idle(line, now_us);
}

/* ---- the run */

static int64_t due_at(uint64_t which)
{
	return start_us + (int64_t)((double)which * 1e6 / set.rate);
}

/* Gives what is due to idle connections; returns how long to wait, in us. */
static int64_t ask_due(void)
{
	int64_t now_us = clock_monotonic_us();
	while (set.rate > 0 && idle && due_at(due_count) <= now_us) {
		struct line *line = idle;
		idle = line->next_idle;
		ask(line, due_at(due_count++));
	}
	int64_t until = set.rate > 0 && idle && due_at(due_count) < end_us ? due_at(due_count) : end_us;
	return until > now_us ? until - now_us : 0;
}

static void run(void)
{
	start_us = clock_monotonic_us();
	end_us = start_us + (int64_t)(set.seconds * 1e6);
	for (unsigned i = 0; i < set.connections; i++)
		become_idle(&lines[i], start_us);
	struct epoll_event events[256];
	while (clock_monotonic_us() < end_us) {
		int64_t wait_us = ask_due();
		struct timespec wait = { wait_us / 1000000, wait_us % 1000000 * 1000 };
		int n = epoll_pwait2(epoll_fd, events, 256, &wait, NULL);
		for (int i = 0; i < n; i++)
			on_ready(events[i].data.ptr);
	}
	end_us = clock_monotonic_us();
}

static int64_t percentile(double part)
{
	uint64_t want = (uint64_t)((double)requests * part), seen = 0;
	for (int64_t us = 0; us < HISTOGRAM_US; us++) {
		seen += histogram[us];
		if (seen > want)
			return us;
	}
	return max_us;
}

static void report(void)
{
	double seconds = (double)(end_us - start_us) / 1e6;
	/* What was due but found no free connection until the end has waited, too. */
	uint64_t due = set.rate > 0 ? (uint64_t)(seconds * set.rate) : 0;
	printf("{\"requests\": %llu, \"seconds\": %.3f, \"per_second\": %.0f, \"p50_us\": %lld, \"p99_us\": %lld, "
	       "\"max_us\": %lld, \"non_2xx\": %llu, \"lost\": %llu, \"never_asked\": %llu, \"sessions\": %llu}\n",
	       (unsigned long long)requests, seconds, (double)requests / seconds, (long long)percentile(0.5),
	       (long long)percentile(0.99), (long long)max_us, (unsigned long long)non_2xx, (unsigned long long)lost,
	       (unsigned long long)(due > due_count ? due - due_count : 0), (unsigned long long)sessions);
}

/* ---- arguments */

static void parse_url(const char *url)
{
	static const char start[] = "http://127.0.0.1:";
	struct str rest = str_of(url), port;
	uint64_t number = 0;
	if (!str_starts(rest, str_of(start)))
		die("the URL must begin with http://127.0.0.1:");
	rest = str_from(rest, sizeof start - 1);
	if (!str_split(&rest, '/', &port) || !rest.at || !str_to_u64(port, &number) || number > 65535)
		die("the URL must be http://127.0.0.1:PORT/PATH");
	set.path = str_span(rest.at - 1, rest.at + rest.len);
	set.to = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons((uint16_t)number), .sin_addr = { htonl(INADDR_LOOPBACK) },
	};
}

static void parse_inputs(const char *list)
{
	struct str rest = str_of(list), input;
	set.inputs_count = 0;
	while (str_split(&rest, ',', &input)) {
		if (set.inputs_count == INPUTS_MAX)
			die("too many inputs");
		set.inputs[set.inputs_count++] = input;
	}
}

static void parse_arguments(int argc, char **argv)
{
	parse_inputs("1,1,1");
	for (int option; (option = getopt(argc, argv, "c:s:r:i:n")) != -1;) {
		if (option == 'c')
			set.connections = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 's')
			set.seconds = strtod(optarg, NULL);
		else if (option == 'r')
			set.rate = strtod(optarg, NULL);
		else if (option == 'i')
			parse_inputs(optarg);
		else if (option == 'n')
			set.new_numbers = true;
		else
			die("load [-c CONNECTIONS] [-s SECONDS] [-r RATE] [-i 1,2,1] [-n] http://127.0.0.1:PORT/PATH");
	}
	if (optind + 1 != argc || !set.connections || set.connections > CONNECTIONS_MAX)
		die("one URL, and 1 to 4096 connections");
	parse_url(argv[optind]);
}

int main(int argc, char **argv)
{
	parse_arguments(argc, argv);
	set.seed = (long)(clock_wall_ms() % 100000000);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < set.connections; i++) {
		lines[i].number = i;
		connect_line(&lines[i]);
	}
	run();
	report();
	return requests ? 0 : 1;
}
