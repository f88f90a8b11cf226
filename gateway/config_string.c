/* A string of the configuration: written there, or {"env": "NAME"}, or {"file": "PATH"} (systemd's credentials).
 * Messages name the variable or the file, never what it holds (failures.md F6). */
#include "flows/text/utf8.h"
#include "gateway/config_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STRING_MAX = 16 * 1024 };

/* The one member that is no comment; NULL when there are none or several. */
static const char *only_key(json_t *object)
{
	const char *only = NULL;
	for (void *i = json_object_iter(object); i;
	     i = json_object_iter_next(object, i)) {
		const char *name = json_object_iter_key(i);
		if (key_is_comment(name))
			continue;
		if (only)
			return NULL;
		only = name;
	}
	return only;
}

bool is_indirect(json_t *value)
{
	const char *only = json_is_object(value) ? only_key(value) : NULL;
	return only && (strcmp(only, "env") == 0 || strcmp(only, "file") == 0) &&
	       json_is_string(json_object_get(value, only));
}

struct str beside_config(struct loading *r, struct str path)
{
	struct str file = r->config->file, out = { NULL, 0 };
	size_t folder = file.len;
	while (folder > 0 && file.at[folder - 1] != '/')
		folder--;
	if (path.len > 0 && path.at[0] == '/')
		folder = 0;
	struct buf b = buf_new(&r->config->arena, folder + path.len + 1);
	buf_put(&b, str_slice(file, 0, folder));
	buf_put(&b, path);
	buf_put_char(&b, '\0'); /* so that it may be handed to open() */
	if (b.full)
		loading_say(r, "the configuration is too large");
	else
		out = (struct str){ b.at, b.len - 1 };
	return out;
}

static bool read_env(struct loading *r, struct str name, struct str *out)
{
	char z[256];
	const char *value = str_copy(name, z, sizeof z) ? getenv(z) : NULL;
	if (!value) {
		loading_say(r, "the environment variable %s is not set", shown(name).text);
		return false;
	}
	if (strlen(value) > STRING_MAX || !utf8_valid(str_of(value))) {
		loading_say(r, "the environment variable %s is too long or not UTF-8", shown(name).text);
		return false;
	}
	return loading_keep(r, str_of(value), out);
}

/* NULL, or why the file must not be used; name goes in front. */
static const char *refuse_file(const struct stat *st, bool secret)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_size > STRING_MAX)
		return "is larger than 16 kB";
	if (secret && (st->st_mode & (S_IROTH | S_IWOTH)))
		return "can be read by everybody; type chmod 600 and its name";
	return NULL;
}

static bool take_file(struct loading *r, int fd, struct str path, bool secret, struct str *out)
{
	struct stat st;
	char bytes[STRING_MAX + 1];
	const char *refused = fstat(fd, &st) != 0 ? "cannot be read" : refuse_file(&st, secret);
	size_t len = 0;
	while (!refused && len < sizeof bytes) {
		ssize_t n = read(fd, bytes + len, sizeof bytes - len);
		if (n < 0)
			refused = "cannot be read";
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (!refused && len > STRING_MAX)
		refused = "is larger than 16 kB";
	struct str s = { bytes, len };
	if (str_ends(s, STR("\n")))
		s.len--;
	if (str_ends(s, STR("\r")))
		s.len--;
	if (!refused && (!utf8_valid(s) || (s.len && memchr(s.at, '\0', s.len))))
		refused = "is not a text in UTF-8";
	if (refused)
		loading_say(r, "the file %.*s %s", STR_ARG(path), refused);
	bool kept = !refused && loading_keep(r, s, out);
	explicit_bzero(bytes, sizeof bytes);
	return kept;
}

static bool read_file(struct loading *r, struct str name, bool secret, struct str *out)
{
	if (name.len == 0 || name.len > 4096 || memchr(name.at, '\0', name.len)) {
		loading_say(r, "names no file");
		return false;
	}
	struct str path = beside_config(r, name);
	if (!path.at)
		return false;
	int fd = open(path.at, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		loading_say(r, "the file %.*s cannot be read: %s", STR_ARG(path), strerror(errno));
		return false;
	}
	bool good = take_file(r, fd, path, secret, out);
	close(fd);
	return good;
}

bool read_string(struct loading *r, json_t *value, bool secret, struct str *out)
{
	struct str s = json_str(value);
	if (s.at) {
		if (s.len <= STRING_MAX && !(s.len && memchr(s.at, '\0', s.len)))
			return loading_keep(r, s, out);
		loading_say(r, "is longer than 16 kB or holds U+0000");
		return false;
	}
	if (!is_indirect(value)) {
		loading_say(r, "must be a string%s", json_is_object(value) ?
			    "; of objects only {\"env\": \"NAME\"} and {\"file\": \"PATH\"} stand for one" :
			    " in quotes");
		return false;
	}
	struct str env = json_get_str(value, "env");
	return env.at ? read_env(r, env, out) : read_file(r, json_get_str(value, "file"), secret, out);
}
