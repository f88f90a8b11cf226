/* Signing in and out.  Name, password and code come at once; whatever of it is wrong, the answer and the time it takes are the
 * same.  The password is tried on the job thread, the code is spent on the line thread. */
#include "gateway/console/handlers.h"

#include "db/ledger.h"
#include "flows/embedded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sign_in {
	char stored[AUTH_PASSWORD_STORED], token[AUTH_TOKEN_LEN + 1], secret[AUTH_SECRET_LEN + 1];
	struct str user, password, code;
	int64_t staff_id, step;
	char recovery[17]; /* hash of what was given */
	bool known, right;
};

void api_openapi(struct call *call)
{
	for (const struct embedded_file *f = web_files; f->name; f++)
		if (strcmp(f->name, "openapi.json") == 0) {
			call_bytes(call, "application/json", (struct str){ f->bytes, f->len });
			return;
		}
	call_not_found(call);
}

void api_session(struct call *call)
{
	call_answer(call, 200, session_json(call));
}

void api_extend(struct call *call)
{
	call_answer(call, 200, session_json(call)); /* session_find() has touched it */
}

/* ---- sign in */

static int take_account(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct call *call = user;
	struct sign_in *s = call->extra;
	(void)names, (void)columns;
	s->staff_id = row[0].integer;
	s->step = row[3].integer;
	s->known = row[1].kind == CELL_TEXT && row[2].kind == CELL_TEXT && str_copy(row[1].text, s->stored, sizeof s->stored) &&
		   str_copy(row[2].text, s->secret, sizeof s->secret) && (row[4].integer == 0 || call->c->loopback);
	return 0;
}

static int write_session(struct call *call, struct gateway *g, struct db *db)
{
	struct sign_in *s = call->extra;
	struct staff staff;
	unsigned char hash[AUTH_HASH_LEN];
	(void)g;
	int rc = s->known ? staff_by_id(db, s->staff_id, &staff) : 0;
	if (rc < 0)
		return rc;
	bool known = rc == 1 && str_eq_z(staff.state, "ACTIVE");
	int64_t step = known ? auth_code_step(str_of(s->secret), s->code, call->now_ms, staff.totp_step) : 0;
	struct str rest = known ? staff.recovery : STR(""), word;
	struct buf left = buf_new(&db->arena, rest.len + 1);
	bool spent = false;
	while (str_split(&rest, ' ', &word)) {
		if (!spent && str_eq_z(word, s->recovery)) {
			spent = true;
			continue;
		}
		if (left.len)
			buf_put_char(&left, ' ');
		buf_put(&left, word);
	}
	if (!s->right || !known || (!step && !spent)) {
		s->right = false;
		return audit_add(db, call->now_ms, known ? staff.user : STR("nobody"), STR("session.refused"), STR("desk"), STR(""));
	}
	staff.totp_step = step ? step : staff.totp_step;
	staff.recovery = buf_str(&left);
	auth_token_new(s->token);
	auth_token_hash(str_of(s->token), hash);
	rc = staff_save(db, &staff);
	if (rc == 0 && call->session.open) /* of whoever sat here before */
		rc = staff_session_end(db, session_key(call));
	if (rc == 0)
		rc = staff_session_add(db, (struct str){ (char *)hash, sizeof hash }, staff.staff_id, call->now_ms);
	if (rc == 0)
		rc = staff_signed_in(db, staff.staff_id, call->now_ms);
	if (rc == 0)
		rc = staff_expire(db, call->now_ms - SESSION_MS, call->now_ms);
	return rc != 0 ? rc : audit_add(db, call->now_ms, staff.user, STR("session.open"), STR("desk"), spent ? STR("recovery"
		" code") : STR(""));
}

/* The session just made is found again by its token, as with every request. */
static void session_is_open(struct call *call)
{
	static const char sql[] = "SELECT f.user, f.name, f.roles, f.offices, f.language, f.shortcuts, f.staff_id FROM main.staff f"
		" WHERE f.staff_id = ?1";
	struct sign_in *s = call->extra;
	struct sitting *now = &call->session;
	if (!s->right) {
		throttle_failed(call->c->throttle, s->user, call_address(call), call->now_ms);
		call_problem(call, 401, "sign-in-failed", "Name, password or code is not right.");
		return;
	}
	throttle_succeeded(call->c->throttle, s->user, call_address(call));
	json_t *row = ROW(call, sql, cell_of_i64(s->staff_id));
	now->user = json_get_str(row, "user"), now->name = json_get_str(row, "name");
	now->roles = policy_roles(json_get_str(row, "roles"));
	now->offices = json_get_str(row, "offices"), now->language = json_get_str(row, "language");
	now->shortcuts = json_integer_value(json_object_get(row, "shortcuts")) != 0;
	now->staff_id = s->staff_id;
	now->began_at = now->seen_at = call->now_ms;
	auth_csrf_of(str_of(s->token), now->csrf);
	session_cookie(call, s->token);
	json_t *answer = now->user.at ? session_json(call) : NULL;
	json_decref(row);
	explicit_bzero(s, sizeof *s);
	call_answer(call, 200, answer);
}

