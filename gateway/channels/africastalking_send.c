/* Africa's Talking, calls: sending (POST form, a list of numbers) and the inbox (GET, by the last id seen). */
#include "gateway/channels/africastalking.h"

#include "gateway/channels/inlet.h"
#include "gateway/form.h"
#include "gateway/json.h"

#include <errno.h>
#include <stdlib.h>

enum { INBOX_PAGE_MAX = 4096, URL_MAX = 1024, NUMBER_MAX = 17 }; /* E.164 and a comma */

/* "" when the channel lacks what every call to them needs. */
static struct str base_url(const struct channel *channel)
{
	struct str url = channel->base_url.len ? channel->base_url : STR("https://api.africastalking.com");
	if (channel_key(channel, "username").len == 0 || channel_key(channel, "api_key").len == 0)
		return STR("");
	while (str_ends(url, STR("/")))
		url.len--;
	return url;
}

static void put_header(struct http_call *call, const char *name, struct str value)
{
	call->headers[call->headers_count++] = (struct http_header){ str_of(name), value };
}

/* ---- sending */

static struct str number_list(const struct outgoing *message, struct arena *arena)
{
	struct buf list = buf_new(arena, message->count * NUMBER_MAX);
	for (size_t i = 0; i < message->count; i++) {
		if (i)
			buf_put_char(&list, ',');
		buf_put(&list, message->to[i]);
	}
	return list.full ? (struct str){ NULL, 0 } : buf_str(&list);
}

int africastalking_compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
			   struct http_call *out)
{
	struct str base = base_url(channel), user = channel_key(channel, "username");
	if (base.len == 0 || message->count == 0)
		return -EINVAL;
	struct str to = number_list(message, arena);
	if (!to.at)
		return -ENOMEM;
	struct buf url = buf_new(arena, URL_MAX);
	/* An escaped byte is three. */
	struct buf body = buf_new(arena, 64 + 3 * (user.len + to.len + message->text.len + channel->sender.len));
	buf_put(&url, base);
	buf_put_z(&url, "/version1/messaging");
	form_put(&body, "username", user);
	form_put(&body, "to", to);
	form_put(&body, "message", message->text);
	if (channel->sender.len)
		form_put(&body, "from", channel->sender);
	if (url.full || body.full)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_POST, .url = buf_str(&url), .body = buf_str(&body) };
	put_header(out, "apiKey", channel_key(channel, "api_key"));
	put_header(out, "Accept", STR("application/json"));
	put_header(out, "Content-Type", STR("application/x-www-form-urlencoded"));
	return 0;
}

static const struct status {
	unsigned code;
	const char *word;
	enum send_class class;
} statuses[] = {
	{ 100, "Processed", SEND_ACCEPTED },
	{ 101, "Sent", SEND_ACCEPTED },
	{ 102, "Queued", SEND_ACCEPTED },
	{ 401, "RiskHold", SEND_OPERATIONAL },
	{ 402, "InvalidSenderId", SEND_OPERATIONAL },
	{ 403, "InvalidPhoneNumber", SEND_REJECTED_PERMANENT },
	{ 404, "UnsupportedNumberType", SEND_REJECTED_PERMANENT },
	{ 405, "InsufficientBalance", SEND_OPERATIONAL },
	{ 406, "UserInBlacklist", SEND_REJECTED_PERMANENT },
	{ 407, "CouldNotRoute", SEND_REJECTED_PERMANENT },
	{ 409, "DoNotDisturbRejection", SEND_REJECTED_PERMANENT },
	{ 500, "InternalServerError", SEND_TRANSIENT },
	{ 501, "GatewayError", SEND_TRANSIENT },
	{ 502, "RejectedByGateway", SEND_REJECTED_PERMANENT },
};

/* By number where there is one, else by word.  NULL: new to us, and so unknown. */
static const struct status *status_of(struct str code, struct str word)
{
	uint64_t number;
	bool numbered = str_to_u64(code, &number);
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (numbered ? statuses[i].code == number : str_eq_z(word, statuses[i].word))
			return &statuses[i];
	return NULL;
}

