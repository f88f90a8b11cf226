#include "gateway/channels/descriptor_members.h"

#include "flows/nearest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 64 };

int loader_fail(struct loader *l, const char *name, const char *format, ...)
{
	char what[300];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	return err_set(l->err, -EINVAL, "%.*s%s%s: %s", (int)l->path_len, l->path, name && l->path_len ? "." : "", name ? name : "",
		       what);
}

size_t loader_enter(struct loader *l, const char *format, ...)
{
	size_t mark = l->path_len, room = sizeof l->path - mark;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(l->path + mark, room, format, args);
	va_end(args);
	l->path_len += n < 0 ? 0 : (size_t)n >= room ? room - 1 : (size_t)n;
	return mark;
}

void loader_leave(struct loader *l, size_t mark)
{
	l->path_len = mark;
}

struct str loader_keep(struct loader *l, struct str s)
{
	struct str kept = arena_str(l->arena, s.at ? s : STR(""));
	l->full = l->full || !kept.at;
	return kept.at ? kept : STR("");
}

/* ---- single members */

static int one_place(struct loader *l, const char *name, const json_t *value, struct places *places)
{
	struct str s = json_str(value);
	if (!s.at || s.len == 0 || s.len > 120)
		return loader_fail(l, name, "must be the name of a field, \"/json/pointer\", \"q:name\" or \"h:Name\", or a list of them");
	if (places->count == PLACES_MAX)
		return loader_fail(l, name, "names more than %d places", PLACES_MAX);
	places->at[places->count++] = loader_keep(l, s);
	return 0;
}

/* place==value, the value perhaps in quotes. */
static struct condition condition_of(struct loader *l, struct str s)
{
	const char *equal = s.len >= 2 ? memmem(s.at, s.len, "==", 2) : NULL;
	struct condition c = { .place = loader_keep(l, s) };
	if (!equal)
		return c;
	struct str value = str_trim(str_span(equal + 2, s.at + s.len));
	if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
		value = str_slice(value, 1, value.len - 1);
	c.place = loader_keep(l, str_trim(str_span(s.at, equal)));
	c.value = loader_keep(l, value);
	return c;
}

static int one_condition(struct loader *l, const char *name, const json_t *value, const json_t *object,
			 struct conditions *conditions)
{
	struct str s = json_str(value), of_new = json_get_str(object, "new");
	struct condition c;
	if (conditions->count == CONDITIONS_MAX)
		return loader_fail(l, name, "holds more than %d conditions", CONDITIONS_MAX);
	if (s.len) {
		c = condition_of(l, s);
	} else {
		if ((!json_is_integer(value) && !json_is_boolean(value)) || !of_new.len)
			return loader_fail(l, name, "must be \"field==value\" or \"field\", or a list of them");
		c = condition_of(l, of_new);
		c.value = fields_text(value, l->arena, &l->full);
	}
	if (c.place.len == 0)
		return loader_fail(l, name, "names no field before \"==\"");
	conditions->any[conditions->count++] = c;
	return 0;
}

static int read_member(struct loader *l, const json_t *object, const struct member *m, const json_t *value, void *at)
{
	struct str s = json_str(value);
	size_t count = json_is_array(value) ? json_array_size(value) : 1;
	switch (m->type) {
	case MEMBER_PLACES:
	case MEMBER_CONDITIONS:
		for (size_t i = 0; i < count; i++) {
			const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
			int rc = m->type == MEMBER_PLACES ? one_place(l, m->name, one, at) :
							    one_condition(l, m->name, one, object, at);
			if (rc != 0)
				return rc;
		}
		return 0;
	case MEMBER_POINTER:
		if (!json_is_null(value) && !str_starts(s, STR("/")))
			return loader_fail(l, m->name, "must be a JSON pointer such as \"/results\"");
		*(struct str *)at = loader_keep(l, s);
		return 0;
	case MEMBER_TEXT:
		if (!s.at)
			return loader_fail(l, m->name, "must be text in quotes");
		*(struct str *)at = loader_keep(l, s);
		return 0;
	case MEMBER_FLAG:
		if (!json_is_boolean(value))
			return loader_fail(l, m->name, "must be true or false");
		*(bool *)at = json_is_true(value);
		return 0;
	case MEMBER_OTHER:
		return 0;
	}
	return 0;
}

static int unknown_member(struct loader *l, const char *name, const struct member *table)
{
	const char *names[NAMES_MAX];
	size_t n = 0;
	for (; table[n].name && n + 1 < NAMES_MAX; n++)
		names[n] = table[n].name;
	names[n] = NULL;
	const char *near = nearest(str_of(name), names);
	return near ? loader_fail(l, name, "is no member of a descriptor here; did you mean \"%s\"?", near) :
		      loader_fail(l, name, "is no member of a descriptor here");
}

int loader_members(struct loader *l, const json_t *object, const struct member *table, void *base)
{
	const char *name;
	json_t *value;
	if (!json_is_object(object))
		return loader_fail(l, NULL, "must be an object in { }");
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		const struct member *m = table;
		while (m->name && strcmp(m->name, name) != 0)
			m++;
		if (!m->name && strncmp(name, "//", 2) == 0)
			continue;
		if (!m->name)
			return unknown_member(l, name, table);
		int rc = read_member(l, object, m, value, (char *)base + m->offset);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int loader_pairs(struct loader *l, const json_t *object, const char *name, struct pair *pairs, size_t most, size_t *count,
		 bool (*known)(struct str name, void *user), void *user)
{
	const json_t *map = json_object_get(object, name);
	const char *key;
	json_t *value;
	if (map && !json_is_object(map))
		return loader_fail(l, name, "must be an object of names and texts");
	json_object_foreach((json_t *)(uintptr_t)map, key, value) {
		struct err what = { .text = "" };
		struct str s = json_str(value);
		if (*count == most)
			return loader_fail(l, name, "holds more than %zu", most);
		if (!s.at)
			return loader_fail(l, name, "%s must be text in quotes", key);
		struct pair pair = { loader_keep(l, str_of(key)), loader_keep(l, s) };
		if (template_check(pair.value, known, user, &what) != 0)
			return loader_fail(l, name, "%s: %s", key, what.text);
		pairs[(*count)++] = pair;
	}
	return 0;
}
