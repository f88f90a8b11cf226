/* The one file that sees every library's header, and calls of each nothing but "which version are you": a library that
 * was replaced under a running installation is among the first things to know when something behaves oddly. */
#include "gateway/libraries.h"

#include <curl/curl.h>
#include <jansson.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <utf8proc.h>
#include <xlsxwriter.h>
#include <zip.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static void keep(struct library *out, const char *name, const char *compiled, const char *runs)
{
	out->name = name;
	(void)snprintf(out->compiled, sizeof out->compiled, "%s", compiled);
	(void)snprintf(out->runs, sizeof out->runs, "%s", runs);
}

/* "10.42 2022-12-11" -> "10.42" */
static void pcre2_runs(char out[32])
{
	char text[64] = "";
	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof text)
		(void)pcre2_config(PCRE2_CONFIG_VERSION, text);
	int n = 0;
	while (text[n] && text[n] != ' ' && n < 31)
		n++;
	(void)snprintf(out, 32, "%.*s", n, text);
}

static void mhd_compiled(char out[32])
{
	unsigned v = MHD_VERSION; /* 0x00097500: BCD */
	(void)snprintf(out, 32, "%x.%x.%x", v >> 24, v >> 16 & 0xFF, v >> 8 & 0xFF);
}

static void utf8proc_compiled(char out[32])
{
	(void)snprintf(out, 32, "%d.%d.%d", UTF8PROC_VERSION_MAJOR, UTF8PROC_VERSION_MINOR, UTF8PROC_VERSION_PATCH);
}

static void pcre2_compiled(char out[32])
{
	(void)snprintf(out, 32, "%d.%d", PCRE2_MAJOR, PCRE2_MINOR);
}

size_t libraries(struct library out[LIBRARIES_MAX])
{
	char compiled[32], runs[32];
	size_t n = 0;
	keep(&out[n++], "SQLite", SQLITE_VERSION, sqlite3_libversion());
	mhd_compiled(compiled);
	keep(&out[n++], "libmicrohttpd", compiled, MHD_get_version());
	keep(&out[n++], "libcurl", LIBCURL_VERSION, curl_version_info(CURLVERSION_NOW)->version);
	keep(&out[n++], "libsodium", SODIUM_VERSION_STRING, sodium_version_string());
	pcre2_compiled(compiled);
	pcre2_runs(runs);
	keep(&out[n++], "PCRE2", compiled, runs);
	keep(&out[n++], "Jansson", JANSSON_VERSION, jansson_version_str());
	utf8proc_compiled(compiled);
	keep(&out[n++], "utf8proc", compiled, utf8proc_version());
	keep(&out[n++], "libcrypto", OPENSSL_VERSION_STR, OpenSSL_version(OPENSSL_VERSION_STRING));
	keep(&out[n++], "libxlsxwriter", LXW_VERSION, lxw_version());
	keep(&out[n++], "libzip", LIBZIP_VERSION, zip_libzip_version());
	return n;
}