/* A number of theirs, written as 101 or as "101".  "" when it is neither; .at == NULL: the arena is full. */
static struct str number_text(const json_t *value, struct arena *arena)
{
	uint64_t n;
	struct str s = json_str(value);
	if (s.at)
		return str_to_u64(s, &n) && s.len <= 19 ? arena_str(arena, s) : STR("");
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return STR("");
	struct buf text = buf_new(arena, 24);
	buf_put_i64(&text, json_integer_value(value));
	return text.full ? (struct str){ NULL, 0 } : buf_str(&text);
}

static bool same_number(struct str a, struct str b)
{
	return str_eq(str_from(a, str_starts(a, STR("+"))), str_from(b, str_starts(b, STR("+"))));
}

/* One entry of Recipients for one of our numbers.  Without an id "accepted" is a claim we cannot follow up, and the
 * id of what was refused is the word "None". */
static int read_recipient(const json_t *entry, struct arena *arena, struct recipient_result *result)
{
	struct str word = json_get_str(entry, "status"), id = json_get_str(entry, "messageId");
	struct str code = number_text(json_object_get(entry, "statusCode"), arena);
	if (!code.at)
		return -ENOMEM;
	const struct status *status = status_of(code, word);
	if (!code.len && word.at)
		code = arena_str(arena, dialect_word(word));
	result->result = status ? status->class : SEND_UNKNOWN;
	result->code = code;
	result->opt_out = status && africastalking_word_is_opt_out(str_of(status->word));
	if (result->result == SEND_ACCEPTED) {
		if (id.len && !str_eq(id, STR("None")) && dialect_id_ok(id))
			result->id = arena_str(arena, id);
		else
			result->result = SEND_UNKNOWN;
	}
	return result->code.at && result->id.at ? 0 : -ENOMEM;
}

/* Matched by number, never by position.  Of two entries for the same number the one that was taken counts. */
static int read_recipients(const json_t *entries, const struct outgoing *message, struct arena *arena,
			   struct recipient_result *results)
{
	bool seen[RECIPIENTS_MAX] = { false };
	size_t n;
	const json_t *entry;
	json_array_foreach(entries, n, entry) {
		struct str number = json_get_str(entry, "number");
		for (size_t i = 0; number.at && i < message->count; i++) {
			if (!same_number(number, message->to[i]) || (seen[i] && results[i].result == SEND_ACCEPTED))
				continue;
			struct recipient_result found = { .to = message->to[i], .id = STR("") };
			int error = read_recipient(entry, arena, &found);
			if (error)
				return error;
			if (!seen[i] || found.result == SEND_ACCEPTED)
				results[i] = found;
			seen[i] = true;
		}
	}
	return 0;
}

/* No recipients at all: Message is then the word for what is wrong with the whole call, or a sentence. */
static int read_message(struct str word, const struct outgoing *message, struct arena *arena,
			struct recipient_result *results)
{
	const struct status *status = status_of(STR(""), word);
	if (!status || status->class == SEND_ACCEPTED)
		return 0;
	struct str code = arena_str(arena, word);
	if (!code.at)
		return -ENOMEM;
	classify_all(message, status->class, code, results);
	return 0;
}

/* Their front answers 502 when it got no answer from the machine behind it.  A proxy's 502 is "unknown" by the common
 * rule (failures.md O5); for this vendor the corpus says transient, and so do those who have run it for years (every
 * 5xx is tried again): a lost appointment is worse here than a second SMS of the same harmless text.  Only for 502: a
 * 504 says that the request was handed on, and a 500 or a broken connection may come after it was queued. */
static bool refused_by_front(const struct http_result *result)
{
	return !result->curl_code && result->status == 502;
}

