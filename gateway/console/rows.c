/* Rows of the read-only connection -> JSON; the names of columns say how (call.h). */
#include "gateway/console/call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static json_t *words_of(struct str text)
{
	json_t *all = json_array();
	struct str rest = text, word;
	while (str_split(&rest, ' ', &word))
		if (word.len)
			(void)json_array_append_new(all, json_from_str(word));
	return all;
}

static json_t *plain(const struct cell *c)
{
	switch (c->kind) {
	case CELL_INTEGER: return json_integer(c->integer);
	case CELL_REAL: return json_real(c->real);
	case CELL_TEXT: case CELL_BLOB: return json_from_str(c->text);
	case CELL_NULL: default: return json_null();
	}
}

static bool is_time(struct str name)
{
	return str_ends(name, STR("_at")) || str_ends(name, STR("_until")) || str_ends(name, STR("_since")) || str_eq_z(name, "at");
}

static void put_cell(json_t *object, const char *name, const struct cell *c)
{
	json_t *value;
	if (strncmp(name, "b:", 2) == 0)
		name += 2, value = c->kind == CELL_NULL ? json_null() : json_boolean(c->integer != 0);
	else if (strncmp(name, "w:", 2) == 0)
		name += 2, value = words_of(c->text);
	else if (strncmp(name, "j:", 2) == 0)
		name += 2, value = c->kind == CELL_NULL ? json_null() : json_parse(c->text, NULL);
	else if (c->kind == CELL_INTEGER && is_time(str_of(name)))
		value = json_time(c->integer);
	else
		value = plain(c);
	(void)json_object_set_new(object, name, value ? value : json_null());
}

static json_t *object_of(const char *const *names, const struct cell *row, size_t columns)
{
	json_t *object = json_object();
	for (size_t i = 0; i < columns; i++)
		if (names[i][0] != '-')
			put_cell(object, names[i], &row[i]);
	return object;
}

static int add_row(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	return json_array_append_new(user, object_of(names, row, columns)) == 0 ? 0 : -ENOMEM;
}

json_t *rows_all(struct call *call, const char *sql, const struct cell *values, size_t count)
{
	json_t *all = json_array();
	if (reader_ask(call->c->reader, sql, values, count, add_row, all) == 0)
		return all;
	json_decref(all);
	return NULL;
}

json_t *rows_one(struct call *call, const char *sql, const struct cell *values, size_t count)
{
	json_t *all = rows_all(call, sql, values, count);
	if (!all)
		return NULL;
	json_t *one = json_array_size(all) ? json_incref(json_array_get(all, 0)) : json_null();
	json_decref(all);
	return one;
}

json_t *rows_page(json_t *items, const char *id, int64_t limit)
{
	if (!items)
		return NULL;
	size_t n = json_array_size(items);
	char cursor[24];
	struct buf b = buf_over(cursor, sizeof cursor);
	buf_put_i64(&b, n ? json_integer_value(json_object_get(json_array_get(items, n - 1), id)) : 0);
	json_t *next = (int64_t)n == limit ? json_from_str(buf_str(&b)) : json_null();
	return json_pack("{s:o, s:o}", "next", next, "items", items);
}

static int take_number(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	*(int64_t *)user = row[0].kind == CELL_INTEGER ? row[0].integer : -1;
	return 0;
}

int64_t rows_number(struct call *call, const char *sql, const struct cell *values, size_t count)
{
	int64_t n = -1;
	return reader_ask(call->c->reader, sql, values, count, take_number, &n) == 0 ? n : -1;
}

struct taken_text {
	struct arena *arena;
	struct str text;
};

static int take_text(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct taken_text *t = user;
	(void)names, (void)columns;
	if (row[0].kind == CELL_TEXT || row[0].kind == CELL_BLOB)
		t->text = arena_str(t->arena, row[0].text);
	return 0;
}

struct str rows_text(struct call *call, const char *sql, const struct cell *values, size_t count)
{
	struct taken_text t = { .arena = &call->arena };
	if (reader_ask(call->c->reader, sql, values, count, take_text, &t) != 0)
		t.text.at = NULL;
	return t.text;
}
