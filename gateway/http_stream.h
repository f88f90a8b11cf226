/* Answers without an end, inside http.c's server: what was put waits here until the library asks for it.
 *
 * The stream belongs to the library's response; it outlives the connection by a moment and then only is freed. */
#ifndef GATEWAY_HTTP_STREAM_H
#define GATEWAY_HTTP_STREAM_H

#include "gateway/http_conn.h"

struct http_stream *http_stream_new(void (*gone)(void *user), void *user);
struct MHD_Response *http_stream_response(struct http_stream *stream); /* takes the stream over; NULL: freed */
void http_stream_attach(struct http_stream *stream, struct conn *conn);
void http_stream_detach(struct http_stream *stream); /* the connection goes: tells gone(), once */

void http_server_rouse(struct conn *conn); /* of http.c */

#endif
