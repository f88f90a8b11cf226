/* wasl case list [--status S] [--priority P] · case show REF · case set REF KEY=VALUE… --as USER [--reason TEXT] */
#include "gateway/act.h"
#include "gateway/case_change.h"
#include "gateway/command.h"
#include "gateway/print.h"
#include "gateway/staff_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASSIGNMENTS_MAX = 32 };

static int case_list(const struct invocation *in)
{
	struct str status = STR(""), priority = STR("");
	struct config config;
	struct reader *reader;
	for (int i = 2; i < in->argc; i += 2) {
		struct str *to = strcmp(in->argv[i], "--status") == 0 ? &status :
				 strcmp(in->argv[i], "--priority") == 0 ? &priority : NULL;
		if (!to || i + 1 == in->argc)
			return command_usage("case list", "takes --status S and --priority P");
		*to = str_of(in->argv[i + 1]);
	}
	int code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	struct case_assignment asked[] = { { STR("status"), status }, { STR("priority"), priority } };
	struct err err;
	for (size_t i = 0; i < 2 && code == 0; i++)
		if (asked[i].value.len && case_assignment_check(&config, &asked[i], &err) != 0)
			code = command_usage("case list", err.text);
	if (code == 0)
		code = print_query(reader, "SELECT ref, status, priority, nationality, city, office, age_band, sex, group_size, children,"
			" contact_pref, call_language, call_time, assigned_to, opened_at FROM v_case WHERE (?1 = '' OR status = ?1)"
			" AND (?2 = '' OR priority = ?2) ORDER BY priority, opened_at", (struct str[]){ status, priority }, 2, in->json);
	reader_close(reader);
	config_free(&config);
	return code;
}

/* ---- show: the case, then what belongs to it */

static const struct { const char *name, *sql; } part[] = {
	{ "person", "SELECT c.name, c.language, c.call_language, c.contact_pref, c.opted_out, p.phone, p.country, p.shared, p.safe"
		    " FROM v_case k JOIN v_contact c USING (contact_id) LEFT JOIN v_contact_point p ON p.contact_id = c.contact_id"
		    " AND p.status = 'ACTIVE' WHERE k.ref = ?" },
	{ "consents", "SELECT purpose, answer, text_key, language, channel, at, withdrawn_at FROM v_consent WHERE contact_id ="
		      " (SELECT contact_id FROM v_case WHERE ref = ?) ORDER BY at" },
	{ "answers", "SELECT answered_at, flow, state, value, raw, mode FROM v_answer WHERE case_ref = ? ORDER BY answer_id" },
	{ "alerts", "SELECT raised_at, level, kind, rule, role, office, due_at, taken_by, closed_at FROM v_alert WHERE case_ref = ?"
		    " ORDER BY alert_id" },
	{ "tasks", "SELECT kind, note, role, office, due_at, taken_by, done_at, outcome FROM v_task WHERE case_ref = ? ORDER BY task_id" },
	{ "messages", "SELECT created_at, direction, mode, status, text FROM v_message WHERE contact_id ="
		      " (SELECT contact_id FROM v_case WHERE ref = ?) ORDER BY message_id" },
};

static void show_text(const json_t *value)
{
	char *text = json_is_string(value) || json_is_null(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	if (json_is_string(value))
		print_safe(json_str(value));
	else
		fputs(json_is_null(value) ? "-" : text ? text : "", stdout);
	free(text);
}

static void show_object(json_t *object)
{
	const char *key;
	json_t *value;
	json_object_foreach(object, key, value) {
		if (json_is_null(value))
			continue;
		printf("  %-18s ", key);
		show_text(value);
		putchar('\n');
	}
}

static void show_rows(const char *name, json_t *rows)
{
	size_t i;
	json_t *row, *value;
	const char *key;
	if (json_array_size(rows) == 0)
		return;
	printf("\n%s\n", name);
	json_array_foreach(rows, i, row) {
		bool first = true;
		fputs("  ", stdout);
		json_object_foreach(row, key, value) {
			if (json_is_null(value))
				continue;
			printf("%s%s=", first ? "" : "  ", key);
			show_text(value);
			first = false;
		}
		putchar('\n');
	}
}

static int show_case(struct reader *reader, struct str ref, bool json)
{
	json_t *rows = query_json(reader, "SELECT * FROM v_case WHERE ref = ?", &ref, 1);
	json_t *whole = json_array_get(rows, 0);
	if (!whole) {
		if (rows)
			fprintf(stderr, "wasl: there is no case of this reference\n");
		json_decref(rows);
		return rows ? EX_NOINPUT : EX_IOERR;
	}
	if (!json) {
		printf("case\n");
		show_object(whole);
	}
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		json_t *more = query_json(reader, part[i].sql, &ref, 1);
		if (json)
			(void)json_object_set_new(whole, part[i].name, more ? more : json_array());
		else
			show_rows(part[i].name, more);
		if (!json)
			json_decref(more);
	}
	if (json)
		json_print_line(whole);
	json_decref(rows);
	return 0;
}

