/* HTTP out: the only door to libcurl (multi_socket, in the loop's own epoll).
 *
 * A call is made once.  libcurl may not repeat a request by itself on a reused connection that died: a second start of
 * the same transfer is aborted (CURLOPT_PREREQFUNCTION) and reported as "request_left".  Redirects are never followed,
 * certificates always verified, answers read up to 256 kB, a deadline stands over each call. */
#ifndef GATEWAY_SENDER_H
#define GATEWAY_SENDER_H

#include "gateway/channels/channel.h"
#include "gateway/loop.h"

struct sender;

typedef void sender_done(const struct http_result *result, void *user); /* result is alive during the call only */

int sender_new(struct loop *loop, struct sender **out) __attribute__((warn_unused_result));
void sender_free(struct sender *sender); /* calls under way are dropped without sender_done */

/* Copies the call.  lane: calls of one lane share connections and never wait for another lane's (a channel's id).
 * 0, then done() exactly once from the loop; -errno and done() never. */
int sender_call(struct sender *sender, struct str lane, const struct http_call *call, int deadline_ms, sender_done *done,
		void *user) __attribute__((warn_unused_result));
size_t sender_under_way(const struct sender *sender);

/* For commands without a loop of their own: one call, waiting for its end.  The result's strings live in the arena. */
int sender_call_and_wait(const struct http_call *call, int deadline_ms, struct arena *arena, struct http_result *out)
	__attribute__((warn_unused_result));

#endif
