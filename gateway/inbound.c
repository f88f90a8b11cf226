#include "gateway/inbound.h"

#include "db/ledger.h"
#include "gateway/log.h"
#include "gateway/net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a request needs grows with its body; small enough to come from the heap and not, page by page, from the kernel. */
enum { ARENA_LEAST = 32 * 1024, ARENA_PER_BYTE = 24, PATH_PARTS_MAX = 8,
       MALFORMED_KEPT_MAX = 10000 }; /* who has the token must not fill the disk with what nobody understands */

struct inbound { /* one request on its way; owns its arena; freed when it was answered */
	struct batch_item item;
	struct gateway *g;
	struct http_request *request;
	const struct channel *channel;
	const struct hook *hook;
	struct arena arena;
	struct decoded decoded;
	struct step_result *steps;    /* decoded.count of them */
	struct http_response response;
	bool answered;                /* response is set */
	bool duplicate;               /* every event was seen before */
};

const char *inbound_outcome_name(enum inbound_outcome o)
{
	static const char *const name[] = { "accept", "ignore", "duplicate", "park", "unaddressable", "malformed",
					    "unauthorised" };
	return name[o];
}

/* ---- answering */

static void observe(struct gateway *g, enum inbound_outcome outcome, unsigned http, const char *why,
		    const struct inbound *in)
{
	struct inbound_trace trace = { outcome, http, why, in ? &in->decoded : NULL, in ? in->steps : NULL };
	if (g->observe)
		g->observe(&trace, g->observer);
}

static void release(struct inbound *in)
{
	in->g->parked_requests--;
	arena_free(&in->arena);
	free(in);
}

static void refuse(struct gateway *g, struct http_request *request, unsigned status, enum inbound_outcome outcome,
		   const char *why)
{
	struct http_response response = { .status = status };
	observe(g, outcome, status, why, NULL);
	if (status == 503)
		http_add_header(&response, "Retry-After", STR("60"));
	http_reply(request, &response);
}

/* The vendor's dialect for an answer without a step: malformed, ignored, unavailable. */
static void answer_plain(struct inbound *in, enum answer_state state, enum inbound_outcome outcome)
{
	struct reply_to to = { .state = state, .ussd_end = true };
	if (state == ANSWER_UNAVAILABLE && in->hook->kind == EVENT_USSD && in->decoded.count > 0)
		to.ussd_text = step_apology(in->g, in->channel, &in->decoded.events[0], &in->arena);
	struct http_response response = { .status = 503 };
	if (in->channel->adapter->reply(in->channel, in->hook, &in->decoded, &to, &in->arena, &response) != 0)
		response = (struct http_response){ .status = 503 };
	observe(in->g, outcome, response.status, in->decoded.why, in);
	http_reply(in->request, &response);
	release(in);
}

/* ---- in the batch */

static struct str content_type(const struct http_response *response)
{
	for (size_t i = 0; i < response->headers_count; i++)
		if (str_eq_nocase(response->headers[i].name, STR("Content-Type")))
			return response->headers[i].value;
	return STR("text/plain");
}

static int make_answer(struct inbound *in, const struct step_result *step)
{
	struct reply_to to = { .state = ANSWERED, .ussd_text = step->ussd_text, .ussd_end = step->ussd_end,
			       .session_open = step->session_open, .queued = step->queued,
			       .queued_count = step->queued_count };
	struct arena *arena = &in->arena;
	to.ussd_text = arena_str(arena, to.ussd_text);
	if (!to.ussd_text.at)
		return -ENOMEM;
	return in->channel->adapter->reply(in->channel, in->hook, &in->decoded, &to, arena, &in->response);
}

/* The content type and, one a line behind it, the other headers: for some vendors "Freeflow: FC" is half the answer. */
static struct str headers_text(struct inbound *in)
{
	struct buf text = buf_new(&in->arena, 1024);
	buf_put(&text, content_type(&in->response));
	for (size_t i = 0; i < in->response.headers_count; i++) {
		const struct http_header *header = &in->response.headers[i];
		if (str_eq_nocase(header->name, STR("Content-Type")))
			continue;
		buf_put_char(&text, '\n');
		buf_put(&text, header->name);
		buf_put_char(&text, ':');
		buf_put(&text, header->value);
	}
	return text.full ? content_type(&in->response) : buf_str(&text);
}