int africastalking_classify(const struct channel *channel, const struct outgoing *message,
			    const struct http_result *result, struct arena *arena, struct recipient_result *results)
{
	(void)channel;
	if (refused_by_front(result)) {
		classify_all(message, SEND_TRANSIENT, STR(""), results);
		return 0;
	}
	if (classify_transport(message, result, results))
		return 0;
	/* From here on the request was taken: who is not named may have been sent to (O6, O7). */
	classify_all(message, SEND_UNKNOWN, STR(""), results);
	json_t *body = json_parse(result->body, NULL);
	const json_t *data = json_object_get(body, "SMSMessageData");
	const json_t *entries = json_object_get(data, "Recipients");
	int error;
	if (json_array_size(entries) > 0)
		error = read_recipients(entries, message, arena, results);
	else
		error = read_message(json_get_str(data, "Message"), message, arena, results);
	json_decref(body);
	return error;
}

/* ---- the credit: {"UserData": {"balance": "KES 1785.50"}} */

int africastalking_credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out)
{
	struct str base = base_url(channel), user = channel_key(channel, "username");
	struct buf url = buf_new(arena, URL_MAX), query = buf_new(arena, URL_MAX);
	(void)access;
	if (base.len == 0)
		return -EINVAL;
	form_put(&query, "username", user);
	buf_put(&url, base);
	buf_put_z(&url, "/version1/user?");
	buf_put(&url, buf_str(&query));
	if (url.full || query.full)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	put_header(out, "apiKey", channel_key(channel, "api_key"));
	put_header(out, "Accept", STR("application/json"));
	return 0;
}

int africastalking_credited(const struct channel *channel, const struct http_result *result, struct arena *arena,
			    struct str *credit)
{
	(void)channel;
	return call_credited(result, "UserData", "balance", NULL, arena, credit);
}

/* ---- the inbox */

int africastalking_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out)
{
	uint64_t last;
	struct str base = base_url(channel), user = channel_key(channel, "username");
	struct str from = cursor.len ? cursor : STR("0");
	if (base.len == 0 || !str_to_u64(from, &last) || last > INT64_MAX)
		return -EINVAL;
	struct buf url = buf_new(arena, URL_MAX), query = buf_new(arena, URL_MAX);
	form_put(&query, "username", user);
	form_put(&query, "lastReceivedId", from);
	buf_put(&url, base);
	buf_put_z(&url, "/version1/messaging?");
	buf_put(&url, buf_str(&query));
	if (url.full || query.full)
		return -ENOMEM;
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	put_header(out, "apiKey", channel_key(channel, "api_key"));
	put_header(out, "Accept", STR("application/json"));
	return 0;
}

struct entry { /* one of Messages, by id */
	uint64_t id;
	const json_t *message;
};

