/* wasl purge [--dry-run]: what is past its time goes now; --dry-run only counts. */
#include "gateway/command.h"
#include "gateway/crash.h"
#include "gateway/offline.h"
#include "gateway/print.h"
#include "gateway/purge.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ASK_AGAIN_US = 50000 };

/* 1: *report; 0: no daemon; -1: *code. */
static int by_daemon(const struct config *config, bool dry, json_t **report, int *code)
{
	for (;;) {
		json_t *request = json_pack("{s:s, s:b}", "do", "purge", "dry_run", dry), *answer = NULL;
		int rc = ask_daemon(config, request, &answer, code);
		bool done = json_is_true(json_object_get(answer, "done"));
		*report = json_incref(json_object_get(answer, "report"));
		json_decref(request);
		json_decref(answer);
		if (rc != 1 || *code != 0)
			return rc == 0 ? 0 : -1;
		if (done)
			return 1;
		(void)usleep(ASK_AGAIN_US);
	}
}

static int one_page(struct db *db, void *user)
{
	struct retention_run *run = user;
	int rc = retention_step(db, run);
	if (rc == 0)
		rc = purge_audit(db, run, STR("administrator"));
	else if (rc == 1)
		return 0;
	return rc;
}

static int without_daemon(const struct config *config, bool dry, json_t **report)
{
	struct db db;
	struct retention_run run;
	int code = open_offline(config, &db), rc = 0;
	if (code != 0)
		return code;
	purge_times(config, clock_wall_ms() + crash_clock_offset_ms(), dry, &run);
	while (rc == 0 && run.rule < retention_rules())
		rc = change_offline(&db, one_page, &run);
	if (rc == 0 && !dry)
		rc = purge_write_report(config, &run);
	if (rc == 0 && !dry && db_scrub(&db, true) < 0)
		rc = -1;
	db_close(&db);
	if (rc != 0)
		return command_fail("purge", EX_IOERR, "the database did not take it");
	*report = purge_report(config, &run);
	return 0;
}

int command_purge(const struct invocation *in)
{
	struct config config;
	json_t *report = NULL;
	bool dry = in->argc == 2 && strcmp(in->argv[1], "--dry-run") == 0;
	if (in->argc > 2 || (in->argc == 2 && !dry))
		return command_usage("purge", "takes --dry-run");
	int code = open_config(in, &config);
	if (code != 0)
		return code;
	int rc = by_daemon(&config, dry, &report, &code);
	if (rc == 0)
		code = without_daemon(&config, dry, &report);
	if (code == 0 && in->json)
		json_print_line(report);
	else if (code == 0)
		purge_print(stdout, report);
	json_decref(report);
	config_free(&config);
	return code;
}
