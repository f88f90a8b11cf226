/* gateway/sender: one call is one request, whatever the other side does; and what is told of it. */
#include "gateway/sender.h"
#include "tests/unit/check.h"
#include "tests/unit/peer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct loop *loop;
static struct sender *sender;
static struct peer peer;

static char type[64], body[4096]; /* of the last result */

struct outcome { /* of one call; the result's texts stand in type and body until the next */
	struct http_result result;
	unsigned times;
	int64_t took_ms, began_ms;
};

static void keep(const struct http_result *result, void *user)
{
	struct outcome *o = user;
	o->result = *result;
	CHECK(str_copy(result->content_type, type, sizeof type));
	size_t len = result->body.len < sizeof body ? result->body.len : sizeof body;
	if (len)
		memcpy(body, result->body.at, len);
	o->result.content_type = str_of(type);
	o->result.body.at = body;
	o->times++;
	o->took_ms = clock_monotonic_ms() - o->began_ms;
}

static struct http_call call_to(const char *path)
{
	static char url[256];
	int len = snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer.port, path);
	struct http_call call = { .method = HTTP_POST, .url = { url, (size_t)len }, .body = STR("a=1&b=2") };
	call.headers[call.headers_count++] = (struct http_header){ STR("apiKey"), STR("secret") };
	return call;
}

static void wait_for(const struct outcome *o)
{
	int64_t until = clock_monotonic_ms() + 15000;
	while (!o->times && clock_monotonic_ms() < until)
		CHECK_INT(loop_turn(loop, 100), 0);
	CHECK_INT(o->times, 1);
}

static struct outcome run(const struct http_call *call, int deadline_ms)
{
	struct outcome o = { .began_ms = clock_monotonic_ms() };
	CHECK_INT(sender_call(sender, STR("at"), call, deadline_ms, keep, &o), 0);
	CHECK_INT(o.times, 0); /* never before the loop turns */
	wait_for(&o);
	return o;
}

static struct outcome run_path(const char *path, int deadline_ms)
{
	struct http_call call = call_to(path);
	return run(&call, deadline_ms);
}

static struct outcome run_url(const char *url, int deadline_ms)
{
	struct http_call call = call_to("/");
	call.url = str_of(url);
	return run(&call, deadline_ms);
}

/* ---- calls that go well */

static void an_answer(void)
{
	check_begin("an answer: status, type, body");
	struct outcome o = run_path("/ok", 5000);
	CHECK_INT(o.result.curl_code, 0);
	CHECK_INT(o.result.status, 201);
	CHECK_STR(o.result.content_type, STR("application/json"));
	CHECK_STR(o.result.body, STR("{\"ok\":true}"));
	CHECK_INT(o.result.retry_after_s, -1);
	CHECK(o.result.request_left && !o.result.certificate);

	check_begin("the next calls use the same connection");
	size_t before = peer_connections(&peer);
	for (int i = 0; i < 20; i++)
		CHECK_INT(run_path("/ok", 5000).result.status, 201);
	CHECK_INT(peer_connections(&peer), before);

	check_begin("a connection that was closed while idle is not used again, and nothing is in doubt");
	CHECK_INT(run_path("/last", 5000).result.status, 200);
	(void)usleep(50000);
	CHECK_INT(run_path("/last", 5000).result.status, 200);
	CHECK_INT(peer_count(&peer, "/last"), 2);
	(void)usleep(50000);
}

static bool holds(const struct outcome *o, const char *text)
{
	return memmem(body, o->result.body.len, text, strlen(text));
}

