/* One callback being read, for the adapters that are written in C: its fields, its JSON, the events it becomes.
 *
 * An adapter opens an inlet, proves the request, reads fields and adds events.  What a stranger sent wrongly is a verdict
 * in *out and no error: after each step that may refuse, inlet_refused() is asked.  Errors are -ENOMEM alone. */
#ifndef GATEWAY_CHANNELS_INLET_H
#define GATEWAY_CHANNELS_INLET_H

#include "gateway/channels/dialect.h"
#include "gateway/form.h"
#include "gateway/json.h"

struct inlet {
	const struct channel *channel;
	const struct http_request *request;
	const struct phone_plan *phones;
	struct arena *arena;
	struct form *form;   /* of the body, with GET of the query; after inlet_form() */
	struct decoded *out;
	size_t events_max, parked_max;
};

/* Refuses a method that the hook does not take. */
void inlet_open(struct inlet *in, const struct channel *channel, const struct hook *hook,
		const struct http_request *request, const struct phone_plan *phones, struct arena *arena,
		struct decoded *out);
/* Room for so many events (and parked ones).  0 or -ENOMEM. */
int inlet_room(struct inlet *in, size_t events, size_t parked) __attribute__((warn_unused_result));
int inlet_refuse(struct inlet *in, enum verdict verdict, const char *why); /* 0, for `return inlet_refuse(…)` */
bool inlet_refused(const struct inlet *in); /* malformed or unauthorised */

/* The fields of the body (application/x-www-form-urlencoded), with GET those of the query.  What is no such text is
 * malformed; unauthorised where only its fields could have proved who sent it. */
int inlet_form(struct inlet *in) __attribute__((warn_unused_result));
int inlet_query(struct inlet *in) __attribute__((warn_unused_result)); /* those of the query, whatever the method */
/* The first of that name, "" when there is none.  once(): also refuses when it stands there twice with two values. */
struct str inlet_field(const struct inlet *in, const char *name);
struct str inlet_once(struct inlet *in, const char *name);
/* The body as JSON; *out NULL: refused.  To be released by json_decref(). */
int inlet_json(struct inlet *in, json_t **out) __attribute__((warn_unused_result));
/* A string of the object in the arena; a whole number is written out.  "" when it is neither; .at == NULL: no memory. */
struct str inlet_string(const struct inlet *in, const json_t *object, const char *key);

/* The next event, initialised; NULL: no room was made (our own mistake) or no memory. */
struct event *inlet_event(struct inlet *in, enum event_kind kind);
/* What cannot be read, for an operator: the entry as it stood there. */
int inlet_park(struct inlet *in, const json_t *entry, struct str id) __attribute__((warn_unused_result));
/* Fills from and from_raw.  A sender that is missing or too long makes the request malformed; one that is no number
 * makes it unaddressable. */
int inlet_sender(struct inlet *in, struct event *event, struct str given) __attribute__((warn_unused_result));
/* The same for one of many: false in *readable instead of a verdict. */
int inlet_sender_of(struct inlet *in, struct event *event, struct str given, bool *readable)
	__attribute__((warn_unused_result));
/* text, and raw where it was no UTF-8. */
int inlet_text(struct inlet *in, struct event *event, struct str given) __attribute__((warn_unused_result));
/* Our number or code: the field, or the channel's sender where it is empty. */
int inlet_to(struct inlet *in, struct event *event, struct str given) __attribute__((warn_unused_result));

/* "1773220465", "1773220465000": seconds or milliseconds since 1970; 0: unreadable. */
int64_t inlet_epoch(struct str written);
/* Is the time given within `window_s` of the gateway's clock, before or after? */
bool inlet_in_window(const struct inlet *in, int64_t ts_ms, int64_t window_s);
/* The own key as a number of seconds, or `standard`. */
int64_t inlet_seconds(const struct channel *channel, const char *key, int64_t standard);
/* Is `given` the channel's own key `name`, or `name`_old while that one rotates?  In constant time. */
bool inlet_secret(const struct channel *channel, const char *name, struct str given);

/* The usual answers: 400 and 405 to what was malformed, 503 with Retry-After when nothing was stored, else 200 with
 * this type and body.  What only says so is text/plain. */
void inlet_answer(const struct hook *hook, const struct decoded *decoded, const struct reply_to *to,
		  struct http_response *out, struct str type, struct str body);

/* reply() of an adapter whose vendor reads no more than the status. */
int inlet_reply_empty(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		      const struct reply_to *to, struct arena *arena, struct http_response *out);

/* ---- calls */

void call_header(struct http_call *call, const char *name, struct str value);
/* "Basic …" in the arena; .at == NULL: no memory. */
struct str call_basic(struct arena *arena, struct str user, struct str password);
/* The object as text in the arena, members in order; takes the reference.  .at == NULL: no memory. */
struct str call_json(struct arena *arena, json_t *object);
/* The channel's base_url, or `standard`, without slashes at its end. */
struct str call_base(const struct channel *channel, const char *standard);
/* A number, without its "+". */
struct str call_digits(struct str e164);
/* 500, 502, 503 of a vendor whose documents say "try again": see twilio.c. */
bool call_front_refused(const struct http_result *result);
/* What is printable ASCII of at most DIALECT_WORD_MAX, in the arena: a code for recipient_result. */
struct str call_code(struct arena *arena, const json_t *value);
/* access_token and expires_in (RFC 6749 5.1) of an answer; the life is a number, or a string of one; where none is given
 * an hour.  0; -EPROTO: no token that could stand in a header; -ENOMEM. */
int call_token(const json_t *token, const json_t *life, struct arena *arena, struct str *out, int64_t *life_s)
	__attribute__((warn_unused_result));
/* "USD 12.5", of a number or a text and, where it stands apart, the currency.  0; -EPROTO: no amount; -ENOMEM. */
int call_amount(const json_t *amount, const json_t *currency, struct arena *arena, struct str *out)
	__attribute__((warn_unused_result));
/* credited() of most vendors: the amount, and its currency or NULL, by the names of members of the answer or, where
 * `inside` is not NULL, of an object in it. */
int call_credited(const struct http_result *result, const char *inside, const char *amount, const char *currency,
		  struct arena *arena, struct str *credit) __attribute__((warn_unused_result));

#endif
