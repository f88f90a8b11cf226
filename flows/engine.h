/* The engine: one pure function.
 *
 * flow_step() takes the book, the conversation as it stands, what came in and the facts, and says what to answer, how
 * the conversation stands now and what else is to be done.  It reads no clock, draws no random number, touches no
 * disk and keeps nothing: a dialogue test, a fuzzer, `wasl flow try` and the daemon call the same function.
 *
 * The outcome and everything it points at live in the arena that was passed in. */
#ifndef FLOWS_ENGINE_H
#define FLOWS_ENGINE_H

#include "flows/flow.h"
#include "flows/text/buf.h"
#include "flows/text/transliterate.h"

enum {
	NAME_MAX_LEN = 31,
	VARS_MAX = 40,
	TRAIL_MAX = 48,
	HELD_MAX = 8,
	EFFECTS_MAX = 48,
};

struct var {
	char name[NAME_MAX_LEN + 1];
	char value[64];
};

/* An answer given before consent: kept with the conversation only, written when consent is given, dropped with it. */
struct held_answer {
	char state[NAME_MAX_LEN + 1];
	char value[NAME_MAX_LEN + 1];
	char raw[96]; /* what was typed when it fits, else the option's code */
	bool sensitive;
	int64_t at_ms, since_start_ms;
};

/* One conversation.  All zero: none has begun. */
struct session {
	char flow[NAME_MAX_LEN + 1];        /* "": none */
	char version[VERSION_LEN + 1];
	char state[NAME_MAX_LEN + 1];
	int64_t run_id;                     /* one walk of one flow, over drops and redials */
	int64_t started_ms;                 /* of this session, for ms_since_session_start */
	unsigned page;                      /* which page of the open screen was shown last, from 0 */
	unsigned errors;                    /* unreadable answers in a row */
	bool consented;                     /* answers may be written */
	bool finished;                      /* nothing is open: the next message starts anew */
	/* A keyword put its own question (stop.ask, the language) in front of this one; "": nothing stands behind.
	 * Variables, trail and held answers are those of the conversation behind. */
	char under_flow[NAME_MAX_LEN + 1], under_version[VERSION_LEN + 1], under_state[NAME_MAX_LEN + 1];
	unsigned under_page;
	size_t vars_count, trail_count, held_count;
	struct var vars[VARS_MAX];
	char trail[TRAIL_MAX][NAME_MAX_LEN + 1]; /* question states passed, for "99 back" */
	struct held_answer held[HELD_MAX];
};

/* The conversation as bytes, to be sealed and stored, and back.  Not for people: no promise about the format between
 * versions but this: what an older version packed is unpacked or refused (-EPROTO), never misread. */
int session_pack(const struct session *s, struct buf *out) __attribute__((warn_unused_result));
int session_unpack(struct str packed, struct session *s) __attribute__((warn_unused_result));
const char *session_var(const struct session *s, struct str name); /* NULL when not set */
/* Worth taking up again after a drop: something was answered, and nothing ended it. */
bool session_resumable(const struct book *book, const struct session *s);

/* What the world looks like at this step; filled by the caller (gateway/step.c), which owns everything it points at. */
struct facts {
	int64_t now_ms;                /* wall clock, ms since 1970 UTC */
	int language;                  /* index into book->languages, -1: not chosen yet */
	struct screen_limit screen;    /* what one USSD page may hold on this channel */
	bool ucs2;                     /* the channel carries UCS-2; where not, encoding is TRANSLITERATE_ALWAYS */
	enum transliteration encoding; /* how the channel wants what it carries; 0 = auto */
	bool intake_paused;
	const struct str *stopped;     /* countries of return on hold */
	size_t stopped_count;
	bool office_open;
	bool opted_out;                /* this number said STOP */
	struct str case_status;        /* of this person's newest case that is not closed; "" = none */
	struct str case_ref;           /* its reference */
	struct str contact_pref;       /* what the person said last; "" = not asked yet */
	struct str new_ref;            /* a free reference, should a case be opened */
	int64_t new_run_id;            /* a free id, should a walk begin */
	bool acked_lately;             /* free.ack was sent to this person in the last 24 h */
	struct str public_word;        /* of the case that is spoken of: received, trying, progress, waiting, callus, closed */
	struct str proof;              /* of what was typed now (flow_proof_asked): right, pin (a PIN is needed too), wrong,
	                                  locked; "" = nothing was asked */
	struct str verify;             /* what can be asked to make sure it is this person: pin, birth_year, none */
	struct str wave;               /* of the check-in that is open for this person; "" = none */
	struct str checkin_next;       /* "dd/mm" of the next check-in; "" = none */
	bool returnee;                 /* has a case of somebody who went home */
	bool checkin_consent;          /* agreed to be asked within the last year */
	bool case_children;            /* the case counts children */
	bool number_frozen;            /* somebody proved to be the person elsewhere: nothing is told on this number */
	bool number_claimed;           /* this number was told that a change was asked for, and may say no */
	bool helped_lately;            /* HELP was asked for in the last 24 h */
	const struct session *unfinished; /* the last walk of 48 h that was resumable and is not this one, or NULL */
	struct binding placeholders[8];   /* tel, callback, sos, date … */
	size_t placeholders_count;
};

