/* The pages: files inside the program (gateway/console/web/), or of a folder while they are being written.
 *
 * Inside the program each stands twice, plain and gzipped.  Their ETag is a hash of the bytes; `no-cache` lets a browser keep
 * them and ask.  "/" is index.html. */
#include "gateway/console/call.h"

#include "flows/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


enum { FILES_MAX = 256, FILE_BYTES_MAX = 1 << 20 };

struct web {
	char folder[4096]; /* "": those inside */
	char etag[FILES_MAX][40];
};

static const struct { const char *ending, *type; } types[] = {
	{ ".html", "text/html; charset=utf-8" }, { ".css", "text/css; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" },
	{ ".mjs", "text/javascript; charset=utf-8" }, { ".svg", "image/svg+xml" }, { ".json", "application/json" },
	{ ".png", "image/png" }, { ".ico", "image/x-icon" }, { ".woff2", "font/woff2" }, { ".txt", "text/plain; charset=utf-8" },
};

static const char *type_of(struct str name)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_ends(name, str_of(types[i].ending)))
			return types[i].type;
	return NULL;
}

int web_open(const char *folder, struct web **out, struct err *err)
{
	struct web *web = calloc(1, sizeof *web);
	if (!web)
		return err_set(err, -ENOMEM, "no memory");
	if (!str_copy(str_of(folder), web->folder, sizeof web->folder)) {
		free(web);
		return err_set(err, -ENAMETOOLONG, "the folder of the pages is too long");
	}
	for (size_t i = 0; i < FILES_MAX && web_files[i].name; i++)
		call_etag((struct str){ web_files[i].bytes, web_files[i].len }, web->etag[i]);
	*out = web;
	return 0;
}

void web_close(struct web *web)
{
	free(web);
}

void web_security_headers(struct http_response *response)
{
	http_add_header(response, "Content-Security-Policy",
			STR("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
			    "font-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
			    "require-trusted-types-for 'script'; trusted-types 'none'"));
	http_add_header(response, "X-Content-Type-Options", STR("nosniff"));
	http_add_header(response, "Referrer-Policy", STR("no-referrer"));
	http_add_header(response, "Cross-Origin-Opener-Policy", STR("same-origin"));
	http_add_header(response, "Cross-Origin-Resource-Policy", STR("same-origin"));
	http_add_header(response, "Strict-Transport-Security", STR("max-age=31536000"));
	http_add_header(response, "Permissions-Policy", STR("camera=(), microphone=(), geolocation=(), payment=(), usb=()"));
}

static void reply(struct http_request *request, const char *type, struct str bytes, const char *etag, bool zipped)
{
	struct http_response response = { .status = 200, .body = bytes };
	bool same = str_eq_z(http_header(request, "If-None-Match"), etag);
	if (same)
		response.status = 304, response.body.len = 0;
	else
		http_add_header(&response, "Content-Type", str_of(type));
	if (zipped && !same)
		http_add_header(&response, "Content-Encoding", STR("gzip"));
	http_add_header(&response, "ETag", str_of(etag));
	http_add_header(&response, "Vary", STR("Accept-Encoding"));
	http_add_header(&response, "Cache-Control", STR("no-cache"));
	web_security_headers(&response);
	http_reply(request, &response);
}

static void not_there(struct http_request *request)
{
	struct http_response response = { .status = 404, .body = STR("There is nothing here.\n") };
	http_add_header(&response, "Content-Type", STR("text/plain; charset=utf-8"));
	web_security_headers(&response);
	http_reply(request, &response);
}

static bool takes_gzip(const struct http_request *request)
{
	struct str rest = http_header(request, "Accept-Encoding"), part;
	while (str_split(&rest, ',', &part))
		if (str_eq_nocase(str_trim(part), STR("gzip")))
			return true;
	return false;
}

static int index_named(struct str name)
{
	for (int i = 0; i < FILES_MAX && web_files[i].name; i++)
		if (str_eq_z(name, web_files[i].name))
			return i;
	return -1;
}

/* A name of one folder, of letters that mean nothing to a file system. */
static bool is_plain(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!name.at[i] || !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", name.at[i]))
			return false;
	return name.len > 0 && name.len < 100 && name.at[0] != '.';
}

static void reply_from_folder(struct web *web, struct http_request *request, struct str name, const char *type)
{
	char path[4300], etag[40];
	struct stat st;
	(void)snprintf(path, sizeof path, "%s/%.*s", web->folder, STR_ARG(name));
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_BYTES_MAX;
	char *bytes = good ? malloc((size_t)st.st_size + 1) : NULL;
	ssize_t n = bytes ? read(fd, bytes, (size_t)st.st_size) : -1;
	if (fd >= 0)
		(void)close(fd);
	if (n >= 0) {
		call_etag((struct str){ bytes, (size_t)n }, etag);
		reply(request, type, (struct str){ bytes, (size_t)n }, etag, false);
	} else {
		not_there(request);
	}
	free(bytes);
}

void web_reply(struct web *web, struct http_request *request)
{
	char zipped[128];
	struct str name = str_from(request->path, 1);
	if (name.len == 0)
		name = STR("index.html");
	const char *type = is_plain(name) ? type_of(name) : NULL;
	if (!type) {
		not_there(request);
		return;
	}
	if (web->folder[0]) {
		reply_from_folder(web, request, name, type);
		return;
	}
	(void)snprintf(zipped, sizeof zipped, "%.*s.gz", STR_ARG(name));
	int i = takes_gzip(request) ? index_named(str_of(zipped)) : -1;
	bool is_zipped = i >= 0;
	if (i < 0)
		i = index_named(name);
	if (i < 0)
		not_there(request);
	else
		reply(request, type, (struct str){ web_files[i].bytes, web_files[i].len }, web->etag[i], is_zipped);
}
