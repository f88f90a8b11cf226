/* What is let in: the rules for the head of a request (RFC 9112, failures.md I11-I15), pure.
 *
 * The library below takes much that two parsers can read in two ways; whatever leaves a doubt is refused here, and the
 * connection of a refused request is closed. */
#ifndef GATEWAY_HTTP_GUARD_H
#define GATEWAY_HTTP_GUARD_H

#include "flows/text/buf.h"
#include "gateway/http_head.h"

struct http_passed {
	enum http_method method;
	struct str path, query; /* parts of the target */
	size_t body_bytes;
};

/* 0: let in, *out is filled; else the status to refuse with. */
unsigned http_guard(const struct http_head *head, const struct http_limits *limits, struct http_passed *out)
	__attribute__((warn_unused_result));

/* "GET, HEAD, POST": the methods of the bit set, for the Allow header. */
void http_methods_name(unsigned methods, struct buf *out);

#endif
