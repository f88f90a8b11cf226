/* Lines from a terminal or a pipe, waited for with a limit, so that the caller can look after something else meanwhile.
 *
 * A line longer than LINE_BYTES_MAX is refused whole.  The last line needs no line end. */
#ifndef GATEWAY_HANDSET_LINE_H
#define GATEWAY_HANDSET_LINE_H

#include "flows/text/str.h"

enum { LINE_BYTES_MAX = 8192 };

struct line_reader { /* all zero but fd */
	int fd;
	size_t len, taken; /* bytes[taken..len] were not given out yet */
	bool skipping, ended;
	char bytes[LINE_BYTES_MAX + 1];
};

enum line_got {
	LINE_READY,    /* *line: without its end, valid until the next call */
	LINE_NONE,     /* none yet: the time is over, or a signal came */
	LINE_TOO_LONG, /* one was skipped */
	LINE_END,      /* no more will come */
};

enum line_got line_read(struct line_reader *reader, int timeout_ms, struct str *line);

#endif
