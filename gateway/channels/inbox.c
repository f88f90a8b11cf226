#include "gateway/channels/inbox.h"

#include <errno.h>
#include <time.h>

static bool time_of(struct str text, int64_t *ms)
{
	uint64_t n;
	if (!str_to_u64(text, &n) || n > (uint64_t)4102444800000)
		return false;
	*ms = (int64_t)n;
	return true;
}

int inbox_cursor_read(struct str text, struct inbox_cursor *out)
{
	struct str rest = text, since, page, token;
	*out = (struct inbox_cursor){ .token = STR("-") };
	if (text.len == 0)
		return 0;
	(void)str_split(&rest, '.', &since);
	if (!time_of(since, &out->since_ms))
		return -EINVAL;
	if (!rest.at)
		return 0;
	(void)str_split(&rest, '.', &page);
	if (!rest.at || !str_to_u64(page, &out->page) || out->page == 0 || out->page > 100000)
		return -EINVAL;
	(void)str_split(&rest, '.', &token);
	out->token = token;
	bool ok = rest.at && token.len && token.len <= INBOX_TOKEN_MAX && dialect_id_ok(token) && time_of(rest, &out->newest_ms);
	return ok ? 0 : -EINVAL;
}

void inbox_put_time(struct buf *out, int64_t ms, bool fraction)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm utc = { 0 };
	(void)gmtime_r(&seconds, &utc);
	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
		   utc.tm_sec);
	if (fraction)
		buf_printf(out, ".%03d", (int)(ms % 1000));
	buf_put_char(out, 'Z');
}

static int write_next(const struct inbox_cursor *was, const struct inbox_page *page, int64_t newest_ms, struct arena *arena,
		      struct str *out)
{
	struct buf text = buf_new(arena, 128);
	int64_t since_ms = newest_ms - INBOX_OVERLAP_MS > was->since_ms ? newest_ms - INBOX_OVERLAP_MS : was->since_ms;
	if (page->more) {
		buf_put_i64(&text, was->since_ms);
		buf_put_char(&text, '.');
		buf_put_i64(&text, (int64_t)was->page + 1);
		buf_put_char(&text, '.');
		buf_put(&text, page->token);
		buf_put_char(&text, '.');
		buf_put_i64(&text, newest_ms);
	} else if (since_ms > 0) {
		buf_put_i64(&text, since_ms);
	}
	*out = buf_str(&text);
	return text.full ? -ENOMEM : 0;
}

static int read_entries(struct inlet *in, const json_t *entries, const struct inbox_page *page, const struct inbox_cursor *was,
			struct str *next_cursor)
{
	size_t count = json_array_size(entries);
	int64_t newest_ms = was->newest_ms;
	if (!json_is_array(entries) || count > page->most)
		return inlet_refuse(in, VERDICT_MALFORMED, "no list of messages");
	if (page->more && (!page->token.len || page->token.len > INBOX_TOKEN_MAX || !dialect_id_ok(page->token)))
		return inlet_refuse(in, VERDICT_MALFORMED, "no next page"); /* the older messages stand there */
	int error = inlet_room(in, count, count);
	for (size_t i = count; !error && i > 0; i--) {
		int64_t at_ms = 0;
		error = page->read(in, json_array_get(entries, i - 1), &at_ms);
		newest_ms = at_ms > newest_ms ? at_ms : newest_ms;
	}
	return error ? error : write_next(was, page, newest_ms, in->arena, next_cursor);
}

int inbox_polled(struct inbox_page *page, const struct channel *channel, struct str cursor, const struct http_result *result,
		 const struct phone_plan *phones, struct arena *arena, struct decoded *out, struct event **parked,
		 size_t *parked_count, struct str *next_cursor)
{
	struct inlet in = { .channel = channel, .phones = phones, .arena = arena, .out = out };
	struct inbox_cursor was;
	const json_t *entries = NULL;
	*out = (struct decoded){ .verdict = VERDICT_MALFORMED, .why = "the call failed" };
	*parked = NULL, *parked_count = 0, *next_cursor = cursor;
	if (inbox_cursor_read(cursor, &was) != 0)
		return -EINVAL;
	if (transport_class(result) != SEND_ACCEPTED)
		return 0;
	json_t *body = json_parse(result->body, NULL);
	*out = (struct decoded){ .verdict = VERDICT_ACCEPT };
	int error = page->list(page, body, arena, &entries);
	if (!error)
		error = read_entries(&in, entries, page, &was, next_cursor);
	json_decref(body);
	*parked = out->parked, *parked_count = out->parked_count;
	return error;
}
