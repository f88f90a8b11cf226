/* An SMS that a person of the staff writes: what it will be on the wire, and what speaks against it.  On the line thread,
 * inside an item. */
#ifndef GATEWAY_CONSOLE_REPLY_H
#define GATEWAY_CONSOLE_REPLY_H

#include "db/contact.h"
#include "flows/text/segment.h"
#include "gateway/gateway.h"

enum { UNDO_MS = 10 * 1000 }; /* how long a reply can be taken back */
enum reply_warning {
	REPLY_QUIET_HOURS = 1, REPLY_OPTED_OUT = 2, REPLY_UNSAFE = 4, REPLY_NO_CALL = 8, REPLY_QUIET_WORDS = 16, REPLY_TOO_LONG = 32
};
/* These no "anyway" overrides: who said STOP, who must hear nothing that is no answer, what the channel does not carry. */
enum { REPLY_FORBIDS = REPLY_OPTED_OUT | REPLY_NO_CALL | REPLY_TOO_LONG };

struct reply {
	struct contact contact;         /* seal_key_forget() when done */
	const struct channel *channel;  /* NULL: none that sends SMS */
	struct str text;                /* as it will be sent: in the batch's arena */
	struct str replaced;            /* what it would be with letters outside GSM-7 replaced; at == NULL: nothing better */
	struct segments plan, replaced_plan;
	unsigned warnings;
	struct str words[8];            /* that say too much */
	size_t words_count;
};

/* contact_id 0: for nobody in particular.  0 or an error; -ENOENT: no such person. */
int reply_prepare(struct gateway *g, struct db *db, int64_t contact_id, struct str text, bool transliterate, int64_t now_ms,
		  struct reply *out) __attribute__((warn_unused_result));
/* Queues what was prepared, as this user's word about this case; leaves after UNDO_MS. */
int reply_queue(struct db *db, const struct reply *r, struct str ref, struct str user, int64_t now_ms, int64_t *message_id)
	__attribute__((warn_unused_result));
const char *reply_warning_name(unsigned bit);

#endif
