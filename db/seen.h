/* Seen before?  A keyed hash of 16 bytes for ever; the answer that was given then, byte for byte, for 90 days. */
#ifndef DB_SEEN_H
#define DB_SEEN_H

#include "db/db.h"

struct replay {
	unsigned http;
	struct str content_type, body; /* in the batch's arena; content_type.at == NULL: seen, but the answer is no longer kept */
	int64_t at;
};

/* 1 seen, 0 new, or an error. */
int seen_find(struct db *db, const unsigned char key[VAULT_INDEX_LEN], struct replay *out) __attribute__((warn_unused_result));
/* contact_id 0: belongs to nobody. */
int seen_add(struct db *db, const unsigned char key[VAULT_INDEX_LEN], int64_t contact_id, const struct replay *answer)
	__attribute__((warn_unused_result));
int replays_purge(struct db *db, int64_t before_ms) __attribute__((warn_unused_result));

#endif
