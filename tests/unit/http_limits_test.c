/* The limits of the HTTP edge: heads, connections, addresses, descriptors. */
#include "gateway/http_conn.h"
#include "gateway/http_socket.h"
#include "tests/unit/check.h"
#include "tests/unit/http_play.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct play play;
static struct answer_bytes got;

static void big_heads(void)
{
	static char raw[100000];
	for (int extra = 0; extra < 2; extra++) {
		check_begin("a head of %d bytes", 8192 + extra);
		int used = snprintf(raw, sizeof raw, "GET /h HTTP/1.1\r\nHost: gw\r\nX: ");
		size_t len = 8192 + (size_t)extra;
		memset(raw + used, 'x', len - (size_t)used);
		memcpy(raw + len - 4, "\r\n\r\n", 4);
		int fd = play_adopt(&play);
		play_send(&play, fd, (struct str){ raw, len });
		play_read(&play, fd, 1, 1000, &got);
		CHECK_INT(play_status(&got, 0), extra ? 431 : 200);
		(void)close(fd);
	}
	for (int more = 0; more < 2; more++) {
		check_begin("%d headers", HTTP_HEADERS_MAX + more);
		struct buf out = buf_over(raw, sizeof raw);
		buf_put_z(&out, "GET /h HTTP/1.1\r\nHost: gw\r\n");
		for (int i = 1; i < HTTP_HEADERS_MAX + more; i++)
			buf_put_z(&out, "X: y\r\n");
		buf_put_z(&out, "\r\n");
		int fd = play_adopt(&play);
		play_send(&play, fd, buf_str(&out));
		play_read(&play, fd, 1, 1000, &got);
		CHECK_INT(play_status(&got, 0), more ? 431 : 200);
		(void)close(fd);
	}
	for (int line = 0; line < 2; line++) {
		check_begin(line ? "a request line without end" : "a header without end");
		int fd = play_connect(&play);
		play_send(&play, fd, line ? STR("GET /") : STR("GET / HTTP/1.1\r\nHost: gw\r\nX: "));
		memset(raw, 'x', sizeof raw);
		play_send(&play, fd, (struct str){ raw, sizeof raw });
		play_read(&play, fd, 2, 3000, &got);
		CHECK_INT(play_count(&got), 1);
		CHECK_INT(play_status(&got, 0), line ? 414 : 431);
		CHECK(got.closed);
		(void)close(fd);
	}
}

/* The library's own refusals, when two happen in one run and one of them is the kind it writes twice. */
static void two_refusals_at_once(int first)
{
	check_begin("a head too large and a length that is none, in one run (%d)", first);
	static char filler[70000];
	memset(filler, 'x', sizeof filler);
	int fds[2];
	for (int i = 0; i < 2; i++)
		fds[i] = play_adopt(&play);
	int large = fds[first], wrong = fds[!first];
	play_send(&play, large, STR("GET / HTTP/1.1\r\nHost: gw\r\nX: "));
	play_send(&play, wrong, STR("POST / HTTP/1.1\r\nHost: gw\r\n"));
	play_turn(&play, 2);
	ssize_t sent = send(large, filler, sizeof filler, MSG_NOSIGNAL);
	CHECK(sent > 40000);
	sent = send(wrong, "Content-Length: x\r\n\r\n", 21, MSG_NOSIGNAL);
	CHECK_INT(sent, 21);
	play_read(&play, large, 2, 3000, &got);
	CHECK_INT(play_count(&got), 1);
	CHECK_INT(play_status(&got, 0), 431);
	play_read(&play, wrong, 2, 3000, &got);
	CHECK_INT(play_count(&got), 1);
	CHECK_INT(play_status(&got, 0), 400);
	for (int i = 0; i < 2; i++)
		(void)close(fds[i]);
	play_turn(&play, 2);
}

static void connection_limit(void)
{
	struct http_limits limits = http_limits_default;
	limits.connections = 3;
	limits.connections_per_address = 1;
	struct play own;
	play_begin(&own, "127.0.0.1:0", &limits);
	int fds[5];
	for (int i = 0; i < 4; i++) {
		fds[i] = play_connect(&own);
		play_turn(&own, 2);
	}
	check_begin("the connection above the limit gets 503 and is closed");
	play_read(&own, fds[3], 2, 1000, &got);
	CHECK_INT(play_status(&got, 0), 503);
	CHECK_STR(play_header(&got, 0, "Retry-After"), STR("5"));
	CHECK(got.closed);
	CHECK_INT(http_counts(own.server)->refused[5][3], 1);

	check_begin("the others are served, loopback has no limit per address");
	for (int i = 0; i < 3; i++) {
		play_send(&own, fds[i], STR("GET / HTTP/1.1\r\nHost: gw\r\n\r\n"));
		play_read(&own, fds[i], 1, 1000, &got);
		CHECK_INT(play_status(&got, 0), 200);
	}
	check_begin("a closed connection makes room");
	(void)close(fds[0]);
	play_turn(&own, 5);
	fds[4] = play_connect(&own);
	play_send(&own, fds[4], STR("GET / HTTP/1.1\r\nHost: gw\r\n\r\n"));
	play_read(&own, fds[4], 1, 1000, &got);
	CHECK_INT(play_status(&got, 0), 200);
	for (int i = 1; i < 5; i++)
		(void)close(fds[i]);
	play_end(&own);
}