static void the_request(void)
{
	check_begin("the request on the wire: the body as it is, no Expect, no Accept-Encoding");
	struct http_call call = call_to("/echo");
	call.headers[call.headers_count++] = (struct http_header){ STR("Content-Type"), STR("text/plain") };
	call.headers[call.headers_count++] = (struct http_header){ STR("X-Empty"), STR("") };
	call.body = STR("a\0b\r\n");
	struct outcome o = run(&call, 5000);
	CHECK_INT(o.result.curl_code, 0);
	CHECK(str_starts(o.result.body, STR("POST /echo HTTP/1.1\r\nHost: 127.0.0.1:")));
	CHECK(str_ends(o.result.body, STR("Content-Length: 5\r\n\r\na\0b\r\n")));
	CHECK(holds(&o, "\r\napiKey: secret\r\n") && holds(&o, "\r\nContent-Type: text/plain\r\n"));
	CHECK(holds(&o, "\r\nX-Empty:\r\n") && holds(&o, "\r\nUser-Agent: wasl\r\n"));
	CHECK(!holds(&o, "Expect") && !holds(&o, "Accept-Encoding") && !holds(&o, "Proxy"));

	check_begin("GET has no body, DELETE and PUT are named so, an empty POST is one");
	call = call_to("/echo?q=1");
	call.method = HTTP_GET;
	o = run(&call, 5000);
	CHECK(str_starts(o.result.body, STR("GET /echo?q=1 HTTP/1.1\r\n")));
	CHECK(str_ends(o.result.body, STR("\r\n\r\n")));
	call.method = HTTP_PUT;
	o = run(&call, 5000);
	CHECK(str_starts(o.result.body, STR("PUT /echo?q=1 ")) && str_ends(o.result.body, STR("a=1&b=2")));
	call.method = HTTP_DELETE;
	call.body = STR("");
	o = run(&call, 5000);
	CHECK(str_starts(o.result.body, STR("DELETE /echo?q=1 ")) && holds(&o, "Content-Length: 0\r\n"));
	call.method = HTTP_POST;
	o = run(&call, 5000);
	CHECK(str_starts(o.result.body, STR("POST /echo?q=1 ")) && holds(&o, "Content-Length: 0\r\n"));
}

static void the_environment(void)
{
	check_begin("no proxy of the environment");
	(void)setenv("http_proxy", "http://127.0.0.1:1", 1);
	(void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	CHECK_INT(run_path("/ok", 5000).result.status, 201);
	(void)unsetenv("http_proxy");
	(void)unsetenv("ALL_PROXY");
}

static void refused_calls(void)
{
	static const char *const urls[] = { "ftp://127.0.0.1/x", "file:///etc/passwd", "http://", "", "127.0.0.1", "/x",
					    "http://user:pw@127.0.0.1/", "http://127.0.0.1/a b",
					    "gopher://127.0.0.1/" };
	struct outcome o = { 0 };
	struct http_call call;
	check_begin("addresses and headers that are none are refused before anything happens");
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		call = call_to("/ok");
		call.url = str_of(urls[i]);
		CHECK_INT(sender_call(sender, STR("at"), &call, 5000, keep, &o), -EINVAL);
	}
	call = call_to("/ok");
	call.url = STR("http://127.0.0.1/\0x");
	CHECK_INT(sender_call(sender, STR("at"), &call, 5000, keep, &o), -EINVAL);
	call = call_to("/ok");
	call.headers[0].value = STR("a\r\nX-Injected: b");
	CHECK_INT(sender_call(sender, STR("at"), &call, 5000, keep, &o), -EINVAL);
	CHECK_INT(sender_lane_room(sender, STR("at")), SENDER_LANE_CALLS_MAX);
	CHECK_INT(loop_turn(loop, 20), 0);
	CHECK_INT(o.times, 0);
}

/* ---- before the request */

static void not_left(const struct outcome *o, int code)
{
	CHECK_INT(o->result.curl_code, code);
	CHECK(!o->result.request_left && !o->result.certificate);
	CHECK_INT(o->result.status, 0);
	CHECK_STR(o->result.body, STR(""));
}

static void nothing_left(void)
{
	char url[64];
	unsigned port;
	struct outcome o;
	check_begin("refused: nothing left");
	int fd = peer_listen(&port);
	(void)close(fd);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
	o = run_url(url, 5000);
	not_left(&o, 7);

	check_begin("no such name: nothing left, and the deadline holds while the resolver waits");
	o = run_url("http://wasl-no-such-host.invalid/", 2000);
	CHECK(o.result.curl_code == 6 || o.result.curl_code == 28);
	CHECK(!o.result.request_left);
	CHECK(o.took_ms < 4000);

	check_begin("no TLS on the other side: nothing left");
	(void)snprintf(url, sizeof url, "https://127.0.0.1:%u/", peer.port);
	o = run_url(url, 5000);
	not_left(&o, 35);

	check_begin("a TLS handshake that is never answered ends at the deadline: nothing left");
	fd = peer_listen(&port);
	(void)snprintf(url, sizeof url, "https://127.0.0.1:%u/", port);
	o = run_url(url, 200);
	not_left(&o, 28);
	(void)close(fd);
}