/* The same message again gets the same bytes. */
static int keep_answer(struct inbound *in, const struct step_result *step)
{
	struct replay kept = { .http = in->response.status, .content_type = headers_text(in),
			       .body = in->response.body, .at = gateway_now(in->g) };
	if (!kept.body.at)
		kept.body = STR("");
	return step->keyed ? seen_add(&in->g->db, step->seen_key, step->contact_id, &kept) : 0;
}

static int repeat_answer(struct inbound *in, const struct replay *replay)
{
	struct str body = arena_str(&in->arena, replay->body), type = arena_str(&in->arena, replay->content_type);
	if (!body.at || !type.at)
		return -ENOMEM;
	struct str rest = type, line = STR("text/plain"), name;
	(void)str_split(&rest, '\n', &line);
	in->response = (struct http_response){ .status = replay->http, .body = body };
	http_add_header(&in->response, "Content-Type", line);
	while (str_split(&rest, '\n', &line)) {
		struct str value = line;
		(void)str_split(&value, ':', &name);
		name = arena_str(&in->arena, name);
		if (!name.at)
			return -ENOMEM;
		http_add_header(&in->response, name.at, value);
	}
	return 0;
}

static int take_one(struct inbound *in, size_t i)
{
	struct step_result *step = &in->steps[i];
	int rc = step_event(in->g, in->channel, &in->decoded.events[i], step);
	if (rc != 0)
		return rc;
	if (step->joined.at) { /* explain shows the whole */
		in->decoded.events[i].text = arena_str(&in->arena, step->joined);
		if (!in->decoded.events[i].text.at)
			return -ENOMEM;
	}
	if (step->what == STEP_DUPLICATE && step->replay.content_type.at) {
		rc = repeat_answer(in, &step->replay);
	} else {
		if (step->what == STEP_DUPLICATE && in->decoded.events[i].kind == EVENT_USSD) { /* of more than 90 days ago */
			step->ussd_text = step_apology(in->g, in->channel, &in->decoded.events[i], &in->arena);
			step->ussd_end = true;
		}
		rc = make_answer(in, step);
		if (rc == 0)
			rc = keep_answer(in, step);
	}
	if (step->what != STEP_DUPLICATE)
		in->duplicate = false;
	/* what was in the item's arena is gone after this item; `explain` reads inputs from the event's own text */
	return rc;
}

static int run_events(struct batch_item *item, struct db *db)
{
	struct inbound *in = (struct inbound *)item;
	int rc = 0;
	in->duplicate = true;
	for (size_t i = 0; rc == 0 && i < in->decoded.count; i++)
		rc = take_one(in, i);
	for (size_t i = 0; rc == 0 && i < in->decoded.parked_count; i++)
		rc = parked_add(db, in->channel->id, in->hook->name, "an element of the batch could not be read",
				in->decoded.parked[i].raw, gateway_now(in->g));
	in->answered = rc == 0;
	return rc;
}

static void count(struct gateway *g, enum inbound_outcome outcome)
{
	struct gateway_counts *c = &g->counts;
	uint64_t *const counter[] = { &c->accepted, &c->ignored, &c->duplicate, &c->parked, &c->unaddressable, &c->malformed,
				      &c->unauthorised };
	++*counter[outcome];
}

static enum inbound_outcome outcome_of(const struct inbound *in)
{
	if (in->duplicate)
		return INBOUND_DUPLICATE;
	if (in->decoded.verdict == VERDICT_UNADDRESSABLE)
		return INBOUND_UNADDRESSABLE;
	if (in->decoded.count == 1 && in->steps[0].what == STEP_IGNORED)
		return INBOUND_IGNORE;
	return INBOUND_ACCEPT;
}

