/* The hash chain of the audit: each row's keyed hash covers the row and the hash before it.  Where old rows have gone past
 * their time, an anchor says with what the chain goes on.
 *
 * A chain does not say where it ended: last rows that are gone, or a file of last week in the place of today's, are found by a
 * head, "seq:hash" of a row in hex, that was kept elsewhere (the log has one an hour). */
#ifndef DB_CHAIN_H
#define DB_CHAIN_H

#include "db/reader.h"
#include "flows/text/buf.h"

struct chain { /* a walk from the anchor to the last row */
	int64_t begin, rows, seq; /* seq of the anchor; rows that hold; the row looked at last */
	unsigned char before[VAULT_HASH_LEN];
};

/* The row as it is hashed: each field with its length before it, so that no two rows read the same.  at == NULL: the arena is
 * full. */
struct str chain_canonical(struct arena *arena, int64_t seq, int64_t at, const struct str *fields, size_t count);
/* fields: actor, action, object, reason.  Does the row follow? */
bool chain_row(struct chain *chain, const struct vault *vault, struct arena *arena, int64_t seq, int64_t at,
	       const struct str fields[4], struct str hash);
enum { CHAIN_HEAD_MAX = 24 + 2 * VAULT_HASH_LEN };
void chain_head(int64_t seq, const unsigned char hash[VAULT_HASH_LEN], struct buf *out);
/* The whole audit, over a read-only connection: 0 it holds; -EBADMSG: row chain->seq was changed, or one before it is
 * missing; -ESTALE: it holds, but is not the audit that had this head (at == NULL: none is asked for); or an error. */
int chain_verify(struct reader *reader, struct str head, struct chain *chain) __attribute__((warn_unused_result));

#endif
