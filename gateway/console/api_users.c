/* Accounts.  Nobody's password passes through an administrator's hands: a new account, and one that begins anew, gets a link. */
#include "gateway/console/handlers.h"

#include "db/ledger.h"
#include "gateway/console/accounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define USER_COLUMNS "f.user, f.name, f.roles AS \"w:roles\", f.offices AS \"w:offices\", f.language, f.state, f.created_at," \
	" f.last_sign_in AS last_sign_in_at, (SELECT count(*) FROM main.staff_session s WHERE s.staff_id = f.staff_id) AS sessions"

/* A time whose name does not end as times do. */
static json_t *rename_time(json_t *user)
{
	json_t *at = json_object_get(user, "last_sign_in_at");
	if (at) {
		(void)json_object_set(user, "last_sign_in", at);
		(void)json_object_del(user, "last_sign_in_at");
	}
	return user;
}

void api_users(struct call *call)
{
	static const char sql[] = "SELECT " USER_COLUMNS " FROM main.staff f ORDER BY f.user";
	json_t *one, *all = rows_all(call, sql, NULL, 0);
	size_t i;
	json_array_foreach(all, i, one)
		(void)rename_time(one);
	call_read(call, "users.read", STR("list"), all ? json_pack("{s:o}", "items", all) : NULL);
}

/* ---- words of a JSON array, with a space between */

static bool words_from(struct call *call, const char *member, struct str *out)
{
	json_t *list = json_object_get(call->body, member), *one;
	struct buf b = buf_new(&call->arena, 512);
	size_t i;
	*out = (struct str){ NULL, 0 };
	if (!list)
		return true;
	json_array_foreach(list, i, one) {
		struct str word = json_str(one);
		if (!word.len || memchr(word.at, ' ', word.len))
			break;
		if (b.len)
			buf_put_char(&b, ' ');
		buf_put(&b, word);
	}
	*out = buf_str(&b);
	if (json_is_array(list) && i == json_array_size(list) && !b.full)
		return true;
	call_bad(call, member, "A list of words is needed.");
	return false;
}

struct user_change {
	struct account_wish wish;
	char token[AUTH_TOKEN_LEN + 1];
};

static bool read_wish(struct call *call, struct account_wish *w)
{
	return call_text(call, "name", 1, 80, true, &w->name) && call_text(call, "language", 2, 2, true, &w->language) &&
	       words_from(call, "roles", &w->roles) && words_from(call, "offices", &w->offices);
}

static void tell_link(struct call *call, unsigned status)
{
	struct user_change *u = call->extra;
	char link[512];
	struct buf b = buf_over(link, sizeof link);
	account_link(&call->c->g->config, u->token, &b);
	json_t *answer = json_object();
	json_put_str(answer, "user", u->wish.user);
	json_put_str(answer, "link", buf_str(&b));
	(void)json_object_set_new(answer, "expires_at", json_time(call->now_ms + ACCOUNT_LINK_MS));
	explicit_bzero(u->token, sizeof u->token);
	call_answer(call, status, answer);
}

static struct user_change *new_change(struct call *call)
{
	struct user_change *u = call->extra = calloc(1, sizeof *u);
	if (!u)
		call_problem(call, 503, "unavailable", "No memory.");
	return u;
}

/* ---- add */

static int write_user(struct call *call, struct gateway *g, struct db *db)
{
	struct user_change *u = call->extra;
	(void)g;
	return account_add(db, &u->wish, call->session.user, call->now_ms, u->token);
}

static void user_added(struct call *call)
{
	tell_link(call, 201);
}

void api_user_add(struct call *call)
{
	struct user_change *u = new_change(call);
	if (!u || !call_text(call, "user", 1, 31, false, &u->wish.user) || !read_wish(call, &u->wish))
		return;
	if (!u->wish.offices.at)
		u->wish.offices = STR("");
	if (account_check(&call->c->g->config, &u->wish, &call->err) != 0)
		call_bad(call, "user", "This account cannot be made.");
	else
		call_write(call, write_user, user_added);
}