static int case_show(const struct invocation *in)
{
	struct config config;
	struct reader *reader;
	if (in->argc != 3)
		return command_usage("case show", "takes a reference");
	int code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	code = show_case(reader, str_of(in->argv[2]), in->json);
	reader_close(reader);
	config_free(&config);
	return code;
}

/* ---- set */

struct set {
	const struct config *config;
	struct str ref, as, reason;
	struct case_assignment assignment[ASSIGNMENTS_MAX];
	size_t count;
};

static json_t *set_request(const struct set *s)
{
	json_t *request = json_pack("{s:s}", "act", "case.set"), *set = json_array();
	for (size_t i = 0; i < s->count; i++) {
		json_t *pair = json_array();
		(void)json_array_append_new(pair, json_from_str(s->assignment[i].key));
		(void)json_array_append_new(pair, json_from_str(s->assignment[i].value));
		(void)json_array_append_new(set, pair);
	}
	json_put_str(request, "ref", s->ref);
	json_put_str(request, "as", s->as);
	json_put_str(request, "reason", s->reason);
	(void)json_object_set_new(request, "set", set);
	return request;
}

static int parse_set(const struct invocation *in, struct set *s)
{
	for (int i = 3; i < in->argc; i++) {
		struct str rest = str_of(in->argv[i]), key;
		if (strcmp(in->argv[i], "--as") == 0 && i + 1 < in->argc) {
			s->as = str_of(in->argv[++i]);
		} else if (strcmp(in->argv[i], "--reason") == 0 && i + 1 < in->argc) {
			s->reason = str_of(in->argv[++i]);
		} else if (s->count < ASSIGNMENTS_MAX && str_split(&rest, '=', &key) && rest.at && key.len) {
			s->assignment[s->count++] = (struct case_assignment){ key, rest };
		} else {
			return command_usage("case set", "takes REF KEY=VALUE… --as USER [--reason TEXT]");
		}
	}
	if (s->count == 0 || !s->as.len)
		return command_usage("case set", s->count ? "needs --as USER: the audit says who changed it" : "takes REF KEY=VALUE…");
	return 0;
}

/* A verified change of number is asked for; a second person decides (`wasl approval`). */
static int ask_for_number(const struct set *s)
{
	json_t *answer = NULL, *request = json_pack("{s:s, s:s}", "do", "act", "act", "number.request");
	json_put_str(request, "ref", s->ref);
	json_put_str(request, "phone", s->assignment[0].value);
	json_put_str(request, "as", s->as);
	json_put_str(request, "reason", s->reason);
	int code = act_ask(s->config, request, &answer);
	if (code == 0)
		printf("waits for a second person: wasl approval approve %" JSON_INTEGER_FORMAT " --as USER --reason TEXT\n",
		       json_integer_value(json_object_get(answer, "approval_id")));
	json_decref(answer);
	json_decref(request);
	return code;
}

static int set_values(struct set *s)
{
	json_t *answer = NULL;
	struct err err;
	for (size_t i = 0; i < s->count; i++) {
		if (case_assignment_check(s->config, &s->assignment[i], &err) != 0) {
			fprintf(stderr, "wasl: %s\n", err.text);
			return EX_DATAERR;
		}
		if (case_key_needs_reason(s->assignment[i].key) && s->reason.len == 0)
			return command_usage("case set", "this key needs --reason TEXT: the audit says why it was changed");
	}
	json_t *request = set_request(s);
	int code = act_ask(s->config, request, &answer);
	json_decref(request);
	json_decref(answer);
	return code;
}

static int case_set(const struct invocation *in)
{
	struct config config;
	struct set s = { .reason = STR("") };
	int code = in->argc < 4 ? command_usage("case set", "takes REF KEY=VALUE… --as USER") : parse_set(in, &s);
	if (code == 0)
		code = open_config(in, &config);
	if (code != 0)
		return code;
	s.config = &config, s.ref = str_of(in->argv[2]);
	code = s.count == 1 && str_eq_z(s.assignment[0].key, "phone") ? ask_for_number(&s) : set_values(&s);
	config_free(&config);
	return code;
}

int command_case(const struct invocation *in)
{
	const char *what = in->argc > 1 ? in->argv[1] : "";
	if (strcmp(what, "list") == 0)
		return case_list(in);
	if (strcmp(what, "show") == 0)
		return case_show(in);
	if (strcmp(what, "set") == 0)
		return case_set(in);
	if (strcmp(what, "steps") == 0 || strcmp(what, "points") == 0)
		return command_case_count(in, strcmp(what, "steps") == 0);
	return command_case_file(in);
}
