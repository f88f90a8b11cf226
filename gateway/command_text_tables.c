#include "flows/embedded.h"
#include "gateway/command.h"
#include "gateway/command_text.h"
#include "gateway/definitions.h"

#include <errno.h>
#include <stdio.h>

enum { TABLES_BYTES = 8 << 20 };

/* Languages that words.tsv knows by themselves; in a programme they go with one of its languages. */
static const char *const spoken[] = { "fr", "ar", "en", "es", "ary", "wo", "ff-GN", "ff-SN", "mnk", "bm" };

static void add_code(struct text_context *context, struct str code)
{
	for (size_t i = 0; i < context->codes_count; i++)
		if (str_eq(context->codes[i], code))
			return;
	if (context->codes_count < TEXT_CODES_MAX)
		context->codes[context->codes_count++] = code;
}

/* The folder's file of that name, else the one inside the program. */
static struct str table_named(const struct definitions *d, const char *name)
{
	struct str wanted = str_of(name);
	for (size_t i = 0; i < d->count; i++) {
		struct str path = d->sources[i].name;
		bool whole = path.len == wanted.len || (path.len > wanted.len && path.at[path.len - wanted.len - 1] == '/');
		if (whole && str_ends(path, wanted))
			return d->sources[i].bytes;
	}
	for (const struct embedded_file *f = flow_files; f->name; f++)
		if (str_eq_z(wanted, f->name))
			return (struct str){ f->bytes, f->len };
	return STR("");
}

static int load_tables(struct text_context *context, struct str folder)
{
	struct definitions d;
	struct err err = { .text = "" };
	int rc = definitions_read(&d, folder, &err);
	if (rc == 0) {
		rc = words_load(&context->words, table_named(&d, "keywords.tsv"), table_named(&d, "words.tsv"),
				context->codes, context->codes_count, &context->tables, &err);
		if (rc == 0)
			rc = phone_plan_load(&context->phones, table_named(&d, "phones.tsv"), &context->tables, &err);
		definitions_free(&d);
	}
	return rc == 0 ? EX_OK : command_fail("text", command_exit_code(rc), err.text);
}

static void ignore(const char *problem, void *user)
{
	(void)problem, (void)user;
}

/* The configuration is a help here, no condition: without one, or with a broken one, the program's own tables serve. */
static int load_configured(struct text_context *context, const struct invocation *in)
{
	struct config config;
	struct str folder = STR("");
	int rc = in->config_path ? command_config(in, &config) : config_load(&config, NULL, ignore, NULL);
	if (rc != 0 && in->config_path)
		return rc;
	if (rc != 0 && rc != -ENOENT)
		(void)fprintf(stderr, "wasl text: the configuration has mistakes (`wasl check`); reading the program's own words\n");
	if (rc == 0) {
		folder = config.flows;
		for (size_t i = 0; i < config.languages_count; i++)
			add_code(context, arena_str(&context->tables, config.languages[i]));
	}
	for (size_t i = 0; i < sizeof spoken / sizeof *spoken; i++)
		add_code(context, str_of(spoken[i]));
	int exit_code = load_tables(context, folder);
	if (rc == 0)
		config_free(&config);
	return exit_code;
}

int text_context_load(struct text_context *context, const struct invocation *in)
{
	if (arena_new(&context->tables, TABLES_BYTES) != 0)
		return command_fail("text", EX_SOFTWARE, "out of memory");
	return load_configured(context, in);
}

void text_context_free(struct text_context *context)
{
	arena_free(&context->tables);
	arena_free(&context->arena);
}
