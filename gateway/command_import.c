/* wasl import cases|historic FILE [--as USER] [--reason TEXT] */
#include "gateway/command.h"
#include "gateway/definitions.h"
#include "gateway/import.h"
#include "gateway/print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_problem(size_t line, const char *what, void *user)
{
	(void)fprintf(stderr, "%s:%zu: %s\n", (const char *)user, line, what);
}

/* The whole file, "-" is stdin.  NULL: the reason is on stderr and the exit code in *code. */
static char *read_whole(const char *path, size_t *len, int *code)
{
	FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	char *text = malloc(IMPORT_BYTES_MAX + 1);
	*code = !from ? (errno == EACCES ? EX_NOPERM : EX_NOINPUT) : EX_OSERR;
	if (!from)
		(void)fprintf(stderr, "wasl import: %s: %s\n", path, strerror(errno));
	if (from && text) {
		*len = fread(text, 1, IMPORT_BYTES_MAX + 1, from);
		*code = ferror(from) ? EX_IOERR : 0;
	}
	if (from && from != stdin)
		(void)fclose(from);
	if (*code == 0)
		return text;
	free(text);
	return NULL;
}

static int send_file(const struct config *config, const char *kind, struct str text, struct str user, struct str reason,
		size_t rows)
{
	json_t *answer = NULL, *request = json_pack("{s:s, s:s}", "act", "import", "kind", kind);
	json_put_str(request, "as", user);
	if (reason.len)
		json_put_str(request, "reason", reason);
	json_put_str(request, "text", text);
	int code = act_ask(config, request, &answer);
	json_decref(request);
	json_decref(answer);
	if (code == 0)
		printf("%zu rows imported\n", rows);
	return code;
}

static int check_and_send(const struct invocation *in, char *file, const char *kind, struct str user, struct str reason)
{
	struct config config;
	struct book book;
	struct err err = { .text = "" };
	size_t len = 0, rows = 0;
	int code = 0;
	char *text = read_whole(file, &len, &code);
	if (!text)
		return code;
	code = open_config(in, &config);
	if (code == 0) {
		int rc = definitions_load(&book, &config, &err);
		if (rc == 0) {
			size_t problems = import_check(&config, &book.phones, str_of(kind), (struct str){ text, len }, print_problem, file, &rows);
			book_free(&book);
			if (problems) {
				(void)fprintf(stderr, "wasl import: nothing was imported: %zu problem%s\n", problems, problems == 1 ? "" : "s");
				code = EX_DATAERR;
			} else {
				code = send_file(&config, kind, (struct str){ text, len }, user, reason, rows);
			}
		} else {
			code = command_fail("import", EX_CONFIG, err.text);
		}
		config_free(&config);
	}
	free(text);
	return code;
}

int command_import(const struct invocation *in)
{
	static const char *const kinds[] = { "cases", "historic", NULL };
	struct str user = STR("administrator"), reason = STR("");
	char *word[2] = { NULL, NULL };
	int words = 0;
	for (int i = 1; i < in->argc; i++) {
		struct str *to = strcmp(in->argv[i], "--as") == 0 ? &user : strcmp(in->argv[i], "--reason") == 0 ? &reason : NULL;
		if (to && i + 1 < in->argc)
			*to = str_of(in->argv[++i]);
		else if (to || strncmp(in->argv[i], "--", 2) == 0 || words == 2)
			return command_usage("import", "takes cases or historic, a FILE, --as USER and --reason TEXT");
		else
			word[words++] = in->argv[i];
	}
	if (words == 0 || (strcmp(word[0], kinds[0]) != 0 && strcmp(word[0], kinds[1]) != 0))
		return command_usage_word("import", words ? word[0] : "", kinds);
	if (words == 1)
		return command_usage("import", "needs a FILE, or - for stdin");
	return check_and_send(in, word[1], word[0], user, reason);
}
