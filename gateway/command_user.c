/* wasl user add|list|reset|disable: accounts of the console.  A password is never seen here: a one-time link is printed, and
 * who opens it chooses it. */
#include "db/reader.h"
#include "gateway/act.h"
#include "gateway/command.h"
#include "gateway/config.h"
#include "gateway/print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = { "add", "list", "reset", "disable", NULL };

/* ---- list */

static int print_user(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	json_t *all = user; /* the rows as JSON, NULL: as text */
	json_t *one = all ? json_object() : NULL;
	for (size_t i = 0; one && i < columns; i++)
		(void)json_object_set_new(one, names[i], row[i].kind == CELL_NULL ? json_null() : json_from_str(row[i].text));
	if (all)
		return json_array_append_new(all, one) == 0 ? 0 : -ENOMEM;
	printf("%-16.*s %-9.*s %-30.*s %-20.*s %.*s\n", STR_ARG(row[0].text), STR_ARG(row[4].text), STR_ARG(row[2].text),
	       STR_ARG(row[3].text), STR_ARG(row[1].text));
	return 0;
}

static int list(const struct config *config, bool json)
{
	static const char sql[] = "SELECT user, name, roles, iif(offices = '', 'all offices', offices) AS offices, state,"
		" strftime('%Y-%m-%dT%H:%M:%SZ', last_sign_in / 1000, 'unixepoch') AS last_sign_in FROM main.staff ORDER BY user";
	char state[4096], key_file[4096];
	struct reader *reader;
	struct err err;
	if (!str_copy(config->state, state, sizeof state) || !str_copy(config->key_file, key_file, sizeof key_file))
		return command_fail("user", EX_CONFIG, "a path of the configuration is too long");
	int rc = reader_open(state, key_file, &reader, &err);
	if (rc != 0)
		return command_fail("user", command_exit_code(rc), err.text);
	json_t *all = json ? json_array() : NULL;
	rc = reader_ask(reader, sql, NULL, 0, print_user, all);
	reader_close(reader);
	if (rc == 0 && all)
		json_print_line(all);
	json_decref(all);
	return rc == 0 ? EX_OK : command_fail("user", EX_IOERR, "the database does not answer");
}

/* ---- the others */

/* "counsellor,protection": a comma on the command line, a space inside. */
static void put_words(json_t *request, const char *key, const char *value)
{
	char text[256];
	if (!value || !str_copy(str_of(value), text, sizeof text))
		return;
	for (char *c = text; *c; c++)
		if (*c == ',')
			*c = ' ';
	json_put_str(request, key, str_of(text));
}

static int parse(const struct invocation *in, json_t *request)
{
	static const char *const options[] = { "--role", "--office", "--name", "--language", "--as" };
	const char *value[5] = { NULL, NULL, NULL, NULL, "administrator" };
	const char *user = NULL;
	for (int i = 2; i < in->argc; i++) {
		size_t o = 0;
		while (o < 5 && strcmp(in->argv[i], options[o]) != 0)
			o++;
		if (o < 5 && i + 1 < in->argc)
			value[o] = in->argv[++i];
		else if (in->argv[i][0] != '-' && !user)
			user = in->argv[i];
		else
			return command_usage("user", "takes a name, and with add: --role R[,R…] [--office O[,O…]] [--name TEXT] [--language fr]");
	}
	if (!user)
		return command_usage("user", "needs the name of the user");
	json_put_str(request, "user", str_of(user));
	put_words(request, "roles", value[0]);
	put_words(request, "offices", value[1]);
	json_put_str(request, "name", value[2] ? str_of(value[2]) : (struct str){ NULL, 0 });
	json_put_str(request, "language", value[3] ? str_of(value[3]) : (struct str){ NULL, 0 });
	json_put_str(request, "as", str_of(value[4]));
	return 0;
}

static int ask(const struct invocation *in, const struct config *config)
{
	char act[24];
	json_t *request = json_object(), *answer = NULL;
	(void)snprintf(act, sizeof act, "user.%s", in->argv[1]);
	(void)json_object_set_new(request, "do", json_string("act"));
	(void)json_object_set_new(request, "act", json_string(act));
	int code = parse(in, request);
	if (code == 0)
		code = act_ask(config, request, &answer);
	json_decref(request);
	if (code != 0)
		return code;
	const char *link = json_string_value(json_object_get(answer, "link"));
	if (in->json)
		json_print_line(answer);
	else if (link)
		printf("%s\n", link);
	if (link && !in->json)
		(void)fprintf(stderr, "For one use, within 24 hours, by the person alone: password and code are chosen there.\n");
	json_decref(answer);
	return EX_OK;
}

int command_user(const struct invocation *in)
{
	struct config *config = calloc(1, sizeof *config);
	if (in->argc < 2) {
		free(config);
		return command_usage("user", "takes add, list, reset or disable");
	}
	bool known = false;
	for (size_t i = 0; words[i]; i++)
		known = known || strcmp(in->argv[1], words[i]) == 0;
	if (!known || !config) {
		free(config);
		return config ? command_usage_word("user", in->argv[1], words) : EX_OSERR;
	}
	int code = command_config(in, config);
	if (code == 0) {
		code = strcmp(in->argv[1], "list") == 0 ? list(config, in->json) : ask(in, config);
		config_free(config);
	}
	free(config);
	return code;
}
