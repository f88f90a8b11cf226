/* The contract between the gateway and an aggregator's dialect: one struct adapter, one file each.
 *
 * An adapter is pure as the engine is: bytes of a request -> events, an answer -> bytes of a reply, a message ->
 * bytes of an HTTP call, the result of that call -> one of the classes of CONTRACT 7.  It MUST NOT touch database,
 * clock, network or log; MUST take the length of everything from its struct str; MUST give text as valid UTF-8
 * (repaired, the raw bytes beside it); MUST NOT report a send as accepted unless the vendor's id was read; and MUST
 * name each recipient by number, never by position. */
#ifndef GATEWAY_CHANNELS_CHANNEL_H
#define GATEWAY_CHANNELS_CHANNEL_H

#include "flows/text/phone.h"
#include "flows/text/segment.h"
#include "flows/text/transliterate.h"
#include "gateway/http.h"

enum {
	CHANNEL_NETS_MAX = 16,
	CHANNEL_KEYS_MAX = 24,
	EVENTS_IN_REQUEST_MAX = 256,
	RECIPIENTS_MAX = 64,
};

struct net { /* an address range, CIDR */
	struct in6_addr base; /* IPv4 as ::ffff:a.b.c.d */
	unsigned bits;        /* of 128 */
};

struct channel { /* one object of the configuration's "channels"; lives as long as the configuration */
	struct str id;
	const struct adapter *adapter;
	struct str token;             /* empty where the adapter authenticates each request itself */
	struct str sender, country, base_url; /* base_url: empty = the vendor's own */
	bool sms, ussd;               /* modes */
	struct screen_limit screen;
	bool ucs2;
	enum transliteration encoding;
	unsigned max_segments;
	unsigned rate_per_second;
	unsigned poll_seconds;        /* 0: callbacks only */
	unsigned credit_seconds;      /* 0: the credit is not asked for */
	struct net allow_from[CHANNEL_NETS_MAX];
	size_t allow_from_count;      /* 0: any address */
	struct { struct str name, value; } key[CHANNEL_KEYS_MAX]; /* the adapter's own keys */
	size_t keys_count;
	struct str public_url;        /* of the configuration: what the aggregator calls, without a slash at its end */
	const struct hook *hooks;     /* of the adapter, or what its prepare() made of the configuration */
	const void *prepared;         /* the adapter's own, from prepare() */
	bool sink;                    /* the demo's: sends into this process, never outside */
};

/* How a text is written for this channel: `encoding`, but an operator that passes GSM-7 only gets nothing else. */
enum transliteration channel_policy(const struct channel *channel);
struct str channel_key(const struct channel *channel, const char *name); /* empty when not configured */

/* ---- in */

enum event_kind {
	EVENT_SMS, EVENT_USSD, EVENT_USSD_END, EVENT_REPORT, EVENT_OPT_OUT,
	EVENT_NOTICE, /* a phone's own news (missed_call, device): shown by `explain`, never carried out */
};
enum ussd_event { USSD_NEW, USSD_CONTINUE, USSD_END, USSD_TIMEOUT };
enum session_rule { SESSION_ANY, SESSION_NEW, SESSION_KNOWN }; /* what the vendor's word requires of our history */
enum phone_word { PHONE_NOTHING, PHONE_ASKS, PHONE_TOOK }; /* of a phone that comes for its queue: asks, has it */
enum report_status { REPORT_NONE, REPORT_SENT, REPORT_DELIVERED, REPORT_FAILED, REPORT_EXPIRED, REPORT_REJECTED };

struct event {
	enum event_kind kind;
	struct phone from;       /* the person */
	struct str from_raw;     /* the sender as given, valid UTF-8, when `from` is no E.164 number; else empty */
	struct str to;           /* our number or code, as the vendor names it */
	struct str text;         /* valid UTF-8; USSD: as `cumulative` says */
	struct str raw;          /* the bytes before repair, when they differ; else empty */
	struct str id;           /* vendor's id of the message, turn or (REPORT) of the message sent; "" = none */
	struct str id_scope;     /* what an id must be seen with to be the same again; "" = the channel */
	enum phone_word phone;   /* NOTICE, REPORT: about the channel's queue (gateway/phone_queue.h) */
	bool pulled;             /* id is the inbox's own count: MUST NOT be compared with ids that callbacks carry */
	int64_t ts_ms;           /* vendor's time; 0 = none or unreadable */
	struct str session;      /* USSD */
	enum ussd_event event;   /* USSD: what the vendor says; with `cumulative` the stored history decides */
	bool cumulative;         /* text holds all inputs of the session joined by '*' (aggregators.md 2) */
	bool turn_ids;           /* USSD: id is unique per hop */
	bool first_is_code;      /* USSD: in a session's first hop text is what was dialled, no input */
	struct str client_ref;   /* REPORT: our own reference, where the vendor gives it back */
	enum session_rule session_rule; /* USSD, without turn_ids: otherwise the request is refused as malformed */
	unsigned part, parts;    /* SMS: parts > 1: the text is part 1 to `parts` of a long one (db/parts.h) */
	bool partial;            /* SMS: parts of it never came */
	bool named_alone;        /* USSD: the vendor also asks for sessions by their id alone (db/parts.h) */
	struct str part_ref;     /* SMS: what the parts have in common, besides both numbers */
	enum report_status status; /* REPORT */
	struct str reason;       /* REPORT, USSD_END, NOTICE: the vendor's own word, ASCII, at most 64 bytes; OPT_OUT:
	                          * "subscribe" or "unsubscribe" where the vendor tells it from a plain opt-out */
	bool opt_out;            /* REPORT, OPT_OUT: the person blocked us at the operator */
	bool opt_in;             /* OPT_OUT: the operator lifted it */
};

