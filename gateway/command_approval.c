/* wasl approval list [--state S] · approve ID --as USER --reason TEXT · refuse ID --as USER --reason TEXT */
#include "gateway/staff_command.h"

static const struct staff_word words[] = {
	{ "list", NULL, "state", NULL,
	  "SELECT approval_id, state, kind, object, requested_by, requested_at, reason, expires_at, decided_by, decided_at, decision,"
	  " json_extract(payload, '$.other') AS other"
	  " FROM v_approval WHERE state = iif(?1 = '', 'REQUESTED', ?1) ORDER BY approval_id" },
	{ "approve", "id", "as! reason!", "approval.approve", NULL },
	{ "refuse", "id", "as! reason!", "approval.refuse", NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

int command_approval(const struct invocation *in)
{
	return staff_command(in, "approval", words);
}
