/* Twilio's list of messages: the way of an office that nobody can call, and the safety net for callbacks that failed
 * (their error 11200).  The ids are those that callbacks carry, so a message that came both ways is one. */
#include "gateway/channels/inbox.h"
#include "gateway/channels/twilio.h"

#include <errno.h>

/* Of 1,600 characters each, escaped, and their own members, so many fit into an answer of 256 kB. */
enum { PAGE_SIZE = 40, URL_MAX = 1024 };

/* "Wed, 11 Mar 2026 09:14:25 +0000" (RFC 2822 3.3).  ms since 1970 UTC, or 0. */
static int64_t time_of(struct str written)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	char storage[40];
	struct buf iso = buf_over(storage, sizeof storage);
	struct str rest = written, part[6] = { { "", 0 } };
	for (size_t i = 0; i < 6; i++)
		(void)str_split(&rest, ' ', &part[i]);
	for (int month = 0; month < 12 && part[5].len; month++)
		if (str_eq_z(part[2], months[month]))
			buf_printf(&iso, "%.*s-%02d-%s%.*sT%.*s%.*s", STR_ARG(part[3]), month + 1, part[1].len == 1 ? "0" : "",
				   STR_ARG(part[1]), STR_ARG(part[4]), STR_ARG(part[5]));
	return iso.full ? 0 : dialect_time(buf_str(&iso));
}

int twilio_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out)
{
	struct str account = channel_key(channel, "account_sid"), token = channel_key(channel, "auth_token");
	struct inbox_cursor at;
	char storage[32];
	struct buf url = buf_new(arena, URL_MAX), query = buf_new(arena, URL_MAX), number = buf_over(storage, sizeof storage);
	if (!account.len || !dialect_id_ok(account) || !token.len || inbox_cursor_read(cursor, &at) != 0)
		return -EINVAL;
	if (str_starts(channel->sender, STR("+")) && !channel_key(channel, "messaging_service_sid").len)
		form_put(&query, "To", channel->sender);
	if (at.since_ms) {
		inbox_put_time(&number, at.since_ms, false);
		form_put(&query, "DateSent>", buf_str(&number));
	}
	buf_clear(&number);
	buf_put_i64(&number, PAGE_SIZE);
	form_put(&query, "PageSize", buf_str(&number));
	if (at.page) {
		buf_clear(&number);
		buf_put_i64(&number, (int64_t)at.page);
		form_put(&query, "Page", buf_str(&number));
		form_put(&query, "PageToken", at.token);
	}
	buf_put(&url, call_base(channel, "https://api.twilio.com"));
	buf_printf(&url, "/2010-04-01/Accounts/%.*s/Messages.json?", STR_ARG(account));
	buf_put(&url, buf_str(&query));
	struct str basic = call_basic(arena, account, token);
	if (url.full || query.full || number.full || !basic.at)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	call_header(out, "Authorization", basic);
	call_header(out, "Accept", STR("application/json"));
	return 0;
}

static bool is_string(const json_t *entry, const char *key)
{
	return json_is_string(json_object_get(entry, key));
}

/* What we sent stands there too; one that is still "receiving" comes again with its whole text. */
static int read_entry(struct inlet *in, const json_t *entry, int64_t *at_ms)
{
	struct str sid = inlet_string(in, entry, "sid"), from = inlet_string(in, entry, "from");
	bool readable;
	if (is_string(entry, "direction") && !str_eq(json_get_str(entry, "direction"), STR("inbound")))
		return 0;
	if (str_eq(json_get_str(entry, "status"), STR("receiving")))
		return 0;
	if (!sid.at || !from.at)
		return -ENOMEM;
	if (!sid.len || !dialect_id_ok(sid) || !from.len || from.len > DIALECT_WORD_MAX || !is_string(entry, "body"))
		return inlet_park(in, entry, sid);
	struct event *event = inlet_event(in, EVENT_SMS);
	struct str text = inlet_string(in, entry, "body"), to = inlet_string(in, entry, "to");
	if (!event || !text.at || !to.at)
		return -ENOMEM;
	event->id = sid;
	event->ts_ms = *at_ms = time_of(json_get_str(entry, "date_sent"));
	int error = inlet_sender_of(in, event, from, &readable);
	if (!error)
		error = inlet_text(in, event, text);
	return error ? error : inlet_to(in, event, to);
}

/* next_page_uri: "/2010-04-01/…?PageSize=40&Page=1&PageToken=PASM…" */
static int list(struct inbox_page *page, const json_t *body, struct arena *arena, const json_t **entries)
{
	struct str rest = json_get_str(body, "next_page_uri"), path;
	*entries = json_object_get(body, "messages");
	page->token = STR("");
	page->more = rest.len > 0;
	if (!page->more)
		return 0;
	struct form *form = arena_alloc(arena, sizeof *form);
	if (!form)
		return -ENOMEM;
	(void)str_split(&rest, '?', &path);
	if (rest.at && form_decode(rest, arena, form) == 0 && form_get(form, "PageToken").at)
		page->token = form_get(form, "PageToken");
	return 0;
}

int twilio_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
		  const struct phone_plan *phones, struct arena *arena, struct decoded *out, struct event **parked,
		  size_t *parked_count, struct str *next_cursor)
{
	struct inbox_page page = { .list = list, .read = read_entry, .most = PAGE_SIZE };
	return inbox_polled(&page, channel, cursor, result, phones, arena, out, parked, parked_count, next_cursor);
}