/* The kernel has connected us before anybody accepts: the reset is there when libcurl looks at the connection. */
static void reset_before(void)
{
	char url[64];
	unsigned port;
	struct outcome o = { .began_ms = clock_monotonic_ms() };
	check_begin("reset before the request: nothing left");
	int listener = peer_listen(&port);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
	struct http_call call = call_to("/");
	call.url = str_of(url);
	CHECK_INT(sender_call(sender, STR("at"), &call, 5000, keep, &o), 0);
	CHECK_INT(loop_turn(loop, 100), 0); /* connects */
	int fd = accept(listener, NULL, NULL);
	CHECK(fd >= 0);
	peer_reset_on_close(fd);
	(void)close(fd);
	wait_for(&o);
	CHECK(o.result.curl_code != 0);
	CHECK(!o.result.request_left);
	(void)close(listener);
}

/* ---- after the request */

static void left(const struct outcome *o, int code)
{
	CHECK_INT(o->result.curl_code, code);
	CHECK(o->result.request_left);
	CHECK_STR(o->result.body, STR(""));
}

static void in_doubt(void)
{
	struct outcome o;
	check_begin("closed after the request: in doubt, and sent once");
	o = run_path("/close", 5000); /* libcurl's own word depends on whether the connection was a kept one */
	CHECK(o.result.curl_code == 52 || o.result.curl_code == 42);
	left(&o, o.result.curl_code);
	CHECK_INT(peer_count(&peer, "/close"), 1);

	check_begin("reset after the request: in doubt, and sent once");
	o = run_path("/reset", 5000);
	CHECK(o.result.curl_code != 0);
	left(&o, o.result.curl_code);
	CHECK_INT(peer_count(&peer, "/reset"), 1);

	check_begin("no answer until the deadline: in doubt");
	o = run_path("/hang", 250);
	left(&o, 28);
	CHECK(o.took_ms >= 250 && o.took_ms < 1500);

	check_begin("an answer that drips past the deadline: in doubt");
	o = run_path("/drip", 300);
	left(&o, 28);
	CHECK(o.took_ms >= 300 && o.took_ms < 1500);

	check_begin("an answer that breaks off: in doubt");
	o = run_path("/half", 5000);
	left(&o, 18);

	check_begin("an answer over 256 kB is refused whole, one of 256 kB is read");
	o = run_path("/megabyte", 5000);
	left(&o, 23);
	o = run_path("/ceiling", 5000);
	CHECK_INT(o.result.curl_code, 0);
	CHECK_INT(o.result.body.len, 256 * 1024);

	check_begin("headers without end are refused");
	o = run_path("/headers", 5000);
	left(&o, o.result.curl_code);
	CHECK(o.result.curl_code != 0);
}

static void strange_answers(void)
{
	struct outcome o;
	check_begin("a redirect is an answer, not an order");
	unsigned before = peer_count(&peer, "/ok");
	o = run_path("/moved", 5000);
	CHECK_INT(o.result.status, 301);
	CHECK_INT(o.result.curl_code, 0);
	CHECK_INT(peer_count(&peer, "/ok"), before);

	check_begin("a login page is read and left to the adapter");
	o = run_path("/html", 5000);
	CHECK_INT(o.result.status, 200);
	CHECK_STR(o.result.content_type, STR("text/html"));

	check_begin("Retry-After in seconds, as a date (a day at most), as nonsense");
	o = run_path("/busy", 5000);
	CHECK_INT(o.result.status, 429);
	CHECK_INT(o.result.retry_after_s, 17);
	CHECK_INT(run_path("/busy-for-ever", 5000).result.retry_after_s, 86400);
	CHECK_INT(run_path("/busy-somehow", 5000).result.retry_after_s, -1);
}

/* The server reads the second request of a kept connection and dies; libcurl would post it again on a new one, where it
 * would be answered.  sender_guard_test shows that it does, when it is let. */
static void no_silent_repeat(void)
{
	struct sender *shared = sender;
	check_begin("a kept connection that dies after the request was read: delivered once, in doubt");
	CHECK_INT(sender_new(loop, &sender), 0);
	CHECK_INT(run_path("/repeat", 5000).result.status, 201);
	CHECK_INT(peer_count(&peer, "/repeat"), 1);
	struct outcome o = run_path("/repeat", 5000);
	left(&o, 42);
	(void)usleep(50000);
	CHECK_INT(peer_count(&peer, "/repeat"), 2);
	sender_free(sender);
	sender = shared;
}

