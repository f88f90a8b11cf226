/* A raw HTTP/1.1 request as the guard lets it in: method, target, fields of a name and a value, body. */
#ifndef TESTS_FUZZ_REQUEST_H
#define TESTS_FUZZ_REQUEST_H

#include "gateway/http.h"

#include <arpa/inet.h>

static inline void fuzz_line(struct str *rest, struct str *line)
{
	*line = STR("");
	(void)str_split(rest, '\n', line);
	if (str_ends(*line, STR("\r")))
		line->len--;
}

static inline enum http_method fuzz_method(struct str word)
{
	static const struct { const char *word; enum http_method method; } methods[] = {
		{ "GET", HTTP_GET }, { "PUT", HTTP_PUT }, { "PATCH", HTTP_PATCH }, { "DELETE", HTTP_DELETE },
	};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (str_eq_z(word, methods[i].word))
			return methods[i].method;
	return HTTP_POST;
}

static inline void fuzz_request(struct str in, int64_t now_ms, struct http_request *request)
{
	struct str line, method, target;
	*request = (struct http_request){ .method = HTTP_POST, .path = STR("/"), .query = STR(""), .body = STR(""),
					  .now_ms = now_ms, .peer.ss_family = AF_INET };
	((struct sockaddr_in *)(void *)&request->peer)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fuzz_line(&in, &line);
	(void)str_split(&line, ' ', &method);
	if (line.at && str_split(&line, ' ', &target)) {
		(void)str_split(&target, '?', &request->path);
		request->query = target.at ? target : STR("");
	}
	request->method = fuzz_method(method);
	for (fuzz_line(&in, &line); line.len; fuzz_line(&in, &line)) {
		struct str name, value = line;
		if (request->headers_count < 16 && str_split(&value, ':', &name) && value.at)
			request->headers[request->headers_count++] = (struct http_header){ name, str_trim(value) };
	}
	request->body = in.at ? in : STR("");
}

#endif