enum input_kind {
	INPUT_DIAL,    /* the person dialled the code: USSD without any text */
	INPUT_TEXT,    /* something typed or sent; may be empty */
	INPUT_BEGIN,   /* not the person but the gateway begins: text names the flow, or "flow:STATE" */
	INPUT_OVERHEARD, /* kept and not answered: nothing is said and nothing moves, but a cry for help in it raises its alert */
};

struct input {
	enum input_kind kind;
	enum mode mode;
	struct str text; /* valid UTF-8, as it came */
	const struct binding *vars; /* BEGIN: variables the conversation begins with: date, time, place */
	size_t vars_count;
	const struct facts *facts;
};

enum effect_kind {
	EFFECT_ANSWER,
	EFFECT_CONSENT,
	EFFECT_OPEN_CASE,
	EFFECT_CASE_SET,   /* also status and priority */
	EFFECT_ALERT,
	EFFECT_TASK,
	EFFECT_OPT_OUT,
	EFFECT_OPT_IN,
	EFFECT_LANGUAGE,
	EFFECT_WIPE,       /* no consent: what was said in this conversation is forgotten; alerts raised stay */
	EFFECT_SECRET,     /* a PIN to be hashed */
	EFFECT_FORGET,     /* facts->unfinished is dropped */
	EFFECT_CHECKIN,
	EFFECT_PAUSE,      /* nothing is sent first to this person any more */
	EFFECT_NUMBER,
	EFFECT_APPOINTMENT,
	EFFECT_SOURCE,     /* came by the poster of this orientation point */
	EFFECT_ASK_BY_SMS, /* the conversation "flow:STATE" begins by SMS, as an answer */
	EFFECT_HELPED,     /* asked for help: facts->helped_lately for a day */
};

/* In the order in which they must be carried out. */
struct effect {
	enum effect_kind kind;
	struct str a;             /* ANSWER state; CONSENT purpose; OPEN_CASE ref, facts->case_ref where a partial case
	                             is taken up again; CASE_SET field; ALERT kind; TASK kind; LANGUAGE code; SECRET name;
	                             CHECKIN, NUMBER, APPOINTMENT what; SOURCE point; ASK_BY_SMS flow:STATE */
	struct str b;             /* ANSWER value ("" = NULL); CONSENT YES or NO; OPEN_CASE status; CASE_SET value ("" =
	                             NULL); ALERT level; TASK words; SECRET what was typed; NUMBER CLAIM why */
	struct str c;             /* ANSWER raw; CONSENT text key; ALERT rule; CASE_SET ref of the case; NUMBER CLAIM reference
	                             typed, "" = lost */
	struct str d;             /* CONSENT text version; ALERT, TASK role; ANSWER flow; NUMBER CLAIM "pin" when it was right */
	struct str version;       /* ANSWER: of the flow */
	bool only_raise;          /* CASE_SET priority */
	unsigned due_minutes;     /* ALERT, TASK */
	int64_t at_ms, since_start_ms, run_id; /* ANSWER; OPEN_CASE run_id: earlier answers of this walk belong to it */
};

enum reply_kind {
	REPLY_CONTINUE, /* USSD: CON; SMS: an answer is awaited */
	REPLY_END,      /* USSD: END; SMS: the conversation is over */
	REPLY_NONE,     /* SMS: say nothing */
};

struct outcome {
	enum reply_kind reply;
	struct str text;          /* what the person reads, placeholders filled, transliterated, paged; empty with REPLY_NONE */
	struct str text_key;      /* of the text that was said, for the message log */
	struct str flow, state;   /* where the message belongs, for the message log: the state that was open when it came */
	bool quiet;               /* the text is of kind Q */
	bool asks;                /* the text is the open question, put or put again */
	bool secret;              /* what came in is a PIN: its text is not logged */
	bool resumable;           /* `now` may come back as facts->unfinished */
	const struct session *left; /* a resumable walk that `now` no longer holds (00, STOP …): keep it for
	                               facts->unfinished; NULL: none */
	struct session now;
	struct effect effects[EFFECTS_MAX];
	size_t effects_count;
};

/* Returns NULL when the arena is full or a definition orders more than EFFECTS_MAX effects at once: nothing has
 * happened then, say flow_apology().  A session whose flow, version or state the book does not hold (any more)
 * is treated as finished. */
const struct outcome *flow_step(const struct book *book, const struct session *was, const struct input *in,
				struct arena *arena) __attribute__((warn_unused_result));

/* Before a step: does what was typed answer a question that proves something?  Then the caller judges it and puts the verdict
 * into facts->proof.  kind: "case_ref", "pin", "own_pin", "birth_year"; digits: what was typed, in the arena. */
bool flow_proof_asked(const struct book *book, const struct session *session, struct str text, struct arena *arena,
		      struct str *kind, struct str *digits) __attribute__((warn_unused_result));

/* The apology "err.down" in the person's language, when the disk says no: shown without any change of state. */
struct str flow_apology(const struct book *book, const struct facts *facts, struct arena *arena);

#endif
