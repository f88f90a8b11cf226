/* One's own account while signed in: the password again before grave acts, another password, another app, new recovery codes.
 *
 * A new password or code ends every other session, and gives this one a new token: whoever had copied the cookie is out.
 * Passwords are tried and hashed on the job thread; wrong ones are slowed like those at the door. */
#include "gateway/console/handlers.h"

#include "db/ledger.h"
#include "gateway/console/accounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TOTP_WAITS_MS ((int64_t)15 * 60 * 1000)

struct account {
	char stored[AUTH_PASSWORD_STORED], hashed[AUTH_PASSWORD_STORED], token[AUTH_TOKEN_LEN + 1], secret[AUTH_SECRET_LEN + 1];
	unsigned char hash[AUTH_HASH_LEN]; /* of the new token */
	struct account_codes recovery;
	struct str password, wanted, code; /* wanted: the new password, or at == NULL */
	const char *action;                /* for the audit */
	bool right;
	int failed;
};

static struct account *begin(struct call *call)
{
	if (call->session.demo) {
		call_refuse(call, 403, "forbidden", "demo-account", "The demo's account has neither password nor code.");
		return NULL;
	}
	struct account *a = call->extra = calloc(1, sizeof *a);
	if (!a)
		call_problem(call, 503, "unavailable", "No memory.");
	return a;
}

/* ---- the password */

static void try_password(struct job *job)
{
	struct account *a = ((struct call *)job->user)->extra;
	a->right = auth_password_is(a->password, a->stored);
	if (a->right && a->wanted.at)
		a->failed = auth_password_hash(a->wanted, a->hashed);
}

static int write_refusal(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	return audit_add(db, call->now_ms, call->session.user, STR("session.confirm.refused"), STR("desk"), STR(""));
}

static void refused(struct call *call)
{
	throttle_failed(call->c->throttle, call->session.user, call_address(call), call->now_ms);
	call->name = STR("password");
	call_problem(call, 400, "wrong-password", "This is not your password.");
}

static int write_confirmation(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	int rc = staff_session_confirm(db, session_key(call), call->now_ms);
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("session.confirm"), STR("desk"), STR(""));
}

/* What every change of how one signs in ends with. */
static int end_the_others(struct call *call, struct db *db)
{
	struct account *a = call->extra;
	auth_token_new(a->token);
	auth_token_hash(str_of(a->token), a->hash);
	int rc = staff_sessions_end_others(db, call->session.staff_id, session_key(call));
	if (rc == 0)
		rc = staff_session_renew(db, session_key(call), (struct str){ (char *)a->hash, sizeof a->hash }, call->now_ms);
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, str_of(a->action), call->session.user, STR(""));
}

static int write_password(struct call *call, struct gateway *g, struct db *db)
{
	const struct account *a = call->extra;
	(void)g;
	int rc = staff_set_password(db, call->session.staff_id, str_of(a->hashed));
	return rc != 0 ? rc : end_the_others(call, db);
}

/* The same desk, the same page, another token. */
static void renewed(struct call *call)
{
	struct account *a = call->extra;
	events_move(call->c, call->session.hash, a->hash);
	session_cookie(call, a->token);
	auth_csrf_of(str_of(a->token), call->session.csrf);
	json_t *answer = session_json(call);
	if (a->recovery.code[0][0]) {
		json_t *codes = json_array();
		for (size_t i = 0; i < ACCOUNT_RECOVERY_CODES; i++)
			(void)json_array_append_new(codes, json_string(a->recovery.code[i]));
		answer = json_pack("{s:o, s:o}", "session", answer, "recovery_codes", codes);
	}
	explicit_bzero(a, sizeof *a);
	call_answer(call, 200, answer);
}

static void right(struct call *call)
{
	throttle_succeeded(call->c->throttle, call->session.user, call_address(call));
	if (((struct account *)call->extra)->wanted.at)
		call_write(call, write_password, renewed);
	else
		call_write(call, write_confirmation, call_empty);
}

static void password_tried(struct letter *letter, int result)
{
	struct call *call = ((struct job *)letter)->user;
	const struct account *a = call->extra;
	if (call->c->closed)
		call_free(call);
	else if (result != 0 || a->failed)
		call_problem(call, 503, "unavailable", "The password could not be tried; try again.");
	else if (!a->right)
		call_write(call, write_refusal, refused);
	else
		right(call);
}

