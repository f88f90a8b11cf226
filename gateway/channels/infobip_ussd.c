/* Infobip, USSD gateway (vumi's infobip transport quotes its interface): …/session/<id>/start, response, end, status.
 *
 * HTTP is 200 always; responseExitCode 400 and a sentence say what was wrong. */
#include "gateway/channels/infobip.h"

#include <errno.h>

enum verb { VERB_START, VERB_RESPONSE, VERB_END, VERB_STATUS, VERB_NONE };

struct turn { /* from decode to reply */
	enum verb verb;
	struct str session;
};

static enum verb verb_of(struct str word, enum http_method method)
{
	static const struct {
		const char *word;
		enum http_method method;
	} verbs[] = { { "start", HTTP_POST }, { "response", HTTP_POST }, { "end", HTTP_PUT }, { "status", HTTP_GET } };
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (str_eq_z(word, verbs[i].word) && (verbs[i].method == method || (i == VERB_END && method == HTTP_POST)))
			return (enum verb)i;
	return VERB_NONE;
}

/* /cb/<channel>/<token>/session/<id>/<verb> */
static struct turn *read_path(struct inlet *in)
{
	struct str rest = in->request->path, part = STR(""), before = STR("");
	struct turn *turn = arena_alloc(in->arena, sizeof *turn);
	if (!turn)
		return NULL;
	for (struct str last = STR(""); str_split(&rest, '/', &part); last = part)
		before = last;
	turn->verb = verb_of(part, in->request->method);
	turn->session = before;
	return turn;
}

static int wrong(struct inlet *in, const struct turn *turn, const char *why)
{
	int error = inlet_refuse(in, VERDICT_MALFORMED, why);
	in->out->note = turn;
	return error;
}

static int read_person(struct inlet *in, const json_t *body, struct event *event)
{
	struct str msisdn = inlet_string(in, body, "msisdn"), code = inlet_string(in, body, "shortCode");
	if (!msisdn.at || !code.at)
		return -ENOMEM;
	int error = inlet_sender(in, event, msisdn);
	return error || inlet_refused(in) ? error : inlet_to(in, event, code);
}

static int read_step(struct inlet *in, const json_t *body, const struct turn *turn, struct event *event)
{
	struct str text = inlet_string(in, body, "text");
	if (!text.at)
		return -ENOMEM;
	if (!json_is_string(json_object_get(body, "text")))
		return wrong(in, turn, "Missing required JSON field: text");
	event->event = turn->verb == VERB_START ? USSD_NEW : USSD_CONTINUE;
	event->first_is_code = turn->verb == VERB_START; /* what was dialled is no answer */
	event->session_rule = turn->verb == VERB_START ? SESSION_NEW : SESSION_KNOWN;
	int error = read_person(in, body, event);
	if (!error && inlet_refused(in))
		return wrong(in, turn, "Missing required JSON field: msisdn");
	return error ? error : inlet_text(in, event, text);
}

/* Whose session it was is not always said; without it the session's row is closed all the same. */
static int read_end(struct inlet *in, const json_t *body, struct event *event)
{
	struct str reason = json_get_str(body, "reason"), msisdn = inlet_string(in, body, "msisdn");
	bool readable;
	event->kind = EVENT_USSD_END;
	event->event = USSD_END;
	event->reason = reason.at ? arena_str(in->arena, dialect_word(reason)) : STR("");
	return event->reason.at && msisdn.at ? inlet_sender_of(in, event, msisdn, &readable) : -ENOMEM;
}

static int read_verb(struct inlet *in, const struct turn *turn)
{
	struct event *event = inlet_event(in, EVENT_USSD);
	json_t *body = NULL;
	if (!event)
		return -ENOMEM;
	event->session = turn->session;
	event->named_alone = true;
	in->out->note = turn;
	if (turn->verb == VERB_STATUS) { /* asks, and changes nothing */
		event->event = USSD_CONTINUE;
		event->kind = EVENT_NOTICE;
		event->reason = STR("status");
		return 0;
	}
	int error = inlet_json(in, &body);
	if (error || !body)
		return error ? error : wrong(in, turn, "Invalid JSON");
	error = turn->verb == VERB_END ? read_end(in, body, event) : read_step(in, body, turn, event);
	json_decref(body);
	return error;
}

int infobip_read_ussd(struct inlet *in)
{
	const struct turn *turn = read_path(in);
	if (!turn)
		return -ENOMEM;
	if (turn->verb == VERB_NONE)
		return wrong(in, turn, "unknown verb");
	if (!turn->session.len || !dialect_id_ok(turn->session))
		return wrong(in, turn, "Invalid USSD session");
	return read_verb(in, turn);
}

/* ---- answers */

static int put(struct http_response *out, struct arena *arena, json_t *object)
{
	struct str body = call_json(arena, object);
	*out = (struct http_response){ .status = 200, .body = body };
	http_add_header(out, "Content-Type", STR("application/json; charset=utf-8"));
	return body.at ? 0 : -ENOMEM;
}

/* Theirs, word by word, where they have one. */
static struct str complaint(const struct decoded *decoded, const struct turn *turn, struct arena *arena)
{
	const char *why = decoded->why ? decoded->why : "malformed";
	bool started = str_eq_z(STR("the session has begun already"), why);
	if (!turn || (!started && !str_eq_z(STR("there is no such session"), why)))
		return str_of(why);
	struct buf text = buf_new(arena, turn->session.len + 48);
	buf_put_z(&text, started ? "USSD session '" : "Invalid USSD session '");
	buf_put(&text, turn->session);
	buf_put_z(&text, started ? "' already started" : "'");
	return text.full ? str_of(why) : buf_str(&text);
}

int infobip_reply_ussd(const struct decoded *decoded, const struct reply_to *to, struct arena *arena,
		       struct http_response *out)
{
	const struct turn *turn = decoded->note;
	enum verb verb = turn ? turn->verb : VERB_NONE;
	bool fine = to->state == ANSWERED || (to->state == ANSWER_UNAVAILABLE && to->ussd_text.len);
	json_t *object = json_object();
	if (fine && (verb == VERB_START || verb == VERB_RESPONSE)) {
		(void)json_object_set_new(object, "shouldClose", json_boolean(to->ussd_end || to->state != ANSWERED));
		json_put_str(object, "ussdMenu", to->ussd_text);
	}
	if (verb == VERB_STATUS)
		(void)json_object_set_new(object, "sessionActive", json_boolean(to->session_open));
	(void)json_object_set_new(object, "responseExitCode", json_integer(fine ? 200 : 400));
	json_put_str(object, "responseMessage", fine ? STR("") : complaint(decoded, turn, arena));
	return put(out, arena, object);
}
