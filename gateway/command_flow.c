/* wasl flow: the conversations, for those who write them.  No daemon, no database. */
#include "gateway/command_flow.h"

#include "flows/check.h"
#include "flows/json_line.h"
#include "flows/nearest.h"
#include "gateway/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct check_limits limits = { { 160, 80 }, 3, 0 }; /* of a channel that nobody configured */

/* ---- which definitions */

static bool has_configuration(const struct invocation *in)
{
	return in->config_path || access("wasl.json", R_OK) == 0 || access("/etc/wasl/wasl.json", R_OK) == 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static char *read_stream(FILE *f, size_t *len)
{
	char *bytes = malloc(DEFINITION_BYTES_MAX);
	*len = bytes ? fread(bytes, 1, DEFINITION_BYTES_MAX, f) : 0;
	if (bytes && !ferror(f) && *len < DEFINITION_BYTES_MAX)
		return bytes;
	free(bytes);
	return NULL;
}

/* FILE stands in the place of the file of the same name, or beside the others. */
static int put_file(struct flow_command *c, const char *path)
{
	size_t len = 0, at = 0;
	FILE *f = fopen(path, "re");
	char *bytes = f ? read_stream(f, &len) : NULL;
	if (f)
		(void)fclose(f);
	if (!bytes) {
		(void)fprintf(stderr, "wasl flow: %s cannot be read\n", path);
		return EX_NOINPUT;
	}
	struct definitions *d = &c->files;
	while (at < d->count && strcmp(base_name(d->sources[at].name.at), base_name(path)) != 0)
		at++;
	if (at == DEFINITIONS_MAX) {
		free(bytes);
		return command_fail("flow", EX_DATAERR, "too many files");
	}
	d->count += at == d->count;
	d->sources[at] = (struct source){ str_of(path), { bytes, len } }; /* lives until the process ends */
	return EX_OK;
}

static int load(struct flow_command *c, bool words_are_files)
{
	static struct config config; /* large */
	struct load_options options = { 0 };
	struct err err = { .text = "" };
	int code = EX_OK;
	bool configured = has_configuration(c->in);
	if (configured)
		code = command_config(c->in, &config);
	if (code != EX_OK)
		return code;
	options = (struct load_options){ configured && config.languages_count ? config.languages : NULL,
					 config.languages_count, config.optional_states, config.optional_states_count };
	if (definitions_read(&c->files, config.flows, &err))
		return command_fail("flow", EX_NOINPUT, err.text);
	for (int i = 0; words_are_files && i < c->words_count && code == EX_OK; i++)
		code = put_file(c, c->words[i]);
	if (code == EX_OK && book_load(&c->book, c->files.sources, c->files.count, &options, &err))
		code = command_fail("flow", EX_DATAERR, err.text);
	return code;
}

const struct flow *flow_command_flow(const struct flow_command *c)
{
	const char *names[FLOWS_MAX + 1] = { NULL };
	const struct flow *f = c->name ? book_flow(&c->book, str_of(c->name), STR("")) : NULL;
	if (f)
		return f;
	for (size_t i = 0; i < c->book.flows_count; i++)
		names[i] = c->book.flows[i]->name.at;
	if (c->name)
		(void)command_usage_word("flow", c->name, names);
	else
		(void)command_usage("flow", "the NAME of a conversation is missing; `wasl flow list` shows them");
	return NULL;
}

int flow_command_language(const struct flow_command *c)
{
	int at = c->language ? book_language(&c->book, str_of(c->language)) : 0;
	return at < 0 ? 0 : at;
}

/* ---- list */

static int list(struct flow_command *c)
{
	json_t *all = c->in->json ? json_array() : NULL;
	for (size_t i = 0; i < c->book.flows_count; i++) {
		const struct flow *f = c->book.flows[i];
		if (!all) {
			(void)printf("%-16.*s %3zu states  %s  %.*s\n", STR_ARG(f->name), f->states_count, f->version,
				     STR_ARG(f->title));
			continue;
		}
		json_t *one = json_object();
		json_put_str(one, "name", f->name);
		json_put_str(one, "title", f->title);
		json_put_str(one, "about", f->about);
		json_put_str(one, "version", str_of(f->version));
		json_put_str(one, "file", f->file);
		(void)json_object_set_new(one, "states", json_integer((json_int_t)f->states_count));
		(void)json_array_append_new(all, one);
	}
	if (all)
		json_print_line(all);
	json_decref(all);
	return EX_OK;
}

/* ---- check */

struct findings {
	const struct flow_command *c;
	json_t *json;
	enum finding_level printed; /* in this round */
	size_t count[3]; /* by enum finding_level */
};

/* The line of a finding; where a list of one stands without brackets, or a member is missing, the line around it. */
static unsigned line_of(const struct definitions *d, struct str file, struct str path)
{
	char at[256];
	const struct source *s = NULL;
	for (size_t i = 0; i < d->count; i++)
		if (str_eq(d->sources[i].name, file) || (file.len && strcmp(base_name(d->sources[i].name.at), file.at) == 0))
			s = &d->sources[i];
	while (s && path.len && str_copy(path, at, sizeof at)) {
		unsigned line = json_line_of(s->bytes, at);
		if (line)
			return line;
		do
			path.len--;
		while (path.len && path.at[path.len] != '.' && path.at[path.len] != '[');
	}
	return 1;
}

static void print_finding(const struct finding *f, void *user)
{
	static const char *const levels[] = { "note", "warning", "error" };
	struct findings *all = user;
	if (f->level != all->printed)
		return;
	unsigned line = line_of(&all->c->files, f->file, f->path);
	all->count[f->level]++;
	if ((all->c->texts || all->c->cost) && f->level != FINDING_ERROR)
		return; /* the listing says more */
	if (!all->json) {
		(void)printf("%s: %.*s:%u: %.*s%s%.*s%s: %.*s\n", levels[f->level], STR_ARG(f->file), line, STR_ARG(f->path),
			     f->language.len ? " [" : "", STR_ARG(f->language), f->language.len ? "]" : "", STR_ARG(f->says));
		return;
	}
	json_t *one = json_object();
	json_put_str(one, "level", str_of(levels[f->level]));
	json_put_str(one, "file", f->file);
	(void)json_object_set_new(one, "line", json_integer(line));
	json_put_str(one, "path", f->path);
	json_put_str(one, "language", f->language.len ? f->language : (struct str){ NULL, 0 });
	json_put_str(one, "says", f->says);
	(void)json_array_append_new(all->json, one);
}

static int check(struct flow_command *c)
{
	struct findings all = { .c = c, .json = c->in->json ? json_array() : NULL };
	size_t errors = 0;
	/* What must be mended stands first: nobody looks for it among the notes. */
	for (int level = FINDING_ERROR; level >= FINDING_NOTE; level--) {
		all.printed = (enum finding_level)level;
		errors = book_check(&c->book, &limits, print_finding, &all);
	}
	bool listing = errors == 0 && (c->texts || c->cost);
	if (all.json && !listing)
		json_print_line(all.json);
	json_decref(all.json);
	if (listing)
		return c->texts ? flow_check_texts(c, limits.screen) : flow_check_cost(c, limits.screen);
	(void)fprintf(stderr, "wasl flow check: %zu conversations, %zu errors, %zu warnings, %zu notes: %s\n", c->book.flows_count,
		      all.count[FINDING_ERROR], all.count[FINDING_WARNING], all.count[FINDING_NOTE],
		      errors ? "the errors must be mended first, see the top" : "it can be used");
	return errors ? EX_DATAERR : EX_OK;
}

/* ---- arguments */

static const struct {
	const char *name;
	int (*run)(struct flow_command *c);
	bool words_are_files, named;
} verbs[] = { { "list", list, false, false },	  { "show", flow_show, false, true }, { "graph", flow_graph, false, true },
	      { "check", check, true, false },	  { "try", flow_try, false, true },   { "test", flow_test, false, false } };
enum { VERBS = sizeof verbs / sizeof verbs[0] };

/* EX_OK, or what is wrong was said. */
static int read_arguments(struct flow_command *c)
{
	char **argv = c->in->argv;
	for (int i = 2; i < c->in->argc; i++) {
		bool language = strcmp(argv[i], "--language") == 0, mode = strcmp(argv[i], "--mode") == 0;
		bool texts = strcmp(argv[i], "--texts") == 0, cost = strcmp(argv[i], "--cost") == 0;
		c->texts = c->texts || texts;
		c->cost = c->cost || cost;
		if (texts || cost)
			continue;
		if (!language && !mode) {
			if (argv[i][0] == '-' && argv[i][1] != '\0')
				return command_usage_word("flow", argv[i], (const char *const[]){ "--language", "--mode", "--texts",
												  "--cost", NULL });
			c->words[c->words_count++] = argv[i];
			continue;
		}
		if (i + 1 == c->in->argc)
			return command_usage("flow", language ? "--language needs a code, such as fr" : "--mode needs ussd or sms");
		const char *value = argv[++i];
		if (language)
			c->language = value;
		else if (strcmp(value, "ussd") == 0 || strcmp(value, "sms") == 0)
			c->mode = value[0] == 'u' ? MODE_USSD : MODE_SMS, c->mode_said = true;
		else
			return command_usage_word("flow", value, (const char *const[]){ "ussd", "sms", NULL });
	}
	return EX_OK;
}

static int run(struct flow_command *c, size_t verb)
{
	int code = read_arguments(c);
	if (code == EX_OK && verbs[verb].named && c->words_count > 1)
		code = command_usage("flow", "takes the name of one conversation");
	if (code == EX_OK && (c->texts || c->cost) && (verbs[verb].run != check || (c->texts && c->cost)))
		code = command_usage("flow", "--texts or --cost stand behind check, one of them");
	if (code == EX_OK && verbs[verb].named)
		c->name = c->words_count ? c->words[0] : NULL;
	if (code == EX_OK)
		code = load(c, verbs[verb].words_are_files);
	if (code != EX_OK)
		return code;
	if (c->language && book_language(&c->book, str_of(c->language)) < 0) {
		const char *codes[LANGUAGES_MAX + 1] = { NULL };
		for (size_t i = 0; i < c->book.languages_count; i++)
			codes[i] = c->book.languages[i].at;
		return command_usage_word("flow", c->language, codes);
	}
	return verbs[verb].run(c);
}

int command_flow(const struct invocation *in)
{
	static struct flow_command c; /* large */
	const char *names[VERBS + 1] = { NULL };
	for (size_t i = 0; i < VERBS; i++)
		names[i] = verbs[i].name;
	if (in->argc < 2)
		return command_usage("flow", "takes list, show, graph, check, try or test");
	char **words = calloc((size_t)in->argc, sizeof *words);
	c = (struct flow_command){ .in = in, .words = words, .mode = MODE_USSD };
	for (size_t i = 0; i < VERBS && words; i++)
		if (strcmp(in->argv[1], names[i]) == 0) {
			int code = run(&c, i);
			book_free(&c.book);
			free(words);
			return code;
		}
	free(words);
	return command_usage_word("flow", in->argv[1], names);
}
