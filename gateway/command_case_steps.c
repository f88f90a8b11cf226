/* wasl case steps · points: how many cases stand where.  A step's name is the configuration's ("steps"): changed there, changed
 * here. */
#include "db/reader.h"
#include "gateway/config.h"
#include "gateway/json.h"
#include "gateway/print.h"
#include "gateway/staff_command.h"

#include <errno.h>
#include <stdio.h>

static const char steps_sql[] = "SELECT step, ifnull(assigned_to, '-') AS counsellor, count(*) AS cases"
	" FROM v_case WHERE step IS NOT NULL AND status <> 'CLOSED' GROUP BY 1, 2 ORDER BY 1, 2";
static const char points_sql[] = "SELECT 0, ifnull(source_point, '-') AS point, count(*) AS cases FROM v_case_more"
	" GROUP BY 2 ORDER BY count(*) DESC, 2";

struct table {
	const struct config *config;
	bool steps;
	json_t *all; /* the rows as JSON, NULL: as text */
};

static int print_row(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	const struct table *t = user;
	(void)columns;
	if (!row)
		return 0;
	struct str label = t->steps ? config_step_label(t->config, row[0].integer, t->config->languages[0]) : STR("");
	if (!t->all) {
		if (t->steps)
			printf("%lld %-44.*s ", (long long)row[0].integer, STR_ARG(label));
		printf("%-20.*s %lld\n", STR_ARG(row[1].text), (long long)row[2].integer);
		return 0;
	}
	json_t *one = json_object();
	if (t->steps) {
		(void)json_object_set_new(one, "step", json_integer(row[0].integer));
		json_put_str(one, "label", label);
	}
	json_put_str(one, names[1], row[1].text);
	(void)json_object_set_new(one, names[2], json_integer(row[2].integer));
	return json_array_append_new(t->all, one) == 0 ? 0 : -ENOMEM;
}

int command_case_count(const struct invocation *in, bool steps)
{
	struct config config;
	struct reader *reader;
	int code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	struct table t = { &config, steps, in->json ? json_array() : NULL };
	const char *sql = steps ? steps_sql : points_sql;
	struct err err;
	int rc = reader_query(reader, str_of(sql), NULL, 0, print_row, &t, &err);
	if (rc == 0 && t.all)
		json_print_line(t.all);
	json_decref(t.all);
	reader_close(reader);
	config_free(&config);
	return rc == 0 ? EX_OK : command_fail("case", EX_IOERR, "the database does not answer");
}
