/* wasl case steps · points: how many cases stand where.  A step's name is the configuration's ("steps"): changed there, changed
 * here. */
#include "db/reader.h"
#include "gateway/config.h"
#include "gateway/json.h"
#include "gateway/print.h"
#include "gateway/staff_command.h"

#include <stdio.h>

static const char steps_sql[] = "SELECT CAST(step AS TEXT), ifnull(assigned_to, '-') AS counsellor, CAST(count(*) AS TEXT) AS cases"
	" FROM v_case WHERE step IS NOT NULL AND status <> 'CLOSED' GROUP BY 1, 2 ORDER BY 1, 2";
static const char points_sql[] = "SELECT '', ifnull(source_point, '-') AS point, CAST(count(*) AS TEXT) AS cases FROM v_case_more"
	" GROUP BY 2 ORDER BY count(*) DESC, 2";

struct table {
	const struct config *config;
	bool json, steps;
};

static int print_row(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	const struct table *t = user;
	uint64_t step = 0;
	(void)columns;
	if (!row)
		return 0;
	struct str label = STR("");
	if (t->steps && str_to_u64(row[0].text, &step))
		label = config_step_label(t->config, (int64_t)step, t->config->languages[0]);
	if (!t->json) {
		if (t->steps)
			printf("%llu %-44.*s ", (unsigned long long)step, STR_ARG(label));
		printf("%-20.*s %.*s\n", STR_ARG(row[1].text), STR_ARG(row[2].text));
		return 0;
	}
	json_t *one = json_object();
	if (t->steps) {
		(void)json_object_set_new(one, "step", json_integer((json_int_t)step));
		json_put_str(one, "label", label);
	}
	json_put_str(one, names[1], row[1].text);
	json_put_str(one, names[2], row[2].text);
	json_print_line(one);
	json_decref(one);
	return 0;
}

int command_case_count(const struct invocation *in, bool steps)
{
	struct config config;
	struct reader *reader;
	int code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	struct table t = { &config, in->json, steps };
	const char *sql = steps ? steps_sql : points_sql;
	struct err err;
	int rc = reader_query(reader, str_of(sql), NULL, 0, print_row, &t, &err);
	reader_close(reader);
	config_free(&config);
	return rc == 0 ? EX_OK : command_fail("case", EX_IOERR, "the database does not answer");
}
