/* Accounts of the staff, their sessions and one-time links; what a person of the staff has read, drafted, opened.
 *
 * Tokens come in as their SHA-256 (STAFF_HASH_LEN bytes), passwords as argon2id strings: nothing here can be used to sign
 * in.  Secrets of the codes are sealed with the vault's own key, drafts with the person's. */
#ifndef DB_STAFF_H
#define DB_STAFF_H

#include "db/db.h"

enum { STAFF_HASH_LEN = 32 };

struct staff { /* texts: in the batch's arena */
	int64_t staff_id;
	struct str user, name, roles, offices, language, state, password, recovery;
	bool demo, shortcuts;
	int64_t totp_step;
};

int staff_by_name(struct db *db, struct str user, struct staff *out) __attribute__((warn_unused_result)); /* 1, 0, error */
int staff_by_id(struct db *db, int64_t staff_id, struct staff *out) __attribute__((warn_unused_result));
/* INVITED; staff_id is set.  -EEXIST: there is one of this name. */
int staff_add(struct db *db, struct staff *staff, int64_t now_ms) __attribute__((warn_unused_result));
/* Writes name, roles, offices, language, shortcuts, state, recovery, totp_step back. */
int staff_save(struct db *db, const struct staff *staff) __attribute__((warn_unused_result));
int staff_signed_in(struct db *db, int64_t staff_id, int64_t now_ms) __attribute__((warn_unused_result));
/* From a link: password, secret, recovery codes' hashes; ACTIVE. */
int staff_enrol(struct db *db, int64_t staff_id, struct str password, struct str totp, struct str recovery)
	__attribute__((warn_unused_result));
/* Of an account in use; else -ENOENT.  step: of the code that proved the new secret, which then works no more. */
int staff_set_password(struct db *db, int64_t staff_id, struct str password) __attribute__((warn_unused_result));
int staff_set_totp(struct db *db, int64_t staff_id, struct str totp, int64_t step) __attribute__((warn_unused_result));
int staff_set_recovery(struct db *db, int64_t staff_id, struct str recovery) __attribute__((warn_unused_result));
/* The opposite: INVITED, no password, no secret, links and sessions gone. */
int staff_void(struct db *db, int64_t staff_id) __attribute__((warn_unused_result));
int staff_admins(struct db *db, int64_t *count) __attribute__((warn_unused_result)); /* those who are not DISABLED */

int staff_link_add(struct db *db, const unsigned char *hash, int64_t staff_id, struct str totp, int64_t expires_ms)
	__attribute__((warn_unused_result));
/* Spends it.  1 and whose it was, 0: none such or too old. */
int staff_link_use(struct db *db, struct str hash, int64_t now_ms, int64_t *staff_id) __attribute__((warn_unused_result));

/* The secret that waits behind this hash for that person, in the batch's arena.  1, 0: none or too old. */
int staff_link_secret(struct db *db, struct str hash, int64_t staff_id, int64_t now_ms, struct str *totp)
	__attribute__((warn_unused_result));
int staff_links_end(struct db *db, int64_t staff_id) __attribute__((warn_unused_result));

int staff_session_add(struct db *db, struct str hash, int64_t staff_id, int64_t now_ms) __attribute__((warn_unused_result));
int staff_session_seen(struct db *db, struct str hash, int64_t now_ms) __attribute__((warn_unused_result));
int staff_session_end(struct db *db, struct str hash) __attribute__((warn_unused_result));
/* The password was given again. */
int staff_session_confirm(struct db *db, struct str hash, int64_t now_ms) __attribute__((warn_unused_result));
int staff_sessions_end_others(struct db *db, int64_t staff_id, struct str but_hash) __attribute__((warn_unused_result));
/* The session goes on under another token; its password was given now. */
int staff_session_renew(struct db *db, struct str hash, struct str new_hash, int64_t now_ms) __attribute__((warn_unused_result));
/* Nobody is signed in, no link opens anything, no glass is broken: what a restored database begins with. */
int staff_shut_all(struct db *db) __attribute__((warn_unused_result));
int staff_sessions_end(struct db *db, int64_t staff_id) __attribute__((warn_unused_result));
/* The demo moves its clock: so do all sessions. */
int staff_sessions_move(struct db *db, int64_t by_ms) __attribute__((warn_unused_result));
/* Sessions, links, broken glass that are over. */
int staff_expire(struct db *db, int64_t seen_before_ms, int64_t now_ms) __attribute__((warn_unused_result));

int case_read_put(struct db *db, int64_t staff_id, struct str ref, int64_t message_id) __attribute__((warn_unused_result));
int case_opened_put(struct db *db, int64_t staff_id, struct str ref, int64_t until_ms) __attribute__((warn_unused_result));
/* text empty: forgotten.  key: the person's. */
int draft_put(struct db *db, int64_t staff_id, struct str ref, int64_t contact_id, const struct seal_key *key, struct str text,
	      int64_t now_ms) __attribute__((warn_unused_result));

struct canned {
	int64_t canned_id; /* 0: a new one, and it is set */
	struct str title, fr, en, ar, es, by;
};
int canned_put(struct db *db, struct canned *canned, int64_t now_ms) __attribute__((warn_unused_result)); /* -ENOENT */
int canned_delete(struct db *db, int64_t canned_id) __attribute__((warn_unused_result));                 /* -ENOENT */

#endif
