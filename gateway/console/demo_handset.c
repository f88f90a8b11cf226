#include "gateway/console/demo_handset.h"

#include "gateway/calendar.h"
#include "gateway/demo.h"
#include "gateway/outbox.h"
#include "gateway/schedule.h"
#include "gateway/sender.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATIENCE_MS = 10 * 1000, MEMORY = 1024 * 1024, DAYS_MOVED_MAX = 366, MOVES_MAX = 8 };
#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define LATEST_MS ((int64_t)2 * 3600 * 1000)

struct wish { /* one request of the page, on its way through the threads */
	struct job job; /* first: its letter is the letter of those that need no job */
	struct console *c;
	struct http_request *request;
	struct arena arena;
	json_t *body, *answer;
	int64_t move_ms;
};

static void wish_free(struct wish *w)
{
	json_decref(w->body);
	json_decref(w->answer);
	arena_free(&w->arena);
	free(w);
}

static void answered(struct letter *letter, int result)
{
	struct wish *w = (struct wish *)letter;
	if (!w->c->closed) {
		char *text = result == 0 && w->answer ? json_dumps(w->answer, JSON_COMPACT) : NULL;
		struct http_response response = { .status = text ? 200 : 503, .body = text ? str_of(text) : STR("") };
		http_add_header(&response, "Content-Type", STR("application/json"));
		http_add_header(&response, "Cache-Control", STR("no-store"));
		web_security_headers(&response);
		http_reply(w->request, &response);
		free(text);
	}
	wish_free(w);
}

static void reply_json(struct console *c, struct http_request *request, json_t *answer)
{
	struct wish *w = calloc(1, sizeof *w);
	if (!w) {
		json_decref(answer);
		http_reply_text(request, 503, "");
		return;
	}
	w->c = c, w->request = request, w->answer = answer;
	answered(&w->job.letter, 0);
}

/* ---- the way in: a real HTTP request to the webhook listener */

static void relay(struct job *job)
{
	struct wish *w = (struct wish *)job;
	struct str hook = json_get_str(w->body, "hook"), form = json_get_str(w->body, "form");
	char url[256];
	(void)snprintf(url, sizeof url, "%.*s/cb/" DEMO_CHANNEL "/" DEMO_TOKEN "/%.*s", STR_ARG(w->c->g->config.public_url),
		       STR_ARG(hook));
	struct http_call call = { .method = HTTP_POST, .url = str_of(url), .body = form, .headers_count = 1,
				  .headers = { { STR("Content-Type"), STR("application/x-www-form-urlencoded") } } };
	struct http_result result;
	if (sender_call_and_wait(&call, PATIENCE_MS, &w->arena, &result) != 0)
		return;
	w->answer = json_pack("{s:i}", "status", result.curl_code == 0 ? (int)result.status : 0);
	struct str body = result.curl_code == 0 ? result.body : STR("");
	json_t *text = json_stringn(body.at, body.len); /* NULL: not UTF-8 */
	(void)json_object_set_new(w->answer, "body", text ? text : json_string(""));
}

static bool is_hook(struct str hook)
{
	return str_eq_z(hook, "sms") || str_eq_z(hook, "ussd") || str_eq_z(hook, "ussd-end");
}

/* ---- the sink, the clock: on the line thread */

static void look_into_inbox(struct letter *letter, struct gateway *g)
{
	struct wish *w = (struct wish *)letter;
	json_t *messages = demo_inbox(g, json_get_str(w->body, "number"), json_integer_value(json_object_get(w->body, "after")));
	w->answer = messages ? json_pack("{s:o, s:I}", "messages", messages, "now_ms", (json_int_t)gateway_now(g)) : NULL;
}

/* Time passes as if it had passed: nobody is signed out, nothing thinks that the clock jumped. */
static int move_clock(struct letter *letter, struct gateway *g, struct db *db)
{
	struct wish *w = (struct wish *)letter;
	int rc = staff_sessions_move(db, w->move_ms);
	if (rc == 0)
		w->answer = json_pack("{s:I}", "now_ms", (json_int_t)gateway_now(g) + (json_int_t)w->move_ms);
	return rc;
}

static void clock_moved(struct letter *letter, struct gateway *g)
{
	const struct wish *w = (struct wish *)letter;
	__atomic_store_n(&g->clock_offset_ms, g->clock_offset_ms + w->move_ms, __ATOMIC_RELAXED);
	g->boot_offset_ms += w->move_ms;
	schedule_tick(g);
	outbox_wake(g);
}

