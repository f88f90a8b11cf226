/* wasl person --case REF | --contact ID --as USER --reason TEXT: what we hold about one person, on one page to print.
 * wasl erase --case REF | --contact ID --as USER --reason TEXT: asks for an erasure; a second person decides. */
#include "db/person.h"
#include "gateway/act.h"
#include "gateway/command.h"
#include "gateway/print.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Fills the request from --case, --contact, --as and --reason.  0 or a usage error, which repeats nothing that was typed. */
static int read_options(const struct invocation *in, const char *name, json_t *request)
{
	static const char *const option[] = { "--case", "--contact", "--as", "--reason" };
	for (int i = 1; i < in->argc; i += 2) {
		size_t k = 0;
		while (k < sizeof option / sizeof *option && strcmp(in->argv[i], option[k]) != 0)
			k++;
		if (k == sizeof option / sizeof *option || i + 1 == in->argc)
			return command_usage(name, "takes --case REF or --contact ID, --as USER, --reason TEXT");
		json_put_str(request, option[k] + 2, str_of(in->argv[i + 1]));
	}
	bool one = json_object_get(request, "case") || json_object_get(request, "contact");
	if (!one || !json_object_get(request, "as") || !json_object_get(request, "reason"))
		return command_usage(name, "needs --case REF or --contact ID, --as USER and --reason TEXT");
	return 0;
}

static int ask(const struct invocation *in, const char *name, const char *act, struct config *config, json_t **answer)
{
	json_t *request = json_pack("{s:s}", "act", act);
	*answer = NULL;
	int code = read_options(in, name, request);
	if (code == 0)
		code = open_config(in, config);
	if (code == 0) {
		code = act_ask(config, request, answer);
		if (code != 0)
			config_free(config);
	}
	json_decref(request);
	return code;
}

/* ---- what we hold */

static void put_time(int64_t at_ms, char out[40])
{
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	size_t n = strftime(out, 40, "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(out + n, 40 - n, ".%03dZ", (int)(at_ms % 1000));
}

static json_t *value_of(const struct person_field *f)
{
	char at[40];
	switch (f->kind) {
	case PERSON_NUMBER: return json_integer(f->number);
	case PERSON_TIME:
		put_time(f->number, at);
		return json_string(at);
	case PERSON_TEXT: return json_from_str(f->text);
	case PERSON_HASH: return json_string("(a keyed hash or our own bookkeeping: no word of the person)");
	case PERSON_NULL: break;
	}
	return json_null();
}

static int gather(const struct person_field *f, void *user)
{
	json_t *whole = user, *rows = json_object_get(whole, f->table);
	if (!rows) {
		rows = json_array();
		(void)json_object_set_new(whole, f->table, rows);
	}
	if (json_array_size(rows) == f->row)
		(void)json_array_append_new(rows, json_object());
	return json_object_set_new(json_array_get(rows, f->row), f->column, value_of(f));
}

static void print_page(json_t *whole)
{
	const char *table, *column;
	json_t *rows, *row, *value;
	size_t i;
	printf("What Wasl holds about this person\n");
	json_object_foreach(whole, table, rows) {
		printf("\n%s\n", table);
		json_array_foreach(rows, i, row) {
			json_object_foreach(row, column, value) {
				printf("  %-22s ", column);
				if (json_is_string(value))
					print_safe(json_str(value));
				else
					json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT);
				putchar('\n');
			}
			putchar('\n');
		}
	}
}

int command_person(const struct invocation *in)
{
	struct config config;
	struct err err = { .text = "" };
	char state[4096], key_file[4096];
	json_t *answer, *whole = json_object();
	int code = ask(in, "person", "person.read", &config, &answer);
	if (code == 0) {
		int rc = str_copy(config.state, state, sizeof state) && str_copy(config.key_file, key_file, sizeof key_file) ? 0 : -1;
		if (rc == 0)
			rc = person_each(state, key_file, json_integer_value(json_object_get(answer, "contact")), gather, whole, &err);
		if (rc != 0) {
			fprintf(stderr, "wasl person: %s\n", err.text);
			code = command_exit_code(rc);
		} else if (in->json) {
			json_print_line(whole);
		} else {
			print_page(whole);
		}
		config_free(&config);
	}
	json_decref(answer);
	json_decref(whole);
	return code;
}

/* ---- erasure */

int command_erase(const struct invocation *in)
{
	struct config config;
	json_t *answer;
	int code = ask(in, "erase", "erase.ask", &config, &answer);
	if (code != 0)
		return code;
	long long id = (long long)json_integer_value(json_object_get(answer, "approval"));
	printf(in->json ? "{\"approval\":%lld}\n" : "A second person decides: wasl approval approve %lld --as USER --reason TEXT\n", id);
	json_decref(answer);
	config_free(&config);
	return 0;
}
