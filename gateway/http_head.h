/* The head of a request, as a parser that works in place laid it out in memory; pure.
 *
 * libmicrohttpd 0.9.75 is lax: bare LF ends a line, a folded line is glued to its header's name, NUL cuts a value, runs of
 * spaces are skipped.  None of that can be seen in the strings that it hands out, but it shows in *where* they lie: of
 * a clean head, with each end of line two bytes long, every byte is accounted for, from the first to the last.
 * What cannot be seen: NUL followed by a bare LF (as long as CR LF), and empty lines before a request line (RFC 9112, 2.2
 * wants those ignored). */
#ifndef GATEWAY_HTTP_HEAD_H
#define GATEWAY_HTTP_HEAD_H

#include "gateway/http.h"

struct http_head {
	struct str method, target, version;
	struct http_header *headers; /* HTTP_HEADERS_MAX, of the caller; values without the white space around them */
	size_t headers_count;
	size_t bytes;        /* request line and headers, with all ends of lines */
	bool as_sent;        /* every byte is accounted for */
	bool too_many;       /* more headers than HTTP_HEADERS_MAX */
	const char *lines;   /* behind the request line */
	const char *next;    /* where the next line must begin */
};

/* target: as sent (a copy, since the parser writes into its own); target_at: where it lay. */
void http_head_begin(struct http_head *head, const char *method, struct str target, const char *target_at,
		     const char *version, size_t bytes);
/* value: as the parser found it, the white space before it skipped.  false: no use to go on. */
bool http_head_line(struct http_head *head, struct str name, struct str value);
void http_head_end(struct http_head *head);
/* Copies the headers' text to `to` (room for http_head_text() bytes) and turns all headers to the copy. */
size_t http_head_text(const struct http_head *head);
void http_head_move(struct http_head *head, char *to);

#endif
