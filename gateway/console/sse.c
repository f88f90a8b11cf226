/* What the pages hear without asking: server-sent events, and who else looks at a case.
 *
 * Once a second the staff thread looks whether the database has changed; only then, and only while somebody listens, it asks
 * what.  Events say that something is new, never what it says: the page fetches it, and the fetch is held against the
 * caller's rights.  A case's reference is told only to who may see that case: that there is such a case is news, too. */
#include "gateway/console/handlers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAMS_MAX = 256, STREAMS_OF_ONE = 16, PRESENT_MAX = 256, TICK_MS = 1000, HEARTBEAT_MS = 15000, PRESENT_MS = 40000 };
enum { ROOM_MS = 100 }; /* each page that listens asks again after an event: so long between events for each of them */

struct listener_of_events {
	struct console *c;
	struct http_stream *stream; /* NULL: free */
	int64_t staff_id;
	unsigned roles;
	char user[32], offices[520];
	unsigned char hash[AUTH_HASH_LEN];
};

struct present {
	char ref[9], user[32], name[84];
	bool typing;
	int64_t since_ms, seen_ms; /* monotonic; seen 0: free */
};

struct desk_events {
	struct console *c;
	struct timer tick;
	struct listener_of_events listener[STREAMS_MAX];
	struct present present[PRESENT_MAX];
	int64_t version, last_message_id, beat_ms, told_ms;
	size_t listening;
};

static void stream_gone(void *user)
{
	struct listener_of_events *l = user;
	l->stream = NULL;
	l->c->events->listening--;
}

static void put(struct listener_of_events *l, struct str bytes)
{
	if (l->stream && http_stream_put(l->stream, bytes) != 0)
		http_stream_end(l->stream); /* does not read; it will come again and fetch all */
}

static void put_all(struct desk_events *e, struct str bytes)
{
	for (size_t i = 0; e->listening && i < STREAMS_MAX; i++)
		put(&e->listener[i], bytes);
}

static int take_last(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	*(int64_t *)user = row[0].integer;
	return 0;
}

static bool may_see(const struct listener_of_events *l, struct str ref)
{
	static const char sql[] = "SELECT 1 FROM main.cases c WHERE c.ref = ?4 AND " POLICY_CASE_MINE;
	int64_t sees = 0;
	struct cell values[] = { cell_of_text(str_of(l->offices)), cell_of_i64((l->roles & ROLE_PROTECTION) != 0),
				 cell_of_text(str_of(l->user)), cell_of_text(ref) };
	return (l->roles & (ROLE_COUNSELLOR | ROLE_PROTECTION)) != 0 &&
	       reader_ask(l->c->reader, sql, values, 4, take_last, &sees) == 0 && sees == 1;
}

static bool looks_at(const struct desk_events *e, const char *user, const char *ref)
{
	int64_t now = clock_monotonic_ms();
	for (size_t i = 0; i < PRESENT_MAX; i++) {
		const struct present *p = &e->present[i];
		if (p->seen_ms && now - p->seen_ms <= PRESENT_MS && strcmp(p->ref, ref) == 0 && str_eq_nocase(str_of(p->user), str_of(user)))
			return true;
	}
	return false;
}

/* staff_id 0: everybody; ref: whoever has that case open and may see it; NULL: of no case. */
static void tell_where(struct console *c, int64_t staff_id, const char *ref, const char *event, const char *json)
{
	char text[512];
	struct buf b = buf_over(text, sizeof text);
	buf_put_z(&b, "event: ");
	buf_put_z(&b, event);
	buf_put_z(&b, "\ndata: ");
	buf_put_z(&b, json);
	buf_put_z(&b, "\n\n");
	for (size_t i = 0; !b.full && c->events->listening && i < STREAMS_MAX; i++) {
		struct listener_of_events *l = &c->events->listener[i];
		bool concerned = l->stream && (!staff_id || l->staff_id == staff_id);
		if (concerned && (!ref || (looks_at(c->events, l->user, ref) && may_see(l, str_of(ref)))))
			put(l, buf_str(&b));
	}
}

void events_tell_one(struct console *c, int64_t staff_id, const char *event, const char *json)
{
	tell_where(c, staff_id, NULL, event, json);
}

static void events_tell(struct console *c, const char *event, const char *json)
{
	tell_where(c, 0, NULL, event, json);
}

