/* The rights of the person (domain.md 7, D2, D10, D11), as acts: what is held, an erasure.  Consents are taken back
 * purpose by purpose with `wasl case consent` (gateway/consents.h). */
#include "db/cases.h"
#include "db/contact.h"
#include "db/erase.h"
#include "db/ledger.h"
#include "gateway/acts.h"
#include "gateway/approval.h"
#include "gateway/crash.h"
#include "gateway/housekeeping.h"
#include "gateway/rights.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct whose {
	int64_t contact_id;
	char object[32]; /* as the audit names them: the reference, else "contact N" */
};

static int case_for(struct act_call *call, struct str ref, struct whose *out)
{
	struct case_row row;
	int rc = case_by_ref(call->db, ref, NULL, &row);
	if (rc != 1)
		return rc < 0 ? rc : act_fail(call, -ENOENT, "there is no case of this reference");
	out->contact_id = row.contact_id;
	return str_copy(ref, out->object, sizeof out->object) ? 0 : -EINVAL;
}

/* {"case": ref} or {"contact": id}. */
static int find(struct act_call *call, struct whose *out)
{
	struct case_row row;
	struct contact who = { 0 };
	struct str ref = json_get_str(call->request, "case");
	if (ref.at)
		return case_for(call, ref, out);
	int rc = act_id(call, "contact", &out->contact_id);
	if (rc != 0)
		return rc;
	rc = contact_by_id(call->db, out->contact_id, &who);
	seal_key_forget(&who.key);
	if (rc != 1)
		return rc < 0 ? rc : act_fail(call, -ENOENT, "there is no such person");
	rc = case_of_contact(call->db, out->contact_id, NULL, &row);
	if (rc == 1)
		(void)snprintf(out->object, sizeof out->object, "%s", row.ref);
	else
		(void)snprintf(out->object, sizeof out->object, "contact %lld", (long long)out->contact_id);
	return rc < 0 ? rc : 0;
}

/* ---- what we hold */

static int person_read(struct act_call *call)
{
	struct whose whose = { .contact_id = 0 };
	int rc = find(call, &whose);
	if (rc != 0)
		return rc;
	(void)json_object_set_new(call->answer, "contact", json_integer(whose.contact_id));
	return act_audit(call, STR("person.read"), str_of(whose.object));
}

/* ---- erasure */

static int in_the_way(enum erase_obstacle obstacle, struct err *err)
{
	switch (obstacle) {
	case ERASE_NOBODY: return err_set(err, -ENOENT, "there is no such person, or not any more");
	case ERASE_ALERT_OPEN:
		return err_because(err, -EPERM, "alert-open", "an alert is open: protection decides first; close it, then ask again");
	case ERASE_MESSAGE_LEAVING:
		return err_because(err, -EPERM, "message-leaving", "a message is leaving this moment; try again in a minute");
	case ERASE_FREE: break;
	}
	return 0;
}

static int ask_erase(struct act_call *call)
{
	struct whose whose = { .contact_id = 0 };
	enum erase_obstacle obstacle;
	int64_t approval_id;
	int rc = find(call, &whose);
	if (rc == 0)
		rc = erase_obstacle(call->db, whose.contact_id, &obstacle);
	if (rc != 0)
		return rc;
	if (obstacle == ERASE_ALERT_OPEN)
		return in_the_way(obstacle, &call->err);
	struct approval_request ask = { .kind = "ERASE", .object = str_of(whose.object), .contact_id = whose.contact_id,
					.payload = STR("{}"), .by = call->user, .reason = call->reason };
	rc = approval_request(call->g, &ask, call->now_ms, &approval_id, &call->err);
	if (rc == 0)
		(void)json_object_set_new(call->answer, "approval", json_integer(approval_id));
	return rc;
}

/* Copies of the whole database that a restore kept aside hold everybody who was in it. */
static void remove_copies(const struct config *config)
{
	char state[4096];
	struct dirent *entry;
	DIR *dir = str_copy(config->state, state, sizeof state) ? opendir(state) : NULL;
	while (dir && (entry = readdir(dir)))
		if (strncmp(entry->d_name, RESTORE_ASIDE, strlen(RESTORE_ASIDE)) == 0)
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
}

int rights_erase(struct gateway *g, const struct approval *a, int64_t now_ms, struct err *err)
{
	enum erase_obstacle obstacle;
	int rc = erase_obstacle(&g->db, a->contact_id, &obstacle);
	if (rc != 0)
		return rc;
	if (obstacle != ERASE_FREE)
		return in_the_way(obstacle, err);
	rc = erase_person(&g->db, a->contact_id, ERASE_BY_RIGHT, now_ms);
	if (rc == -EEXIST)
		return err_set(err, rc, "a table is not named in the rules of erasure: nothing was changed; this is our mistake");
	if (rc == 0)
		rc = audit_add(&g->db, now_ms, STR("wasl"), STR("erase"), str_of(a->object), STR(""));
	crash_point("erased");
	if (rc == 0) {
		remove_copies(&g->config);
		housekeeping_hurry(g);
	}
	return rc;
}

const struct act rights_acts[] = {
	{ "person.read", person_read, true },
	{ "erase.ask", ask_erase, true },
	{ NULL, NULL, false },
};
