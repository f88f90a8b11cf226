/* Accounts as acts: the command line's `wasl user`, asked of the daemon or done here, and the demo's way in. */
#include "gateway/acts.h"

#include "gateway/console/accounts.h"
#include "gateway/console/user_acts.h"
#include "gateway/demo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void tell_link(struct act_call *call, struct str user, const char *token)
{
	char link[512];
	struct buf b = buf_over(link, sizeof link);
	account_link(&call->g->config, token, &b);
	json_put_str(call->answer, "user", user);
	json_put_str(call->answer, "link", b.full ? STR("") : buf_str(&b));
}

static int add(struct act_call *call)
{
	char token[AUTH_TOKEN_LEN + 1];
	struct account_wish w = { .roles = json_get_str(call->request, "roles"), .offices = json_get_str(call->request, "offices"),
				  .language = json_get_str(call->request, "language") };
	int rc = act_text(call, "user", 31, false, &w.user);
	if (rc == 0)
		rc = act_text(call, "name", 80, true, &w.name);
	if (rc != 0)
		return rc;
	w.name = w.name.at ? w.name : w.user;
	w.offices = w.offices.at ? w.offices : STR("");
	rc = account_check(&call->g->config, &w, &call->err);
	if (rc == 0)
		rc = account_add(call->db, &w, call->user, call->now_ms, token);
	if (rc == 0)
		tell_link(call, w.user, token);
	return rc == -EEXIST ? act_refuse(call, rc, "user-exists",
					  "there is a user of this name already; `wasl user reset` gives a new link") : rc;
}

static int reset(struct act_call *call)
{
	char token[AUTH_TOKEN_LEN + 1];
	struct str user;
	int rc = act_text(call, "user", 31, false, &user);
	if (rc == 0)
		rc = account_reset(call->db, user, call->user, call->now_ms, token);
	if (rc == 0)
		tell_link(call, user, token);
	return rc == -ENOENT ? act_fail(call, rc, "there is no user of this name") : rc;
}

static int disable(struct act_call *call)
{
	struct str user;
	int rc = act_text(call, "user", 31, false, &user);
	if (rc == 0)
		rc = account_disable(call->db, user, call->user, call->now_ms);
	if (rc == -EPERM)
		return act_refuse(call, rc, "last-admin", "this is the last administrator; add another one first");
	return rc == -ENOENT ? act_fail(call, rc, "there is no user of this name") : rc;
}

/* For a second `make run` beside the first; nobody else has such an account. */
static int link_of_demo(struct act_call *call)
{
	char text[256];
	struct buf link = buf_over(text, sizeof text);
	if (!demo_is_on())
		return act_fail(call, -EPERM, "this daemon is not the demo");
	int rc = demo_account_link(call->db, &call->g->config, call->now_ms, &link);
	json_put_str(call->answer, "link", buf_str(&link));
	return rc;
}

const struct act user_acts[] = {
	{ "demo.link", link_of_demo, false },
	{ "user.add", add, false },
	{ "user.reset", reset, false },
	{ "user.disable", disable, false },
	{ NULL, NULL, false },
};

/* ---- the demo */

int demo_account(struct db *db, int64_t now_ms, int64_t *staff_id)
{
	struct staff staff;
	int rc = staff_by_name(db, STR("demo"), &staff);
	if (rc == 0) {
		staff = (struct staff){ .user = STR("demo"), .name = STR("Demo"), .offices = STR(""), .language = STR("fr"), .demo = true,
					.roles = STR("counsellor protection psea me manager admin auditor operator") };
		rc = staff_add(db, &staff, now_ms);
		staff.state = STR("ACTIVE"); /* without a password: in by a link alone */
		staff.recovery = STR("");
		staff.shortcuts = true;
		if (rc == 0)
			rc = staff_save(db, &staff);
	}
	*staff_id = staff.staff_id;
	return rc < 0 ? rc : 0;
}

int demo_account_link(struct db *db, const struct config *config, int64_t now_ms, struct buf *link)
{
	unsigned char hash[AUTH_HASH_LEN];
	char token[AUTH_TOKEN_LEN + 1], secret[AUTH_SECRET_LEN + 1];
	int64_t staff_id;
	int rc = demo_account(db, now_ms, &staff_id);
	if (rc != 0)
		return rc;
	auth_token_new(token);
	auth_token_hash(str_of(token), hash);
	auth_secret_new(secret);
	rc = staff_link_add(db, hash, staff_id, str_of(secret), now_ms + DEMO_LINK_MS);
	buf_put_z(link, "http://");
	buf_put(link, config->listen_console);
	buf_put_z(link, "/#demo=");
	buf_put_z(link, token);
	return rc;
}
