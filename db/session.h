/* Conversations: where a person stands, sealed with the person's key.
 *
 * A USSD session is found by a keyed hash of channel, the vendor's session id and the number; an SMS conversation by the
 * person.  The cumulative text of a USSD session is never stored: only length and keyed hash of it, hop by hop. */
#ifndef DB_SESSION_H
#define DB_SESSION_H

#include "db/contact.h"
#include "flows/engine.h"

enum { HOPS_MAX = 64, HOP_HASH_LEN = 8 };

struct hop { /* the text as it stood after this hop */
	uint32_t len;
	unsigned char hash[HOP_HASH_LEN];
};

struct conversation {
	int64_t session_id;
	struct session session;    /* the engine's; all zero when none has begun */
	struct hop hops[HOPS_MAX];
	size_t hops_count;
	int64_t started_at, updated_at;
	bool ended;                /* the aggregator said so */
	bool resumable;            /* as stored: then it is the only one of this person */
	bool set_aside;            /* to be stored: no answer continues it, only whoever takes it up again */
};

/* 1 found, 0 not, or an error.  since_ms: older ones are not found (another day's session of the same id is new). */
int conversation_ussd(struct db *db, const struct contact *who, const unsigned char vendor_key[VAULT_INDEX_LEN],
		      int64_t since_ms, struct conversation *out) __attribute__((warn_unused_result));
int conversation_sms(struct db *db, const struct contact *who, int64_t since_ms, struct conversation *out)
	__attribute__((warn_unused_result));
/* The last unfinished walk of this person besides session_id. */
int conversation_unfinished(struct db *db, const struct contact *who, int64_t since_ms, int64_t session_id,
			    struct session *out, int64_t *out_id) __attribute__((warn_unused_result));
/* It is taken up, or given up: not offered again. */
int conversation_drop(struct db *db, int64_t session_id) __attribute__((warn_unused_result));
/* vendor_key NULL: SMS. */
int conversation_new(struct db *db, const struct contact *who, struct str channel, const unsigned char *vendor_key,
		     int64_t now_ms, struct conversation *out) __attribute__((warn_unused_result));
/* resumable: a redial may take it up again; it then is the only one of this person. */
int conversation_save(struct db *db, const struct contact *who, const struct conversation *c, bool resumable,
		      int64_t now_ms) __attribute__((warn_unused_result));
/* The aggregator says that the session is over.  1: noted; 0: known already or no such session. */
int conversation_ended(struct db *db, int64_t session_id, struct str status, int64_t now_ms)
	__attribute__((warn_unused_result));
int conversations_forget(struct db *db, int64_t contact_id) __attribute__((warn_unused_result));

#endif
