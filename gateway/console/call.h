/* One request of the API on its way through the staff thread: who asks, for what, and how it is answered.
 *
 * A handler gets a call that has passed policy.c: the session is good, the role may, the object is the caller's to see.  It
 * must see to it that exactly one of call_answer(), call_problem(), call_empty(), call_bytes(), call_file() happens, at once or
 * later; that frees the call.  What it allocates from call->arena lives as long. */
#ifndef GATEWAY_CONSOLE_CALL_H
#define GATEWAY_CONSOLE_CALL_H

#include "db/reader.h"
#include "db/staff.h"
#include "gateway/auth.h"
#include "gateway/console/console.h"
#include "gateway/jobs.h"
#include "gateway/json.h"
#include "gateway/mailbox.h"

enum {
	IDLE_MS = 15 * 60 * 1000, SESSION_MS = 8 * 3600 * 1000, SEEN_EVERY_MS = 30 * 1000, GLASS_MS = 60 * 60 * 1000,
	FRESH_MS = 5 * 60 * 1000, PAGE_MAX = 100, PAGE_USUAL = 50, CALL_ARENA = 128 * 1024,
};

/* domain.md 6.4; bits */
enum role {
	ROLE_OPERATOR = 1, ROLE_COUNSELLOR = 2, ROLE_PROTECTION = 4, ROLE_PSEA = 8, ROLE_ME = 16, ROLE_MANAGER = 32, ROLE_ADMIN = 64,
	ROLE_AUDITOR = 128, ROLE_ANY = 255,
	FRESH = 256, /* of a route: and the password was given in the last FRESH_MS */
};

struct sitting {
	bool open;
	unsigned roles;
	int64_t staff_id, began_at, seen_at, confirmed_at;
	struct str user, name, role_words, offices, language; /* offices: " RABAT OUJDA " for instr(); "" = all */
	struct str package;     /* a token let in, not a cookie: this one job's package alone; "" all that is the person's */
	bool shortcuts, demo;
	unsigned char hash[AUTH_HASH_LEN];
	char csrf[AUTH_TOKEN_LEN + 1];
};

struct seen_case { /* what policy.c found out about the case in the path */
	int64_t contact_id;
	struct str ref, office, assigned_to;
	bool protected, by_glass; /* by_glass: only because the glass was, or is to be, broken */
};

struct call;
typedef void handler_fn(struct call *call);

struct route {
	enum http_method method;
	const char *path;       /* "/cases/{ref}/notes", without /api/v1 */
	unsigned roles;         /* 0: anyone, without a session */
	enum scope { SCOPE_NONE, SCOPE_CASE, SCOPE_CASE_GLASS, SCOPE_ALERT, SCOPE_TASK } scope;
	handler_fn *handle;
	const char *act;        /* for api_act(): the act it stands for; '*': its last word is {act}, one of those behind it */
};
extern const struct route routes[]; /* ended by path == NULL */

struct queue_state { /* how old temp.queue_now is (queue.h) */
	bool made, staff_wrote;
	int64_t version, made_ms, cost_ms;
};

struct console {
	struct gateway *g;      /* only what never changes while it runs: config */
	struct loop *loop;
	struct http_server *server;
	struct reader *reader;
	struct mailbox *mailbox;
	struct port *port;
	struct jobs *jobs;
	struct throttle *throttle;
	struct desk_events *events;
	struct web *web;
	struct desk_jobs *desk_jobs;
	struct queue_state queue;
	const struct http_server *webhooks;
	bool demo, loopback, closed;
	struct thread_ends *ends;
};

struct call {
	struct letter letter;   /* first: a call is its own letter */
	struct job job;
	struct console *c;
	struct http_request *request;
	const struct route *route;
	struct arena arena;
	struct sitting session;
	json_t *body, *answer;  /* body: an object, or NULL */
	struct seen_case seen;
	int64_t now_ms, id;
	struct str name, act;   /* of the path */
	const char *audit;      /* what a read is called in the audit; NULL: none is written */
	struct str audit_object;
	int (*work)(struct call *call, struct gateway *g, struct db *db); /* of the letter */
	handler_fn *then;       /* after it was committed */
	handler_fn *refused;    /* where it was not: instead of a problem; NULL: a problem */
	void (*act_settled)(struct gateway *g); /* of the act that was run (gateway/act.h) */
	void *extra;            /* freed with the call */
	struct err err;
	const char *problem;    /* a word for a refusal of work() */
	bool json_api;          /* answers and problems are JSON:API's (jsonapi.org 1.0) */
	char set_cookie[160], now[24]; /* headers lend their text until the reply is made */
	bool clear_site;
	int64_t last_message_id; /* for problem newer-message */
	struct str last_message_by;
};

/* ---- ends */

