/* gateway/http: bytes of replies, keep-alive, pipelining, parking, bodies, ends of servers and clients. */
#include "flows/text/buf.h"
#include "gateway/http.h"
#include "tests/unit/check.h"
#include "tests/unit/http_play.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct play play;
static struct answer_bytes got;

static void bytes_of_a_reply(void)
{
	check_begin("the bytes of a reply");
	int fd = play_adopt(&play);
	play_send(&play, fd, STR("POST /cb/a%20b?x=1+2&y HTTP/1.1\r\nHost: gw\r\nContent-Length: 3\r\n\r\na=b"));
	play_read(&play, fd, 1, 1000, &got);
	struct str all = { got.at, got.len };
	struct str date = play_header(&got, 0, "Date");
	CHECK_INT(date.len, 29);
	size_t at = date.at ? (size_t)(date.at - got.at) : 0;
	CHECK_STR(str_slice(all, 0, at), STR("HTTP/1.1 200 OK\r\nDate: "));
	CHECK_STR(str_from(all, at + date.len), STR("\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\nContent-Length: 28\r\n\r\n"
						    "POST /cb/a%20b?x=1+2&y [a=b]"));
	(void)close(fd);
}

static void keep_alive_and_head(void)
{
	check_begin("many requests on one connection");
	int fd = play_connect(&play);
	for (int i = 0; i < 100; i++) {
		char text[128];
		struct buf raw = buf_over(text, sizeof text);
		buf_printf(&raw, "GET /%d HTTP/1.1\r\nHost: gw\r\n\r\n", i);
		play_send(&play, fd, buf_str(&raw));
		play_read(&play, fd, 1, 1000, &got);
		buf_clear(&raw);
		buf_printf(&raw, "GET /%d []", i);
		CHECK_STR(play_body(&got, 0), buf_str(&raw));
	}
	check_begin("HEAD is answered like GET, without the body");
	play_send(&play, fd, STR("HEAD /x HTTP/1.1\r\nHost: gw\r\n\r\n"));
	play_read(&play, fd, 9, 20, &got);
	struct str all = { got.at, got.len };
	CHECK(str_starts(all, STR("HTTP/1.1 200 ")) && str_ends(all, STR("\r\nContent-Length: 10\r\n\r\n")));
	(void)close(fd);
}

static void parked_is_quiet(void)
{
	check_begin("a parked request does not keep the loop awake");
	play.park = true;
	play.parked_count = 0;
	int fd = play_connect(&play), turns = 0;
	play_send(&play, fd, STR("GET /p HTTP/1.1\r\nHost: gw\r\n\r\n"));
	while (!play.parked_count)
		play_turn(&play, 0);
	for (int64_t end = clock_monotonic_ms() + 50; clock_monotonic_ms() < end; turns++)
		CHECK_INT(loop_turn(play.loop, 50), 0);
	CHECK(turns < 10);
	play_echo_parked(&play, 0);
	play_read(&play, fd, 1, 1000, &got);
	CHECK_STR(play_body(&got, 0), STR("GET /p []"));
	play.park = false;
	(void)close(fd);
}

static void pipelining(void)
{
	check_begin("pipelined requests are answered in order, also when parked");
	int fd = play_adopt(&play);
	play.park = true;
	play.parked_count = 0;
	play_send(&play, fd, STR("GET /1 HTTP/1.1\r\nHost: gw\r\n\r\nPOST /2 HTTP/1.1\r\nHost: gw\r\nContent-Length: 1\r\n"
				 "\r\nxGET /3 HTTP/1.1\r\nHost: gw\r\n\r\n"));
	for (size_t i = 0; i < 3; i++) {
		play_turn(&play, i == 1 ? 20 : 1);
		CHECK_INT(play.parked_count, i + 1);
		play_echo_parked(&play, i);
	}
	play_read(&play, fd, 3, 1000, &got);
	CHECK_STR(play_body(&got, 0), STR("GET /1 []"));
	CHECK_STR(play_body(&got, 1), STR("POST /2 [x]"));
	CHECK_STR(play_body(&got, 2), STR("GET /3 []"));
	play.park = false;
	(void)close(fd);
}

enum { CLIENTS = 200 };

static void ask(int fd, int number)
{
	char text[256];
	struct buf raw = buf_over(text, sizeof text);
	buf_printf(&raw, "POST /%d HTTP/1.1\r\nHost: gw\r\nX-Number: %d\r\nContent-Length: 4\r\n\r\nbody", number, number);
	play_send(&play, fd, buf_str(&raw));
}

static void check_answers(const int *fds)
{
	for (int i = 0; i < CLIENTS; i++) {
		char text[32];
		struct buf want = buf_over(text, sizeof text);
		buf_printf(&want, "POST /%d [body]", i);
		play_read(&play, fds[i], 1, 1000, &got);
		CHECK_STR(play_body(&got, 0), buf_str(&want));
	}
}

