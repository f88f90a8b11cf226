/* wasl schedule list|resume: what is due to be said first in the next 24 hours, and letting it go on after it paused itself. */
#include "gateway/command.h"
#include "gateway/offline.h"
#include "gateway/print.h"
#include "gateway/schedule.h"

#include <stdio.h>
#include <string.h>

static void print_list(json_t *answer, bool json)
{
	json_t *due = json_object_get(answer, "due"), *one;
	size_t i;
	if (json) {
		json_print_line(due);
		return;
	}
	json_array_foreach(due, i, one) {
		(void)printf("%s", i == 0 ? "case      wave   next                      what\n" : "");
		(void)printf("%-9s %-6s %-25s %s\n", json_string_value(json_object_get(one, "case_ref")),
			     json_string_value(json_object_get(one, "wave")), json_string_value(json_object_get(one, "next_at")),
			     json_string_value(json_object_get(one, "next")));
	}
	const char *paused = json_string_value(json_object_get(answer, "paused"));
	(void)fprintf(stderr, "%zu due in the next 24 hours\n", json_array_size(due));
	if (paused)
		(void)fprintf(stderr, "the schedule pauses: %s.  Nothing that nobody asked for leaves.\n"
			      "When the clock and the list are right: `wasl schedule resume`.\n", paused);
}

static int resume_offline(struct db *db, void *user)
{
	(void)user;
	return schedule_resume(db, clock_wall_ms());
}

static int without_daemon(const struct config *config, bool resume, json_t **answer)
{
	struct db db;
	int code = open_offline(config, &db);
	if (code != 0)
		return code;
	int rc = resume ? change_offline(&db, resume_offline, NULL) : 0;
	if (rc == 0)
		*answer = schedule_answer(&db, clock_wall_ms());
	db_close(&db);
	if (rc == 0 && *answer)
		return 0;
	(void)fprintf(stderr, "wasl: the database did not %s\n", rc ? "take the change" : "answer");
	return EX_IOERR;
}

int command_schedule(const struct invocation *in)
{
	struct config config;
	json_t *answer = NULL;
	bool resume = in->argc == 2 && strcmp(in->argv[1], "resume") == 0;
	if (!resume && !(in->argc == 2 && strcmp(in->argv[1], "list") == 0))
		return command_usage("schedule", "takes list or resume");
	int code = open_config(in, &config);
	if (code != 0)
		return code;
	json_t *request = json_pack("{s:s, s:s}", "do", "schedule", "act", in->argv[1]);
	int rc = ask_daemon(&config, request, &answer, &code);
	if (rc == 0)
		code = without_daemon(&config, resume, &answer);
	if (code == 0 && resume)
		(void)printf("the schedule goes on%s\n", rc == 0 ? " with the next start" : "");
	else if (code == 0)
		print_list(answer, in->json);
	json_decref(answer);
	json_decref(request);
	config_free(&config);
	return code;
}