void call_answer(struct call *call, unsigned status, json_t *answer); /* takes the answer; NULL: 503 */
/* type: one of the words of openapi.json's Problem; title: a sentence. */
void call_problem(struct call *call, unsigned status, const char *type, const char *title);
/* The same, and why: the word under which the desk has its own sentence, as in struct err. */
void call_refuse(struct call *call, unsigned status, const char *type, const char *reason, const char *title);
void call_bad(struct call *call, const char *field, const char *title); /* 400 */
void call_bad_because(struct call *call, const char *field, const char *reason, const char *title);
void call_not_found(struct call *call);
void call_empty(struct call *call);                                 /* 204 */
void call_bytes(struct call *call, const char *type, struct str bytes);
/* Streams the file under a name to keep it by; takes fd. */
void call_file(struct call *call, const char *type, const char *name, int fd, int64_t bytes);
void call_etag(struct str body, char etag[40]); /* quoted, with a NUL */
void call_free(struct call *call);
/* Answers with answer, 200, after the line of the audit is on disk: no read of a person without one. */
void call_read(struct call *call, const char *action, struct str object, json_t *answer);
/* Runs work on the line thread inside an item, then calls then.  What work refuses becomes a problem by its error. */
void call_write(struct call *call, int (*work)(struct call *call, struct gateway *g, struct db *db), handler_fn *then);

/* Calls look on the line thread, where what it owns may be read; it fills call->extra, extra bytes of zeros.  Then then. */
void call_look(struct call *call, size_t extra, void (*look)(struct letter *letter, struct gateway *g), handler_fn *then);

/* ---- what was asked */

/* A text member of the body; missing and not optional, too long or no text: answered with 400 and false. */
bool call_text(struct call *call, const char *member, size_t least, size_t most, bool optional, struct str *out);
bool call_body(struct call *call); /* there is one; else answered with 400 */
struct str call_query(struct call *call, const char *name); /* decoded; at == NULL when absent */
int64_t call_limit(struct call *call);
bool call_may(const struct call *call, unsigned roles);
/* "text/number" cursors: parts joined with "~". */
bool call_after(struct call *call, size_t parts, struct str *out);

/* ---- what is read: rows.c.  Names of columns say what becomes of them: x_at, x_until, x_since: time in ms -> ISO; "b:x" yes
 * or no; "w:x" words -> array; "j:x" JSON; "-x" is left out. */

json_t *rows_all(struct call *call, const char *sql, const struct cell *values, size_t count);  /* array; NULL: an error */
json_t *rows_one(struct call *call, const char *sql, const struct cell *values, size_t count);  /* object, json_null(), NULL */
int64_t rows_number(struct call *call, const char *sql, const struct cell *values, size_t count); /* -1: none, error */
struct str rows_text(struct call *call, const char *sql, const struct cell *values, size_t count); /* arena; at == NULL */
/* Takes the items, newest first by this number: {"next": …, "items": …}; NULL for NULL. */
json_t *rows_page(json_t *items, const char *id, int64_t limit);
#define ROWS(call, sql, ...) \
	rows_all(call, sql, (const struct cell[]){ __VA_ARGS__ }, sizeof((const struct cell[]){ __VA_ARGS__ }) / sizeof(struct cell))
#define ROW(call, sql, ...) \
	rows_one(call, sql, (const struct cell[]){ __VA_ARGS__ }, sizeof((const struct cell[]){ __VA_ARGS__ }) / sizeof(struct cell))
#define NUMBER_OF(call, sql, ...) \
	rows_number(call, sql, (const struct cell[]){ __VA_ARGS__ }, sizeof((const struct cell[]){ __VA_ARGS__ }) / sizeof(struct cell))

/* ---- policy.c */

unsigned policy_roles(struct str words);
const char *policy_role_name(unsigned bit);
/* Finds the route and its objects, holds roles and ownership against it; default: no.  Answers itself unless true. */
bool policy_admit(struct call *call);
/* The case is there and the caller may see it: fills call->seen. */
bool policy_case(struct call *call, struct str ref, bool glass);
/* The condition "this case c is mine to see" takes these three, in this order: offices, may see protected ones, user. */
#define POLICY_CASE_VALUES(call) \
	cell_of_text((call)->session.offices), cell_of_i64(call_may((call), ROLE_PROTECTION)), cell_of_text((call)->session.user)
/* Protection is the person's (domain.md 6.4: children, fear of return): one protected case makes all of them so, because they
 * have one timeline.  A case that ended with protection stays there; only protection itself gives it back, by another status. */
#define POLICY_PROTECTED(x) \
	"EXISTS (SELECT 1 FROM main.cases k WHERE k.contact_id = " x ".contact_id AND (k.status = 'REFERRED_PROTECTION' OR" \
	" ifnull(k.age_band, '') = 'U18' OR instr(' ' || k.tags || ' ', ' UASC ') > 0 OR ifnull(k.close_reason, '') = 'CHILD_PROTECTION'" \
	" OR (k.status IN ('CLOSED', 'WITHDRAWN') AND (SELECT e.became FROM main.case_event e WHERE e.case_ref = k.ref AND" \
	" e.field = 'status' AND e.became NOT IN ('CLOSED', 'WITHDRAWN') ORDER BY e.event_id DESC LIMIT 1) = 'REFERRED_PROTECTION')))"
