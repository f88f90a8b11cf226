/* Which messages leave, when, and what their results mean (CONTRACT 7, failures.md 2.3).
 *
 * Each turn it claims what is due on each channel: rate, number under way, brake, expiry, opt-out.  "Attempt started" is
 * committed before the call goes to the sender; the result comes back as an item of the next batch.  A result that is
 * unknown is never sent again by itself. */
#ifndef GATEWAY_OUTBOX_H
#define GATEWAY_OUTBOX_H

#include "db/contact.h"
#include "db/outbox.h"
#include "gateway/gateway.h"

#define ANSWER_AT_ONCE_MS (10 * 60 * 1000) /* what is still an answer to who must hear nothing else (domain.md, decision 2) */

/* Sets g->outbox; what was under way when the daemon died is unknown from now on. */
int outbox_new(struct gateway *g, struct err *err) __attribute__((warn_unused_result));
void outbox_free(struct gateway *g);
/* From the before-sleep hook, after the batch: adds claims to the next batch.  Returns ms until it wants to be called
 * again; -1: only when something new comes. */
int outbox_turn(struct gateway *g);
/* Something new may be due. */
void outbox_wake(struct gateway *g);

/* The brake: nothing leaves from now on, nothing queued is lost.  Persisted by the caller's item. */
int outbox_set_brake(struct gateway *g, bool on) __attribute__((warn_unused_result));
bool outbox_braked(const struct gateway *g);
size_t outbox_under_way(const struct gateway *g);

/* Milliseconds until attempt n+1 after a transient refusal: 30 s doubling to an hour, +-20 %; never before Retry-After. */
int64_t outbox_backoff_ms(unsigned attempts, int64_t retry_after_s);

/* Whom the message is for and what it says, in the item's arena: 1, it leaves now; 0: it does not, and its row says why and when
 * again; or an error.  to->key is forgotten. */
int outbox_open(struct gateway *g, const struct outbox_item *row, int64_t now_ms, struct point *to, struct str *text)
	__attribute__((warn_unused_result));
/* 1: it leaves now; 0: it does not, and its row says why and when again; or an error.  to NULL: the person is gone. */
int outbox_may_leave(struct gateway *g, const struct outbox_item *row, const struct point *to, int64_t now_ms)
	__attribute__((warn_unused_result));

#endif
