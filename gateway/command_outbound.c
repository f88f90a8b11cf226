/* wasl outbound on|off|status: the brake.  `off` stops every send within a second; nothing that is queued is lost. */
#include "db/ledger.h"
#include "gateway/command.h"
#include "gateway/offline.h"
#include "gateway/print.h"

#include <stdio.h>
#include <string.h>

static int set_offline(struct db *db, void *user)
{
	const char *to = user;
	int64_t now_ms = clock_wall_ms();
	int rc = audit_add(db, now_ms, STR("administrator"), strcmp(to, "off") == 0 ? STR("outbound.off") : STR("outbound.on"),
			   STR("outbox"), STR(""));
	return rc == 0 ? setting_put(db, "outbound", to) : rc;
}

static int without_daemon(const struct config *config, char *to, bool json)
{
	struct db db;
	char now[8] = "";
	int code = open_offline(config, &db);
	if (code != 0)
		return code;
	int rc = to ? change_offline(&db, set_offline, to) : 0;
	if (rc == 0 && setting_get(&db, "outbound", now, sizeof now) < 0)
		rc = -1;
	db_close(&db);
	if (rc != 0) {
		fprintf(stderr, "wasl: the database did not take the change\n");
		return EX_IOERR;
	}
	printf(json ? "{\"outbound\":\"%s\",\"running\":false}\n" : "outbound %s (no daemon runs)\n", now[0] ? now : "on");
	return 0;
}

int command_outbound(const struct invocation *in)
{
	struct config config;
	json_t *answer = NULL;
	char *to = in->argc == 2 && strcmp(in->argv[1], "status") != 0 ? in->argv[1] : NULL;
	if (in->argc != 2 || (to && strcmp(to, "on") != 0 && strcmp(to, "off") != 0))
		return command_usage("outbound", "takes on, off or status");
	int code = open_config(in, &config);
	if (code != 0)
		return code;
	json_t *request = json_pack("{s:s}", "do", "outbound");
	if (to)
		(void)json_object_set_new(request, "set", json_string(to));
	int rc = ask_daemon(&config, request, &answer, &code);
	if (rc == 0)
		code = without_daemon(&config, to, in->json);
	else if (code == 0)
		printf(in->json ? "{\"outbound\":\"%s\",\"running\":true,\"under_way\":%lld}\n" :
				  "outbound %s (%lld under way)\n",
		       json_string_value(json_object_get(answer, "outbound")),
		       (long long)json_integer_value(json_object_get(answer, "under_way")));
	json_decref(answer);
	json_decref(request);
	config_free(&config);
	return code;
}
