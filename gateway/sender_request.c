#include "gateway/sender_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONNECT_MS = 10000,
	/* Servers drop idle connections after 5 s (Node), 60 s (load balancers), 75 s (nginx).  A request that meets
	 * such a drop half-way ends as "unknown", so we let go first; a new connection costs less than a message in
	 * doubt. */
	CONNECTION_IDLE_S = 15,
};

/* http or https, a host, no user name.  The address is ours (configuration and adapter), so a plain word is enough. */
static int check_address(const char *address, bool *plain)
{
	char *scheme = NULL;
	CURLU *parts = curl_url();
	if (!parts)
		return -ENOMEM;
	int error = -EINVAL;
	if (!curl_url_set(parts, CURLUPART_URL, address, CURLU_DISALLOW_USER) &&
	    !curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0)) {
		*plain = strcmp(scheme, "http") == 0;
		error = *plain || strcmp(scheme, "https") == 0 ? 0 : -EINVAL;
	}
	curl_free(scheme);
	curl_url_cleanup(parts);
	return error;
}

static int set_address(CURL *easy, struct str url, bool *plain)
{
	char *address = malloc(url.len + 1);
	if (!address)
		return -ENOMEM;
	int error = str_copy(url, address, url.len + 1) ? check_address(address, plain) : -EINVAL;
	if (!error && curl_easy_setopt(easy, CURLOPT_URL, address) != CURLE_OK)
		error = -ENOMEM;
	free(address);
	return error;
}

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return true;
	return false;
}

static int add_line(struct curl_slist **headers, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*headers, line);
	if (!longer)
		return -ENOMEM;
	*headers = longer;
	return 0;
}

static int add_header(struct curl_slist **headers, struct str name, struct str value)
{
	char line[8192];
	struct buf text = buf_over(line, sizeof line);
	if (name.len == 0 || has_control(name) || has_control(value))
		return -EINVAL;
	buf_put(&text, name);
	buf_put_z(&text, value.len ? ": " : ";"); /* ";": libcurl's way to send an empty one; "Name:" would drop it */
	buf_put(&text, value);
	buf_put_char(&text, '\0');
	if (text.full)
		return -EINVAL;
	return add_line(headers, line);
}

static int set_headers(CURL *easy, const struct http_call *call, struct curl_slist **headers)
{
	int error = 0;
	for (size_t i = 0; i < call->headers_count && !error; i++)
		error = add_header(headers, call->headers[i].name, call->headers[i].value);
	if (!error)
		error = add_line(headers, "Expect:"); /* no 100-continue */
	if (!error && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *headers) != CURLE_OK)
		error = -ENOMEM;
	return error;
}

static int set_method(CURL *easy, const struct http_call *call)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" };
	bool ok;
	if (call->method == HTTP_GET)
		ok = !curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	else if (call->method == HTTP_HEAD)
		ok = !curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else
		ok = !curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len) &&
		     !curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, call->body.len ? call->body.at : "") &&
		     !curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, names[call->method]);
	return ok ? 0 : -ENOMEM;
}

/* Most of these are libcurl's defaults; they are written out because each is a promise of ours. */
static int set_rules(CURL *easy, int deadline_ms)
{
	bool ok = !curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
		  !curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
		  !curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
		  !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) &&
		  !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) &&
		  !curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
		  !curl_easy_setopt(easy, CURLOPT_PROXY, "") &&
		  !curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
		  !curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) &&
		  !curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) && /* never wait for a thread inside getaddrinfo */
		  !curl_easy_setopt(easy, CURLOPT_USERAGENT, "wasl") &&
		  !curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_IDLE_S) &&
		  !curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)deadline_ms) &&
		  !curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
				    (long)(deadline_ms < CONNECT_MS ? deadline_ms : CONNECT_MS));
	return ok ? 0 : -ENOMEM;
}

int sender_request_write(const struct http_call *call, int deadline_ms, CURL *easy, struct curl_slist **headers,
			 bool *plain)
{
	int error = set_rules(easy, deadline_ms);
	if (!error)
		error = set_address(easy, call->url, plain);
	if (!error)
		error = set_headers(easy, call, headers);
	return error ? error : set_method(easy, call);
}
