/* Who asks: the cookie, the session behind it, and whether the request came from our own pages. */
#include "gateway/console/call.h"

#include "db/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Browsers take a Secure cookie from http://127.0.0.1 and http://localhost too: those count as trustworthy. */
#define COOKIE "__Host-wasl"

static struct str cookie_of(struct call *call)
{
	struct str rest = http_header(call->request, "Cookie"), part;
	while (str_split(&rest, ';', &part)) {
		part = str_trim(part);
		if (str_starts(part, STR(COOKIE "=")))
			return str_from(part, sizeof COOKIE);
	}
	return (struct str){ NULL, 0 };
}

void session_cookie(struct call *call, const char *token)
{
	(void)snprintf(call->set_cookie, sizeof call->set_cookie, COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
		       token ? token : "", token ? "" : "; Max-Age=0");
}

/* ---- the session */

static struct str keep(struct call *call, const struct cell *c)
{
	return arena_str(&call->arena, c->kind == CELL_TEXT ? c->text : STR(""));
}

static struct str padded(struct call *call, struct str words)
{
	struct buf b = buf_new(&call->arena, words.len + 2);
	if (words.len == 0)
		return STR("");
	buf_put_char(&b, ' ');
	buf_put(&b, words);
	buf_put_char(&b, ' ');
	return buf_str(&b);
}

static int take_session(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct call *call = user;
	struct sitting *s = &call->session;
	(void)names, (void)columns;
	s->staff_id = row[0].integer;
	s->began_at = row[1].integer;
	s->seen_at = row[2].integer;
	s->user = keep(call, &row[3]);
	s->name = keep(call, &row[4]);
	s->role_words = keep(call, &row[5]);
	s->offices = padded(call, keep(call, &row[6]));
	s->language = keep(call, &row[7]);
	s->shortcuts = row[8].integer != 0;
	s->demo = row[9].integer != 0;
	s->confirmed_at = row[10].integer;
	s->roles = policy_roles(s->role_words);
	s->open = s->language.at != NULL && s->offices.at != NULL;
	return 0;
}

struct touch {
	struct letter letter;
	unsigned char hash[AUTH_HASH_LEN];
	int64_t now_ms;
};

static int run_touch(struct letter *letter, struct gateway *g, struct db *db)
{
	struct touch *t = (struct touch *)letter;
	(void)g;
	return staff_session_seen(db, (struct str){ (char *)t->hash, sizeof t->hash }, t->now_ms);
}

static void touched(struct letter *letter, int result)
{
	(void)result; /* the next request tries again */
	free(letter);
}

static void touch(struct call *call)
{
	struct touch *t = calloc(1, sizeof *t);
	if (!t)
		return;
	t->letter = (struct letter){ .run = run_touch, .answered = touched };
	t->now_ms = call->now_ms;
	memcpy(t->hash, call->session.hash, sizeof t->hash);
	mailbox_post(call->c->mailbox, call->c->port, &t->letter);
}

bool session_find(struct call *call)
{
	static const char sql[] = "SELECT f.staff_id, s.began_at, s.seen_at, f.user, f.name, f.roles, f.offices, f.language,"
		" f.shortcuts, f.demo, s.confirmed_at FROM main.staff_session s JOIN main.staff f USING (staff_id) WHERE s.token_hash = ?1"
		" AND f.state = 'ACTIVE'"
		" AND s.seen_at > ?2 AND s.began_at > ?3";
	struct sitting *s = &call->session;
	struct str token = cookie_of(call);
	*s = (struct sitting){ 0 };
	if (token.len != AUTH_TOKEN_LEN)
		return false;
	auth_token_hash(token, s->hash);
	struct cell values[] = { cell_of_blob(s->hash, sizeof s->hash), cell_of_i64(call->now_ms - IDLE_MS),
				 cell_of_i64(call->now_ms - SESSION_MS) };
	if (reader_ask(call->c->reader, sql, values, 3, take_session, call) != 0 || !s->open)
		return s->open = false;
	if (s->demo && !call->c->loopback)
		return s->open = false;
	auth_csrf_of(token, s->csrf);
	if (!http_header(call->request, "Wasl-Passive").at && call->now_ms - s->seen_at > SEEN_EVERY_MS) {
		s->seen_at = call->now_ms;
		touch(call);
	}
	return true;
}

