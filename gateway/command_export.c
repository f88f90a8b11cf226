/* wasl export NAME --format F [--output FILE] … · wasl export request NAME --as USER --reason TEXT */
#include "gateway/act.h"
#include "gateway/command.h"
#include "gateway/definitions.h"
#include "gateway/export.h"
#include "gateway/parcel.h"
#include "gateway/print.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COLUMN_MAP_MAX = 16 * 1024 };

struct order {
	struct export_ask ask;
	struct str format, output, year, from, to, columns, language, approval, reason, password_file;
	struct config config;
	char path[4096], map[COLUMN_MAP_MAX], password[PARCEL_PASSWORD_MAX + 2];
	time_t shown;
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

/* ---- arguments */

static int read_arguments(const struct invocation *in, struct order *o, int from)
{
	const struct { const char *name; struct str *to; } options[] = {
		{ "--format", &o->format }, { "--output", &o->output }, { "--year", &o->year }, { "--from", &o->from }, { "--to", &o->to },
		{ "--direction", &o->ask.direction }, { "--tag", &o->ask.tag }, { "--office", &o->ask.office }, { "--flow", &o->ask.flow },
		{ "--columns", &o->columns }, { "--language", &o->language }, { "--purpose", &o->ask.purpose }, { "--as", &o->ask.user },
		{ "--approval", &o->approval }, { "--reason", &o->reason }, { "--password-file", &o->password_file },
	};
	const size_t count = sizeof options / sizeof *options;
	for (int i = from; i < in->argc; i++) {
		size_t k = 0;
		if (strcmp(in->argv[i], "--names") == 0) {
			o->ask.names = true;
			continue;
		}
		while (k < count && strcmp(in->argv[i], options[k].name) != 0)
			k++;
		if (k < count && i + 1 < in->argc)
			*options[k].to = str_of(in->argv[++i]);
		else if (k < count || strncmp(in->argv[i], "--", 2) == 0 || o->ask.name.len)
			return command_usage("export", "takes one NAME and the options of `wasl help export`");
		else
			o->ask.name = str_of(in->argv[i]);
	}
	return 0;
}

static int known(const char *what, struct str typed, const char *const *words, int *index)
{
	char text[64];
	for (*index = 0; words[*index]; (*index)++)
		if (str_eq_z(typed, words[*index]))
			return 0;
	(void)what;
	return command_usage_word("export", str_copy(typed, text, sizeof text) ? text : "that", words);
}

static int read_map(struct order *o)
{
	char path[4096];
	if (!o->columns.len)
		return 0;
	FILE *from = str_copy(o->columns, path, sizeof path) ? fopen(path, "rb") : NULL;
	if (!from)
		return command_fail("export", EX_NOINPUT, "the column map cannot be read");
	size_t n = fread(o->map, 1, sizeof o->map, from);
	(void)fclose(from);
	o->ask.columns = (struct str){ o->map, n };
	return n == 0 || n == sizeof o->map ? command_fail("export", EX_DATAERR, "the column map is empty or too long") : 0;
}

/* The first line; never an argument, which every user of the machine can read. */
static int read_password(struct order *o)
{
	char path[4096];
	if (!o->password_file.len)
		return 0;
	bool typed = str_eq_z(o->password_file, "-");
	FILE *from = typed ? stdin : str_copy(o->password_file, path, sizeof path) ? fopen(path, "rb") : NULL;
	if (!from)
		return command_fail("export", EX_NOINPUT, "the file of the password cannot be read");
	if (!fgets(o->password, sizeof o->password, from))
		o->password[0] = '\0';
	if (!typed)
		(void)fclose(from);
	size_t n = strcspn(o->password, "\r\n");
	o->password[n] = '\0';
	if (n < PARCEL_PASSWORD_MIN || n > PARCEL_PASSWORD_MAX)
		return command_fail("export", EX_DATAERR, "a password has 8 to 64 bytes");
	o->ask.password = o->password;
	o->ask.zip = true;
	return 0;
}

/* What has no file and needs one gets a name that says what it is; so does a spreadsheet that would go to a terminal. */
static int choose_path(struct order *o)
{
	if (o->output.len) {
		o->ask.path = o->path;
		o->ask.zip |= str_ends(o->output, STR(".zip"));
		return str_copy(o->output, o->path, sizeof o->path) ? 0 : command_usage("export", "the file's path is too long");
	}
	if (o->ask.format != EXPORT_FLOIP && !o->ask.zip && (o->ask.format != EXPORT_XLSX || !isatty(1)))
		return 0;
	export_file_name(&o->ask, o->path, sizeof o->path);
	o->ask.path = o->path;
	return 0;
}

static int check(struct order *o)
{
	struct err err = { .text = "" };
	int index;
	struct timespec now;
	if (!o->ask.name.len)
		return command_usage_word("export", "", export_names);
	int code = known("export", o->ask.name, export_names, &index);
	if (code == 0 && !o->format.len)
		o->format = str_eq_z(o->ask.name, "flows") ? STR("floip") : STR("xlsx");
	if (code == 0)
		code = known("format", o->format, export_formats, &index);
	if (code != 0)
		return code;
	o->ask.format = (enum export_format)index;
	if ((o->year.len || o->from.len || o->to.len) && period_parse(o->year, o->from, o->to, &o->ask.period, &err) != 0)
		return command_usage("export", err.text);
	if (o->ask.names && (!o->approval.len || !o->ask.user.len || !o->ask.purpose.len))
		return command_usage("export", "--names needs --approval N, --as USER and --purpose TEXT; `wasl export request` asks for it");
	clock_gettime(CLOCK_REALTIME, &now);
	o->ask.now_ms = (int64_t)now.tv_sec * 1000;
	o->ask.right_to_left = str_eq_z(o->language, "ar");
	if (!o->ask.user.len)
		o->ask.user = STR("administrator");
	code = read_password(o);
	if (code == 0)
		code = choose_path(o);
	return code == 0 ? read_map(o) : code;
}

/* ---- watching */

static int ask(const struct config *config, json_t *request)
{
	json_t *answer = NULL;
	int code = act_ask(config, request, &answer);
	json_decref(answer);
	json_decref(request);
	return code;
}

static json_t *request_of(const struct order *o, const char *act)
{
	json_t *request = json_pack("{s:s}", "act", act);
	json_put_str(request, "as", o->ask.user);
	json_put_str(request, "name", o->ask.name);
	if (o->ask.purpose.len)
		json_put_str(request, "reason", o->ask.purpose);
	return request;
}

static int release(int64_t rows, void *user)
{
	struct order *o = user;
	char what[EXPORT_WHAT_MAX];
	const struct str filter[] = { o->year, o->from, o->to, o->ask.direction, o->ask.tag, o->ask.office, o->ask.flow };
	export_what(export_formats[o->ask.format], rows, o->ask.names, o->password[0] != '\0', filter, what);
	json_t *request = request_of(o, "export.released");
	(void)json_object_set_new(request, "what", json_string(what));
	return ask(&o->config, request) == 0 ? 0 : -EPERM;
}

/* A bar on a terminal; elsewhere a line every ten seconds. */
static int progress(int permille, int64_t rows, void *user)
{
	struct order *o = user;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (isatty(2)) {
		char bar[31] = "";
		for (int i = 0; i < 30; i++)
			bar[i] = i * 1000 / 30 < permille ? '#' : '.';
		fprintf(stderr, "\r[%s] %3d %%  %lld rows", bar, permille / 10, (long long)rows);
		if (permille >= 1000)
			fputc('\n', stderr);
	} else if (now.tv_sec - o->shown >= 10) {
		if (o->shown)
			fprintf(stderr, "wasl export: %d %%, %lld rows\n", permille / 10, (long long)rows);
		o->shown = now.tv_sec;
	}
	return stopped;
}

/* ---- the command */

static int run(const struct invocation *in, struct order *o)
{
	struct err err = { .text = "" };
	struct reader *reader;
	struct book book;
	int64_t rows = 0;
	const struct export_watch watch = { progress, release, o };
	const struct sigaction on_stop = { .sa_handler = stop };
	int code = open_reader(in, &o->config, &reader);
	if (code != 0)
		return code;
	int rc = definitions_load(&book, &o->config, &err);
	if (rc == 0) {
		o->ask.book = &book;
		if (o->ask.names) {
			json_t *request = request_of(o, "export.permit");
			json_put_str(request, "approval_id", o->approval);
			code = ask(&o->config, request);
		}
		(void)sigaction(SIGINT, &on_stop, NULL);
		(void)sigaction(SIGTERM, &on_stop, NULL);
		if (code == 0)
			rc = export_run(reader, &o->config, &o->ask, &watch, &rows, &err);
		book_free(&book);
	}
	reader_close(reader);
	config_free(&o->config);
	if (code != 0)
		return code;
	if (rc != 0)
		return command_fail("export", rc == -EINVAL ? EX_USAGE : rc == -ECANCELED ? EX_TEMPFAIL : command_exit_code(rc), err.text);
	if (o->ask.path)
		fprintf(stderr, "%s: %lld rows\n", o->ask.path, (long long)rows);
	return 0;
}

static int ask_for_names(const struct invocation *in, struct order *o)
{
	json_t *answer = NULL;
	int index, code = known("export", o->ask.name, export_names, &index);
	if (code != 0)
		return code;
	code = open_config(in, &o->config);
	if (code != 0)
		return code;
	o->ask.purpose = o->reason;
	json_t *request = request_of(o, "export.request");
	code = act_ask(&o->config, request, &answer);
	json_decref(request);
	if (code == 0)
		printf("%lld\n", (long long)json_integer_value(json_object_get(answer, "approval_id")));
	json_decref(answer);
	config_free(&o->config);
	return code;
}

int command_export(const struct invocation *in)
{
	struct order *o = calloc(1, sizeof *o);
	bool request = in->argc > 1 && strcmp(in->argv[1], "request") == 0;
	if (!o)
		return EX_OSERR;
	int code = read_arguments(in, o, request ? 2 : 1);
	if (code == 0 && request)
		code = ask_for_names(in, o);
	else if (code == 0)
		code = check(o);
	if (code == 0 && !request)
		code = run(in, o);
	explicit_bzero(o->password, sizeof o->password);
	free(o);
	return code;
}
