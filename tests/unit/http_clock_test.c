/* The clocks of the HTTP edge: an absolute deadline per request, however the bytes drip in, and an idle limit. */
#include "gateway/http.h"
#include "tests/unit/check.h"
#include "tests/unit/http_play.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DEADLINE_MS = 200, IDLE_MS = 500, DRIP_MS = 10, SLACK_MS = 400, BIG = 16 << 20 };

static struct play play;
static struct answer_bytes got;

static uint64_t timeouts(void)
{
	return http_counts(play.server)->refused[4][8];
}

static void answered(int fd, struct str raw)
{
	play_send(&play, fd, raw);
	play_read(&play, fd, 1, 1000, &got);
	CHECK_INT(play_status(&got, 0), 200);
}

/* Drips until the server closes; returns after how many ms that was. */
static int64_t drip(int fd, struct str bytes)
{
	int64_t start = clock_monotonic_ms();
	got.len = 0;
	for (size_t i = 0; clock_monotonic_ms() - start < 3000; i++) {
		play_send(&play, fd, str_slice(bytes, i % bytes.len, i % bytes.len + 1));
		play_turn(&play, DRIP_MS);
		ssize_t n = recv(fd, got.at + got.len, sizeof got.at - got.len, MSG_DONTWAIT);
		if (n > 0)
			got.len += (size_t)n;
		else if (!n || errno != EAGAIN)
			break;
	}
	return clock_monotonic_ms() - start;
}

static void drips(struct str first, struct str bytes, bool kept, unsigned status)
{
	uint64_t before = timeouts();
	int fd = play_connect(&play);
	if (kept) {
		answered(fd, STR("GET /first HTTP/1.1\r\nHost: gw\r\n\r\n"));
		play_turn(&play, DEADLINE_MS + 50); /* idle for longer than a request may take */
	}
	play_send(&play, fd, first);
	int64_t took = drip(fd, bytes);
	CHECK(took >= DEADLINE_MS - DRIP_MS && took < DEADLINE_MS + SLACK_MS);
	CHECK_INT(play_status(&got, 0), status);
	CHECK_INT(play_count(&got), status ? 1 : 0);
	CHECK_INT(timeouts(), before + 1);
	(void)close(fd);
	play_turn(&play, 2);
}

static void dripping(void)
{
	for (int kept = 0; kept < 2; kept++) {
		const char *on = kept ? "kept" : "new";
		check_begin("a request line that drips in on a %s connection", on);
		drips(STR("G"), STR("a"), kept, 0);
		check_begin("empty lines that drip in on a %s connection", on);
		drips(STR("\r"), STR("\n\r"), kept, 0);
		check_begin("a header that drips in on a %s connection", on);
		drips(STR("GET / HTTP/1.1\r\nHost: gw\r\nX: "), STR("a"), kept, 408);
		check_begin("headers that drip in on a %s connection", on);
		drips(STR("GET / HTTP/1.1\r\nHost: gw\r\n"), STR("X: y\r\n"), kept, 408);
		check_begin("a body that drips in on a %s connection", on);
		drips(STR("POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 16000\r\n\r\n"), STR("a"), kept, 408);
	}
	CHECK_INT(play.handled, 5);
}

/* The deadline counts from the first byte of the request line, as far as the kernel tells.  Tried thrice: a machine that is
 * busy elsewhere may delay one. */
static void two_parts(void)
{
	check_begin("a request line that drips on a kept connection has used up the time of its headers");
	int64_t took = 0;
	for (int tries = 0; tries < 3; tries++) {
		int fd = play_connect(&play);
		answered(fd, STR("GET /first HTTP/1.1\r\nHost: gw\r\n\r\n"));
		play_turn(&play, 30);
		int64_t start = clock_monotonic_ms();
		play_send(&play, fd, STR("GET /"));
		while (clock_monotonic_ms() - start < DEADLINE_MS - 20) {
			play_send(&play, fd, STR("a"));
			play_turn(&play, 1);
		}
		play_send(&play, fd, STR(" HTTP/1.1\r\nX: "));
		play_read(&play, fd, 1, 3000, &got);
		took = clock_monotonic_ms() - start;
		(void)close(fd);
		if (took < DEADLINE_MS * 3 / 2)
			break;
	}
	CHECK_INT(play_status(&got, 0), 408);
	CHECK(took >= DEADLINE_MS && took < DEADLINE_MS * 3 / 2);
}

