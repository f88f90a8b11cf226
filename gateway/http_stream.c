#include "gateway/http_stream.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_BYTES = 16384 };

struct http_stream {
	struct conn *conn; /* NULL: gone */
	void (*gone)(void *user);
	void *user;
	size_t len;
	bool ended;
	char bytes[STREAM_BYTES];
};

struct http_stream *http_stream_new(void (*gone)(void *user), void *user)
{
	struct http_stream *stream = calloc(1, sizeof *stream);
	if (stream)
		stream->gone = gone, stream->user = user;
	return stream;
}

/* The library asks for more.  With nothing to give, the connection sleeps until http_stream_put(): a plain 0 would make the
 * library ask again in a circle. */
static ssize_t give(void *user, uint64_t pos, char *out, size_t most)
{
	struct http_stream *stream = user;
	(void)pos;
	size_t n = stream->len < most ? stream->len : most;
	if (n) {
		memcpy(out, stream->bytes, n);
		memmove(stream->bytes, stream->bytes + n, stream->len - n);
		stream->len -= n;
		return (ssize_t)n;
	}
	if (stream->ended || !stream->conn)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!stream->conn->suspended) {
		stream->conn->suspended = true;
		MHD_suspend_connection(stream->conn->library);
	}
	return 0;
}

struct MHD_Response *http_stream_response(struct http_stream *stream)
{
	struct MHD_Response *reply = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, give, stream, free);
	if (!reply)
		free(stream);
	return reply;
}

void http_stream_attach(struct http_stream *stream, struct conn *conn)
{
	stream->conn = conn;
	conn->stream = stream;
}

void http_stream_detach(struct http_stream *stream)
{
	stream->conn->stream = NULL;
	stream->conn = NULL;
	stream->gone(stream->user);
}

int http_stream_put(struct http_stream *stream, struct str bytes)
{
	if (bytes.len > STREAM_BYTES - stream->len)
		return -ENOBUFS;
	memcpy(stream->bytes + stream->len, bytes.at, bytes.len);
	stream->len += bytes.len;
	http_server_rouse(stream->conn);
	return 0;
}

void http_stream_end(struct http_stream *stream)
{
	stream->ended = true;
	http_server_rouse(stream->conn);
}