bool session_of_token(struct call *call, int64_t staff_id, const char *package)
{
	static const char sql[] = "SELECT staff_id, 0, 0, user, name, roles, offices, language, shortcuts, demo, 0 FROM main.staff"
		" WHERE staff_id = ?1 AND state = 'ACTIVE'";
	struct cell values[] = { cell_of_i64(staff_id) };
	call->session = (struct sitting){ 0 };
	if (reader_ask(call->c->reader, sql, values, 1, take_session, call) != 0)
		call->session.open = false;
	call->session.package = arena_str(&call->arena, str_of(package));
	return call->session.open && call->session.package.at;
}

static json_t *views_of(struct call *call)
{
	static const char sql[] = "SELECT value FROM main.setting WHERE name = '" SESSION_VIEWS "' || ?1";
	struct cell id = cell_of_i64(call->session.staff_id);
	json_t *all = json_array();
	struct str rest = rows_text(call, sql, &id, 1), word;
	while (str_split(&rest, ' ', &word))
		if (word.len)
			(void)json_array_append_new(all, json_from_str(word));
	return all;
}

json_t *session_json(struct call *call)
{
	const struct sitting *s = &call->session;
	json_t *answer = json_object(), *roles = json_array(), *offices = json_array();
	for (unsigned bit = 1; bit < ROLE_ANY; bit <<= 1)
		if (s->roles & bit)
			(void)json_array_append_new(roles, json_string(policy_role_name(bit)));
	struct str rest = s->offices, word;
	while (str_split(&rest, ' ', &word))
		if (word.len)
			(void)json_array_append_new(offices, json_from_str(word));
	json_put_str(answer, "user", s->user);
	json_put_str(answer, "name", s->name);
	(void)json_object_set_new(answer, "roles", roles);
	(void)json_object_set_new(answer, "offices", offices);
	json_put_str(answer, "language", s->language);
	(void)json_object_set_new(answer, "shortcuts", json_boolean(s->shortcuts));
	(void)json_object_set_new(answer, "views", views_of(call));
	json_put_str(answer, "csrf", str_of(s->csrf));
	(void)json_object_set_new(answer, "idle_seconds", json_integer(IDLE_MS / 1000));
	(void)json_object_set_new(answer, "idle_until", json_time(s->seen_at + IDLE_MS));
	(void)json_object_set_new(answer, "ends_at", json_time(s->began_at + SESSION_MS));
	(void)json_object_set_new(answer, "demo", json_boolean(call->c->demo));
	(void)json_object_set_new(answer, "now", json_time(call->now_ms));
	json_put_str(answer, "timezone", call->c->g->config.timezone);
	return answer;
}

struct str session_key(struct call *call)
{
	return (struct str){ (char *)call->session.hash, sizeof call->session.hash };
}

/* ---- is it from our own page? */

/* Browsers keep a Secure cookie from any other http://, so nobody works there; whoever answers there is in between. */
static bool is_this_machine(struct str host)
{
	return str_starts(host, STR("127.")) || str_starts(host, STR("localhost:")) || str_eq_z(host, "localhost") ||
	       str_starts(host, STR("[::1]"));
}

static bool origin_is_host(struct call *call)
{
	struct str origin = http_header(call->request, "Origin"), host = http_header(call->request, "Host");
	struct str site = http_header(call->request, "Sec-Fetch-Site");
	if (site.at && !str_eq_z(site, "same-origin"))
		return false;
	if (str_starts(origin, STR("https://")))
		origin = str_from(origin, 8);
	else if (str_starts(origin, STR("http://")) && is_this_machine(str_from(origin, 7)))
		origin = str_from(origin, 7);
	else
		return false;
	return host.len && str_eq_nocase(origin, host);
}

bool request_is_ours(struct call *call)
{
	if (call->request->method == HTTP_GET || call->request->method == HTTP_HEAD)
		return true;
	bool ours = origin_is_host(call);
	if (ours && call->session.open)
		ours = auth_same(http_header(call->request, "Wasl-CSRF"), str_of(call->session.csrf));
	if (!ours)
		call_problem(call, 403, "csrf", "This request did not come from this desk's own page.");
	return ours;
}