static void try_password(struct job *job)
{
	struct sign_in *s = ((struct call *)job->user)->extra;
	s->right = auth_password_is(s->password, s->known ? s->stored : "") && s->known;
}

static void password_tried(struct letter *letter, int result)
{
	struct call *call = ((struct job *)letter)->user;
	if (call->c->closed)
		call_free(call);
	else if (result != 0)
		call_problem(call, 503, "unavailable", "The desk is closing.");
	else
		call_write(call, write_session, session_is_open);
}

void api_sign_in(struct call *call)
{
	static const char sql[] = "SELECT staff_id, password, unseal('staff.totp', staff_id, NULL, totp), totp_step, demo"
		" FROM main.staff WHERE user = ?1 AND state = 'ACTIVE'";
	struct sign_in *s = call->extra = calloc(1, sizeof *s);
	if (!s || !call_text(call, "user", 1, 64, false, &s->user) || !call_text(call, "password", 1, 256, false, &s->password) ||
	    !call_text(call, "code", 0, 16, true, &s->code)) {
		if (!s)
			call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	int64_t wait = throttle_wait_ms(call->c->throttle, s->user, call_address(call), call->now_ms);
	if (wait > 0) {
		call->id = wait;
		call_problem(call, 429, "throttled", "Too many wrong tries; wait a little.");
		return;
	}
	auth_recovery_hash(s->code, s->recovery);
	struct cell name = cell_of_text(s->user);
	if (reader_ask(call->c->reader, sql, &name, 1, take_account, call) != 0) {
		call_problem(call, 503, "unavailable", "The database does not answer; try again.");
		return;
	}
	call->job = (struct job){ .letter = { .answered = password_tried }, .run = try_password, .user = call };
	if (jobs_add(call->c->jobs, call->c->port, &call->job) != 0)
		call_problem(call, 503, "unavailable", "Many sign in just now; try again.");
}

/* ---- sign out, preferences */

static int write_end(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	int rc = staff_session_end(db, session_key(call));
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("session.end"), STR("desk"), STR(""));
}

static void session_ended(struct call *call)
{
	session_cookie(call, NULL);
	call->clear_site = true;
	call_empty(call);
}

void api_sign_out(struct call *call)
{
	call_write(call, write_end, session_ended);
}

/* Views of the queue are its filters, as they stand in the address; what they are called follows from them. */
enum { VIEWS_MAX = 8, VIEW_LEN = 120 };

static bool views_from(struct call *call, struct str *out)
{
	const json_t *list = json_object_get(call->body, "views"), *one;
	struct buf b = buf_new(&call->arena, VIEWS_MAX * (VIEW_LEN + 1));
	size_t i;
	*out = (struct str){ NULL, 0 };
	if (!list)
		return true;
	bool good = json_is_array(list) && json_array_size(list) <= VIEWS_MAX;
	json_array_foreach(list, i, one) {
		struct str view = json_str(one);
		good = good && view.len > 0 && view.len <= VIEW_LEN;
		for (size_t k = 0; good && k < view.len; k++)
			good = view.at[k] && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_=&-", view.at[k]);
		if (!good)
			break;
		if (b.len)
			buf_put_char(&b, ' ');
		buf_put(&b, view);
	}
	*out = buf_str(&b);
	if (!good)
		call_bad(call, "views", "At most eight, each as in the address of the queue.");
	return good;
}

static int write_views(struct call *call, struct db *db)
{
	char name[40], text[VIEWS_MAX * (VIEW_LEN + 1) + 1];
	const struct str *views = call->extra;
	(void)snprintf(name, sizeof name, SESSION_VIEWS "%lld", (long long)call->session.staff_id);
	return views->at && str_copy(*views, text, sizeof text) ? setting_put(db, name, text) : 0;
}

static int write_preferences(struct call *call, struct gateway *g, struct db *db)
{
	struct staff staff;
	struct str language = json_get_str(call->body, "language");
	json_t *shortcuts = json_object_get(call->body, "shortcuts");
	(void)g;
	int rc = staff_by_id(db, call->session.staff_id, &staff);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	if (language.at)
		staff.language = language;
	if (json_is_boolean(shortcuts))
		staff.shortcuts = json_is_true(shortcuts);
	rc = staff_save(db, &staff);
	return rc == 0 ? write_views(call, db) : rc;
}

static void preferences_written(struct call *call)
{
	(void)session_find(call);
	call_answer(call, 200, session_json(call));
}

void api_preferences(struct call *call)
{
	struct str language, *views = call->extra = calloc(1, sizeof *views);
	if (!views) {
		call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	if (!call_text(call, "language", 2, 2, true, &language) || !views_from(call, views))
		return;
	if (language.at && !str_eq_z(language, "fr") && !str_eq_z(language, "en") && !str_eq_z(language, "ar"))
		call_bad(call, "language", "fr, en or ar.");
	else
		call_write(call, write_preferences, preferences_written);
}