static int64_t days_of(const json_t *body)
{
	int64_t days = json_integer_value(json_object_get(body, "days")), months = json_integer_value(json_object_get(body, "months"));
	if (months > 0 && months <= 12)
		days = months * 91 / 3;
	return days > 0 && days <= DAYS_MOVED_MAX ? days : 0;
}

/* So many days on; and where no text that nobody asked for would leave then, to two hours into the time when they do, in
 * every country: what is due that day has arrived. */
static int64_t how_far(const struct console *c, const json_t *body)
{
	const struct config *config = &c->g->config;
	int64_t now_ms = gateway_now(c->g), then_ms = now_ms + days_of(body) * DAY_MS;
	for (size_t i = 0, moved = 0; i < config->countries_count && moved < MOVES_MAX; i++) {
		int64_t permitted = calendar_next_permitted(config, config->countries[i].iso, then_ms);
		if (permitted <= then_ms)
			continue;
		then_ms = permitted + LATEST_MS;
		moved++;
		i = (size_t)-1; /* the others once more */
	}
	return then_ms - now_ms;
}

/* ---- requests */

static void facts(struct console *c, struct http_request *request)
{
	json_t *numbers = json_array();
	for (size_t i = 0; demo_phone(i); i++)
		(void)json_array_append_new(numbers, json_pack("{s:s, s:s, s:s}", "number", demo_phone(i)->number,
				"who", demo_phone(i)->who, "year", demo_phone(i)->year));
	reply_json(c, request, json_pack("{s:s, s:s, s:o}", "code", DEMO_CODE, "sender", "2200", "numbers", numbers));
}

static void begin(struct wish *w)
{
	struct console *c = w->c;
	struct str path = w->request->path;
	w->job.letter.answered = answered;
	if (str_eq_z(path, "/demo/handset/send") && is_hook(json_get_str(w->body, "hook")) && json_get_str(w->body, "form").at) {
		w->job.run = relay;
		if (jobs_add(c->jobs, c->port, &w->job) != 0)
			answered(&w->job.letter, -EAGAIN);
		return;
	}
	w->move_ms = days_of(w->body) ? how_far(c, w->body) : 0;
	if (str_eq_z(path, "/demo/handset/inbox") && json_get_str(w->body, "number").at)
		w->job.letter.look = look_into_inbox;
	else if (str_eq_z(path, "/demo/handset/clock") && w->move_ms > 0)
		w->job.letter.run = move_clock, w->job.letter.settled = clock_moved;
	else {
		http_reply_text(w->request, 404, "");
		wish_free(w);
		return;
	}
	mailbox_post(c->mailbox, c->port, &w->job.letter);
}

/* A page of another origin cannot set this type without asking first, and nobody here says yes. */
static bool from_own_page(const struct http_request *request)
{
	struct str origin = http_header(request, "Origin"), host = http_header(request, "Host");
	return str_starts(http_header(request, "Content-Type"), STR("application/json")) && str_starts(origin, STR("http://")) &&
	       str_eq(str_from(origin, 7), host) && (str_starts(host, STR("127.0.0.1:")) || str_starts(host, STR("localhost:")) ||
						     str_starts(host, STR("[::1]:")));
}

bool demo_handset_handle(struct console *c, struct http_request *request)
{
	if (!str_starts(request->path, STR("/handset")) && !str_starts(request->path, STR("/demo/")))
		return false;
	if (!c->demo || !c->loopback) {
		http_reply_text(request, 404, "");
		return true;
	}
	if (str_starts(request->path, STR("/handset"))) {
		if (str_eq_z(request->path, "/handset"))
			request->path = STR("/handset.html");
		return false;
	}
	if (request->method == HTTP_GET && str_eq_z(request->path, "/demo/handset/facts")) {
		facts(c, request);
		return true;
	}
	struct wish *w = request->method == HTTP_POST && from_own_page(request) ? calloc(1, sizeof *w) : NULL;
	if (w && arena_new(&w->arena, MEMORY) == 0 && (w->body = json_parse(request->body, NULL)) != NULL) {
		w->c = c, w->request = request;
		begin(w);
		return true;
	}
	if (w)
		wish_free(w);
	http_reply_text(request, 404, "");
	return true;
}