/* wait_ms: 0: replied in the turn in which they came; else long parked. */
static void parking(int wait_ms)
{
	check_begin("%d parked requests, replied backwards after %d ms", CLIENTS, wait_ms);
	int fds[CLIENTS];
	play.park = true;
	play.parked_count = 0;
	for (int i = 0; i < CLIENTS; i++)
		fds[i] = i % 2 ? play_adopt(&play) : play_connect(&play);
	for (int round = 0; round < 2; round++) { /* a second time on the kept connections */
		play.parked_count = 0;
		for (int i = 0; i < CLIENTS; i++)
			ask(fds[i], i);
		while (play.parked_count < CLIENTS)
			play_turn(&play, 0);
		if (wait_ms)
			play_turn(&play, wait_ms);
		for (size_t i = CLIENTS; i-- > 0;) {
			CHECK_STR(play.parked[i]->path, str_slice(play.parked[i]->path, 0, 9));
			struct str number = http_header(play.parked[i], "x-nUMBER");
			CHECK_STR(number, str_from(play.parked[i]->path, 1));
			CHECK_STR(play.parked[i]->body, STR("body"));
			play_echo_parked(&play, i);
		}
		check_answers(fds);
	}
	play.park = false;
	for (int i = 0; i < CLIENTS; i++)
		(void)close(fds[i]);
	play_turn(&play, 2);
}

static int reply_to_all(void *user)
{
	struct play *p = user;
	for (size_t i = 0; i < p->parked_count; i++)
		play_echo_parked(p, i);
	p->parked_count = 0;
	return -1;
}

static void replies_from_the_hook(void)
{
	check_begin("replies from the before-sleep hook leave in the next turn");
	int fds[CLIENTS];
	play.park = true;
	play.parked_count = 0;
	loop_before_sleep(play.loop, reply_to_all, &play);
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = play_connect(&play);
		ask(fds[i], i);
	}
	check_answers(fds);
	loop_before_sleep(play.loop, NULL, NULL);
	play.park = false;
	for (int i = 0; i < CLIENTS; i++)
		(void)close(fds[i]);
	play_turn(&play, 2);
}

static void client_gone(bool tcp, int wait_ms)
{
	check_begin("the client of a parked request is gone (%s, %d ms): the request lives, the reply is safe",
		    tcp ? "reset" : "closed", wait_ms);
	play.park = true;
	play.parked_count = 0;
	int fd = tcp ? play_connect(&play) : play_adopt(&play);
	play_send(&play, fd, STR("POST /gone?a=b HTTP/1.1\r\nHost: gw\r\nX: y\r\nContent-Length: 2\r\n\r\nok"));
	while (!play.parked_count)
		play_turn(&play, 0);
	struct linger reset = { .l_onoff = 1 };
	if (tcp)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	(void)close(fd);
	play_turn(&play, wait_ms);
	CHECK_STR(play.parked[0]->path, STR("/gone"));
	CHECK_STR(play.parked[0]->query, STR("a=b"));
	CHECK_STR(play.parked[0]->body, STR("ok"));
	CHECK_STR(http_header(play.parked[0], "X"), STR("y"));
	CHECK(http_header(play.parked[0], "Y").at == NULL);
	CHECK(http_peer_is_loopback(play.parked[0]));
	play_echo_parked(&play, 0);
	play_turn(&play, 5);
	play.park = false;
}

static void bodies(void)
{
	check_begin("a body at the limit, in pieces");
	static char raw[20000];
	int head = snprintf(raw, sizeof raw, "POST /b HTTP/1.1\r\nHost: gw\r\nContent-Length: 16384\r\n\r\n");
	memset(raw + head, 'x', 16384);
	struct str all = { raw, (size_t)head + 16384 };
	int fd = play_connect(&play);
	for (size_t at = 0; at < all.len; at += 1000) {
		play_send(&play, fd, str_slice(all, at, at + 1000));
		play_turn(&play, 0);
	}
	play_read(&play, fd, 1, 1000, &got);
	CHECK_INT(play_status(&got, 0), 200);
	CHECK_INT(play_body(&got, 0).len, 16384 + STR("POST /b []").len);

	check_begin("the connection is good for more");
	play_send(&play, fd, STR("GET /n HTTP/1.1\r\nHost: gw\r\n\r\n"));
	play_read(&play, fd, 1, 1000, &got);
	CHECK_STR(play_body(&got, 0), STR("GET /n []"));
	(void)close(fd);

	check_begin("a body of 600 kB is refused, and the client reads the answer though it sent all");
	fd = play_connect(&play);
	play_send(&play, fd, STR("POST /b HTTP/1.1\r\nHost: gw\r\nContent-Length: 600000\r\n\r\n"));
	for (int i = 0; i < 40; i++)
		play_send(&play, fd, str_slice(all, 0, 15000));
	play_read(&play, fd, 2, 3000, &got);
	CHECK_INT(play_status(&got, 0), 413);
	CHECK(got.closed && !got.reset);
	(void)close(fd);

	check_begin("a client that goes on sending after the refusal is not cut off before it has read it");
	fd = play_connect(&play);
	play_send(&play, fd, STR("POST /b HTTP/1.1\r\nHost: gw\r\nContent-Length: 600000\r\n\r\n"));
	play_turn(&play, 5);
	for (int i = 0; i < 40; i++) {
		CHECK_INT(send(fd, raw, 15000, MSG_NOSIGNAL), 15000);
		play_turn(&play, 1);
	}
	play_read(&play, fd, 2, 3000, &got);
	CHECK_INT(play_status(&got, 0), 413);
	CHECK(got.closed && !got.reset);
	(void)close(fd);
}

