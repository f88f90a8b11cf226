#include "gateway/demo.h"

#include "db/contact.h"
#include "gateway/form.h"
#include "gateway/inbound.h"
#include "gateway/log.h"
#include "gateway/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 512, HOPS_PER_PERSON = 24, REPORT_AFTER_MS = 1200, FORM_ARENA = 64 * 1024 };
#define DAY_MS ((int64_t)24 * 3600 * 1000)

struct kept { /* an SMS in the sink */
	int64_t seq, at_ms;
	char to[20];
	char *text;
	bool reported;
};

struct demo {
	struct gateway *g;
	struct kept kept[KEPT_MAX]; /* a ring */
	int64_t seq;
	struct timer reports;
};

static struct demo *the_demo; /* there is one process, and it is the demo or it is not */

bool demo_is_on(void)
{
	return the_demo != NULL;
}

struct str demo_config(struct arena *arena, const char *state, unsigned port)
{
	struct buf b = buf_new(arena, 8192);
	buf_put_z(&b, "{\"programme\": {\"name\": \"Demo\"}, \"public_url\": ");
	buf_printf(&b, "\"http://127.0.0.1:%u\", \"listen\": {\"webhooks\": \"127.0.0.1:%u\", \"console\": \"127.0.0.1:%u\"},", port,
		   port, port + 1);
	/* the path is ours, made from the command line: quotes and backslashes in it would be a strange folder */
	buf_printf(&b, " \"state\": \"%s\", \"key_file\": \"%s/key\",", state, state);
	buf_put_z(&b, " \"countries\": {\"MA\": {\"sos\": \"112\"}},"
		      " \"offices\": [{\"id\": \"RABAT\", \"name\": \"Rabat\", \"country\": \"MA\", \"regions\": [\"MA-04\"], \"default\": true},"
		      " {\"id\": \"CASABLANCA\", \"name\": \"Casablanca\", \"country\": \"MA\", \"regions\": [\"MA-06\"]},"
		      " {\"id\": \"OUJDA\", \"name\": \"Oujda\", \"country\": \"MA\", \"regions\": [\"MA-02\"]}],");
	buf_printf(&b, " \"channels\": [{\"id\": \"" DEMO_CHANNEL "\", \"adapter\": \"africastalking\", \"token\": \"" DEMO_TOKEN "\","
		       " \"username\": \"demo\", \"api_key\": \"demo\", \"sender\": \"2200\", \"country\": \"MA\","
		       " \"base_url\": \"http://127.0.0.1:%u/demo\"}]}", port);
	return b.full ? (struct str){ NULL, 0 } : buf_str(&b);
}

/* ---- the sink */

static struct kept *keep(struct demo *d, struct str to, struct str text)
{
	struct kept *k = &d->kept[d->seq++ % KEPT_MAX];
	free(k->text);
	*k = (struct kept){ .seq = d->seq, .at_ms = gateway_now(d->g), .text = strndup(text.at, text.len) };
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

bool demo_handle(struct gateway *g, struct http_request *request)
{
	struct arena arena;
	struct form form;
	(void)g;
	if (!the_demo || !str_eq_z(request->path, "/demo/version1/messaging") || request->method != HTTP_POST)
		return false;
	if (arena_new(&arena, FORM_ARENA) != 0 || form_decode(request->body, &arena, &form) != 0) {
		http_reply_text(request, 400, "");
		return true;
	}
	struct str to = form_get(&form, "to"), text = form_get(&form, "message");
	if (to.at && text.at) {
		reply_accepted(request, keep(the_demo, to, text));
		if (timer_set(the_demo->g->loop, &the_demo->reports, REPORT_AFTER_MS) != 0)
			log_event(LOG_WARN, "the demo's reports are late", " ");
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
	(void)snprintf(url, sizeof url, "%.*s/cb/" DEMO_CHANNEL "/" DEMO_TOKEN "/dlr", STR_ARG(d->g->config.public_url));
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

struct hop_item { /* one thing a person typed, some days ago */
	struct batch_item item;
	struct gateway *g;
	const struct demo_person *person;
	size_t hop;
};

static int run_hop(struct batch_item *item, struct db *db)
{
	struct hop_item *h = (struct hop_item *)item;
	const struct demo_person *p = h->person;
	bool ussd = strcmp(p->mode, "ussd") == 0;
	char text[128], session[48];
	struct buf path = buf_over(text, sizeof text);
	struct step_result step;
	(void)db;
	for (size_t i = 0; ussd && i < h->hop; i++)
		buf_printf(&path, "%s%s", i ? "*" : "", p->input[i]);
	(void)snprintf(session, sizeof session, "demo-%s%s%zu", p->number + 1, ussd ? "" : "-", ussd ? 0 : h->hop);
	struct event event = { .kind = ussd ? EVENT_USSD : EVENT_SMS, .text = ussd ? buf_str(&path) : str_of(p->input[h->hop]),
			       .cumulative = true };
	event.session = ussd ? str_of(session) : STR("");
	event.id = ussd ? STR("") : str_of(session);
	phone_parse(&h->g->book.phones, str_of(p->number), STR("MA"), &event.from);
	int64_t offset = h->g->clock_offset_ms;
	__atomic_store_n(&h->g->clock_offset_ms, offset - p->days_ago * DAY_MS + (int64_t)h->hop * 7500, __ATOMIC_RELAXED);
	int rc = inbound_take(h->g, config_channel(&h->g->config, STR(DEMO_CHANNEL)), &event, &step);
	__atomic_store_n(&h->g->clock_offset_ms, offset, __ATOMIC_RELAXED);
	return rc;
}

static void hop_done(struct batch_item *item, int result)
{
	if (result != 0)
		log_event(LOG_WARN, "an invented person was not added", "error=%d", -result);
	free(item);
}

static int add_hop(struct gateway *g, const struct demo_person *p, size_t hop)
{
	struct hop_item *h = calloc(1, sizeof *h);
	if (!h)
		return -ENOMEM;
	*h = (struct hop_item){ { .run = run_hop, .done = hop_done }, g, p, hop };
	batch_add(&g->batch, &h->item);
	return 0;
}

static int add_people(struct gateway *g)
{
	int rc = 0;
	for (const struct demo_person *p = demo_people; rc == 0 && p->number; p++) {
		bool ussd = strcmp(p->mode, "ussd") == 0;
		size_t hops = 0;
		while (hops < HOPS_PER_PERSON && p->input[hops])
			hops++;
		for (size_t hop = 0; rc == 0 && hop < hops + ussd; hop++)
			rc = add_hop(g, p, hop);
	}
	return rc;
}

int demo_start(struct gateway *g)
{
	struct demo *d = calloc(1, sizeof *d);
	if (!d)
		return -ENOMEM;
	d->g = g;
	d->reports = (struct timer){ .fire = send_reports, .user = d };
	the_demo = d;
	return g->db.last_id == 0 ? add_people(g) : 0;
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