static void in_time(void)
{
	check_begin("slow, but in time");
	int fd = play_connect(&play);
	for (int i = 0; i < 3; i++) {
		play_send(&play, fd, STR("POST / HTTP/1.1\r\nHo"));
		play_turn(&play, DEADLINE_MS / 4);
		play_send(&play, fd, STR("st: gw\r\nContent-Length: 2\r\n\r\n"));
		play_turn(&play, DEADLINE_MS / 4);
		answered(fd, STR("ok"));
		play_turn(&play, DEADLINE_MS + 50);
	}
	(void)close(fd);
}

static void idle(void)
{
	check_begin("who says nothing is closed at the deadline, without an answer");
	int fd = play_connect(&play);
	int64_t start = clock_monotonic_ms();
	play_read(&play, fd, 1, 3000, &got);
	CHECK(got.closed && !got.len);
	CHECK(clock_monotonic_ms() - start >= DEADLINE_MS - 1);
	CHECK(clock_monotonic_ms() - start < DEADLINE_MS + SLACK_MS);
	(void)close(fd);

	for (int tcp = 0; tcp < 2; tcp++) {
		check_begin("a kept connection lives as long as it may idle (%s)", tcp ? "TCP" : "pair");
		fd = tcp ? play_connect(&play) : play_adopt(&play);
		answered(fd, STR("GET / HTTP/1.1\r\nHost: gw\r\n\r\n"));
		uint64_t before = timeouts();
		start = clock_monotonic_ms();
		play_read(&play, fd, 1, 3000, &got);
		CHECK(got.closed && !got.len);
		CHECK(clock_monotonic_ms() - start >= IDLE_MS - 2);
		CHECK(clock_monotonic_ms() - start < IDLE_MS + SLACK_MS);
		CHECK_INT(timeouts(), before);
		(void)close(fd);
	}
}

static void reply_big(void)
{
	while (!play.parked_count)
		play_turn(&play, 1);
	char *big = calloc(1, BIG);
	assert(big);
	struct http_response response = { .status = 200, .body = { big, BIG } };
	http_reply(play.parked[0], &response);
	free(big);
}

static void parked(void)
{
	check_begin("a parked request has no deadline");
	play.park = true;
	play.parked_count = 0;
	int fd = play_connect(&play);
	play_send(&play, fd, STR("GET /parked HTTP/1.1\r\nHost: gw\r\n\r\n"));
	play_turn(&play, DEADLINE_MS + IDLE_MS + 100);
	CHECK_INT(play.parked_count, 1);
	play_echo_parked(&play, 0);
	play_read(&play, fd, 1, 1000, &got);
	CHECK_STR(play_body(&got, 0), STR("GET /parked []"));

	check_begin("a client that takes a large reply slowly has longer than the deadline");
	play.parked_count = 0;
	play_send(&play, fd, STR("GET /big HTTP/1.1\r\nHost: gw\r\n\r\n"));
	reply_big();
	play_turn(&play, DEADLINE_MS + DEADLINE_MS / 2);
	size_t total = 0;
	for (int64_t end = clock_monotonic_ms() + 3000; total < BIG + 80 && clock_monotonic_ms() < end;) {
		ssize_t n = recv(fd, got.at, sizeof got.at, MSG_DONTWAIT);
		total += (size_t)(n > 0 ? n : 0);
		play_turn(&play, 0);
	}
	CHECK(total > BIG + 80);

	check_begin("a client that does not take its reply is dropped");
	play.parked_count = 0;
	play_send(&play, fd, STR("GET /big HTTP/1.1\r\nHost: gw\r\n\r\n"));
	reply_big();
	play_turn(&play, DEADLINE_MS + 1200);
	total = 0;
	for (ssize_t n = 1; n > 0; total += (size_t)(n > 0 ? n : 0))
		n = recv(fd, got.at, sizeof got.at, MSG_DONTWAIT);
	CHECK(total > 0 && total < BIG);
	CHECK(recv(fd, got.at, sizeof got.at, MSG_DONTWAIT) == 0);
	play.park = false;
	(void)close(fd);
}

int main(void)
{
	struct http_limits limits = http_limits_default;
	limits.deadline_ms = DEADLINE_MS;
	limits.idle_ms = IDLE_MS;
	limits.reply_bytes_per_second = BIG; /* the large reply has a second more */
	play_begin(&play, "127.0.0.1:0", &limits);
	dripping();
	two_parts();
	in_time();
	idle();
	parked();
	play_end(&play);
	return check_end();
}