static int by_id(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

/* What is being read from a page. */
struct page {
	const struct channel *channel;
	const struct phone_plan *phones;
	struct arena *arena;
	struct event *events, *parked; /* room for all of the page in both */
	size_t events_count, parked_count;
	uint64_t cursor;
};

static int copy_text(struct arena *arena, const json_t *message, const char *key, struct str *out)
{
	struct str s = json_get_str(message, key);
	*out = s.at ? arena_str(arena, s) : STR("");
	return out->at ? 0 : -ENOMEM;
}

static bool text_or_nothing(const json_t *value)
{
	return !value || json_is_null(value) || json_is_string(value);
}

/* For an operator: the entry as it stood on the page. */
static int park(struct page *page, const json_t *message, struct event *event)
{
	char *text = json_dumps(message, JSON_COMPACT | JSON_ENCODE_ANY);
	event->raw = text ? arena_str(page->arena, str_of(text)) : (struct str){ NULL, 0 };
	free(text);
	page->parked[page->parked_count++] = *event;
	return event->raw.at ? 0 : -ENOMEM;
}

/* An entry without a sender or an id is kept for an operator; the others of the page go on. */
static int read_message_of_page(struct page *page, const struct entry *entry)
{
	struct event event;
	struct str from = json_get_str(entry->message, "from");
	bool readable = entry->id && from.len && from.len <= DIALECT_WORD_MAX &&
			text_or_nothing(json_object_get(entry->message, "text"));
	dialect_event_init(&event, EVENT_SMS);
	event.pulled = true;
	event.id = entry->id ? number_text(json_object_get(entry->message, "id"), page->arena) : STR("");
	int error = event.id.at ? 0 : -ENOMEM;
	if (!error)
		error = copy_text(page->arena, entry->message, "text", &event.text);
	if (!error)
		error = copy_text(page->arena, entry->message, "to", &event.to);
	if (!error && from.len && from.len <= DIALECT_WORD_MAX)
		error = dialect_sender(page->channel, page->phones, arena_str(page->arena, from), page->arena, &event);
	if (error)
		return error;
	if (event.to.len == 0)
		event.to = page->channel->sender;
	event.ts_ms = dialect_time(json_get_str(entry->message, "date"));
	if (!readable)
		return park(page, entry->message, &event);
	page->events[page->events_count++] = event;
	return 0;
}

/* In the order of their ids, which is the order of arrival, whatever the order on the page.  A page with more than a
 * batch holds is cut there: the cursor stands at the last one taken and the next fetch brings the rest. */
static int read_page(struct page *page, const json_t *messages)
{
	size_t n, count = json_array_size(messages);
	const json_t *message;
	struct entry *entries = arena_array(page->arena, count + 1, sizeof *entries);
	if (!entries)
		return -ENOMEM;
	json_array_foreach(messages, n, message) {
		struct str id = number_text(json_object_get(message, "id"), page->arena);
		entries[n].message = message;
		if (!id.at)
			return -ENOMEM;
		if (!str_to_u64(id, &entries[n].id) || entries[n].id > INT64_MAX)
			entries[n].id = 0;
	}
	qsort(entries, count, sizeof *entries, by_id);
	if (count > EVENTS_IN_REQUEST_MAX)
		count = EVENTS_IN_REQUEST_MAX;
	page->events = arena_array(page->arena, count + 1, sizeof *page->events);
	page->parked = arena_array(page->arena, count + 1, sizeof *page->parked);
	if (!page->events || !page->parked)
		return -ENOMEM;
	for (n = 0; n < count; n++) {
		int error = read_message_of_page(page, &entries[n]);
		if (error)
			return error;
		if (entries[n].id > page->cursor)
			page->cursor = entries[n].id;
	}
	return 0;
}

static int write_cursor(struct arena *arena, uint64_t cursor, struct str *out)
{
	struct buf text = buf_new(arena, 24);
	buf_put_i64(&text, (int64_t)cursor);
	*out = buf_str(&text);
	return text.full ? -ENOMEM : 0;
}

int africastalking_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
			  const struct phone_plan *phones, struct arena *arena, struct decoded *out,
			  struct event **parked, size_t *parked_count, struct str *next_cursor)
{
	struct page page = { .channel = channel, .phones = phones, .arena = arena };
	*out = (struct decoded){ .verdict = VERDICT_MALFORMED, .why = "the call failed" };
	*parked = NULL;
	*parked_count = 0;
	*next_cursor = cursor;
	if (!str_to_u64(cursor.len ? cursor : STR("0"), &page.cursor) || page.cursor > INT64_MAX)
		return -EINVAL;
	if (transport_class(result) != SEND_ACCEPTED)
		return 0;
	json_t *body = json_parse(result->body, NULL);
	const json_t *messages = json_object_get(json_object_get(body, "SMSMessageData"), "Messages");
	out->why = "no SMSMessageData.Messages";
	int error = 0;
	if (json_is_array(messages) && json_array_size(messages) <= INBOX_PAGE_MAX) {
		error = read_page(&page, messages);
		*out = (struct decoded){ .verdict = VERDICT_ACCEPT, .events = page.events, .count = page.events_count };
		*parked = page.parked;
		*parked_count = page.parked_count;
		if (!error)
			error = write_cursor(arena, page.cursor, next_cursor);
	}
	json_decref(body);
	return error;
}