void events_move(struct console *c, const unsigned char *from_hash, const unsigned char *to_hash)
{
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (c->events->listener[i].stream && memcmp(c->events->listener[i].hash, from_hash, AUTH_HASH_LEN) == 0)
			memcpy(c->events->listener[i].hash, to_hash, AUTH_HASH_LEN);
}

/* ---- what changed */

static int tell_message(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct desk_events *e = user;
	char json[128], ref[9];
	(void)names, (void)columns;
	e->last_message_id = row[0].integer;
	if (row[1].kind == CELL_TEXT && str_copy(row[1].text, ref, sizeof ref)) {
		(void)snprintf(json, sizeof json, "{\"ref\":\"%s\",\"message_id\":%lld}", ref, (long long)row[0].integer);
		tell_where(e->c, 0, ref, "message", json);
	}
	return 0;
}

/* Sessions that ended, by the clock or by an administrator, hear no more. */
static void end_those_without_session(struct desk_events *e)
{
	static const char sql[] = "SELECT 1 FROM main.staff_session s JOIN main.staff f USING (staff_id) WHERE s.token_hash = ?1"
		" AND f.state = 'ACTIVE' AND s.seen_at > ?2 AND s.began_at > ?3";
	int64_t now = gateway_now(e->c->g);
	for (size_t i = 0; e->listening && i < STREAMS_MAX; i++) {
		struct listener_of_events *l = &e->listener[i];
		int64_t there = 0;
		struct cell values[] = { cell_of_blob(l->hash, sizeof l->hash), cell_of_i64(now - IDLE_MS), cell_of_i64(now - SESSION_MS) };
		if (!l->stream || reader_ask(e->c->reader, sql, values, 3, take_last, &there) != 0 || there)
			continue;
		put(l, STR("event: bye\ndata: {}\n\n"));
		if (l->stream)
			http_stream_end(l->stream);
	}
}

static void look(struct desk_events *e, int64_t now)
{
	static const char sql[] = "SELECT m.message_id, (SELECT c.ref FROM main.cases c WHERE c.contact_id = m.contact_id"
		" ORDER BY c.opened_at DESC LIMIT 1) FROM main.message m WHERE m.message_id > ?1 ORDER BY m.message_id LIMIT 200";
	if (now - e->told_ms < (int64_t)e->listening * ROOM_MS)
		return;
	int64_t version = reader_version(e->c->reader);
	if (version < 0 || version == e->version)
		return;
	e->version = version;
	e->told_ms = now;
	end_those_without_session(e); /* one of the changes may be that */
	struct cell from = cell_of_i64(e->last_message_id);
	if (reader_ask(e->c->reader, sql, &from, 1, tell_message, e) == 0)
		events_tell(e->c, "queue", "{}");
}

static void from_now_on(struct desk_events *e)
{
	static const char sql[] = "SELECT ifnull(max(message_id), 0) FROM main.message";
	e->version = reader_version(e->c->reader);
	if (reader_ask(e->c->reader, sql, NULL, 0, take_last, &e->last_message_id) != 0)
		e->last_message_id = INT64_MAX;
}

static void on_tick(struct timer *timer)
{
	struct desk_events *e = timer->user;
	int64_t now = clock_monotonic_ms();
	if (e->listening)
		look(e, now);
	if (e->listening && now - e->beat_ms >= HEARTBEAT_MS) {
		e->beat_ms = now;
		end_those_without_session(e);
		put_all(e, STR(": here\n\n"));
	}
	(void)!timer_set(e->c->loop, timer, TICK_MS);
}

/* ---- life */

int events_new(struct console *c, struct desk_events **out)
{
	struct desk_events *e = calloc(1, sizeof *e);
	if (!e)
		return -ENOMEM;
	e->c = c;
	e->tick = (struct timer){ .fire = on_tick, .user = e };
	*out = e;
	return timer_set(c->loop, &e->tick, TICK_MS);
}

void events_end_streams(struct desk_events *e)
{
	put_all(e, STR("event: bye\ndata: {}\n\n"));
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (e->listener[i].stream)
			http_stream_end(e->listener[i].stream);
}

void events_free(struct desk_events *e)
{
	if (!e)
		return;
	timer_stop(e->c->loop, &e->tick);
	free(e);
}

