/* What the person typed in this hop, out of what the aggregator sends (aggregators.md 2, failures.md U1-U5).
 *
 * With cumulative text the stored history decides, never the part behind the last '*': people type stars.  Only lengths
 * and keyed hashes of the text so far are stored, never the text. */
#ifndef GATEWAY_USSD_H
#define GATEWAY_USSD_H

#include "db/session.h"
#include "gateway/channels/channel.h"

enum { USSD_INPUTS_MAX = 24 };

struct ussd_turn {
	bool is_new;            /* the first hop of this session */
	bool conflict;          /* the text does not go on from what was stored: our state wins, the screen is shown again */
	struct str input[USSD_INPUTS_MAX]; /* in order; more than one only in a first hop that dialled a path */
	size_t inputs;          /* 0: dialled without text */
};

/* history: as stored, hops_count 0 for a new session. */
void ussd_read(const struct vault *vault, const struct conversation *history, const struct event *event,
	       struct ussd_turn *out);
/* What was typed, for the log.  Where a hop was lost, or a path was dialled, nobody knows which part answers which question:
 * parts that have the form of a secret code stand there as xxxx (CONTRACT 5).  In the arena; "" when it is full. */
struct str ussd_words(const struct ussd_turn *turn, const struct event *event, struct arena *arena);
/* One input of a turn, for the engine: the same, where it holds what was typed in several hops. */
struct str ussd_without_codes(const struct event *event, struct str typed, struct arena *arena);
/* is_new although the history has hops: a conversation of its own under the same vendor's session.  The hops go along,
 * repetitions are known by them; the old walk stays as it is and may be taken up again. */
int ussd_begin_anew(struct db *db, const struct contact *who, struct str channel, const struct event *event, int64_t now_ms,
		    struct conversation *talk) __attribute__((warn_unused_result));
/* Notes the hop in the history.  -E2BIG: a session of more than HOPS_MAX hops is not served on. */
int ussd_note(const struct vault *vault, struct conversation *history, const struct event *event)
	__attribute__((warn_unused_result));
/* Where a session is found: channel, vendor's session, number. */
void ussd_vendor_key(const struct vault *vault, struct str channel, const struct event *event,
		     unsigned char out[VAULT_INDEX_LEN]);
/* By what a hop is known again: the conversation and the vendor's turn id, else the text so far; else (neither) the hop's number,
 * which a quick repetition of the same input does not move on.  The conversation is named by what the vendor sends and the
 * day (since 1970) it began on, by no row of ours: who refused is gone with all rows, and the same hop again must still find
 * its answer. */
void ussd_hop_key(const struct vault *vault, const unsigned char vendor_key[VAULT_INDEX_LEN], const struct event *event,
		  int64_t day, uint64_t number, unsigned char out[VAULT_INDEX_LEN]);

#endif
