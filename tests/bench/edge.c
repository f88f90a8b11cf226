/* The HTTP edge alone: guard, loop and clocks, no database.  `edge [now|hook]` answers every request with an empty 200,
 * from the handler or, as the batch does, from the before-sleep hook; prints its port on 127.0.0.1. */
#include "gateway/http.h"

#include <stdio.h>
#include <string.h>

enum { PARKED_MAX = 1024 };
static struct http_request *parked[PARKED_MAX];
static size_t parked_count;
static bool from_hook;

static void reply(struct http_request *request)
{
	struct http_response response = { .status = 200 };
	http_reply(request, &response);
}

static void handle(struct http_request *request, void *user)
{
	(void)user;
	if (from_hook && parked_count < PARKED_MAX)
		parked[parked_count++] = request;
	else
		reply(request);
}

static int before_sleep(void *user)
{
	(void)user;
	while (parked_count)
		reply(parked[--parked_count]);
	return -1;
}

int main(int argc, char **argv)
{
	from_hook = argc > 1 && !strcmp(argv[1], "hook");
	struct loop *loop;
	struct http_server *server;
	struct err err = { .text = "" };
	if (loop_new(&loop) || http_listen(loop, "127.0.0.1:0", &http_limits_default, handle, NULL, &server, &err)) {
		(void)fprintf(stderr, "edge: %s\n", err.text);
		return 1;
	}
	loop_before_sleep(loop, before_sleep, NULL);
	printf("%u\n", http_port(server));
	(void)fflush(stdout);
	return loop_run(loop) ? 1 : 0;
}
