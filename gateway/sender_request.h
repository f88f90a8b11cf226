/* One struct http_call written into a libcurl handle, with the rules that hold for every call.  Part of sender.c,
 * which owns the handle and the list of headers; nobody else includes this. */
#ifndef GATEWAY_SENDER_REQUEST_H
#define GATEWAY_SENDER_REQUEST_H

#include "gateway/channels/channel.h"

#include <curl/curl.h>

/* *headers: to be freed after the transfer, also when this fails.  *plain: http, not https.
 * 0; -EINVAL an address that is not http or https with a host, or a header that is none; -ENOMEM. */
int sender_request_write(const struct http_call *call, int deadline_ms, CURL *easy, struct curl_slist **headers,
			 bool *plain)
	__attribute__((warn_unused_result));

#endif
