/* The smuggling corpus: each request through the same parser and guard as in service, three ways (one piece through
 * http_adopt, one piece over TCP, byte by byte over TCP).  Expected: the status, how many requests reached the handler,
 * and whether the connection was closed. */
#include "tests/unit/check.h"
#include "tests/unit/http_play.h"

#include <string.h>
#include <unistd.h>

#define H "Host: gw\r\n"
#define RAW(bytes) { "" bytes, sizeof(bytes) - 1 }

struct expected {
	const char *what;
	struct str raw;
	unsigned status;  /* of the last answer; 0: closed without one */
	unsigned handled;
	bool open;        /* kept for further requests */
};

#define NEXT "GET /smuggled HTTP/1.1\r\nHost: gw\r\n\r\n"

static const struct expected corpus[] = {
	/* let in */
	{ "plain GET", RAW("GET / HTTP/1.1\r\n" H "\r\n"), 200, 1, true },
	{ "plain POST", RAW("POST /cb/AT/t/ussd HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\na=b"), 200, 1, true },
	{ "POST without length has no body", RAW("POST /x HTTP/1.1\r\n" H "\r\n"), 200, 1, true },
	{ "PUT", RAW("PUT /x HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx"), 200, 1, true },
	{ "HTTP/1.0 without Host", RAW("GET / HTTP/1.0\r\n\r\n"), 200, 1, false },
	{ "HTTP/1.0 kept", RAW("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), 200, 1, true },
	{ "close asked for", RAW("GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1, false },
	{ "empty line before the request", RAW("\r\nGET / HTTP/1.1\r\n" H "\r\n"), 200, 1, true },
	{ "white space around a value", RAW("GET / HTTP/1.1\r\nHost: \t gw \t\r\n\r\n"), 200, 1, true },
	{ "no space behind the colon", RAW("GET / HTTP/1.1\r\nHost:gw\r\nX:\r\n\r\n"), 200, 1, true },
	{ "escapes in path and query", RAW("GET /%C3%A9%2F?x=%00&y=+%zz HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "NUL escaped in the query", RAW("GET /a?x=%00&y=+%2B HTTP/1.1\r\n" H "\r\n"), 200, 1, true },
	{ "obs-text in a value", RAW("GET / HTTP/1.1\r\n" H "X: \xc3\xa9\r\n\r\n"), 200, 1, true },
	{ "leading zeros of a length", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 0003\r\n\r\nabc"), 200, 1, true },
	{ "white space behind a length", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 3 \r\n\r\nabc"), 400, 0, false },
	/* how long is the body? */
	{ "CL.TE", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT),
	  400, 0, false },
	{ "TE.CL", RAW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" NEXT),
	  400, 0, false },
	{ "TE alone", RAW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 411, 0, false },
	{ "TE twice", RAW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"
			  "0\r\n\r\n" NEXT), 411, 0, false },
	{ "TE xchunked", RAW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n" NEXT), 411, 0, false },
	{ "TE folded", RAW("POST / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" NEXT), 400, 0, false },
	{ "TE with vertical tab", RAW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: \x0b" "chunked\r\n\r\n0\r\n\r\n"),
	  400, 0, false },
	{ "TE in HTTP/1.0", RAW("POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400, 0, false },
	{ "TE on GET", RAW("GET / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT), 411, 0, false },
	{ "space before TE's colon", RAW("POST / HTTP/1.1\r\n" H "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
	  400, 0, false },
	{ "two lengths that agree", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
	  400, 0, false },
	{ "two lengths that do not", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 0\r\nContent-Length: 38\r\n\r\n" NEXT),
	  400, 0, false },
	{ "a list of lengths", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 3, 3\r\n\r\nabc"), 400, 0, false },
	{ "length with a sign", RAW("POST / HTTP/1.1\r\n" H "Content-Length: +3\r\n\r\nabc"), 400, 0, false },
	{ "negative length", RAW("POST / HTTP/1.1\r\n" H "Content-Length: -3\r\n\r\nabc"), 400, 0, false },
	{ "length in hex", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 0x3\r\n\r\nabc"), 400, 0, false },
	{ "empty length", RAW("POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n" NEXT), 400, 0, false },
	{ "length with trailing letters", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 3a\r\n\r\nabc"), 400, 0, false },
	{ "length beyond 64 bits", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999999\r\n\r\nabc"),
	  413, 0, false },
	{ "length beyond the limit", RAW("POST / HTTP/1.1\r\n" H "Content-Length: 16385\r\n\r\nabc"), 413, 0, false },
	{ "space before the length's colon", RAW("POST / HTTP/1.1\r\n" H "Content-Length : 38\r\n\r\n" NEXT),
	  400, 0, false },
	{ "tab before the length's colon", RAW("POST / HTTP/1.1\r\n" H "Content-Length\t: 38\r\n\r\n" NEXT), 400, 0, false },
	{ "length folded", RAW("POST / HTTP/1.1\r\n" H "Content-Length:\r\n 38\r\n\r\n" NEXT), 400, 0, false },
	{ "length behind a bare CR", RAW("POST / HTTP/1.1\r\n" H "X: a\rContent-Length: 38\r\n\r\n" NEXT), 400, 0, false },
	{ "length behind a bare LF", RAW("POST / HTTP/1.1\r\n" H "X: a\nContent-Length: 38\r\n\r\n" NEXT), 400, 0, false },
	{ "length behind NUL", RAW("POST / HTTP/1.1\r\n" H "X: a\0Content-Length: 38\r\n\r\n" NEXT), 400, 0, false },
	/* where do lines end? */
	{ "bare LF in the request line", RAW("GET / HTTP/1.1\nHost: gw\r\n\r\n"), 400, 0, false },
	{ "bare LF in a header", RAW("GET / HTTP/1.1\r\nHost: gw\nX: y\r\n\r\n"), 400, 0, false },
	{ "bare LF at the end of the head", RAW("GET / HTTP/1.1\r\nHost: gw\r\n\n"), 400, 0, false },
	{ "all bare LF", RAW("GET / HTTP/1.1\nHost: gw\n\n"), 400, 0, false },
	{ "CR CR LF", RAW("GET / HTTP/1.1\r\nHost: gw\r\r\n\r\n"), 400, 0, false },
	{ "bare CR in a value", RAW("GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n"), 400, 0, false },
	{ "folded value", RAW("GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n"), 400, 0, false },
	{ "folded with a tab", RAW("GET / HTTP/1.1\r\n" H "X: a\r\n\tb\r\nY: z\r\n\r\n"), 400, 0, false },
	{ "folded first header", RAW("GET / HTTP/1.1\r\n X: a\r\n" H "\r\n"), 400, 0, false },
	{ "fold of white space only", RAW("GET / HTTP/1.1\r\n" H "X: a\r\n \r\n\r\n"), 400, 0, false },
	{ "NUL in a value", RAW("GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n"), 400, 0, false },
	{ "NUL in a name", RAW("GET / HTTP/1.1\r\n" H "X\0Y: a\r\n\r\n"), 400, 0, false },
	/* headers */
	{ "no Host", RAW("GET / HTTP/1.1\r\n\r\n"), 400, 0, false },
	{ "two Hosts", RAW("GET / HTTP/1.1\r\n" H "Host: other\r\n\r\n"), 400, 0, false },
	{ "empty Host", RAW("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400, 0, false },
	{ "Host with a path", RAW("GET / HTTP/1.1\r\nHost: gw/x\r\n\r\n"), 400, 0, false },
	{ "two Hosts in HTTP/1.0", RAW("GET / HTTP/1.0\r\n" H H "\r\n"), 400, 0, false },
	{ "header without colon", RAW("GET / HTTP/1.1\r\n" H "X\r\n\r\n"), 400, 0, false },
	{ "header without name", RAW("GET / HTTP/1.1\r\n" H ": x\r\n\r\n"), 400, 0, false },
	{ "space in a name", RAW("GET / HTTP/1.1\r\n" H "X Y: x\r\n\r\n"), 400, 0, false },
	{ "quote in a name", RAW("GET / HTTP/1.1\r\n" H "\"X\": x\r\n\r\n"), 400, 0, false },
	{ "high byte in a name", RAW("GET / HTTP/1.1\r\n" H "X\xc3\xa9: x\r\n\r\n"), 400, 0, false },
	{ "control byte in a value", RAW("GET / HTTP/1.1\r\n" H "X: a\x01\r\n\r\n"), 400, 0, false },
	{ "DEL in a value", RAW("GET / HTTP/1.1\r\n" H "X: a\x7f\r\n\r\n"), 400, 0, false },
	{ "an expectation that nobody knows", RAW("POST / HTTP/1.1\r\n" H "Expect: tea\r\nContent-Length: 1\r\n\r\na"),
	  417, 0, false },
	/* request line */
	{ "absolute-form", RAW("GET http://gw/ HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "authority-form", RAW("CONNECT gw:80 HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "asterisk-form", RAW("OPTIONS * HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "no slash in front", RAW("GET x HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "backslash", RAW("GET /\\x HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "fragment", RAW("GET /a#b HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "fragment in the query", RAW("GET /a?b#c HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "%00 in the path", RAW("GET /a%00b HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "NUL in the path", RAW("GET /a\0b HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "half an escape", RAW("GET /a%2 HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "high byte in the path", RAW("GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "tab in the path", RAW("GET /a\tb HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "space in the path", RAW("GET /a b HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "two spaces behind the method", RAW("GET  / HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "two spaces before the version", RAW("GET /  HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "tab for a space", RAW("GET\t/ HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "NUL in the method", RAW("GE\0T / HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "control byte in the method", RAW("G\x01T / HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "lower case method", RAW("get / HTTP/1.1\r\n" H "\r\n"), 405, 0, false },
	{ "method not allowed", RAW("DELETE / HTTP/1.1\r\n" H "\r\n"), 405, 0, false },
	{ "method nobody knows", RAW("BREW / HTTP/1.1\r\n" H "\r\n"), 405, 0, false },
	{ "TRACE", RAW("TRACE / HTTP/1.1\r\n" H "\r\n"), 405, 0, false },
	{ "no version", RAW("GET /\r\n" H "\r\n"), 400, 0, false },
	{ "no target", RAW("GET HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "lower case version", RAW("GET / http/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "HTTP/1.2", RAW("GET / HTTP/1.2\r\n" H "\r\n"), 505, 0, false },
	{ "HTTP/2", RAW("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505, 0, false },
	{ "HTTP/0.9", RAW("GET / HTTP/0.9\r\n\r\n"), 505, 0, false },
	{ "no HTTP at all", RAW("hello\r\n"), 400, 0, false },
	{ "space in front", RAW(" GET / HTTP/1.1\r\n" H "\r\n"), 400, 0, false },
	{ "TLS on the plain port", RAW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n"), 400, 0, false },
	/* what comes behind a refused request is not looked at */
	{ "pipelined behind a refusal", RAW("GET /a%00 HTTP/1.1\r\n" H "\r\n" NEXT), 400, 0, false },
	{ "pipelined behind a body that is refused", RAW("DELETE / HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc" NEXT),
	  405, 0, false },
	/* and of what is let in, every byte is */
	{ "two pipelined", RAW("POST /a HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx" "GET /b HTTP/1.1\r\n" H "\r\n"),
	  200, 2, true },
	{ "the second is refused", RAW("GET /a HTTP/1.1\r\n" H "\r\n" "GET http://x/ HTTP/1.1\r\n" H "\r\n" NEXT),
	  400, 1, false },
};
enum { CORPUS = sizeof corpus / sizeof *corpus };

enum way { WHOLE_PAIR, WHOLE_TCP, BYTEWISE_TCP, WAYS };

static void send_way(struct play *play, int fd, struct str raw, enum way way)
{
	if (way != BYTEWISE_TCP) {
		play_send(play, fd, raw);
		return;
	}
	for (size_t i = 0; i < raw.len; i++) {
		play_send(play, fd, str_slice(raw, i, i + 1));
		play_turn(play, 0);
	}
}

static void check_one(struct play *play, const struct expected *want, enum way way)
{
	static const char *const ways[] = { "in one piece", "over TCP", "byte by byte" };
	static struct answer_bytes got;
	check_begin("%s, %s", want->what, ways[way]);
	play->handled = 0;
	int fd = way == WHOLE_PAIR ? play_adopt(play) : play_connect(play);
	send_way(play, fd, want->raw, way);
	/* One answer more than may come: waits for the end, or for what must not come. */
	unsigned answers = want->handled + (want->status != 200);
	play_read(play, fd, answers + 1, want->open ? 5 : 3000, &got);
	CHECK_INT(play_count(&got), answers);
	CHECK_INT(play_status(&got, answers ? answers - 1 : 0), want->status);
	CHECK_INT(play->handled, want->handled);
	CHECK_INT(got.closed, !want->open);
	CHECK(!got.reset);
	CHECK(!memmem(got.at, got.len, "smuggled", 8));
	if (want->status != 200 && answers) {
		CHECK_STR(play_header(&got, answers - 1, "Connection"), STR("close"));
		CHECK((play_header(&got, answers - 1, "Allow").at != NULL) == (want->status == 405));
	}
	(void)close(fd);
}

static void run_corpus(void)
{
	struct play play;
	play_begin(&play, "127.0.0.1:0", &http_limits_default);
	for (size_t i = 0; i < CORPUS; i++)
		for (int way = 0; way < WAYS; way++)
			check_one(&play, &corpus[i], (enum way)way);
	play_turn(&play, 2);
	const struct http_counts *counts = http_counts(play.server);
	check_begin("every refusal is counted");
	uint64_t refused = 0;
	unsigned expected = 0;
	for (unsigned status = 100; status < 600; status++)
		refused += counts->refused[status / 100][status % 100];
	for (size_t i = 0; i < CORPUS; i++)
		expected += corpus[i].status != 200 ? WAYS : 0;
	CHECK_INT(refused, expected);
	play_end(&play);
}

int main(void)
{
	run_corpus();
	return check_end();
}