/* ---- reset, end of sessions */

static int write_reset(struct call *call, struct gateway *g, struct db *db)
{
	struct user_change *u = call->extra;
	(void)g;
	return account_reset(db, call->name, call->session.user, call->now_ms, u->token);
}

static void user_reset(struct call *call)
{
	tell_link(call, 200);
}

void api_user_reset(struct call *call)
{
	struct user_change *u = new_change(call);
	if (!u)
		return;
	u->wish.user = call->name;
	call_write(call, write_reset, user_reset);
}

static int write_sessions_end(struct call *call, struct gateway *g, struct db *db)
{
	struct staff staff;
	(void)g;
	int rc = staff_by_name(db, call->name, &staff);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	rc = staff_sessions_end(db, staff.staff_id);
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("user.sessions.end"), staff.user, STR(""));
}

void api_user_sessions_end(struct call *call)
{
	call_write(call, write_sessions_end, call_empty);
}

/* ---- change */

static bool all_among(struct str some, struct str all)
{
	struct str one, other;
	while (str_split(&some, ' ', &one)) {
		struct str left = all;
		bool found = !one.len;
		while (!found && str_split(&left, ' ', &other))
			found = str_eq(one, other);
		if (!found)
			return false;
	}
	return true;
}

/* Who gives roles reads nothing of people (domain.md 6.4): so nobody gives one, or an office, to the own account. */
static int not_to_oneself(struct call *call, const struct staff *staff, const struct account_wish *w)
{
	bool own = staff->staff_id == call->session.staff_id;
	bool more = (w->roles.at && !all_among(w->roles, staff->roles)) ||
		    (w->offices.at && staff->offices.len && (!w->offices.len || !all_among(w->offices, staff->offices)));
	return !own || !more ? 0 :
		err_because(&call->err, -EPERM, "own-account", "nobody widens the own rights: another administrator does");
}

static int write_change(struct call *call, struct gateway *g, struct db *db)
{
	const struct account_wish *w = &((struct user_change *)call->extra)->wish;
	struct str state = json_get_str(call->body, "state");
	struct staff staff;
	int rc = staff_by_name(db, call->name, &staff);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	rc = not_to_oneself(call, &staff, w);
	if (rc != 0)
		return rc;
	bool was_admin = (policy_roles(staff.roles) & ROLE_ADMIN) != 0;
	staff.name = w->name.at ? w->name : staff.name;
	staff.roles = w->roles.at ? w->roles : staff.roles;
	staff.offices = w->offices.at ? w->offices : staff.offices;
	if (state.at) /* enabled again without a password: by a new link alone */
		staff.state = str_eq_z(state, "DISABLED") ? STR("DISABLED") : staff.password.len ? STR("ACTIVE") : STR("INVITED");
	struct account_wish all = { staff.user, staff.name, staff.roles, staff.offices, staff.language };
	int64_t admins = 0;
	rc = account_check(&g->config, &all, &call->err);
	if (rc == 0)
		rc = staff_save(db, &staff);
	if (rc == 0)
		rc = staff_sessions_end(db, staff.staff_id);
	if (rc == 0)
		rc = staff_admins(db, &admins);
	if (rc == 0 && was_admin && admins == 0)
		return err_because(&call->err, -EPERM, "last-admin", "this is the last administrator");
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("user.change"), staff.user, staff.roles);
}

static void user_changed(struct call *call)
{
	static const char sql[] = "SELECT " USER_COLUMNS " FROM main.staff f WHERE f.user = ?1";
	call_answer(call, 200, rename_time(ROW(call, sql, cell_of_text(call->name))));
}

void api_user_change(struct call *call)
{
	struct str state;
	struct user_change *u = new_change(call);
	if (!u || !call_text(call, "state", 6, 8, true, &state) || !read_wish(call, &u->wish))
		return;
	if (state.at && !str_eq_z(state, "ACTIVE") && !str_eq_z(state, "DISABLED"))
		call_bad(call, "state", "ACTIVE or DISABLED.");
	else
		call_write(call, write_change, user_changed);
}
