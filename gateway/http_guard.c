#include "gateway/http_guard.h"

#include <string.h>

static const char *const method_names[] = {
	[HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST",
	[HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
};
enum { METHODS = sizeof method_names / sizeof *method_names };

static bool method_of(struct str name, enum http_method *out)
{
	for (unsigned i = 0; i < METHODS; i++) {
		if (str_eq_z(name, method_names[i])) {
			*out = (enum http_method)i;
			return true;
		}
	}
	return false;
}

static unsigned with_head(unsigned methods)
{
	return methods & 1u << HTTP_GET ? methods | 1u << HTTP_HEAD : methods;
}

void http_methods_name(unsigned methods, struct buf *out)
{
	for (unsigned i = 0; i < METHODS; i++) {
		if (!(with_head(methods) & 1u << i))
			continue;
		if (out->len)
			buf_put_z(out, ", ");
		buf_put_z(out, method_names[i]);
	}
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static bool all_of(struct str s, const char *besides_alnum)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.at[i]) && (!s.at[i] || !strchr(besides_alnum, s.at[i])))
			return false;
	return true;
}

static bool is_token(struct str s) /* RFC 9110, 5.6.2 */
{
	return s.len && all_of(s, "!#$%&'*+-.^_`|~");
}

/* Field values: HTAB and what is visible, RFC 9110, 5.5; obs-text is let through, nobody here reads it. */
static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if ((c < ' ' && c != '\t') || c == 0x7F)
			return true;
	}
	return false;
}

static bool escapes_are_whole(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == '%' && (i + 2 >= s.len || !is_hex(s.at[i + 1]) || !is_hex(s.at[i + 2])))
			return false;
	return true;
}

/* Origin-form only (RFC 9112, 3.2.1): no proxy's absolute-form, no "*".  In the path the characters of RFC 3986; in the
 * query whatever is visible ASCII, since vendors send raw "|" and "{" there. */
static bool split_target(struct str target, struct http_passed *out)
{
	struct str rest = target;
	if (!str_starts(target, STR("/")) || !str_split(&rest, '?', &out->path))
		return false;
	out->query = rest.at ? rest : (struct str){ "", 0 };
	for (size_t i = 0; i < out->query.len; i++)
		if (out->query.at[i] <= ' ' || out->query.at[i] > '~' || out->query.at[i] == '#')
			return false;
	if (!all_of(out->path, "/-._~!$&'()*+,;=:@%") || !escapes_are_whole(target))
		return false;
	for (size_t i = 0; i + 2 < out->path.len; i++)
		if (!memcmp(out->path.at + i, "%00", 3))
			return false;
	return true;
}

static size_t count(const struct http_head *head, const char *name, struct str *last)
{
	size_t n = 0;
	for (size_t i = 0; i < head->headers_count; i++) {
		if (str_eq_nocase(head->headers[i].name, str_of(name))) {
			*last = head->headers[i].value;
			n++;
		}
	}
	return n;
}

static unsigned check_fields(const struct http_head *head)
{
	for (size_t i = 0; i < head->headers_count; i++)
		if (!is_token(head->headers[i].name) || has_control(head->headers[i].value))
			return 400;
	struct str host = { 0 };
	size_t hosts = count(head, "Host", &host);
	bool is_1_1 = str_eq_z(head->version, "HTTP/1.1");
	if (hosts > 1 || (is_1_1 && !hosts))
		return 400;
	if (hosts && (!host.len || !all_of(host, ".-_:[]%~!$&'()*+,;=")))
		return 400;
	struct str expect;
	size_t expects = count(head, "Expect", &expect);
	if (expects > 1 || (expects && !str_eq_nocase(expect, STR("100-continue"))))
		return 417;
	return 0;
}

/* How long the body is (RFC 9112, 6.3) is said once, in digits, or not at all: then there is none. */
static unsigned check_framing(const struct http_head *head, struct http_passed *out)
{
	struct str value;
	size_t lengths = count(head, "Content-Length", &value);
	uint64_t length = 0;
	if (lengths > 1 || (lengths && !str_to_u64(value, &length)))
		return 400;
	struct str coding;
	if (count(head, "Transfer-Encoding", &coding))
		return lengths || !str_eq_z(head->version, "HTTP/1.1") ? 400 : 411;
	out->body_bytes = length > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t)length;
	return 0;
}

static bool is_http_1_x(struct str version)
{
	return version.len == 8 && str_starts(version, STR("HTTP/1.")) && version.at[7] >= '0' && version.at[7] <= '9';
}

unsigned http_guard(const struct http_head *head, const struct http_limits *limits, struct http_passed *out)
{
	*out = (struct http_passed){ 0 };
	if (!head->as_sent || !is_token(head->method) || !is_http_1_x(head->version))
		return 400;
	if (head->version.at[7] > '1')
		return 505;
	if (head->too_many || head->bytes > limits->header_bytes)
		return 431;
	if (!split_target(head->target, out))
		return 400;
	unsigned status = check_fields(head);
	if (!status)
		status = check_framing(head, out);
	if (status)
		return status;
	if (!method_of(head->method, &out->method) || !(with_head(limits->methods) & 1u << out->method))
		return 405;
	return out->body_bytes > limits->body_bytes ? 413 : 0;
}
