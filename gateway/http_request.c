#include "gateway/http.h"
#include "gateway/http_socket.h"

#include <assert.h>

struct str http_header(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->headers_count; i++)
		if (str_eq_nocase(request->headers[i].name, str_of(name)))
			return request->headers[i].value;
	return (struct str){ NULL, 0 };
}

bool http_peer_is_loopback(const struct http_request *request)
{
	return http_socket_is_loopback(&request->peer);
}

void http_add_header(struct http_response *response, const char *name, struct str value)
{
	assert(response->headers_count < HTTP_REPLY_HEADERS_MAX);
	response->headers[response->headers_count++] = (struct http_header){ str_of(name), value };
}

void http_reply_text(struct http_request *request, unsigned status, const char *text)
{
	struct http_response response = { .status = status, .body = str_of(text) };
	http_add_header(&response, "Content-Type", STR("text/plain; charset=utf-8"));
	if (status == 503)
		http_add_header(&response, "Retry-After", STR("5"));
	http_reply(request, &response);
}