static void events_done(struct batch_item *item, int result)
{
	struct inbound *in = (struct inbound *)item;
	struct gateway *g = in->g;
	if (in->decoded.count == 1 && in->steps[0].refused) {
		bool begun = in->decoded.events[0].session_rule == SESSION_NEW;
		in->decoded.why = begun ? "the session has begun already" : "there is no such session";
		g->counts.malformed++;
		answer_plain(in, ANSWER_MALFORMED, INBOUND_MALFORMED);
		return;
	}
	if (result != 0 || !in->answered) {
		g->counts.unavailable++;
		log_event(LOG_WARN, "callback not stored", "channel=%s error=%d", in->channel->id.at, -result);
		answer_plain(in, ANSWER_UNAVAILABLE, INBOUND_ACCEPT);
		return;
	}
	enum inbound_outcome outcome = outcome_of(in);
	count(g, outcome);
	observe(g, outcome, in->response.status, NULL, in);
	http_reply(in->request, &in->response);
	release(in);
}

/* ---- what is authentic but cannot be read: kept whole, also when the vendor hears that it is malformed (failures.md I12) */

static int run_park(struct batch_item *item, struct db *db)
{
	struct inbound *in = (struct inbound *)item;
	const struct http_request *request = in->request;
	const char *why = in->decoded.why ? in->decoded.why : "not understood";
	bool malformed = in->decoded.verdict == VERDICT_MALFORMED;
	int64_t kept = 0;
	struct buf raw = buf_new(&in->arena, request->query.len + request->body.len + 1);
	buf_put(&raw, request->query);
	buf_put_z(&raw, request->query.len ? "\n" : "");
	buf_put(&raw, request->body);
	int rc = raw.full ? -ENOMEM : malformed ? parked_count(db, &kept) : 0;
	if (rc == 0 && raw.len && kept < MALFORMED_KEPT_MAX)
		rc = parked_add(db, in->channel->id, in->hook->name, why, buf_str(&raw), gateway_now(in->g));
	return rc == 0 && !malformed ? channel_state_inbound(db, in->channel->id, gateway_now(in->g)) : rc;
}

static void park_done(struct batch_item *item, int result)
{
	struct inbound *in = (struct inbound *)item;
	if (in->decoded.verdict == VERDICT_MALFORMED) {
		in->g->counts.malformed++;
		log_event(LOG_WARN, result == 0 ? "callback not understood" : "callback not understood, nor kept", "channel=%s hook=%s why=%s",
			  in->channel->id.at, in->hook->name, in->decoded.why ? in->decoded.why : "-");
		answer_plain(in, ANSWER_MALFORMED, INBOUND_MALFORMED);
	} else if (result != 0) {
		in->g->counts.unavailable++;
		answer_plain(in, ANSWER_UNAVAILABLE, INBOUND_PARK);
	} else {
		count(in->g, INBOUND_PARK);
		answer_plain(in, ANSWERED, INBOUND_PARK);
	}
}

/* ---- the way in */

static bool address_allowed(const struct channel *channel, const struct http_request *request)
{
	struct in6_addr peer;
	if (channel->allow_from_count == 0)
		return true;
	if (!net_of_client(request, &peer))
		return false;
	if (net_is_loopback(&peer))
		return true;
	for (size_t i = 0; i < channel->allow_from_count; i++)
		if (net_holds(&channel->allow_from[i], &peer))
			return true;
	return false;
}

static const struct hook *find_hook(const struct channel *channel, struct str name)
{
	for (const struct hook *hook = channel->hooks; hook->name; hook++)
		if (str_eq_z(name, hook->name))
			return hook;
	return NULL;
}

/* Every unknown channel is compared with a token, too: the time tells nothing. */
static bool token_proves(const struct channel *channel, struct str token)
{
	struct str wanted = channel && channel->token.len ? channel->token : STR("no channel has this token..");
	if (channel && channel->adapter->authenticates && !channel->token.len)
		return true;
	/* a token of another length is compared as well, against itself, and fails */
	bool same_length = wanted.len == token.len;
	bool same = vault_equal(token, same_length ? wanted : token);
	return channel && same && same_length;
}

