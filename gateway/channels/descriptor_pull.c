/* Fetching a vendor's inbox by a descriptor. */
#include "gateway/channels/descriptor.h"

#include <errno.h>

enum { PAGE_MAX = 1024 };

struct fetching {
	const struct channel *channel;
	struct str cursor;
};

static bool value_of(struct str name, void *user, struct str *value)
{
	const struct fetching *f = user;
	if (!str_eq(name, STR("cursor")))
		return descriptor_value(f->channel, name, value);
	*value = f->cursor;
	return true;
}

static const struct pull_spec *pull_of(const struct channel *channel)
{
	const struct descriptor *d = channel->prepared;
	return d->pull;
}

int descriptor_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out)
{
	const struct pull_spec *pull = pull_of(channel);
	struct str base;
	if (!pull || !dialect_id_ok(cursor))
		return -EINVAL;
	struct fetching f = { channel, cursor.len ? cursor : pull->start };
	struct buf url = buf_new(arena, RENDERED_MAX);
	struct str template = pull->url;
	if (str_starts(template, STR("{{base_url}}")) && descriptor_value(channel, STR("base_url"), &base)) {
		buf_put(&url, base);
		template = str_from(template, STR("{{base_url}}").len);
	}
	template_put(&url, template, ESCAPE_FORM, value_of, &f);
	*out = (struct http_call){ .method = HTTP_GET, .url = buf_str(&url), .body = STR("") };
	for (size_t i = 0; i < pull->headers_count; i++) {
		struct buf value = buf_new(arena, RENDERED_MAX / 4);
		template_put(&value, pull->headers[i].value, ESCAPE_HEADER, value_of, &f);
		if (value.full)
			return -ENOMEM;
		out->headers[out->headers_count++] = (struct http_header){ pull->headers[i].name, buf_str(&value) };
	}
	return url.full ? -ENOMEM : 0;
}

struct page {
	struct event *events, *parked; /* room for all entries in both */
	size_t count, parked_count;
	struct str last_id;
};

static int read_entry(const struct channel *channel, const struct phone_plan *phones, struct fields *f, const json_t *entry,
		      struct page *page)
{
	enum verdict verdict;
	const char *why;
	struct event event;
	f->entry = entry;
	int error = rule_read(pull_of(channel)->rule, f, channel, phones, &event, &verdict, &why);
	if (error)
		return error;
	event.pulled = true;
	if (event.id.len)
		page->last_id = event.id;
	if (verdict == VERDICT_ACCEPT || verdict == VERDICT_UNADDRESSABLE) {
		page->events[page->count++] = event;
	} else if (verdict != VERDICT_IGNORE) {
		error = descriptor_park(&event, entry, f->arena, &page->parked[page->parked_count++]);
	}
	return error;
}

/* The vendor's own word for "from here on", else the id of the last entry; where neither stands, the old one. */
static int next(const struct pull_spec *pull, const json_t *body, const struct page *page, struct str cursor, struct arena *arena,
		struct str *out)
{
	bool full = false;
	struct str next = pull->cursor_at.len ? fields_text(fields_json(body, pull->cursor_at), arena, &full) : page->last_id;
	*out = next.len && dialect_id_ok(next) ? next : cursor;
	return full ? -ENOMEM : 0;
}

int descriptor_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
		      const struct phone_plan *phones, struct arena *arena, struct decoded *out,
		      struct event **parked, size_t *parked_count, struct str *next_cursor)
{
	const struct pull_spec *pull = pull_of(channel);
	static const struct http_request nobody = { .method = HTTP_GET };
	struct page page = { .last_id = STR("") };
	*out = (struct decoded){ .verdict = VERDICT_MALFORMED, .why = "the call failed" };
	*parked = NULL, *parked_count = 0, *next_cursor = cursor;
	if (!pull || !dialect_id_ok(cursor))
		return -EINVAL;
	if (transport_class(result) != SEND_ACCEPTED)
		return 0;
	struct fields f = { .request = &nobody, .arena = arena, .json = json_parse(result->body, NULL) };
	const json_t *list = pull->list.len ? fields_json(f.json, pull->list) : f.json, *entry;
	size_t i, entries = json_array_size(list);
	int error = 0;
	out->why = "no list of messages";
	if (json_is_array(list) && entries <= PAGE_MAX) {
		page.events = arena_array(arena, entries + 1, sizeof *page.events);
		page.parked = arena_array(arena, entries + 1, sizeof *page.parked);
		error = page.events && page.parked ? 0 : -ENOMEM;
		json_array_foreach(list, i, entry)
			if (!error)
				error = read_entry(channel, phones, &f, entry, &page);
		*out = (struct decoded){ .verdict = VERDICT_ACCEPT, .events = page.events, .count = page.count };
		*parked = page.parked, *parked_count = page.parked_count;
		if (!error)
			error = next(pull, f.json, &page, cursor, arena, next_cursor);
	}
	fields_release(&f);
	return error;
}
