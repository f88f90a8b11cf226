#include "gateway/http_head.h"

#include <string.h>

void http_head_begin(struct http_head *head, const char *method, struct str target, const char *target_at,
		     const char *version, size_t bytes)
{
	head->method = str_of(method);
	head->version = str_of(version);
	head->target = target;
	head->bytes = bytes;
	head->headers_count = 0;
	head->too_many = false;
	head->as_sent = target_at == method + head->method.len + 1 && version == target_at + target.len + 1;
	head->lines = head->next = version + head->version.len + 2;
}

/* Of the white space only what RFC 9110, 5.5 allows around a value: a stray CR stays and is refused. */
static struct str trim(struct str value)
{
	while (value.len && (value.at[value.len - 1] == ' ' || value.at[value.len - 1] == '\t'))
		value.len--;
	return value;
}

bool http_head_line(struct http_head *head, struct str name, struct str value)
{
	const char *gap = name.at + name.len + 1; /* behind the colon */
	if (name.at != head->next || value.at < gap)
		head->as_sent = false;
	for (; head->as_sent && gap < value.at; gap++)
		head->as_sent = *gap == ' ' || *gap == '\t';
	head->too_many = head->headers_count == HTTP_HEADERS_MAX;
	if (head->too_many || !head->as_sent)
		return false;
	head->next = value.at + value.len + 2;
	head->headers[head->headers_count++] = (struct http_header){ name, trim(value) };
	return true;
}

void http_head_end(struct http_head *head)
{
	if (!head->too_many && head->next + 2 != head->method.at + head->bytes)
		head->as_sent = false;
}

size_t http_head_text(const struct http_head *head)
{
	return (size_t)(head->next - head->lines);
}

void http_head_move(struct http_head *head, char *to)
{
	memcpy(to, head->lines, http_head_text(head));
	for (size_t i = 0; i < head->headers_count; i++) {
		struct http_header *header = &head->headers[i];
		header->name.at = to + (header->name.at - head->lines);
		header->value.at = to + (header->value.at - head->lines);
	}
	head->next = to + http_head_text(head);
	head->lines = to;
}
