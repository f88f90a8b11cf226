/* The inbox of a phone with SMS Gateway for Android: GET /inbox of its local server (features/reading-messages of their
 * documents).  The cloud has none.
 *
 * The phone's own id "text:-1203…" is the number whose hexadecimal form its webhooks carry, so a message that came both
 * ways is one; an id of another kind is the inbox's own. */
#include "gateway/channels/inbox.h"
#include "gateway/channels/smsgate.h"

#include <errno.h>

enum { PAGE_SIZE = 50, URL_MAX = 1024 };

int smsgate_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out)
{
	struct str user = channel_key(channel, "username"), password = channel_key(channel, "password");
	struct inbox_cursor at;
	struct buf url = buf_new(arena, URL_MAX);
	if (!channel->base_url.len || !user.len || !password.len || inbox_cursor_read(cursor, &at) != 0)
		return -EINVAL;
	buf_put(&url, call_base(channel, ""));
	buf_printf(&url, "/inbox?type=SMS&limit=%d&offset=", PAGE_SIZE);
	buf_put_i64(&url, (int64_t)at.page * PAGE_SIZE);
	if (at.since_ms) {
		buf_put_z(&url, "&from=");
		inbox_put_time(&url, at.since_ms, true);
	}
	if (at.page) { /* what came since the first page would move the others */
		buf_put_z(&url, "&to=");
		inbox_put_time(&url, at.newest_ms, true);
	}
	struct str basic = call_basic(arena, user, password);
	if (url.full || !basic.at)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	call_header(out, "Authorization", basic);
	call_header(out, "Accept", STR("application/json"));
	return 0;
}

/* "text:-2" -> "fffffffe"; else the id as it is, which is then no webhook's. */
static int put_id(struct inlet *in, struct event *event, struct str id)
{
	struct str digits = str_from(id, 5);
	bool negative = str_starts(digits, STR("-"));
	uint64_t n;
	char storage[16];
	struct buf hex = buf_over(storage, sizeof storage);
	event->pulled = !str_starts(id, STR("text:")) || !str_to_u64(str_from(digits, negative), &n) || n > UINT32_MAX;
	if (!event->pulled)
		buf_printf(&hex, "%x", negative ? 0u - (unsigned)n : (unsigned)n);
	event->id = event->pulled ? id : arena_str(in->arena, buf_str(&hex));
	return event->id.at ? 0 : -ENOMEM;
}

static int read_entry(struct inlet *in, const json_t *entry, int64_t *at_ms)
{
	struct str id = inlet_string(in, entry, "id"), from = inlet_string(in, entry, "sender"), type = json_get_str(entry, "type");
	bool readable;
	if (type.at && !str_eq(type, STR("SMS")))
		return 0;
	if (!id.at || !from.at)
		return -ENOMEM;
	*at_ms = dialect_time(json_get_str(entry, "createdAt"));
	if (!id.len || !dialect_id_ok(id) || !from.len || from.len > DIALECT_WORD_MAX ||
	    !json_is_string(json_object_get(entry, "contentPreview")))
		return inlet_park(in, entry, id);
	struct event *event = inlet_event(in, EVENT_SMS);
	struct str text = inlet_string(in, entry, "contentPreview"), to = inlet_string(in, entry, "recipient");
	if (!event || !text.at || !to.at)
		return -ENOMEM;
	event->ts_ms = *at_ms;
	int error = put_id(in, event, id);
	if (!error)
		error = inlet_sender_of(in, event, from, &readable);
	if (!error)
		error = inlet_text(in, event, text);
	return error ? error : inlet_to(in, event, to);
}

static int list(struct inbox_page *page, const json_t *body, struct arena *arena, const json_t **entries)
{
	(void)arena;
	*entries = body;
	page->more = json_array_size(body) == PAGE_SIZE;
	page->token = STR("-");
	return 0;
}

int smsgate_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
		   const struct phone_plan *phones, struct arena *arena, struct decoded *out, struct event **parked,
		   size_t *parked_count, struct str *next_cursor)
{
	struct inbox_page page = { .list = list, .read = read_entry, .most = PAGE_SIZE };
	return inbox_polled(&page, channel, cursor, result, phones, arena, out, parked, parked_count, next_cursor);
}