#define POLICY_CASE_MINE \
	"((?1 = '' OR c.office IS NULL OR instr(?1, ' ' || c.office || ' ') > 0 OR c.assigned_to = ?3)" \
	" AND (?2 OR NOT " POLICY_PROTECTED("c") "))"

/* Likewise for an alert a and a task t, c being its case or nothing; ?5: the roles. */
#define POLICY_OF_NO_CASE(x) \
	"(c.ref IS NULL AND (?1 = '' OR " x ".office IS NULL OR instr(?1, ' ' || " x ".office || ' ') > 0)" \
	" AND (?2 OR NOT " POLICY_PROTECTED(x) "))"
#define POLICY_ALERT_MINE \
	"(CASE ifnull(a.role, '') WHEN 'psea' THEN ?5 & 8 WHEN 'protection' THEN ?5 & 4 WHEN 'admin' THEN ?5 & 64 ELSE ?5 & 6 END" \
	" AND (a.role = 'psea' OR " POLICY_OF_NO_CASE("a") " OR (c.ref IS NOT NULL AND " POLICY_CASE_MINE ")))"
#define POLICY_TASK_MINE \
	"(CASE ifnull(t.role, '') WHEN 'psea' THEN ?5 & 8 WHEN 'protection' THEN ?5 & 4 WHEN 'admin' THEN ?5 & 64 ELSE ?5 & 6 END" \
	" AND (" POLICY_OF_NO_CASE("t") " OR (c.ref IS NOT NULL AND " POLICY_CASE_MINE ")))"

/* A message m of a case that may be seen: what was answered in a step that belongs to protection or to the focal point of
 * complaints is theirs (domain.md 2.5, 3.5), the key that led into such a conversation too.  ?5: the roles. */
#define POLICY_STEP_KEPT(x) \
	"CASE " x ".flow WHEN 'feedback' THEN " x ".state NOT IN ('TEXT', 'RECEIVED') AND NOT ?5 & 8 WHEN 'counsellor' THEN NOT ?5 & 4" \
	" WHEN 'return_request' THEN " x ".state IN ('MINOR', 'URGENT', 'URGENT_ACK', 'HEALTH') AND NOT ?5 & 4 ELSE 0 END"
#define POLICY_MESSAGE_MINE \
	"(NOT " POLICY_STEP_KEPT("m") " AND NOT (m.direction = 'in' AND EXISTS (SELECT 1 FROM main.message r WHERE" \
	" r.contact_id = m.contact_id AND r.message_id > m.message_id AND r.message_id < m.message_id + 10 AND r.reply_to = m.message_id" \
	" AND r.flow IN ('feedback', 'counsellor') AND " POLICY_STEP_KEPT("r") ")))"

/* ---- session.c, throttle.c, sse.c, static.c */

bool session_find(struct call *call);  /* by the cookie; touches it unless Wasl-Passive; false: none */
/* As that person of the staff, for the package of one job alone; false: not active any more. */
bool session_of_token(struct call *call, int64_t staff_id, const char *package);
#define SESSION_VIEWS "views:" /* of setting, with the staff_id: filters of the queue, separated by a space */
json_t *session_json(struct call *call);
void session_cookie(struct call *call, const char *token); /* NULL: takes it away */
struct str session_key(struct call *call); /* what the database knows this session by */
bool request_is_ours(struct call *call); /* Origin, Sec-Fetch-Site, Wasl-CSRF; answers itself unless true */

int throttle_new(struct throttle **out) __attribute__((warn_unused_result));
void throttle_free(struct throttle *throttle);
struct str call_address(struct call *call); /* who is behind it (net_of_client()); of IPv6 the /64 */
/* Milliseconds this address must still wait before it may try this name again; 0: now. */
int64_t throttle_wait_ms(struct throttle *t, struct str user, struct str address, int64_t now_ms);
void throttle_failed(struct throttle *t, struct str user, struct str address, int64_t now_ms);
void throttle_succeeded(struct throttle *t, struct str user, struct str address);

int events_new(struct console *c, struct desk_events **out) __attribute__((warn_unused_result));
void events_free(struct desk_events *events);
void events_end_streams(struct desk_events *events);
void events_tell_one(struct console *c, int64_t staff_id, const char *event, const char *json);
void events_move(struct console *c, const unsigned char *from_hash, const unsigned char *to_hash); /* a session has a new token */
json_t *presence_of(struct console *c, struct str ref, struct str but_user);

int web_open(const char *folder, struct web **out, struct err *err) __attribute__((warn_unused_result));
void web_close(struct web *web);
void web_reply(struct web *web, struct http_request *request);
void web_security_headers(struct http_response *response);

#endif