enum verdict { /* of the dialect alone; what `explain` prints (gateway/inbound.h) also knows what was seen before */
	VERDICT_ACCEPT, VERDICT_IGNORE, VERDICT_PARK, VERDICT_UNADDRESSABLE, VERDICT_MALFORMED, VERDICT_UNAUTHORISED,
};

/* UNADDRESSABLE is for requests of one event; in a page or batch that holds several (ACCEPT) each event whose from.kind
 * is not PHONE_E164 is treated so: no contact, no answer.  IGNORE and PARK may carry events for `explain` to show. */

struct decoded {
	enum verdict verdict;
	const char *why;      /* MALFORMED, PARK: a few words, static, never text of the request */
	struct event *events; /* arena */
	size_t count;
	const void *note;     /* from decode() to reply() of the same adapter; arena */
	struct event *parked; /* ACCEPT: elements of a batch that cannot be read, their raw as it stood there; arena */
	size_t parked_count;
};

enum answer_state {
	ANSWERED,      /* committed: ussd_text holds the screen for USSD */
	ANSWER_MALFORMED,
	ANSWER_UNAVAILABLE, /* storage: 503 for SMS and reports, an apology for USSD in ussd_text */
};

struct queued_message { /* for a phone that asks */
	struct str to, text, uuid;
};

struct reply_to { /* what the dialect is to say */
	enum answer_state state;
	struct str ussd_text;
	bool ussd_end;
	const struct queued_message *queued; /* NOTICE with PHONE_ASKS */
	size_t queued_count;
	bool session_open; /* NOTICE "status" with named_alone */
};

/* ---- out */

enum send_class { /* CONTRACT 7 */
	SEND_ACCEPTED, SEND_REJECTED_PERMANENT, SEND_TRANSIENT, SEND_OPERATIONAL, SEND_UNKNOWN,
};

struct recipient_result {
	struct str to;          /* as we sent it */
	enum send_class result;
	struct str id;          /* the vendor's; empty unless accepted */
	struct str *ids;        /* all of them, where it gives one for each part; arena */
	size_t ids_count;
	struct str code;        /* the vendor's own code */
	bool opt_out;           /* the vendor says that this person blocked us */
};

struct outgoing {
	struct str to[RECIPIENTS_MAX]; /* E.164 */
	size_t count;
	struct str text;        /* final: transliterated as the channel wants it */
	enum encoding encoding;
	struct str client_ref;  /* our own reference, where the vendor takes one */
	struct str access;      /* the token that login() brought; empty where the adapter has none */
};

struct http_call {
	enum http_method method;
	struct str url;
	struct http_header headers[12];
	size_t headers_count;
	struct str body; /* empty with GET */
};

struct http_result {
	int curl_code;        /* 0 = a response arrived whole */
	bool request_left;    /* the first byte of the request may have left this machine */
	bool certificate;     /* failed on the peer's certificate or host name */
	unsigned status;
	struct str content_type, body; /* body: at most 256 kB */
	int64_t retry_after_s; /* 1 to 86400; -1: none */
};

struct hook {
	const char *name;    /* "sms", "ussd", "ussd-end", "dlr", "optout" */
	unsigned methods;    /* bit set of 1u << HTTP_POST … */
	enum event_kind kind;
	const void *spec;    /* the adapter's own, from prepare(); else NULL */
	bool deep;           /* more path segments follow; decode() reads them from the path */
};

/* "https://gw.example.org/cb/<id>/<token>/<hook>" in the arena; "" without a public_url; .at == NULL: arena full. */
struct str channel_callback(const struct channel *channel, const char *hook, struct arena *arena);

bool hook_takes(const struct hook *hook, enum http_method method);
extern const char decoded_wrong_method[]; /* `why` of a request by another method: reply() answers it with 405 */

