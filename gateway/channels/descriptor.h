/* An aggregator described in JSON instead of C: where fields stand, what an answer looks like, how to send and to fetch.
 *
 * The reference for whoever writes one is gateway/channels/README.md.  descriptor_load.c checks it once, when the
 * configuration loads, and makes the structs below out of it (all in the configuration's arena, read-only from then on);
 * descriptor_in.c, descriptor_reply.c, descriptor_send.c and descriptor_pull.c carry it out.  Nothing here is used by
 * adapters written in C. */
#ifndef GATEWAY_CHANNELS_DESCRIPTOR_H
#define GATEWAY_CHANNELS_DESCRIPTOR_H

#include "flows/err.h"
#include "gateway/channels/charset.h"
#include "gateway/channels/fields.h"
#include "gateway/channels/template.h"
#include "gateway/mac.h"

enum {
	PLACES_MAX = 4, CONDITIONS_MAX = 6, WORDS_MAX = 32, HEADERS_MAX = 6, PAIRS_MAX = 16, ECHOES_MAX = 8,
	PROOFS_MAX = 4, RULES_MAX = 4, HOOKS_MAX = 24,
};

struct places { /* the first that holds something */
	struct str at[PLACES_MAX];
	size_t count;
};

struct condition { /* "place==value" (letters' case does not count), or "place": something stands there */
	struct str place, value; /* value.at == NULL: the second form */
};

struct conditions { /* any of them */
	struct condition any[CONDITIONS_MAX];
	size_t count;
};

struct pair { /* a header, or a field of a query or form; value is a template */
	struct str name, value;
};

struct proof { /* what a request must show to be believed, besides the token in its URL */
	enum { PROOF_FIELD, PROOF_BASIC, PROOF_HMAC, PROOF_ADDRESS } kind;
	struct str place;  /* FIELD; HMAC: of the signature */
	struct str secret; /* FIELD: its value; BASIC: base64 of user:password; HMAC: the key */
	struct str before; /* the secret that was, while one rotates; or empty */
	enum mac_kind mac;
	enum mac_form form;
};

struct answer { /* what we say */
	struct str body;   /* template */
	enum escape escape;
	struct str type;
	struct pair headers[HEADERS_MAX];
	size_t headers_count;
	unsigned status;
};

struct rule { /* one way to read what comes to a hook */
	enum event_kind kind;
	struct conditions when;       /* none: always */
	unsigned accepts;             /* FIELDS_FORM | FIELDS_JSON */
	struct str list;              /* JSON pointer of a batch; empty: one event a request */
	struct places from, to, text, id, ts, session, turn, status, reason, client_ref, part_ref, part_number, part_count;
	bool text_required, id_required;
	enum charset charset;         /* UNKNOWN: UTF-8 */
	struct places charset_at;     /* where the request names it */
	bool cumulative, first_is_code;
	struct conditions event[USSD_TIMEOUT + 1]; /* by enum ussd_event */
	struct str end_text;          /* a text that begins so is the end of the session */
	struct { struct str word; enum report_status status; } words[WORDS_MAX];
	size_t words_count;
	struct answer going_on, over; /* USSD; all else is answered with `over` */
	bool xhtml;                   /* screens are pages (xhtml.h) */
	bool strip;                   /* no white space before a screen */
	struct str echo[ECHOES_MAX];  /* the {{in:…}} of the answers */
	size_t echoes;
	struct proof proof[PROOFS_MAX];
	size_t proofs;
};

struct rules { /* of one hook: the first whose conditions hold */
	struct rule *rule; /* at most RULES_MAX */
	size_t count;
};

struct class_word { /* what a vendor's code or HTTP status means; word "*": any other */
	struct str word;
	enum send_class class;
	bool opt_out;
};

