/* What a conversation is, in plain structs: texts, prompts, options, states, flows, and the book that holds them all.
 *
 * Everything here is read-only after flows/load.c built it and lives in the book's arena.  Nothing here knows a disk,
 * a socket or a clock.  The JSON that these structs come from is described in flows/README.md. */
#ifndef FLOWS_FLOW_H
#define FLOWS_FLOW_H

#include "flows/match.h"
#include "flows/text/arena.h"
#include "flows/text/pattern.h"
#include "flows/text/phone.h"
#include "flows/text/str.h"

enum {
	LANGUAGES_MAX = 8,
	OPTIONS_MAX = 12,
	VERSION_LEN = 16, /* hex digits of the hash of a definition, of a text */
};

enum mode { MODE_USSD, MODE_SMS };

/* One text in every language of the book. */
struct text {
	struct str key;                 /* "rr.safe": stable, what v_consent.text_key names */
	bool quiet;                     /* Q: says nothing about IOM, migration or aid; may be sent first */
	char version[VERSION_LEN + 1];  /* hash over the words of all languages, of its options too */
	struct str in[LANGUAGES_MAX];   /* NFC; {tel} {callback} {sos} {ref} {n} {opts} {date} … still in it */
};

/* `"when": {"contact_pref": ["SHARED", "NO_CALL"], "mode": "sms"}`: every name must have one of its values.
 * `"unless": {...}`: not when all of these hold.  Names are variables of the session and, where no variable has that
 * name, facts (flows/guard.h); what is not set has the value "". */
struct condition {
	struct str name;
	struct str any_of[8];
	size_t values;
};

enum { CONDITIONS_MAX = 4 };

struct guard {
	struct condition when[CONDITIONS_MAX], unless[CONDITIONS_MAX];
	size_t when_count, unless_count; /* both 0: always holds */
};

struct binding { /* a value for a placeholder: {"n": "5"} */
	struct str name, value;
};

enum effect_order_kind { /* what a definition may order */
	ORDER_CONSENT,       /* purpose; the option's code says YES or NO */
	ORDER_OPEN_CASE,     /* status; a partial case of this person is taken up again */
	ORDER_SET,           /* variable and field of the case = value */
	ORDER_PRIORITY,      /* raise the case's priority to value, never lower it */
	ORDER_ALERT,
	ORDER_TASK,
	ORDER_OPT_OUT,
	ORDER_OPT_IN,
	ORDER_LANGUAGE,      /* the option's code is the language */
	ORDER_WIPE,          /* no consent: nothing of this conversation outlives it */
	ORDER_RESUME,        /* go on where the unfinished conversation stopped; none: the rest of the state counts */
	ORDER_FORGET,        /* the unfinished conversation is dropped */
	ORDER_NO_WAY_BACK,   /* "99 back" does not lead to before this point */
	ORDER_CHECKIN,       /* what happened to the check-in that is open: STARTED COMPLETED REFUSED LATER WRONG_PERSON … */
	ORDER_PAUSE,         /* nothing is sent first to this person any more, until staff say so */
	ORDER_NUMBER,        /* CLAIM: this is my new number; DENY: nobody changes mine */
	ORDER_APPOINTMENT,   /* CONFIRMED, OTHER_DATE */
	ORDER_ASK_BY_SMS,    /* a question that is not for the keypad: a "flow:STATE", by SMS */
};

struct effect_order {
	enum effect_order_kind kind;
	struct guard when;
	struct str a, b;      /* CONSENT purpose; OPEN_CASE status; SET field, value; PRIORITY class; ALERT kind, level;
	                         TASK kind; CHECKIN, NUMBER, APPOINTMENT what; ASK_BY_SMS flow:STATE */
	struct str role;      /* ALERT, TASK */
	struct str rule;      /* ALERT: the rule's own words, "urgent_need=HEALTH", {number} a free reference;
	                         TASK: what is to be done, in words */
	unsigned due_minutes; /* ALERT, TASK */
};

struct transition {
	struct guard when;
	struct str flow;  /* "" = this flow */
	struct str state; /* "" with a flow = its initial state */
	bool back;        /* to the question in front of which a keyword put this one */
};

struct option {
	int number;              /* the digit, the same in all languages and on all pages: 0..99 */
	struct str code;         /* what v_answer.value holds */
	const struct text *label; /* NULL: the prompt's own text names it; the option gets no line */
	const struct binding *sets; /* further variables, and fields of the case: region = MA-04 */
	size_t sets_count;
	const struct effect_order *effects;
	size_t effects_count;
	const struct transition *next; /* beats the state's */
	size_t next_count;
};

