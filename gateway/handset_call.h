/* What a phone does on a network, told to the gateway as Africa's Talking would tell it: form POSTs to the gateway's own
 * webhook listener (aggregators.md 1 and 2).
 *
 * One struct handset is one phone with at most one USSD session.  The address it posts to holds the channel's token and
 * is never printed.  Each call returns when the gateway answered, or after the ten seconds that the aggregator waits. */
#ifndef GATEWAY_HANDSET_CALL_H
#define GATEWAY_HANDSET_CALL_H

#include "flows/err.h"
#include "gateway/config.h"

enum { HANDSET_CODE_MAX = 63, HANDSET_TYPED_MAX = 4096, HANDSET_FORM_MAX = 32 * 1024 };

struct handset {
	struct arena arena;          /* of the last call */
	char address[512];           /* http://127.0.0.1:8080/cb/<channel>/<token>/ */
	char number[20], sender[64]; /* ours, and the gateway's for SMS */
	char service[HANDSET_CODE_MAX + 1]; /* the code that was dialled */
	char session[48];
	char typed[HANDSET_TYPED_MAX]; /* all inputs of the session, joined by '*' */
	size_t typed_len;
	char last_screen[1024];      /* as it came, for the end notification; "" when it was longer */
	bool open, ended;            /* the session awaits an answer; its end was notified */
	unsigned hops;
	int64_t began_ms;
	const char *last_hook;       /* what `again` repeats: NULL, "ussd" or "sms" */
	size_t last_len;
	char last_form[HANDSET_FORM_MAX];
};

enum handset_heard {
	HEARD_CONTINUE, /* a screen, and an answer is awaited */
	HEARD_END,      /* a screen, and the session is over */
	HEARD_TAKEN,    /* an SMS was taken */
	HEARD_NOTHING,  /* no answer, or none the aggregator understands: `why` says which */
};

struct handset_answer {
	enum handset_heard heard;
	struct str text; /* valid UTF-8, until the next call */
	char why[200];
};

/* listen: where the gateway listens.  0; -EINVAL with err: the number is none, or something is too long; -ENOMEM. */
int handset_init(struct handset *h, const struct channel *channel, struct str listen, struct str number, struct err *err)
	__attribute__((warn_unused_result));
void handset_release(struct handset *h);

/* A code that goes on where the one dialled before ends ("*384*2200*1#" after "*384*2200#") is that service with the rest
 * typed already.  A session that is open is hung up first.  The code is one (handset_is_code) and not too long. */
void handset_dial(struct handset *h, struct str code, struct handset_answer *out);
/* Only while h->open; typed is not empty: a phone sends nothing then. */
void handset_type(struct handset *h, struct str typed, struct handset_answer *out);
void handset_sms(struct handset *h, struct str text, struct handset_answer *out);
/* The last hop or SMS once more, byte for byte, as an aggregator does that heard no answer.  last_hook is not NULL. */
void handset_again(struct handset *h, struct handset_answer *out);
void handset_hang_up(struct handset *h); /* without an answer; nothing when no session is open */

bool handset_is_code(struct str text); /* "*384*2200#" */

#endif
