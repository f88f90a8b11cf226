/* The life of a call: what was asked, what is answered. */
#include "gateway/console/call.h"

#include "db/ledger.h"
#include "gateway/form.h"
#include "gateway/mac.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void call_free(struct call *call)
{
	json_decref(call->body);
	json_decref(call->answer);
	free(call->extra);
	arena_free(&call->arena);
	explicit_bzero(call, sizeof *call);
	free(call);
}

/* ---- answers */

static void add_own_headers(struct call *call, struct http_response *response)
{
	(void)snprintf(call->now, sizeof call->now, "%lld", (long long)gateway_now(call->c->g));
	web_security_headers(response);
	http_add_header(response, "Cache-Control", STR("no-store"));
	http_add_header(response, "Wasl-Now", str_of(call->now)); /* an old laptop's clock may stand anywhere */
	if (call->set_cookie[0])
		http_add_header(response, "Set-Cookie", str_of(call->set_cookie));
	if (call->clear_site)
		http_add_header(response, "Clear-Site-Data", STR("\"cache\", \"storage\""));
}

static void reply(struct call *call, struct http_response *response)
{
	add_own_headers(call, response);
	http_reply(call->request, response);
	call_free(call);
}

/* 16 bytes of SHA-256 in quotes. */
void call_etag(struct str body, char etag[40])
{
	struct mac mac;
	struct buf b = buf_over(etag, 39);
	buf_put_char(&b, '"');
	if (mac_digest(MAC_SHA256, body, &mac) == 0)
		buf_put_hex(&b, mac.bytes, 16);
	buf_put_char(&b, '"');
	etag[b.len] = '\0';
}

#define JSON_API "application/vnd.api+json"

void call_answer(struct call *call, unsigned status, json_t *answer)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	json_decref(answer);
	if (!text) {
		call_problem(call, 503, "unavailable", "The database does not answer; try again.");
		return;
	}
	char etag[40];
	struct http_response response = { .status = status, .body = str_of(text) };
	http_add_header(&response, "Content-Type", call->json_api ? STR(JSON_API) : STR("application/json"));
	if (call->request->method == HTTP_GET && status == 200) {
		call_etag(response.body, etag);
		http_add_header(&response, "ETag", str_of(etag));
		if (str_eq_z(http_header(call->request, "If-None-Match"), etag))
			response.status = 304, response.body.len = 0;
	}
	reply(call, &response);
	explicit_bzero(text, strlen(text));
	free(text);
}

/* The same as an error object: status is a text there, and the field that is wrong a parameter of the query. */
static json_t *json_api_problem(json_t *problem, unsigned status)
{
	char code[8];
	json_t *error = json_object();
	(void)snprintf(code, sizeof code, "%u", status);
	(void)json_object_set_new(error, "status", json_string(code));
	(void)json_object_set(error, "code", json_object_get(problem, "type"));
	(void)json_object_set(error, "title", json_object_get(problem, "title"));
	if (json_is_string(json_object_get(problem, "field")))
		(void)json_object_set_new(error, "source", json_pack("{s:O}", "parameter", json_object_get(problem, "field")));
	json_decref(problem);
	return json_pack("{s:[o]}", "errors", error);
}

void call_problem(struct call *call, unsigned status, const char *type, const char *title)
{
	json_t *problem = json_object();
	json_put_str(problem, "type", str_of(type));
	json_put_str(problem, "title", str_of(title));
	(void)json_object_set_new(problem, "status", json_integer((json_int_t)status));
	if (call->err.text[0])
		json_put_str(problem, "detail", str_of(call->err.text));
	if (call->err.reason)
		json_put_str(problem, "reason", str_of(call->err.reason));
	json_put_str(problem, "field", call->name.at && status == 400 ? call->name : (struct str){ NULL, 0 });
	if (call->last_message_id) {
		(void)json_object_set_new(problem, "last_message_id", json_integer(call->last_message_id));
		(void)json_object_set_new(problem, "last_message_by",
					  call->last_message_by.len ? json_from_str(call->last_message_by) : json_null());
	}
	if (call->json_api)
		problem = json_api_problem(problem, status);
	char *text = json_dumps(problem, JSON_COMPACT);
	json_decref(problem);
	struct http_response response = { .status = status, .body = str_of(text ? text : "{}") };
	http_add_header(&response, "Content-Type", call->json_api ? STR(JSON_API) : STR("application/problem+json"));
	if (status == 503)
		http_add_header(&response, "Retry-After", STR("5"));
	char seconds[24];
	if (status == 429 && call->id > 0) {
		(void)snprintf(seconds, sizeof seconds, "%lld", (long long)(call->id + 999) / 1000);
		http_add_header(&response, "Retry-After", str_of(seconds));
	}
	reply(call, &response);
	free(text);
}

void call_bad(struct call *call, const char *field, const char *title)
{
	call->name = str_of(field);
	call_problem(call, 400, "bad-request", title);
}

void call_refuse(struct call *call, unsigned status, const char *type, const char *reason, const char *title)
{
	call->err.reason = reason;
	call_problem(call, status, type, title);
}

void call_bad_because(struct call *call, const char *field, const char *reason, const char *title)
{
	call->err.reason = reason;
	call_bad(call, field, title);
}

void call_not_found(struct call *call)
{
	call->name = (struct str){ NULL, 0 };
	call->err = (struct err){ .text = "" };
	call_problem(call, 404, "not-found", "There is nothing here for you.");
}

void call_empty(struct call *call)
{
	struct http_response response = { .status = 204 };
	reply(call, &response);
}

void call_bytes(struct call *call, const char *type, struct str bytes)
{
	struct http_response response = { .status = 200, .body = bytes };
	http_add_header(&response, "Content-Type", str_of(type));
	reply(call, &response);
}