void api_events(struct call *call)
{
	struct desk_events *e = call->c->events;
	struct listener_of_events *l = NULL;
	size_t own = 0;
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		if (!e->listener[i].stream)
			l = &e->listener[i];
		else
			own += e->listener[i].staff_id == call->session.staff_id;
	}
	if (own >= STREAMS_OF_ONE) /* nobody takes the places of all */
		l = NULL;
	struct http_response response = { .status = 200 };
	http_add_header(&response, "Content-Type", STR("text/event-stream"));
	http_add_header(&response, "Cache-Control", STR("no-store"));
	http_add_header(&response, "X-Accel-Buffering", STR("no"));
	web_security_headers(&response);
	if (l) {
		*l = (struct listener_of_events){ .c = call->c, .staff_id = call->session.staff_id, .roles = call->session.roles };
		memcpy(l->hash, call->session.hash, sizeof l->hash);
		bool kept = str_copy(call->session.user, l->user, sizeof l->user) &&
			    str_copy(call->session.offices, l->offices, sizeof l->offices);
		l->stream = kept ? http_stream_begin(call->request, &response, stream_gone, l) : NULL;
	}
	if (!l || !l->stream) {
		call_problem(call, 503, "unavailable", "Too many listen already.");
		return;
	}
	if (e->listening++ == 0)
		from_now_on(e);
	put(l, STR("retry: 3000\nevent: queue\ndata: {}\n\n"));
	call_free(call);
}

/* ---- presence */

json_t *presence_of(struct console *c, struct str ref, struct str but_user)
{
	json_t *all = json_array();
	int64_t now = clock_monotonic_ms();
	for (size_t i = 0; i < PRESENT_MAX; i++) {
		const struct present *p = &c->events->present[i];
		if (!p->seen_ms || now - p->seen_ms > PRESENT_MS || !str_eq_z(ref, p->ref) || str_eq_nocase(but_user, str_of(p->user)))
			continue;
		json_t *one = json_object();
		json_put_str(one, "user", str_of(p->user));
		json_put_str(one, "name", str_of(p->name));
		(void)json_object_set_new(one, "state", json_string(p->typing ? "typing" : "viewing"));
		(void)json_object_set_new(one, "since", json_time(gateway_now(c->g) - (now - p->since_ms)));
		(void)json_array_append_new(all, one);
	}
	return all;
}

static struct present *present_slot(struct desk_events *e, struct str ref, struct str user, int64_t now)
{
	struct present *free_one = NULL;
	for (size_t i = 0; i < PRESENT_MAX; i++) {
		struct present *p = &e->present[i];
		if (p->seen_ms && str_eq_z(ref, p->ref) && str_eq_z(user, p->user))
			return p;
		if (!free_one && (!p->seen_ms || now - p->seen_ms > PRESENT_MS))
			free_one = p;
	}
	if (free_one)
		*free_one = (struct present){ .since_ms = now };
	return free_one;
}

void api_presence(struct call *call)
{
	struct str state;
	int64_t now = clock_monotonic_ms();
	if (!call_text(call, "state", 1, 16, false, &state))
		return;
	struct present *p = present_slot(call->c->events, call->seen.ref, call->session.user, now);
	bool gone = str_eq_z(state, "gone"), typing = str_eq_z(state, "typing");
	if (!gone && !typing && !str_eq_z(state, "viewing")) {
		call_bad(call, "state", "viewing, typing or gone.");
		return;
	}
	if (p) {
		bool told = p->seen_ms && p->typing == typing && !gone;
		p->typing = typing;
		p->seen_ms = gone ? 0 : now;
		bool kept = str_copy(call->seen.ref, p->ref, sizeof p->ref) && str_copy(call->session.user, p->user, sizeof p->user) &&
			    str_copy(call->session.name, p->name, sizeof p->name);
		if (!kept)
			p->seen_ms = 0;
		char json[40];
		(void)snprintf(json, sizeof json, "{\"ref\":\"%s\"}", p->ref);
		if (kept && !told)
			tell_where(call->c, 0, p->ref, "presence", json);
	}
	json_t *answer = json_object();
	(void)json_object_set_new(answer, "items", presence_of(call->c, call->seen.ref, call->session.user));
	call_answer(call, 200, answer);
}