struct adapter {
	const char *name;             /* of the configuration */
	const char *const *keys;      /* own keys it takes, NULL-terminated.  Before a name: "!" needed to send, "?" needed to prove
					 a callback, "{" an object; all others are strings or numbers. */
	const struct hook *hooks;     /* ended by name == NULL */
	bool phone_queue;             /* no call sends: a phone comes for its messages (gateway/phone_queue.h) */
	bool authenticates;           /* the adapter proves each request itself: no token in the URL */
	/* NULL, or: once, when the configuration loads: checks the own keys, sets channel->prepared and ->hooks (both in
	 * the arena).  0, -ENOMEM, or -EINVAL with "path: what" in err, the path seen from the channel's object. */
	int (*prepare)(struct channel *channel, struct arena *arena, struct err *err);

	/* One callback -> events.  Everything in *out lives in the arena.  0, or -ENOMEM. */
	int (*decode)(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		      const struct phone_plan *phones, struct arena *arena, struct decoded *out);
	/* The answer in the vendor's dialect.  Deterministic: the same input gives the same bytes.  0, or -ENOMEM. */
	int (*reply)(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		     const struct reply_to *to, struct arena *arena, struct http_response *out);

	size_t recipients_per_call;   /* how many numbers one compose() may hold, 1 to RECIPIENTS_MAX */
	/* One send.  0, -ENOMEM, or -EINVAL when the channel is not configured for sending. */
	int (*compose)(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		       struct http_call *out);
	/* What came of it: results[message->count], and whether all of the channel must stop (SEND_OPERATIONAL). */
	int (*classify)(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
			struct arena *arena, struct recipient_result *results);

	/* Where a call needs a token that another call fetches (OAuth 2.0, client credentials); else NULL.  The gateway
	 * keeps the token in memory until it runs out, or a send comes back with 401 (then once a new one).
	 * logs_in(): does this channel need one?  NULL: each does; ask by channel_logs_in().
	 * login(): as compose().  logged_in(): 0, token in the arena and its life in seconds; -EPROTO: there is none in
	 * it, the class of the result (transport_class) says what to do; -ENOMEM. */
	bool (*logs_in)(const struct channel *channel);
	int (*login)(const struct channel *channel, struct arena *arena, struct http_call *out);
	int (*logged_in)(const struct channel *channel, const struct http_result *result, struct arena *arena,
			 struct str *token, int64_t *life_s);

	/* How much credit is left, where the vendor tells it; else NULL.  credit(): as compose(), access as in outgoing.
	 * credited(): 0 and "KES 1785.50", at most 64 bytes, in the arena; -EPROTO: it does not say; -ENOMEM. */
	int (*credit)(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out);
	int (*credited)(const struct channel *channel, const struct http_result *result, struct arena *arena,
			struct str *credit);

	/* Pull mode; NULL where the vendor has no inbox.  once: each message is given once only.  cursor: "" at the
	 * first fetch, at most 127 bytes; -EINVAL: not one of ours, or the channel is not configured for it.
	 * polled(): the page in *out, oldest first; what cannot be read in
	 * *parked, its raw the entry as it stood there; VERDICT_MALFORMED when there is no page at all (then
	 * *next_cursor is the old one).  The cursor is to be committed together with the events. */
	bool once;
	int (*poll)(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out);
	int (*polled)(const struct channel *channel, struct str cursor, const struct http_result *result,
		      const struct phone_plan *phones, struct arena *arena, struct decoded *out,
		      struct event **parked, size_t *parked_count, struct str *next_cursor);
};

bool channel_logs_in(const struct channel *channel); /* its calls need a token that login() fetches */

const struct adapter *adapter_named(struct str name); /* NULL: no such */
const struct adapter *const *adapters_all(void);      /* NULL-terminated, for messages that list them */

/* What every adapter needs when the call itself went wrong: fills all results from curl_code and HTTP status by the
 * common rules (failures.md O1-O9, in transport.c) and returns true; false: a 2xx body is there to be read.  An adapter
 * whose vendor documents a status otherwise looks at it before it calls this. */
bool classify_transport(const struct outgoing *message, const struct http_result *result,
			struct recipient_result *results);
/* The rules alone: SEND_ACCEPTED stands for "a 2xx body is there to be read". */
enum send_class transport_class(const struct http_result *result);
/* The same class for all recipients. */
void classify_all(const struct outgoing *message, enum send_class class, struct str code,
		  struct recipient_result *results);

struct str event_words(const struct event *event); /* as sent: raw where that is not empty, else text */
const char *event_kind_name(enum event_kind k);
const char *ussd_event_name(enum ussd_event e);
const char *report_status_name(enum report_status s); /* NULL for REPORT_NONE */
const char *send_class_name(enum send_class c);
/* The word for a whole send (CONTRACT 7).  All alike: their class.  Some accepted: "partial".  Else the one that asks
 * for most care, so that a script never tries again what may be out: operational, unknown, transient,
 * rejected_permanent. */
const char *send_result_name(const struct recipient_result *results, size_t count);

#endif
