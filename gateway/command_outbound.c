/* wasl outbound on|off|status|release|drop: the brake, and what waits after a restore.  `off` stops every send within a
 * second; nothing that is queued is lost.  After a restore what waited in the outbox then is parked: it may have left
 * already, so a person says whether it leaves (release) or not (drop). */
#include "db/ledger.h"
#include "db/outbox.h"
#include "gateway/command.h"
#include "gateway/offline.h"
#include "gateway/print.h"

#include <stdio.h>
#include <string.h>

struct act {
	const char *name, *audit; /* audit NULL: only looks */
};

static const struct act acts[] = {
	{ "on", "outbound.on" }, { "off", "outbound.off" }, { "status", NULL }, { "release", "outbound.release" },
	{ "drop", "outbound.drop" },
};

struct offline {
	const struct act *act;
	int64_t count;
};

static int act_offline(struct db *db, void *user)
{
	struct offline *o = user;
	int rc = audit_add(db, clock_wall_ms(), STR("administrator"), str_of(o->act->audit), STR("outbox"), STR(""));
	if (rc != 0)
		return rc;
	if (strcmp(o->act->name, "release") == 0)
		return outbox_parked_release(db, &o->count);
	if (strcmp(o->act->name, "drop") == 0)
		return outbox_parked_drop(db, &o->count);
	return setting_put(db, "outbound", o->act->name);
}

static void tell(const struct act *act, const char *outbound, bool running, int64_t under_way, int64_t parked, int64_t count,
		 bool json)
{
	if (json) {
		printf("{\"outbound\":\"%s\",\"running\":%s,\"under_way\":%lld,\"parked\":%lld,\"count\":%lld}\n", outbound,
		       running ? "true" : "false", (long long)under_way, (long long)parked, (long long)count);
		return;
	}
	if (running)
		printf("outbound %s (%lld under way)\n", outbound, (long long)under_way);
	else
		printf("outbound %s (no daemon runs)\n", outbound);
	if (strcmp(act->name, "release") == 0 || strcmp(act->name, "drop") == 0)
		printf("%lld message%s %s\n", (long long)count, count == 1 ? "" : "s", strcmp(act->name, "drop") == 0 ? "given up" : "released");
	if (parked)
		printf("%lld message%s of before a restore wait: they may have left already.\n"
		       "`wasl outbound release` sends them, `wasl outbound drop` gives them up.\n", (long long)parked, parked == 1 ? "" : "s");
}

static int without_daemon(const struct config *config, const struct act *act, bool json)
{
	struct db db;
	char now[8] = "";
	int64_t parked = 0;
	struct offline o = { .act = act };
	int code = open_offline(config, &db);
	if (code != 0)
		return code;
	int rc = act->audit ? change_offline(&db, act_offline, &o) : 0;
	if (rc == 0 && setting_get(&db, "outbound", now, sizeof now) < 0)
		rc = -1;
	if (rc == 0)
		rc = outbox_parked(&db, &parked);
	db_close(&db);
	if (rc != 0) {
		fprintf(stderr, "wasl: the database did not take the change\n");
		return EX_IOERR;
	}
	tell(act, now[0] ? now : "on", false, 0, parked, o.count, json);
	return 0;
}

int command_outbound(const struct invocation *in)
{
	struct config config;
	json_t *answer = NULL;
	const struct act *act = NULL;
	for (size_t i = 0; in->argc == 2 && i < sizeof acts / sizeof *acts; i++)
		if (strcmp(in->argv[1], acts[i].name) == 0)
			act = &acts[i];
	if (!act)
		return command_usage("outbound", "takes on, off, status, release or drop");
	int code = open_config(in, &config);
	if (code != 0)
		return code;
	json_t *request = json_pack("{s:s}", "do", "outbound");
	if (act->audit)
		(void)json_object_set_new(request, "set", json_string(act->name));
	int rc = ask_daemon(&config, request, &answer, &code);
	if (rc == 0)
		code = without_daemon(&config, act, in->json);
	else if (code == 0)
		tell(act, json_string_value(json_object_get(answer, "outbound")), true,
		     json_integer_value(json_object_get(answer, "under_way")), json_integer_value(json_object_get(answer, "parked")),
		     json_integer_value(json_object_get(answer, "count")), in->json);
	json_decref(answer);
	json_decref(request);
	config_free(&config);
	return code;
}
