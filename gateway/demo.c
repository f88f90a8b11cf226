#include "gateway/demo.h"

#include "flows/embedded.h"
#include "gateway/demo_play.h"
#include "gateway/form.h"
#include "gateway/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 512, PHONES_MAX = DEMO_PEOPLE_MAX + 16, REPORT_AFTER_MS = 1200, FORM_ARENA = 64 * 1024 };
enum { SCRIPT_ARENA = 1024 * 1024 };
#define NOBODY_YET "+212600000101"

struct kept { /* an SMS in the sink */
	int64_t seq, at_ms;
	const struct channel *channel;
	char to[20];
	char *text;
	bool reported;
};

struct demo {
	struct gateway *g;
	struct kept kept[KEPT_MAX]; /* a ring */
	int64_t seq;
	struct timer reports;
	struct demo_phone phones[PHONES_MAX];
	size_t phones_count;
};

static struct demo *the_demo; /* there is one process, and it is the demo or it is not */

bool demo_is_on(void)
{
	return the_demo != NULL;
}

static struct str demo_file(const char *name)
{
	for (const struct embedded_file *f = demo_files; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return (struct str){ f->bytes, f->len };
	return STR("");
}

struct str demo_config(struct arena *arena, const char *state, unsigned port)
{
	struct buf b = buf_new(arena, 8192);
	struct str rest = demo_file("wasl.json"), part;
	(void)str_split(&rest, '@', &part);
	buf_put(&b, part);
	while (str_split(&rest, '@', &part)) {
		if (str_starts(part, STR("PORT")))
			buf_printf(&b, "%u", port);
		else if (str_starts(part, STR("DESK")))
			buf_printf(&b, "%u", port + 1);
		else /* the path is ours, made from the command line: quotes and backslashes in it would be a strange folder */
			buf_put_z(&b, state);
		buf_put(&b, str_from(part, str_starts(part, STR("STATE")) ? 5 : 4));
	}
	return b.full ? (struct str){ NULL, 0 } : buf_str(&b);
}

/* ---- the sink */

static struct kept *keep(struct demo *d, const struct channel *channel, struct str to, struct str text)
{
	struct kept *k = &d->kept[d->seq++ % KEPT_MAX];
	free(k->text);
	*k = (struct kept){ .seq = d->seq, .at_ms = gateway_now(d->g), .channel = channel, .text = strndup(text.at, text.len) };
	if (!str_copy(to, k->to, sizeof k->to))
		k->to[0] = '\0';
	return k;
}

static void reply_accepted(struct http_request *request, const struct kept *k)
{
	char body[512], id[32];
	(void)snprintf(id, sizeof id, "ATXid_demo%lld", (long long)k->seq);
	(void)snprintf(body, sizeof body,
		       "{\"SMSMessageData\":{\"Message\":\"Sent to 1/1\",\"Recipients\":[{\"statusCode\":101,\"number\":\"%s\","
		       "\"status\":\"Success\",\"cost\":\"0\",\"messageId\":\"%s\"}]}}", k->to, id);
	struct http_response response = { .status = 201, .body = str_of(body) };
	http_add_header(&response, "Content-Type", STR("application/json"));
	http_reply(request, &response);
}

/* "/demo/CHANNEL/version1/messaging" */
static const struct channel *sink_of(struct gateway *g, struct str path)
{
	static const char send[] = "/version1/messaging";
	if (!str_starts(path, STR("/demo/")) || !str_ends(path, str_of(send)))
		return NULL;
	return config_channel(&g->config, str_slice(path, 6, path.len - strlen(send)));
}

bool demo_handle(struct gateway *g, struct http_request *request)
{
	struct arena arena;
	struct form form;
	const struct channel *channel = the_demo && request->method == HTTP_POST ? sink_of(g, request->path) : NULL;
	if (!channel)
		return false;
	if (arena_new(&arena, FORM_ARENA) != 0 || form_decode(request->body, &arena, &form) != 0) {
		http_reply_text(request, 400, "");
		return true;
	}
	struct str to = form_get(&form, "to"), text = form_get(&form, "message");
	if (to.at && text.at) {
		reply_accepted(request, keep(the_demo, channel, to, text));
		if (timer_set(the_demo->g->loop, &the_demo->reports, REPORT_AFTER_MS) != 0)
			log_event(LOG_WARN, "the demo's reports are late", NULL);
	} else {
		http_reply_text(request, 400, "");
	}
	arena_free(&arena);
	return true;
}

static void report_sent(const struct http_result *result, void *user)
{
	(void)result, (void)user;
}

/* The network says that the phone has it: a delivery report through the front door, as an aggregator would. */
static void send_report(struct demo *d, struct kept *k)
{
	char url[256], body[128];
	struct buf form = buf_over(body, sizeof body);
	char id[32];
	(void)snprintf(id, sizeof id, "ATXid_demo%lld", (long long)k->seq);
	form_put(&form, "id", str_of(id));
	form_put(&form, "phoneNumber", str_of(k->to));
	form_put(&form, "status", STR("Success"));
	(void)snprintf(url, sizeof url, "%.*s/cb/%.*s/" DEMO_TOKEN "/dlr", STR_ARG(d->g->config.public_url),
		       STR_ARG(k->channel->id));
	struct http_call call = { .method = HTTP_POST, .url = str_of(url), .body = buf_str(&form), .headers_count = 1,
				  .headers = { { STR("Content-Type"), STR("application/x-www-form-urlencoded") } } };
	k->reported = sender_call(d->g->sender, STR("demo reports"), &call, 10000, report_sent, NULL) == 0;
}

static void send_reports(struct timer *timer)
{
	struct demo *d = timer->user;
	for (size_t i = 0; i < KEPT_MAX; i++)
		if (d->kept[i].seq && !d->kept[i].reported)
			send_report(d, &d->kept[i]);
}

json_t *demo_inbox(struct gateway *g, struct str number, int64_t after)
{
	struct demo *d = the_demo;
	(void)g;
	if (!d)
		return NULL;
	json_t *messages = json_array();
	for (int64_t seq = after < d->seq - KEPT_MAX ? d->seq - KEPT_MAX + 1 : after + 1; seq <= d->seq; seq++) {
		const struct kept *k = &d->kept[(seq - 1) % KEPT_MAX];
		if (seq < 1 || k->seq != seq || !str_eq_z(number, k->to))
			continue;
		json_t *one = json_pack("{s:I, s:I}", "seq", (json_int_t)k->seq, "at_ms", (json_int_t)k->at_ms);
		json_put_str(one, "text", str_of(k->text));
		(void)json_array_append_new(messages, one);
	}
	return messages;
}

/* ---- the people */

static void add_phone(struct demo *d, struct str number, const char *who, struct str year)
{
	struct demo_phone *phone = &d->phones[d->phones_count];
	if (number.len && d->phones_count < PHONES_MAX && str_copy(number, phone->number, sizeof phone->number)) {
		phone->who = who;
		if (!str_copy(year, phone->year, sizeof phone->year))
			phone->year[0] = '\0';
		d->phones_count++;
	}
}

/* People on the number by which they are reached now; then the staff on duty. */
static void keep_phones(struct demo *d, const struct demo_script *script)
{
	const struct config *config = &d->g->config;
	add_phone(d, STR(NOBODY_YET), "new", STR(""));
	for (size_t i = 0; i < script->people_count; i++) {
		const struct demo_person *p = &script->people[i];
		bool home = p->moved || demo_word(p, STR("host")).at;
		add_phone(d, p->moved ? demo_word(p, STR("new")) : p->number, home ? "home" : "asks", home ? demo_word(p, STR("year")) : STR(""));
	}
	for (size_t i = 0; i < config->duty_count; i++)
		add_phone(d, config->duty[i].phone, "duty", STR(""));
}

static int add_people(struct demo *d, struct err *err)
{
	struct gateway *g = d->g;
	struct arena arena = { 0 };
	struct demo_script *script = calloc(1, sizeof *script);
	int rc = script ? arena_new(&arena, SCRIPT_ARENA) : -ENOMEM;
	if (rc == 0)
		rc = demo_script_read(script, demo_file("people.txt"), gateway_now(g), &arena, err);
	if (rc == 0)
		keep_phones(d, script);
	if (rc == 0 && g->db.last_id == 0)
		rc = demo_play(g, script, err);
	arena_free(&arena);
	free(script);
	return rc;
}

int demo_start(struct gateway *g, struct err *err)
{
	struct demo *d = calloc(1, sizeof *d);
	if (!d)
		return -ENOMEM;
	d->g = g;
	d->reports = (struct timer){ .fire = send_reports, .user = d };
	the_demo = d;
	return add_people(d, err);
}

const struct demo_phone *demo_phone(size_t i)
{
	return the_demo && i < the_demo->phones_count ? &the_demo->phones[i] : NULL;
}

void demo_stop(struct gateway *g)
{
	struct demo *d = the_demo;
	if (!d)
		return;
	timer_stop(g->loop, &d->reports);
	for (size_t i = 0; i < KEPT_MAX; i++)
		free(d->kept[i].text);
	free(d);
	the_demo = NULL;
}