void call_file(struct call *call, const char *type, const char *name, int fd, int64_t bytes)
{
	char disposition[96];
	struct http_response response = { .status = 200, .from_file = true, .file = fd, .file_bytes = bytes };
	(void)snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", name);
	http_add_header(&response, "Content-Type", str_of(type));
	http_add_header(&response, "Content-Disposition", str_of(disposition));
	reply(call, &response);
}

/* ---- through the line thread */

static int run_work(struct letter *letter, struct gateway *g, struct db *db)
{
	struct call *call = (struct call *)letter;
	return call->work(call, g, db);
}

static void refuse(struct call *call, int rc)
{
	const char *why = call->err.text[0] ? "It was not done." : "That cannot be done.";
	switch (rc) {
	case -ENOENT: call_not_found(call); break;
	case -EINVAL: call_problem(call, 400, "bad-request", why); break;
	case -EPERM: call_problem(call, 403, "forbidden", why); break;
	case -EEXIST: case -EALREADY: call_problem(call, 409, call->problem ? call->problem : "conflict", why); break;
	case -ESTALE: call_problem(call, 412, "stale", "It was changed meanwhile; look again."); break;
	case -ETIME: call_problem(call, 409, "too-late", "It has left already."); break;
	case -ERANGE: call_problem(call, 422, "warnings", "There are warnings."); break;
	case -EACCES: call_problem(call, 401, "sign-in-failed", "Name, password or code is not right."); break;
	default: call_problem(call, 503, "unavailable", "The database did not take it; try again."); break;
	}
}

static int write_audit(struct call *call, struct gateway *g, struct db *db);

static void work_answered(struct letter *letter, int result)
{
	struct call *call = (struct call *)letter;
	if (call->letter.run && call->work != write_audit)
		call->c->queue.staff_wrote = true; /* who changes something sees it changed */
	if (call->c->closed)
		call_free(call);
	else if (result == 0)
		call->then(call);
	else if (call->refused)
		call->refused(call);
	else
		refuse(call, result);
}

void call_write(struct call *call, int (*work)(struct call *call, struct gateway *g, struct db *db), handler_fn *then)
{
	call->work = work;
	call->then = then;
	call->letter.run = run_work;
	call->letter.look = NULL;
	call->letter.answered = work_answered;
	mailbox_post(call->c->mailbox, call->c->port, &call->letter);
}

void call_look(struct call *call, size_t extra, void (*look)(struct letter *letter, struct gateway *g), handler_fn *then)
{
	if (extra && !(call->extra = calloc(1, extra))) {
		call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	call->then = then;
	call->letter.run = NULL;
	call->letter.look = look;
	call->letter.answered = work_answered;
	mailbox_post(call->c->mailbox, call->c->port, &call->letter);
}

static int write_audit(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	return audit_add(db, call->now_ms, call->session.user, str_of(call->audit), call->audit_object, STR(""));
}

static void read_is_written(struct call *call)
{
	json_t *answer = call->answer;
	call->answer = NULL;
	call_answer(call, 200, answer);
}

/* A page that asks again by itself and has it already learns nothing. */
static bool has_it_already(struct call *call, const json_t *answer)
{
	struct str has = http_header(call->request, "If-None-Match");
	char etag[40];
	if (!has.at || !http_header(call->request, "Wasl-Passive").at || call->request->method != HTTP_GET)
		return false;
	char *text = json_dumps(answer, JSON_COMPACT);
	if (!text)
		return false;
	call_etag(str_of(text), etag);
	explicit_bzero(text, strlen(text));
	free(text);
	return str_eq_z(has, etag);
}

void call_read(struct call *call, const char *action, struct str object, json_t *answer)
{
	/* A line for each look of each open page would bury the others, and wake all pages to look again. */
	if (!answer || has_it_already(call, answer)) {
		call_answer(call, 200, answer);
		return;
	}
	call->answer = answer;
	call->audit = action;
	call->audit_object = object;
	call_write(call, write_audit, read_is_written);
}

/* ---- what was asked */

bool call_body(struct call *call)
{
	if (call->body)
		return true;
	call_bad(call, "", "A JSON object is expected, as application/json.");
	return false;
}

bool call_text(struct call *call, const char *member, size_t least, size_t most, bool optional, struct str *out)
{
	if (!call_body(call))
		return false;
	json_t *value = json_object_get(call->body, member);
	*out = json_str(value);
	bool missing = !value || json_is_null(value);
	if (missing ? optional : out->at && out->len >= least && out->len <= most && !memchr(out->at, '\0', out->len))
		return true;
	if (missing)
		call_bad_because(call, member, "missing", "This is needed.");
	else
		call_bad_because(call, member, "length", "This is no text, or of the wrong length.");
	return false;
}

struct str call_query(struct call *call, const char *name)
{
	struct form form;
	if (call->request->query.len == 0 || form_decode(call->request->query, &call->arena, &form) != 0)
		return (struct str){ NULL, 0 };
	return form_get(&form, name);
}

int64_t call_limit(struct call *call)
{
	uint64_t n;
	return str_to_u64(call_query(call, "limit"), &n) && n > 0 && n <= PAGE_MAX ? (int64_t)n : PAGE_USUAL;
}

bool call_may(const struct call *call, unsigned roles)
{
	return (call->session.roles & roles) != 0;
}

bool call_after(struct call *call, size_t parts, struct str *out)
{
	struct str rest = call_query(call, "after");
	size_t n = 0;
	while (rest.at && n < parts && str_split(&rest, '~', &out[n]))
		n++;
	return n == parts && !rest.at;
}
