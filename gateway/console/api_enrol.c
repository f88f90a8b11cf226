/* One-time links: the first password and code of an account, and the demo's way in. */
#include "gateway/console/handlers.h"

#include "db/ledger.h"
#include "gateway/console/accounts.h"
#include "gateway/demo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct enrol {
	unsigned char hash[AUTH_HASH_LEN];
	char user[32], name[84], secret[AUTH_SECRET_LEN + 1], stored[AUTH_PASSWORD_STORED], token[AUTH_TOKEN_LEN + 1];
	struct account_codes recovery;
	struct str password;
	int64_t staff_id;
	int failed;
};

static int take_link(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct enrol *e = user;
	(void)names, (void)columns;
	e->staff_id = row[0].integer;
	bool whole = str_copy(row[1].text, e->user, sizeof e->user) && str_copy(row[2].text, e->name, sizeof e->name) &&
		     row[3].kind == CELL_TEXT && str_copy(row[3].text, e->secret, sizeof e->secret);
	return whole ? 0 : -EINVAL;
}

/* false: answered. */
static bool find_link(struct call *call)
{
	static const char sql[] = "SELECT f.staff_id, f.user, f.name, unseal('staff.totp', f.staff_id, NULL, l.totp) FROM"
		" main.staff_link l"
		" JOIN main.staff f USING (staff_id) WHERE l.token_hash = ?1 AND l.expires_at > ?2 AND f.state = 'INVITED'";
	struct enrol *e = call->extra = calloc(1, sizeof *e);
	struct str token;
	if (!e) {
		call_problem(call, 503, "unavailable", "No memory.");
		return false;
	}
	if (!call_text(call, "token", AUTH_TOKEN_LEN, AUTH_TOKEN_LEN, false, &token))
		return false;
	auth_token_hash(token, e->hash);
	struct cell values[] = { cell_of_blob(e->hash, sizeof e->hash), cell_of_i64(call->now_ms) };
	if (reader_ask(call->c->reader, sql, values, 2, take_link, e) == 0 && e->staff_id)
		return true;
	call_not_found(call);
	return false;
}

void api_enrol_look(struct call *call)
{
	char uri[256];
	if (!find_link(call))
		return;
	const struct enrol *e = call->extra;
	struct buf b = buf_over(uri, sizeof uri);
	account_totp_uri(str_of(e->user), str_of(e->secret), &b);
	json_t *answer = json_object();
	json_put_str(answer, "user", str_of(e->user));
	json_put_str(answer, "name", str_of(e->name));
	json_put_str(answer, "totp_secret", str_of(e->secret));
	json_put_str(answer, "totp_uri", buf_str(&b));
	call_answer(call, 200, answer);
}

/* ---- enrolment */

static int write_enrolment(struct call *call, struct gateway *g, struct db *db)
{
	struct enrol *e = call->extra;
	int64_t staff_id = 0;
	(void)g;
	int rc = staff_link_use(db, (struct str){ (char *)e->hash, sizeof e->hash }, call->now_ms, &staff_id);
	if (rc != 1 || staff_id != e->staff_id)
		return rc < 0 ? rc : -ENOENT;
	account_codes_new(&e->recovery);
	rc = staff_enrol(db, staff_id, str_of(e->stored), str_of(e->secret), str_of(e->recovery.hashes));
	return rc != 0 ? rc : audit_add(db, call->now_ms, str_of(e->user), STR("user.enrol"), str_of(e->user), STR(""));
}

static void enrolled(struct call *call)
{
	struct enrol *e = call->extra;
	json_t *answer = json_object(), *codes = json_array();
	for (size_t i = 0; i < ACCOUNT_RECOVERY_CODES; i++)
		(void)json_array_append_new(codes, json_string(e->recovery.code[i]));
	json_put_str(answer, "user", str_of(e->user));
	(void)json_object_set_new(answer, "recovery_codes", codes);
	explicit_bzero(e, sizeof *e);
	call_answer(call, 200, answer);
}