/* What is said in a state; the first prompt whose guard holds. */
struct prompt {
	struct guard when;
	const struct text *text;
	const struct binding *with;
	size_t with_count;
	const struct option *options;
	size_t options_count;
};

enum state_kind {
	STATE_QUESTION, /* says its prompt, waits, accepts */
	STATE_ROUTE,    /* says nothing: goes on by its transitions */
	STATE_FINAL,    /* says its prompt and ends the conversation */
};

enum accept {
	ACCEPT_CHOICE, /* one of the prompt's options */
	ACCEPT_NUMBER, /* min..max */
	ACCEPT_TEXT,   /* 1..longest characters; options may name digits with a meaning, such as 0 = skip */
	ACCEPT_PATTERN, /* whole folded text matches a PCRE2 pattern */
};

struct state {
	struct str name;
	enum state_kind kind;
	const struct prompt *prompts;
	size_t prompts_count;
	enum accept accept;
	bool yes_no;               /* oui, نعم, wakha … answer it */
	int yes, no;               /* numbers of the options they are; 1 and 2 unless said; no -1: none */
	bool sensitive;            /* v_answer.value stays NULL, the answer is only in raw (sealed) */
	bool no_answer;            /* a menu or language choice: no row in v_answer */
	bool stop_here;            /* a SHARED phone by SMS hears only quiet final texts after this one (flow check) */
	bool sent_first;           /* the gateway may send it without being asked: by SMS only quiet texts (flow check) */
	bool secret;               /* a PIN: never a variable, never in v_answer.raw; EFFECT_SECRET carries it to be hashed */
	bool optional, off;        /* walked only when the configuration names it; off: it does not */
	bool silent;               /* FINAL by SMS: nothing is said */
	bool stays[2];             /* FINAL, by mode: the question that was open stays open */
	struct str resumes_at;     /* FINAL: the walk may be taken up again later, in this state; "" = it is over */
	int64_t min, max;          /* NUMBER */
	struct str at_most;        /* NUMBER: not more than this variable */
	struct str proof;          /* what is typed proves something: "case_ref"; "pin" of the case whose reference was
	                              typed; "own_pin", "birth_year" of whoever has this number; the caller judges it and
	                              the fact "proof" holds the verdict; "" = nothing */
	size_t longest;            /* TEXT, in characters */
	const struct pattern *pattern; /* PATTERN */
	struct str saves;          /* variable and, when the book lists it, field of the case */
	const struct effect_order *effects; /* QUESTION: once answered; FINAL: on entry */
	size_t effects_count;
	const struct transition *next;
	size_t next_count;
};

struct flow {
	struct str name, title, about, file;
	char version[VERSION_LEN + 1]; /* hash of the definition with the shared messages it uses */
	struct str initial;
	const struct state *states;
	size_t states_count;
	bool needs_consent;        /* answers are held back until ORDER_CONSENT with YES, or a hand-off (ORDER_OPEN_CASE) */
	struct str source;         /* JSON with the shared messages it uses, kept so that a running conversation can finish
	                              on it: book_add_version() takes exactly this */
	bool old;                  /* not the current version */
};

struct lint; /* words that texts must not hold (flows/lint.h) */

enum { FLOWS_MAX = 64, PATTERNS_MAX = 64 };

/* Everything that is loaded: one place, read-only.  Old versions of a flow stand behind the current one. */
struct book {
	struct arena arena;
	struct str languages[LANGUAGES_MAX]; /* codes, in the order of the language question */
	struct str language_names[LANGUAGES_MAX]; /* as they call themselves */
	size_t languages_count;
	struct str known_languages[LANGUAGES_MAX]; /* all that languages.json names: texts may hold them, spoken or not */
	size_t known_count;
	const struct flow *flows[FLOWS_MAX];
	size_t flows_count;
	struct pattern *patterns[PATTERNS_MAX];   /* owned */
	size_t patterns_count;
	const struct text **messages; /* texts shared between flows: err.1, co.done, bye … sorted by key */
	size_t messages_count;
	struct words words;           /* keywords, yes/no, fillers, number words (flows/match.h) */
	struct phone_plan phones;     /* numbering plans (flows/text/phone.h) */
	const struct lint *lint;      /* NULL: no lint.tsv among the sources */
};

const struct flow *book_flow(const struct book *book, struct str name, struct str version); /* version "": current */
const struct state *flow_state(const struct flow *flow, struct str name);
const struct text *book_message(const struct book *book, struct str key);
int book_language(const struct book *book, struct str code); /* index, or -1 */

#endif