/* ---- many at once */

static void lanes(void)
{
	static struct outcome slow[SENDER_LANE_CALLS_MAX], quick;
	struct http_call call = call_to("/slow");
	check_begin("a lane takes 32 calls, then says so");
	for (size_t i = 0; i < SENDER_LANE_CALLS_MAX; i++) {
		CHECK_INT(sender_lane_room(sender, STR("slow")), SENDER_LANE_CALLS_MAX - i);
		CHECK_INT(sender_call(sender, STR("slow"), &call, 10000, keep, &slow[i]), 0);
	}
	CHECK_INT(sender_call(sender, STR("slow"), &call, 10000, keep, &quick), -EAGAIN);

	check_begin("another lane does not wait for it");
	call = call_to("/ok");
	quick.began_ms = clock_monotonic_ms();
	CHECK_INT(sender_call(sender, STR("quick"), &call, 5000, keep, &quick), 0);
	wait_for(&quick);
	CHECK_INT(quick.result.status, 201);
	CHECK(sender_lane_room(sender, STR("slow")) < SENDER_LANE_CALLS_MAX);
	for (size_t i = 0; i < SENDER_LANE_CALLS_MAX; i++) {
		wait_for(&slow[i]);
		CHECK_INT(slow[i].result.status, 201);
	}
	CHECK_INT(peer_count(&peer, "/slow"), SENDER_LANE_CALLS_MAX);
	CHECK_INT(sender_lane_room(sender, STR("slow")), SENDER_LANE_CALLS_MAX);
}

static unsigned chained;

static void call_again(const struct http_result *result, void *user)
{
	struct outcome *o = user;
	struct http_call call = call_to("/ok");
	CHECK_INT(result->status, 201);
	if (++chained < 200)
		CHECK_INT(sender_call(sender, STR("at"), &call, 5000, call_again, o), 0);
	else
		keep(result, o);
}

static void from_within(void)
{
	struct outcome o = { 0 };
	struct http_call call = call_to("/ok");
	check_begin("the end of a call may start the next: 200 in a row on one connection");
	size_t before = peer_connections(&peer);
	CHECK_INT(sender_call(sender, STR("at"), &call, 5000, call_again, &o), 0);
	wait_for(&o);
	CHECK_INT(chained, 200);
	CHECK(peer_connections(&peer) <= before + 1);
}

static void dropped(void)
{
	struct outcome o = { 0 };
	struct sender *other;
	struct http_call call = call_to("/hang");
	check_begin("calls under way are dropped without a word when the sender goes");
	CHECK_INT(sender_new(loop, &other), 0);
	CHECK_INT(sender_call(other, STR("at"), &call, 5000, keep, &o), 0);
	CHECK_INT(loop_turn(loop, 50), 0);
	CHECK_INT(loop_turn(loop, 50), 0);
	sender_free(other);
	CHECK_INT(loop_turn(loop, 20), 0);
	CHECK_INT(o.times, 0);
}

static void and_wait(void)
{
	struct arena arena;
	struct http_result result;
	struct http_call call = call_to("/ok");
	int error = arena_new(&arena, 4096);
	assert(!error);
	check_begin("a command's single call; an answer that its arena cannot hold is an error");
	CHECK_INT(sender_call_and_wait(&call, 5000, &arena, &result), 0);
	CHECK_INT(result.status, 201);
	CHECK_STR(result.body, STR("{\"ok\":true}"));
	call = call_to("/ceiling");
	CHECK_INT(sender_call_and_wait(&call, 5000, &arena, &result), -ENOMEM);
	call.url = STR("ftp://x/");
	CHECK_INT(sender_call_and_wait(&call, 5000, &arena, &result), -EINVAL);
	arena_free(&arena);
}

int main(void)
{
	int error = loop_new(&loop);
	if (!error)
		error = sender_new(loop, &sender);
	assert(!error);
	peer_start(&peer);
	an_answer();
	the_request();
	the_environment();
	refused_calls();
	nothing_left();
	reset_before();
	in_doubt();
	strange_answers();
	no_silent_repeat();
	lanes();
	from_within();
	dropped();
	and_wait();
	sender_free(sender);
	loop_free(loop);
	peer_stop(&peer);
	return check_end();
}