/* /cb/<id>/<token>/<hook> or, where the adapter proves each request itself, /cb/<id>/<hook>. */
static const struct channel *route(struct gateway *g, const struct http_request *request, const struct hook **hook)
{
	struct str rest = request->path, part[PATH_PARTS_MAX];
	size_t parts = 0;
	while (parts < PATH_PARTS_MAX && str_split(&rest, '/', &part[parts]))
		parts++;
	const struct channel *channel = parts >= 4 ? config_channel(&g->config, part[2]) : NULL;
	bool bare = channel && channel->adapter->authenticates && !channel->token.len;
	size_t at = bare ? 3 : 4; /* where the hook stands */
	bool proved = token_proves(channel, parts > 4 && !bare ? part[3] : STR("")) && parts > at;
	*hook = proved && address_allowed(channel, request) ? find_hook(channel, part[at]) : NULL;
	if (*hook && !(*hook)->deep && (parts != at + 1 || rest.at))
		*hook = NULL;
	return *hook ? channel : NULL;
}

static struct inbound *begin(struct gateway *g, struct http_request *request, const struct channel *channel,
			     const struct hook *hook)
{
	struct inbound *in = calloc(1, sizeof *in);
	if (!in || arena_new(&in->arena, ARENA_LEAST + ARENA_PER_BYTE * request->body.len) != 0) {
		free(in);
		return NULL;
	}
	in->g = g, in->request = request, in->channel = channel, in->hook = hook;
	in->response.status = 200;
	g->parked_requests++;
	return in;
}

static void enter_batch(struct inbound *in, bool park)
{
	in->item.run = park ? run_park : run_events;
	in->item.done = park ? park_done : events_done;
	in->steps = arena_array(&in->arena, in->decoded.count + 1, sizeof *in->steps);
	if (in->steps)
		batch_add(&in->g->batch, &in->item);
	else
		answer_plain(in, ANSWER_UNAVAILABLE, INBOUND_ACCEPT);
}

static void judge(struct inbound *in)
{
	switch (in->decoded.verdict) {
	case VERDICT_ACCEPT:
	case VERDICT_UNADDRESSABLE:
		enter_batch(in, in->decoded.count == 0);
		return;
	case VERDICT_PARK:
	case VERDICT_MALFORMED:
		enter_batch(in, true);
		return;
	case VERDICT_IGNORE:
		in->g->counts.ignored++;
		answer_plain(in, ANSWERED, INBOUND_IGNORE);
		return;
	case VERDICT_UNAUTHORISED:
		in->g->counts.unauthorised++;
		observe(in->g, INBOUND_UNAUTHORISED, 404, NULL, NULL);
		http_reply_text(in->request, 404, "");
		release(in);
		return;
	}
}

void inbound_handle(struct gateway *g, struct http_request *request)
{
	const struct hook *hook;
	const struct channel *channel = route(g, request, &hook);
	if (!channel) {
		g->counts.unauthorised++;
		refuse(g, request, 404, INBOUND_UNAUTHORISED, NULL);
		return;
	}
	if (!(hook->methods & 1u << request->method)) {
		g->counts.malformed++;
		refuse(g, request, 405, INBOUND_MALFORMED, "method");
		return;
	}
	struct inbound *in = g->stopping || g->parked_requests >= g->config.limits.parked_requests ? NULL :
			     begin(g, request, channel, hook);
	if (!in) { /* more than can be held: the aggregator comes back (I18) */
		g->counts.unavailable++;
		refuse(g, request, 503, INBOUND_ACCEPT, "too many requests wait");
		return;
	}
	request->now_ms = gateway_now(g);
	int rc = channel->adapter->decode(channel, hook, request, &g->book.phones, &in->arena, &in->decoded);
	if (rc == 0)
		judge(in);
	else
		answer_plain(in, ANSWER_UNAVAILABLE, INBOUND_ACCEPT);
}

int inbound_take(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
{
	int rc = step_event(g, channel, event, out);
	if (rc == 0 && out->keyed) {
		struct replay nothing = { .http = 200, .content_type = STR("text/plain"), .body = STR(""), .at = gateway_now(g) };
		rc = seen_add(&g->db, out->seen_key, out->contact_id, &nothing);
	}
	return rc;
}
