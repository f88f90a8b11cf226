/* Keys and what they lock (DESIGN 5, failures.md 4.3, 4.4).
 *
 * One master key of 32 bytes comes from the key file; sub-keys are derived from it (crypto_kdf) and the master is wiped.
 * Each person has a random key of their own, stored wrapped: destroying it makes everything sealed with it unreadable,
 * in old backups too.  Sealed bytes are bound to column and row, so that they cannot be moved.
 *
 * The only file that knows libsodium below gateway/.  A struct vault is locked into memory and wiped by vault_close(). */
#ifndef DB_VAULT_H
#define DB_VAULT_H

#include "flows/err.h"
#include "flows/text/arena.h"

enum {
	VAULT_KEY_LEN = 32,
	VAULT_INDEX_LEN = 16,
	VAULT_SEAL_OVERHEAD = 1 + 24 + 16,                 /* version, nonce, tag */
	VAULT_WRAPPED_LEN = VAULT_KEY_LEN + VAULT_SEAL_OVERHEAD,
	VAULT_HASH_LEN = 32,
	VAULT_STREAM_HEADER_LEN = 24,
	VAULT_STREAM_OVERHEAD = 17,                        /* of each piece: tag and authenticator */
};

struct seal_key { /* of a person, or the vault's own for what belongs to nobody yet */
	unsigned char bytes[VAULT_KEY_LEN];
};

struct vault {
	struct seal_key wrap, own;
	unsigned char index[VAULT_KEY_LEN], seen[VAULT_KEY_LEN], audit[VAULT_KEY_LEN], backup[VAULT_KEY_LEN];
};

struct vault_stream { /* libsodium's secretstream, one direction */
	_Alignas(8) unsigned char state[64];
};

/* Where sealed bytes stand: part of what is authenticated. */
struct seal_place {
	const char *column; /* "message.text" */
	int64_t row;
};

/* key_file: 64 hex digits, 0600 or stricter.  0; -ENOENT, -EACCES (readable by others), -EINVAL; err names the file,
 * never the value. */
int vault_open(struct vault *vault, const char *key_file, struct err *err) __attribute__((warn_unused_result));
/* For throw-away databases and tests.  master NULL: a random one. */
int vault_from_key(struct vault *vault, const unsigned char *master) __attribute__((warn_unused_result));
void vault_close(struct vault *vault);

void vault_new_person(const struct vault *vault, int64_t contact_id, struct seal_key *key,
		      unsigned char wrapped[VAULT_WRAPPED_LEN]);
/* 0, or -EBADMSG: not ours, moved, or changed. */
int vault_unwrap(const struct vault *vault, int64_t contact_id, struct str wrapped, struct seal_key *key)
	__attribute__((warn_unused_result));
void seal_key_forget(struct seal_key *key);

/* Sealed bytes in the arena; .at == NULL when it is full.  Plain of length 0 is sealed like any other. */
struct str vault_seal(const struct seal_key *key, struct seal_place place, struct str plain, struct arena *arena)
	__attribute__((warn_unused_result));
/* 0; -EBADMSG; -ENOMEM. */
int vault_unseal(const struct seal_key *key, struct seal_place place, struct str sealed, struct arena *arena,
		 struct str *plain) __attribute__((warn_unused_result));

/* The blind index of an E.164 number: equality without the number. */
void vault_number_index(const struct vault *vault, struct str e164, unsigned char out[VAULT_INDEX_LEN]);
/* A key for "seen before?" over parts that are hashed with their lengths. */
void vault_fingerprint(const struct vault *vault, const struct str *parts, size_t count,
		       unsigned char out[VAULT_INDEX_LEN]);
/* Keyed hash over a previous hash and a canonical row. */
void vault_chain(const struct vault *vault, const unsigned char before[VAULT_HASH_LEN], struct str row,
		 unsigned char out[VAULT_HASH_LEN]);

/* The fingerprint that a database keeps of its key: tells another key from damage. */
void vault_mark(const struct vault *vault, unsigned char out[VAULT_INDEX_LEN]);
/* The audit's anchor: who has no key cannot make one. */
void vault_anchor(const struct vault *vault, int64_t seq, struct str hash, unsigned char out[VAULT_INDEX_LEN]);

/* A backup, piece by piece: none can be left out, changed, put elsewhere or cut off at the end unnoticed.  out holds
 * len + VAULT_STREAM_OVERHEAD bytes; last ends the stream. */
void vault_stream_begin(const struct vault *vault, struct vault_stream *s, unsigned char header[VAULT_STREAM_HEADER_LEN]);
void vault_stream_push(struct vault_stream *s, struct str plain, bool last, unsigned char *out);
/* 0 or -EBADMSG. in.len of vault_stream_pull() counts the overhead. */
int vault_stream_open(const struct vault *vault, struct vault_stream *s, const unsigned char header[VAULT_STREAM_HEADER_LEN])
	__attribute__((warn_unused_result));
int vault_stream_pull(struct vault_stream *s, struct str in, unsigned char *plain, bool *last)
	__attribute__((warn_unused_result));

bool vault_equal(struct str a, struct str b); /* in constant time for equal lengths */
void vault_random(void *out, size_t len);
uint32_t vault_random_below(uint32_t limit);

#endif
