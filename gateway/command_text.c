/* `wasl text`: what flows/text/ does, as a filter (CONTRACT 8): one JSON object a line in, one out.  A line that cannot
 * be answered is named on stderr by its number, the others are answered, and the exit code is 65. */
#include "gateway/command_text.h"

#include "gateway/command.h"
#include "gateway/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE_BYTES_MAX = 1 << 20,
	ARENA_BYTES = 32 << 20, /* folding makes 18 letters of one */
};

static const struct text_filter filters[] = {
	{ "measure", text_measure },     { "transliterate", text_transliterate }, { "normalise", text_normalise_line },
	{ "fold", text_fold_line },      { "match", text_match },                 { "paginate", text_paginate },
	{ "phone", text_phone },
};

enum { FILTERS = sizeof filters / sizeof *filters };

static const struct text_filter *filter_named(const char *name)
{
	for (size_t i = 0; i < FILTERS; i++)
		if (strcmp(filters[i].name, name) == 0)
			return &filters[i];
	return NULL;
}

/* 1: a line is in *line; 0: no more; -E2BIG: it was too long and has been skipped. */
static int read_line(char *storage, struct str *line)
{
	size_t len = 0;
	bool too_long = false;
	int c;
	while ((c = getc(stdin)) != EOF && c != '\n') {
		too_long = too_long || len == LINE_BYTES_MAX;
		if (!too_long)
			storage[len++] = (char)c;
	}
	if (c == EOF && len == 0)
		return 0;
	*line = (struct str){ storage, len };
	return too_long ? -E2BIG : 1;
}

static int answer_line(struct text_context *context, const struct text_filter *filter, struct str line, struct err *err)
{
	json_t *in = json_parse(line, err), *out = json_object();
	int rc = in && out ? 0 : -EINVAL;
	if (rc == 0 && !json_is_object(in))
		rc = err_set(err, -EINVAL, "not a JSON object");
	arena_reset(&context->arena);
	if (rc == 0)
		rc = filter->run(context, in, out, err);
	if (rc == 0)
		json_print_line(out);
	json_decref(in);
	json_decref(out);
	return rc;
}

/* What json_parse() says of a text of one line, without its "line 1: ". */
static const char *reason(const struct err *err)
{
	static const char prefix[] = "line 1: ";
	return strncmp(err->text, prefix, sizeof prefix - 1) == 0 ? err->text + sizeof prefix - 1 : err->text;
}

static int run(struct text_context *context, const struct text_filter *filter, char *storage)
{
	struct str line;
	int exit_code = EX_OK, rc;
	for (unsigned long number = 1; (rc = read_line(storage, &line)) != 0; number++) {
		struct err err = { .text = "larger than 1 MiB" };
		if (rc > 0 && str_trim(line).len == 0)
			continue;
		if (rc > 0 && answer_line(context, filter, line, &err) == 0)
			continue;
		(void)fprintf(stderr, "wasl text %s: line %lu: %s\n", filter->name, number, reason(&err));
		exit_code = EX_DATAERR;
	}
	if (ferror(stdin) || fflush(stdout) != 0 || ferror(stdout))
		return command_fail("text", EX_IOERR, "cannot read standard input or write standard output");
	return exit_code;
}

int command_text(const struct invocation *in)
{
	const char *names[FILTERS + 1] = { NULL };
	for (size_t i = 0; i < FILTERS; i++)
		names[i] = filters[i].name;
	if (in->argc != 2)
		return command_usage("text", "takes one of measure, transliterate, normalise, fold, match, paginate, phone");
	const struct text_filter *filter = filter_named(in->argv[1]);
	if (!filter)
		return command_usage_word("text", in->argv[1], names);
	struct text_context context = { .words = { NULL } };
	char *storage = malloc(LINE_BYTES_MAX);
	if (!storage || arena_new(&context.arena, ARENA_BYTES) != 0) {
		free(storage);
		return command_fail("text", EX_SOFTWARE, "out of memory");
	}
	int exit_code = text_context_load(&context, in);
	/* A program at the other end of a pipe waits for each answer. */
	(void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (exit_code == EX_OK)
		exit_code = run(&context, filter, storage);
	text_context_free(&context);
	free(storage);
	return exit_code;
}
