/* Where in a JSON text a path stands.  Jansson forgets lines once it has parsed, so this walks the text again; it is
 * only used to word an error, and only on text that Jansson took. */
#include "flows/json_line.h"

struct walk {
	const char *at, *end;
};

static void skip_space(struct walk *w)
{
	while (w->at < w->end && (*w->at == ' ' || *w->at == '\t' || *w->at == '\n' || *w->at == '\r'))
		w->at++;
}

/* A whole string, quotes included; moves behind it. */
static struct str take_string(struct walk *w)
{
	const char *from = w->at++;
	bool escaped = false;
	while (w->at < w->end && (*w->at != '"' || escaped)) {
		escaped = *w->at == '\\' && !escaped;
		w->at++;
	}
	if (w->at < w->end)
		w->at++;
	return str_span(from, w->at);
}

static bool ends_scalar(char c)
{
	return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_value(struct walk *w)
{
	size_t depth = 0;
	do {
		skip_space(w);
		if (w->at >= w->end)
			return;
		if (*w->at == '"') {
			(void)take_string(w);
		} else if (*w->at == '{' || *w->at == '[') {
			depth++, w->at++;
		} else if (*w->at == '}' || *w->at == ']') {
			w->at++;
			if (depth == 0 || --depth == 0)
				return;
		} else if (*w->at == ',' || *w->at == ':') {
			w->at++;
		} else {
			while (w->at < w->end && !ends_scalar(*w->at))
				w->at++;
		}
	} while (depth > 0);
}

/* The path begins with this key, and the key ends there.  A key may hold dots itself. */
static bool path_takes_key(struct str path, struct str key)
{
	if (!str_starts(path, key))
		return false;
	return path.len == key.len || path.at[key.len] == '.' || path.at[key.len] == '[';
}

/* Inside an object: moves to the value of the key that begins the path and takes the key off the path. */
static bool enter_key(struct walk *w, struct str *path)
{
	for (w->at++;;) {
		skip_space(w);
		if (w->at >= w->end || *w->at != '"')
			return false;
		struct str quoted = take_string(w);
		if (quoted.len < 2)
			return false;
		skip_space(w);
		if (w->at < w->end)
			w->at++; /* the colon */
		skip_space(w);
		struct str key = str_slice(quoted, 1, quoted.len - 1);
		if (path_takes_key(*path, key)) {
			*path = str_from(*path, key.len);
			return w->at < w->end;
		}
		skip_value(w);
		skip_space(w);
		if (w->at >= w->end || *w->at != ',')
			return false;
		w->at++;
	}
}

/* Inside an array: moves to the element that "[n]" at the head of the path names. */
static bool enter_index(struct walk *w, struct str *path)
{
	struct str rest = str_from(*path, 1), digits;
	uint64_t n;
	if (!str_split(&rest, ']', &digits) || !rest.at || !str_to_u64(digits, &n))
		return false;
	*path = rest;
	w->at++;
	skip_space(w);
	for (; n > 0; n--) {
		skip_value(w);
		skip_space(w);
		if (w->at >= w->end || *w->at != ',')
			return false;
		w->at++;
		skip_space(w);
	}
	return w->at < w->end && *w->at != ']';
}

static unsigned line_at(struct str text, const char *at)
{
	unsigned line = 1;
	for (const char *p = text.at; p < at; p++)
		if (*p == '\n')
			line++;
	return line;
}

unsigned json_line_of(struct str text, const char *path)
{
	struct walk w = { text.at, text.at + text.len };
	struct str left = str_of(path);
	if (text.len == 0)
		return 0;
	skip_space(&w);
	while (left.len > 0 && w.at < w.end) {
		bool found;
		if (left.at[0] == '[')
			found = *w.at == '[' && enter_index(&w, &left);
		else
			found = *w.at == '{' && enter_key(&w, &left);
		if (!found)
			return 0;
		if (left.len > 0 && left.at[0] == '.')
			left = str_from(left, 1);
	}
	return w.at < w.end ? line_at(text, w.at) : 0;
}
