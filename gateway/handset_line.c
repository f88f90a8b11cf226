#include "gateway/handset_line.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Gives out what stands between taken and end, a line end excluded. */
static enum line_got take(struct line_reader *r, size_t end, struct str *line)
{
	bool skipped = r->skipping;
	*line = (struct str){ r->bytes + r->taken, end - r->taken };
	if (str_ends(*line, STR("\r")))
		line->len--;
	r->taken = end < r->len ? end + 1 : r->len;
	r->skipping = false;
	return skipped ? LINE_TOO_LONG : LINE_READY;
}

static bool line_waits(struct line_reader *r, size_t *end)
{
	const char *found = memchr(r->bytes + r->taken, '\n', r->len - r->taken);
	if (found)
		*end = (size_t)(found - r->bytes);
	return found != NULL;
}

static void make_room(struct line_reader *r)
{
	r->len -= r->taken;
	memmove(r->bytes, r->bytes + r->taken, r->len);
	r->taken = 0;
	if (r->len < sizeof r->bytes)
		return;
	r->skipping = true;
	r->len = 0;
}

enum line_got line_read(struct line_reader *r, int timeout_ms, struct str *line)
{
	size_t end;
	while (!line_waits(r, &end)) {
		if (r->ended)
			return r->taken < r->len || r->skipping ? take(r, r->len, line) : LINE_END;
		make_room(r);
		struct pollfd waiting = { .fd = r->fd, .events = POLLIN };
		if (poll(&waiting, 1, timeout_ms) <= 0)
			return LINE_NONE;
		ssize_t n = read(r->fd, r->bytes + r->len, sizeof r->bytes - r->len);
		if (n > 0)
			r->len += (size_t)n;
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			r->ended = true;
		else
			return LINE_NONE;
	}
	return take(r, end, line);
}