static void big_reply(void)
{
	check_begin("a reply of 1 MB arrives whole, read slowly");
	play.park = true;
	play.parked_count = 0;
	int fd = play_connect(&play);
	play_send(&play, fd, STR("GET /big HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n"));
	while (!play.parked_count)
		play_turn(&play, 0);
	enum { BIG = 1 << 20 };
	char *big = malloc(BIG);
	assert(big);
	memset(big, 'z', BIG);
	struct http_response response = { .status = 200, .body = { big, BIG } };
	http_reply(play.parked[0], &response);
	free(big);
	size_t total = 0;
	do {
		play_read(&play, fd, 1, 5, &got);
		total += got.len;
	} while (!got.closed);
	CHECK(total > BIG && total < BIG + 200);
	play.park = false;
	(void)close(fd);
}

static void expect_continue(void)
{
	check_begin("Expect: 100-continue is answered before the body comes");
	int fd = play_connect(&play);
	play_send(&play, fd, STR("POST /e HTTP/1.1\r\nHost: gw\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
	play_read(&play, fd, 1, 1000, &got);
	CHECK_INT(play_status(&got, 0), 100);
	play_send(&play, fd, STR("ok"));
	play_read(&play, fd, 1, 1000, &got);
	CHECK_STR(play_body(&got, 0), STR("POST /e [ok]"));

	check_begin("and not when the body would be refused");
	play_send(&play, fd, STR("POST /e HTTP/1.1\r\nHost: gw\r\nExpect: 100-continue\r\nContent-Length: 99999\r\n\r\n"));
	play_read(&play, fd, 2, 1000, &got);
	CHECK_INT(play_status(&got, 0), 413);
	CHECK(got.closed);
	(void)close(fd);
}

static void ends(void)
{
	struct play own;
	play_begin(&own, "127.0.0.1:0", &http_limits_default);
	own.park = true;
	int parked = play_connect(&own), kept = play_connect(&own), replied = play_connect(&own), gone = play_adopt(&own);
	play_send(&own, kept, STR("GET /kept HTTP/1.1\r\nHost: gw\r\n\r\n"));
	while (own.parked_count < 1)
		play_turn(&own, 1);
	play_echo_parked(&own, 0);
	play_read(&own, kept, 1, 1000, &got);
	play_send(&own, replied, STR("GET /replied HTTP/1.1\r\nHost: gw\r\n\r\n"));
	while (own.parked_count < 2)
		play_turn(&own, 1);
	play_send(&own, parked, STR("GET /parked HTTP/1.1\r\nHost: gw\r\n\r\n"));
	play_send(&own, gone, STR("GET /gone HTTP/1.1\r\nHost: gw\r\n\r\n"));
	while (own.parked_count < 4)
		play_turn(&own, 1);
	(void)close(gone);

	check_begin("a quiet server takes no new connections and closes those it answers");
	unsigned port = http_port(own.server);
	CHECK(port != 0);
	http_quiesce(own.server);
	CHECK_INT(http_port(own.server), 0);
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(connect(late, (const struct sockaddr *)&to, sizeof to) < 0 && errno == ECONNREFUSED);
	(void)close(late);
	play_send(&own, kept, STR("GET /again HTTP/1.1\r\nHost: gw\r\n\r\n"));
	while (own.parked_count < 5)
		play_turn(&own, 1);
	play_echo_parked(&own, 4);
	play_read(&own, kept, 2, 1000, &got);
	CHECK_STR(play_body(&got, 0), STR("GET /again []"));
	CHECK_STR(play_header(&got, 0, "Connection"), STR("close"));
	CHECK(got.closed);

	check_begin("what was replied before the server closes is sent; parked requests are dropped");
	play_echo_parked(&own, 1);
	play_end(&own);
	ssize_t n = recv(replied, got.at, sizeof got.at, 0);
	got.len = n > 0 ? (size_t)n : 0;
	CHECK_STR(play_body(&got, 0), STR("GET /replied []"));
	CHECK(recv(parked, got.at, sizeof got.at, 0) <= 0);
	(void)close(parked);
	(void)close(kept);
	(void)close(replied);
}

int main(void)
{
	play_begin(&play, "127.0.0.1:0", &http_limits_default);
	bytes_of_a_reply();
	keep_alive_and_head();
	parked_is_quiet();
	pipelining();
	parking(0);
	parking(30);
	replies_from_the_hook();
	for (int i = 0; i < 4; i++)
		client_gone(i & 1, i & 2 ? 30 : 0);
	bodies();
	big_reply();
	expect_continue();
	play_end(&play);
	ends();
	return check_end();
}
