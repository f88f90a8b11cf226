/* Playing the client of an HTTP server that runs on a loop of the same thread; shared by the tests of the HTTP edge. */
#ifndef TESTS_UNIT_HTTP_PLAY_H
#define TESTS_UNIT_HTTP_PLAY_H

#include "gateway/http.h"

struct play {
	struct loop *loop;
	struct http_server *server;
	struct http_request *parked[512]; /* what the handler holds back */
	size_t parked_count;
	bool park;            /* the handler holds back, instead of echoing */
	unsigned handled;     /* calls of the handler since play_begin() */
};

void play_begin(struct play *play, const char *address, const struct http_limits *limits);
void play_end(struct play *play);
/* 200, "METHOD path?query [body]". */
void play_echo(struct http_request *request);
void play_echo_parked(struct play *play, size_t which);

int play_adopt(struct play *play);   /* the client's end of a pair */
int play_connect(struct play *play); /* through the real socket */
void play_send(struct play *play, int fd, struct str bytes); /* turns the loop while the socket is full */
void play_turn(struct play *play, int milliseconds); /* turns the loop for so long */

struct answer_bytes {
	char at[65536];
	size_t len;
	bool closed; /* the server closed */
	bool reset;  /* in a way that could have lost the answer */
};
/* Turns the loop until `enough` answers are whole, the server closed, wait_ms are over, or `out` is full. */
void play_read(struct play *play, int fd, unsigned enough, int wait_ms, struct answer_bytes *out);
unsigned play_count(const struct answer_bytes *answers);                /* whole answers, 100 Continue too */
unsigned play_status(const struct answer_bytes *answers, unsigned which); /* 0: there is none */
struct str play_body(const struct answer_bytes *answers, unsigned which);
/* The value of a header; .at == NULL: there is none. */
struct str play_header(const struct answer_bytes *answers, unsigned which, const char *name);

#endif
