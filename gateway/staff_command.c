#include "gateway/staff_command.h"

#include "gateway/act.h"
#include "gateway/print.h"

#include <stdio.h>
#include <string.h>

enum { VALUES_MAX = 12 };

struct given {
	struct str name[VALUES_MAX], value[VALUES_MAX]; /* places, then options; value.at == NULL: not given */
	bool must[VALUES_MAX];
	size_t places, count;
};

static void expect(struct given *g, const char *names)
{
	struct str rest = str_of(names), name;
	while (g->count < VALUES_MAX && str_split(&rest, ' ', &name)) {
		bool must = str_ends(name, STR("!"));
		if (!name.len)
			continue;
		if (must)
			name.len--;
		g->must[g->count] = must;
		g->name[g->count++] = name;
	}
}

/* Which of the words the argument at *i is for, and *i on its value; count: none. */
static size_t place_of(const struct invocation *in, int *i, const struct given *g, size_t *place)
{
	size_t at = g->places;
	if (strncmp(in->argv[*i], "--", 2) != 0)
		return *place < g->places ? (*place)++ : g->count;
	while (at < g->count && !str_eq_z(g->name[at], in->argv[*i] + 2))
		at++;
	return ++*i < in->argc ? at : g->count;
}

/* 0, or a usage error that says what is taken, never what was typed: it may be about a person. */
static int read_arguments(const struct invocation *in, const char *name, const struct staff_word *w, struct given *g)
{
	char what[240];
	size_t place = 0;
	bool whole = true;
	expect(g, w->places ? w->places : "");
	g->places = g->count;
	expect(g, w->options ? w->options : "");
	for (int i = 2; whole && i < in->argc; i++) {
		size_t at = place_of(in, &i, g, &place);
		whole = at < g->count && !g->value[at].at;
		if (whole)
			g->value[at] = str_of(in->argv[i]);
	}
	for (size_t i = 0; i < g->count; i++)
		whole = whole && (g->value[i].at || (i >= g->places && !g->must[i]));
	if (whole)
		return 0;
	struct buf b = buf_over(what, sizeof what - 1);
	buf_printf(&b, "%s takes", w->word);
	for (size_t i = 0; i < g->count; i++) {
		buf_put_z(&b, i < g->places ? " " : g->must[i] ? " --" : " [--");
		buf_put(&b, g->name[i]);
		buf_put_z(&b, i < g->places ? "" : g->must[i] ? " ..." : " ...]");
	}
	what[b.len] = '\0';
	return command_usage(name, what);
}

static int run_query(const struct invocation *in, const struct staff_word *w, struct given *g)
{
	struct config config;
	struct reader *reader;
	int code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	for (size_t i = 0; i < g->count; i++)
		if (!g->value[i].at)
			g->value[i] = STR("");
	code = print_query(reader, w->sql, g->value, g->count, in->json);
	reader_close(reader);
	config_free(&config);
	return code;
}

/* What the act answered, a line a member. */
static void show(json_t *answer, bool json)
{
	const char *key;
	json_t *value;
	(void)json_object_del(answer, "ok");
	if (json) {
		json_print_line(answer);
		return;
	}
	json_object_foreach(answer, key, value) {
		printf("%s ", key);
		if (json_is_string(value))
			print_safe(json_str(value));
		else
			json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT);
		putchar('\n');
	}
}

static int run_act(const struct invocation *in, const struct staff_word *w, const struct given *g)
{
	struct config config;
	json_t *answer = NULL;
	int code = open_config(in, &config);
	if (code != 0)
		return code;
	json_t *request = json_pack("{s:s}", "act", w->act);
	for (size_t i = 0; i < g->count; i++) {
		char name[32];
		if (g->value[i].at && str_copy(g->name[i], name, sizeof name))
			json_put_str(request, name, g->value[i]);
	}
	code = act_ask(&config, request, &answer);
	if (code == 0)
		show(answer, in->json);
	json_decref(answer);
	json_decref(request);
	config_free(&config);
	return code;
}

int staff_command(const struct invocation *in, const char *name, const struct staff_word *words)
{
	const char *names[24] = { NULL };
	size_t n = 0;
	for (const struct staff_word *w = words; w->word; w++) {
		struct given g = { .count = 0 };
		names[n++] = w->word;
		if (in->argc < 2 || strcmp(in->argv[1], w->word) != 0)
			continue;
		int code = read_arguments(in, name, w, &g);
		if (code != 0)
			return code;
		return w->act ? run_act(in, w, &g) : run_query(in, w, &g);
	}
	return command_usage_word(name, in->argc > 1 ? in->argv[1] : "", names);
}
