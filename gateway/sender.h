/* HTTP out: the only door to libcurl (multi_socket, in the loop's own epoll).
 *
 * A call is made once.  libcurl may not repeat a request by itself on a reused connection that died: a second start
 * of the same transfer is aborted (CURLOPT_PREREQFUNCTION) and reported as "request_left".  Redirects are never
 * followed, certificates always verified, answers read up to 256 kB, a deadline stands over each call.  Only http and
 * https, no proxy and no .netrc of the environment, no user name in an address.
 *
 * request_left is false only when nothing of the request can have left: no address, no connection, no TLS, or (plain
 * http) the first write failed.  A result with a curl_code has no body; its status (0: none) proves nothing. */
#ifndef GATEWAY_SENDER_H
#define GATEWAY_SENDER_H

#include "gateway/channels/channel.h"
#include "gateway/loop.h"

enum { SENDER_LANE_CALLS_MAX = 32, SENDER_LANE_NAME_MAX = 63, SENDER_BODY_MAX = 256 * 1024 };

struct sender;

typedef void sender_done(const struct http_result *result, void *user); /* result is alive during the call only */

/* Ignores SIGPIPE from here on, unless somebody handles it: OpenSSL writes without MSG_NOSIGNAL. */
int sender_new(struct loop *loop, struct sender **out) __attribute__((warn_unused_result));
void sender_free(struct sender *sender); /* calls under way are dropped without sender_done; never from a sender_done */

/* Copies the call.  lane: calls of one lane share connections and never wait for another lane's (a channel's id).
 * deadline_ms > 0 is for the whole call, at most 10 s of it for the connection.
 * 0, then done() exactly once from the loop; -errno and done() never: -EAGAIN the lane has SENDER_LANE_CALLS_MAX
 * calls under way (ask sender_lane_room() before "attempt started" is committed); -EINVAL an address that is not http
 * or https with a host, or a header that is none; -ENOMEM. */
int sender_call(struct sender *sender, struct str lane, const struct http_call *call, int deadline_ms,
		sender_done *done, void *user) __attribute__((warn_unused_result));
size_t sender_lane_room(const struct sender *sender, struct str lane); /* how many more calls the lane takes now */

/* For commands without a loop of their own: one call, waiting for its end.  The result's strings live in the arena. */
int sender_call_and_wait(const struct http_call *call, int deadline_ms, struct arena *arena, struct http_result *out)
	__attribute__((warn_unused_result));

const char *sender_error_name(int curl_code); /* for messages: static, never holds an address */

#endif