static int take_stored(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	return row[0].kind == CELL_TEXT && str_copy(row[0].text, user, AUTH_PASSWORD_STORED) ? 0 : -EINVAL;
}

/* a->password is set. */
static void ask_password(struct call *call)
{
	static const char sql[] = "SELECT password FROM main.staff WHERE staff_id = ?1";
	struct account *a = call->extra;
	struct cell id = cell_of_i64(call->session.staff_id);
	int64_t wait = throttle_wait_ms(call->c->throttle, call->session.user, call_address(call), call->now_ms);
	if (wait > 0) {
		call->id = wait;
		call_problem(call, 429, "throttled", "Too many wrong tries; wait a little.");
		return;
	}
	if (reader_ask(call->c->reader, sql, &id, 1, take_stored, a->stored) != 0) {
		call_problem(call, 503, "unavailable", "The database does not answer; try again.");
		return;
	}
	call->job = (struct job){ .letter = { .answered = password_tried }, .run = try_password, .user = call };
	if (jobs_add(call->c->jobs, call->c->port, &call->job) != 0)
		call_problem(call, 503, "unavailable", "Many sign in just now; try again.");
}

void api_confirm(struct call *call)
{
	struct account *a = begin(call);
	if (a && call_text(call, "password", 1, 256, false, &a->password))
		ask_password(call);
}

void api_password(struct call *call)
{
	struct account *a = begin(call);
	if (!a || !call_text(call, "password", 1, 256, false, &a->password) ||
	    !call_text(call, "new", ACCOUNT_PASSWORD_LEAST, 256, false, &a->wanted))
		return;
	a->action = "user.password";
	if (!account_password_good(a->wanted, call->session.user, call->session.name) || str_eq(a->wanted, a->password))
		call_bad_because(call, "new", "weak-password", "Not the own name, not the old one, not few letters again and again.");
	else
		ask_password(call);
}

/* ---- another app: its secret waits sealed, under this session's name, until a code proves that the app has it */

static int write_secret(struct call *call, struct gateway *g, struct db *db)
{
	struct account *a = call->extra;
	(void)g;
	auth_secret_new(a->secret);
	int rc = staff_links_end(db, call->session.staff_id);
	return rc != 0 ? rc : staff_link_add(db, call->session.hash, call->session.staff_id, str_of(a->secret),
					     call->now_ms + TOTP_WAITS_MS);
}

static void secret_waits(struct call *call)
{
	struct account *a = call->extra;
	char text[256];
	struct buf uri = buf_over(text, sizeof text);
	account_totp_uri(call->session.user, str_of(a->secret), &uri);
	json_t *answer = json_object();
	json_put_str(answer, "totp_secret", str_of(a->secret));
	json_put_str(answer, "totp_uri", buf_str(&uri));
	explicit_bzero(a, sizeof *a);
	call_answer(call, 200, answer);
}

void api_totp_begin(struct call *call)
{
	if (begin(call))
		call_write(call, write_secret, secret_waits);
}

static int write_codes(struct call *call, struct db *db)
{
	struct account *a = call->extra;
	account_codes_new(&a->recovery);
	int rc = staff_set_recovery(db, call->session.staff_id, str_of(a->recovery.hashes));
	return rc != 0 ? rc : end_the_others(call, db);
}

static int write_totp(struct call *call, struct gateway *g, struct db *db)
{
	struct account *a = call->extra;
	struct str secret;
	(void)g;
	int rc = staff_link_secret(db, session_key(call), call->session.staff_id, call->now_ms, &secret);
	int64_t step = rc == 1 ? auth_code_step(secret, a->code, call->now_ms, 0) : 0;
	if (rc < 0 || !step)
		return rc < 0 ? rc : err_because(&call->err, -EINVAL, "wrong-code", "this is not the code that the new app shows now");
	rc = staff_set_totp(db, call->session.staff_id, secret, step);
	if (rc == 0)
		rc = staff_links_end(db, call->session.staff_id);
	return rc == 0 ? write_codes(call, db) : rc;
}

void api_totp_end(struct call *call)
{
	struct account *a = begin(call);
	if (!a || !call_text(call, "code", AUTH_CODE_LEN, AUTH_CODE_LEN, false, &a->code))
		return;
	a->action = "user.totp";
	call_write(call, write_totp, renewed);
}

static int write_recovery(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	return write_codes(call, db);
}

void api_recovery(struct call *call)
{
	struct account *a = begin(call);
	if (!a)
		return;
	a->action = "user.recovery";
	call_write(call, write_recovery, renewed);
}