static void out_of_descriptors(void)
{
	check_begin("out of descriptors, the server waits without spinning and then serves");
	int fd = play_connect(&play);
	struct rlimit was, none;
	(void)getrlimit(RLIMIT_NOFILE, &was);
	none = was;
	none.rlim_cur = 0;
	(void)setrlimit(RLIMIT_NOFILE, &none);
	play_send(&play, fd, STR("GET /late HTTP/1.1\r\nHost: gw\r\n\r\n"));
	int turns = 0;
	for (int64_t end = clock_monotonic_ms() + 50; clock_monotonic_ms() < end; turns++)
		CHECK_INT(loop_turn(play.loop, 50), 0);
	CHECK(turns < 10);
	(void)setrlimit(RLIMIT_NOFILE, &was);
	play_read(&play, fd, 1, 1000, &got);
	CHECK_STR(play_body(&got, 0), STR("GET /late []"));
	(void)close(fd);
}

static bool trust_port_1(const struct sockaddr_storage *peer, void *user)
{
	(void)user;
	struct sockaddr_in v4;
	memcpy(&v4, peer, sizeof v4);
	return ntohs(v4.sin_port) == 1;
}

static bool may_add(struct conns *conns, const char *address)
{
	struct sockaddr_storage peer;
	int error = http_socket_address(address, &peer, NULL);
	assert(!error);
	if (!conns_may_add(conns, &peer))
		return false;
	struct conn *conn = conn_new(conns, -1, &peer);
	assert(conn);
	conn->library = (struct MHD_Connection *)conn; /* any: alive */
	conns->open++;
	return true;
}

static void address_limit(void)
{
	check_begin("connections per address: hosts are told apart, trusted ones and loopback are free");
	struct conns conns = { .loop = play.loop, .limits = http_limits_default };
	conns.limits.connections_per_address = 2;
	conns.limits.trusted = trust_port_1;
	CHECK(may_add(&conns, "192.0.2.1:1000") && may_add(&conns, "192.0.2.1:1001"));
	CHECK(!may_add(&conns, "192.0.2.1:1002"));
	conns.first->library = NULL; /* gone, its request is parked: does not count */
	CHECK(may_add(&conns, "192.0.2.1:1003"));
	CHECK(!may_add(&conns, "[::ffff:192.0.2.1]:1002"));
	CHECK(may_add(&conns, "192.0.2.1:1"));
	CHECK(may_add(&conns, "192.0.2.2:1000"));
	CHECK(may_add(&conns, "[2001:db8::1]:1000") && may_add(&conns, "[2001:db8::2]:1000"));
	CHECK(!may_add(&conns, "[2001:db8::ffff:1]:1000"));
	CHECK(may_add(&conns, "[2001:db8:0:1::1]:1000"));
	for (int i = 0; i < 4; i++)
		CHECK(may_add(&conns, "127.0.0.9:1000") && may_add(&conns, "[::1]:1000") &&
		      may_add(&conns, "[::ffff:127.0.0.1]:1000"));
	conns.limits.connections = conns.open;
	CHECK(!may_add(&conns, "127.0.0.1:1000"));
	while (conns.first)
		conn_free(conns.first);
}

static void addresses(void)
{
	static const char *const bad[] = {
		"", "8080", ":8080", "localhost:8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
		"127.0.0.1:80x", "::1:8080", "[::1]", "[127.0.0.1]:1", "300.0.0.1:1",
	};
	struct err err;
	struct http_server *server = NULL;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		check_begin("address \"%s\" is refused", bad[i]);
		CHECK_INT(http_listen(play.loop, bad[i], &http_limits_default, NULL, NULL, &server, &err), -EINVAL);
		CHECK(strstr(err.text, "127.0.0.1:8080") != NULL);
	}
	check_begin("an address in use is refused with a sentence");
	char taken[64];
	(void)snprintf(taken, sizeof taken, "127.0.0.1:%u", http_port(play.server));
	CHECK_INT(http_listen(play.loop, taken, &http_limits_default, NULL, NULL, &server, &err), -EADDRINUSE);
	CHECK(strstr(err.text, taken) != NULL);
	check_begin("IPv6 loopback");
	CHECK_INT(http_listen(play.loop, "[::1]:0", &http_limits_default, NULL, NULL, &server, &err), 0);
	CHECK(http_port(server) != 0);
	http_close(server);
}

int main(void)
{
	play_begin(&play, "127.0.0.1:0", &http_limits_default);
	big_heads();
	for (int i = 0; i < 2; i++)
		two_refusals_at_once(i);
	connection_limit();
	out_of_descriptors();
	address_limit();
	addresses();
	play_end(&play);
	return check_end();
}