static void hash_password(struct job *job)
{
	struct enrol *e = ((struct call *)job->user)->extra;
	e->failed = auth_password_hash(e->password, e->stored);
}

static void password_hashed(struct letter *letter, int result)
{
	struct call *call = ((struct job *)letter)->user;
	if (call->c->closed)
		call_free(call);
	else if (result != 0 || ((struct enrol *)call->extra)->failed)
		call_problem(call, 503, "unavailable", "The password could not be kept; try again.");
	else
		call_write(call, write_enrolment, enrolled);
}

void api_enrol(struct call *call)
{
	struct str code;
	if (!find_link(call))
		return;
	struct enrol *e = call->extra;
	if (!call_text(call, "password", ACCOUNT_PASSWORD_LEAST, 256, false, &e->password) || !call_text(call, "code", 6, 6, false, &code))
		return;
	if (!account_password_good(e->password, str_of(e->user), str_of(e->name))) {
		call_bad_because(call, "password", "weak-password", "Not the own name, not few letters again and again.");
		return;
	}
	if (auth_code_step(str_of(e->secret), code, call->now_ms, 0) == 0) {
		call_bad_because(call, "code", "wrong-code", "This is not the code that the app shows now.");
		return;
	}
	call->job = (struct job){ .letter = { .answered = password_hashed }, .run = hash_password, .user = call };
	if (jobs_add(call->c->jobs, call->c->port, &call->job) != 0)
		call_problem(call, 503, "unavailable", "Many sign in just now; try again.");
}

/* ---- the demo */

static int write_demo(struct call *call, struct gateway *g, struct db *db)
{
	struct enrol *e = call->extra;
	unsigned char hash[AUTH_HASH_LEN];
	(void)g;
	int rc = staff_link_use(db, (struct str){ (char *)e->hash, sizeof e->hash }, call->now_ms, &e->staff_id);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	struct staff staff;
	rc = staff_by_id(db, e->staff_id, &staff);
	if (rc != 1 || !staff.demo)
		return rc < 0 ? rc : -ENOENT;
	auth_token_new(e->token);
	auth_token_hash(str_of(e->token), hash);
	rc = staff_session_add(db, (struct str){ (char *)hash, sizeof hash }, staff.staff_id, call->now_ms);
	return rc != 0 ? rc : audit_add(db, call->now_ms, staff.user, STR("session.open"), STR("desk"), STR("demo"));
}

static int take_demo(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct sitting *s = &((struct call *)user)->session;
	struct arena *arena = &((struct call *)user)->arena;
	(void)names, (void)columns;
	s->user = arena_str(arena, row[0].text), s->name = arena_str(arena, row[1].text);
	s->roles = policy_roles(row[2].text);
	s->offices = STR(""), s->language = arena_str(arena, row[3].text), s->shortcuts = true;
	return 0;
}

static void demo_is_open(struct call *call)
{
	static const char sql[] = "SELECT user, name, roles, language FROM main.staff WHERE staff_id = ?1";
	struct enrol *e = call->extra;
	struct cell id = cell_of_i64(e->staff_id);
	call->session.staff_id = e->staff_id;
	call->session.began_at = call->session.seen_at = call->now_ms;
	auth_csrf_of(str_of(e->token), call->session.csrf);
	session_cookie(call, e->token);
	explicit_bzero(e->token, sizeof e->token);
	call_answer(call, 200, reader_ask(call->c->reader, sql, &id, 1, take_demo, call) == 0 ? session_json(call) : NULL);
}

void api_demo(struct call *call)
{
	struct str token;
	struct enrol *e = call->extra = calloc(1, sizeof *e);
	if (!e || !call->c->demo || !call->c->loopback || !http_peer_is_loopback(call->request)) {
		call_not_found(call);
		return;
	}
	if (!call_text(call, "token", AUTH_TOKEN_LEN, AUTH_TOKEN_LEN, false, &token))
		return;
	auth_token_hash(token, e->hash);
	call_write(call, write_demo, demo_is_open);
}
