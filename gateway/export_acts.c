/* What an export leaves in the audit, and the permission that one with names needs (failures.md C13). */
#include "gateway/acts.h"
#include "gateway/approval.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int export_name(struct act_call *call, struct str *name)
{
	return act_text(call, "name", 32, false, name);
}

static int request(struct act_call *call)
{
	struct str name;
	int64_t id;
	int rc = export_name(call, &name);
	struct approval_request r = { .kind = "EXPORT_NAMES", .object = name, .payload = STR("{}"), .by = call->user,
			.reason = call->reason };
	if (rc == 0)
		rc = approval_request(call->g, &r, call->now_ms, &id, &call->err);
	if (rc == 0)
		(void)json_object_set_new(call->answer, "approval_id", json_integer((json_int_t)id));
	return rc;
}

static int permit(struct act_call *call)
{
	struct str name;
	int64_t id;
	int rc = export_name(call, &name);
	if (rc == 0)
		rc = act_id(call, "approval_id", &id);
	return rc == 0 ? approval_use(call->g, id, "EXPORT_NAMES", name, call->user, call->now_ms, &call->err) : rc;
}

/* "export xlsx rows=796 names=no direction=FROM_MA …" */
static int released(struct act_call *call)
{
	char action[512];
	struct str name, what;
	int rc = export_name(call, &name);
	if (rc == 0)
		rc = act_text(call, "what", 400, false, &what);
	if (rc != 0)
		return rc;
	(void)snprintf(action, sizeof action, "export %.*s", STR_ARG(what));
	return act_audit(call, str_of(action), name);
}

const struct act export_acts[] = {
	{ "export.request", request, true },
	{ "export.permit", permit, false },
	{ "export.released", released, false },
	{ NULL, NULL, false },
};
