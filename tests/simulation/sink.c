#include "tests/simulation/sink.h"

#include "gateway/form.h"
#include "gateway/sender.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct taken {
	struct taken *next;
	sender_done *done;
	void *user;
	char to[24];
	unsigned serial;
};

static struct taken *first, **last = &first;
static size_t under_way;
static unsigned serial;
static sink_fn *watch;
static void *watcher;

void sink_watch(sink_fn *fn, void *user)
{
	watch = fn;
	watcher = user;
}

int sender_call(struct sender *sender, struct str lane, const struct http_call *call, int deadline_ms, sender_done *done,
		void *user)
{
	struct arena arena;
	struct form form;
	struct taken *t = calloc(1, sizeof *t);
	(void)sender, (void)lane, (void)deadline_ms;
	if (!t || arena_new(&arena, 256 * 1024) || form_decode(call->body, &arena, &form))
		exit(1);
	*t = (struct taken){ .done = done, .user = user, .serial = ++serial };
	struct str to = form_get(&form, "to"), text = form_get(&form, "message");
	if (!to.at || !text.at || !str_copy(to, t->to, sizeof t->to))
		exit(1);
	watch(to, text, watcher);
	arena_free(&arena);
	*last = t;
	last = &t->next;
	under_way++;
	return 0;
}

unsigned sink_answer(void)
{
	unsigned count = 0;
	while (first) {
		struct taken *t = first;
		char body[320];
		first = t->next;
		last = first ? last : &first;
		int n = snprintf(body, sizeof body,
				 "{\"SMSMessageData\":{\"Message\":\"Sent to "
				 "1/1\",\"Recipients\":[{\"statusCode\":101,\"number\":\"%s\","
				 "\"status\":\"Success\",\"cost\":\"0\",\"messageId\":\"sim-%u\"}]}}",
				 t->to, t->serial);
		struct http_result result = { .request_left = true,
					      .status = 201,
					      .content_type = STR("application/json"),
					      .body = { body, (size_t)n },
					      .retry_after_s = -1 };
		under_way--;
		t->done(&result, t->user);
		free(t);
		count++;
	}
	return count;
}

/* ---- the rest of the sender's door */

int sender_new(struct loop *loop, struct sender **out)
{
	static char one;
	(void)loop;
	*out = (struct sender *)(void *)&one;
	return 0;
}

void sender_free(struct sender *sender)
{
	(void)sender;
}

size_t sender_lane_room(const struct sender *sender, struct str lane)
{
	(void)sender, (void)lane;
	return SENDER_LANE_CALLS_MAX - (under_way < SENDER_LANE_CALLS_MAX ? under_way : SENDER_LANE_CALLS_MAX);
}

int sender_call_and_wait(const struct http_call *call, int deadline_ms, struct arena *arena, struct http_result *out)
{
	(void)call, (void)deadline_ms, (void)arena, (void)out;
	return -ENOSYS;
}

const char *sender_error_name(int curl_code)
{
	(void)curl_code;
	return "none";
}