struct call_spec { /* a call that we make */
	enum http_method method;
	struct str url, body;         /* templates; body: JSON, empty: none or the form */
	struct pair headers[HEADERS_MAX], query[PAIRS_MAX], form[PAIRS_MAX];
	size_t headers_count, query_count, form_count;
	struct str needs[HEADERS_MAX]; /* keys of the channel without which it is not made; "token" */
	size_t needs_count;
};

struct send_spec {
	struct call_spec call;
	struct str id_at, code_at, check; /* in the answer; empty: none */
	struct class_word codes[WORDS_MAX], http[WORDS_MAX];
	size_t codes_count, http_count;
};

struct ask_spec { /* a call whose answer holds two values: a token and its life, an amount and its currency */
	struct call_spec call;
	struct str value_at, other_at;
};

struct pull_spec {
	struct str url, list, cursor_at, start; /* url: template with {{cursor}}; cursor_at empty: the last entry's id */
	struct pair headers[HEADERS_MAX];
	size_t headers_count;
	const struct rule *rule;      /* reads each entry */
};

struct descriptor {
	struct str base_url;          /* the vendor's own */
	struct hook hooks[HOOKS_MAX + 1];
	struct rules rules[HOOKS_MAX];
	size_t hooks_count;
	const struct send_spec *send; /* NULL: none */
	const struct pull_spec *pull;
	const struct ask_spec *login, *credit;
};

struct note { /* from decode() to reply() */
	const struct rule *rule;
	struct str echo[ECHOES_MAX];
};

struct descriptor_source { /* with what the channel overrides already in it */
	const json_t *root;
	const char *path;  /* where root stands in the channel's object, for messages: "descriptor"; "": it is the object */
	const char *hooks; /* likewise root's "hooks": "descriptor.hooks", "profiles" */
	bool one_hook;     /* the only hook's members stand there directly: "inbound" */
};

/* 0, -ENOMEM, or -EINVAL with "path: what". */
int descriptor_load(struct channel *channel, const struct descriptor_source *source, struct arena *arena, struct err *err)
	__attribute__((warn_unused_result));

/* The functions of struct adapter. */
int descriptor_decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		      const struct phone_plan *phones, struct arena *arena, struct decoded *out);
int descriptor_reply(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		     const struct reply_to *to, struct arena *arena, struct http_response *out);
int descriptor_compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		       struct http_call *out);
int descriptor_classify(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
			struct arena *arena, struct recipient_result *results);
/* A token is fetched where the descriptor says how, the channel has the keys for it, and no access_token of its own. */
bool descriptor_logs_in(const struct channel *channel);
int descriptor_login(const struct channel *channel, struct arena *arena, struct http_call *out);
int descriptor_logged_in(const struct channel *channel, const struct http_result *result, struct arena *arena,
			 struct str *token, int64_t *life_s);
int descriptor_credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out);
int descriptor_credited(const struct channel *channel, const struct http_result *result, struct arena *arena,
			struct str *credit);
int descriptor_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out);
int descriptor_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
		      const struct phone_plan *phones, struct arena *arena, struct decoded *out,
		      struct event **parked, size_t *parked_count, struct str *next_cursor);

/* Reads one event by the rule.  *verdict: ACCEPT, IGNORE, UNADDRESSABLE or MALFORMED (then *why).  0 or -ENOMEM. */
int rule_read(const struct rule *rule, struct fields *fields, const struct channel *channel,
	      const struct phone_plan *phones, struct event *event, enum verdict *verdict, const char **why)
	__attribute__((warn_unused_result));
/* An entry of a batch or page that could not be read, for an operator: its raw is the entry.  0 or -ENOMEM. */
int descriptor_park(const struct event *event, const json_t *entry, struct arena *arena, struct event *parked)
	__attribute__((warn_unused_result));
/* Values that stand in templates of calls: {{base_url}}, {{key:…}}; further ones through send_value(). */
bool descriptor_value(const struct channel *channel, struct str name, struct str *value);
/* Room for a rendered template with these values in it. */
enum { RENDERED_MAX = 16 * 1024 };

#endif
