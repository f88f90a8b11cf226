/* What signing in rests on: passwords (argon2id), random tokens, codes of an app (TOTP, RFC 6238).
 *
 * The only file besides db/vault.c that knows libsodium.  auth_password_* take about a tenth of a second and 64 MB: job thread
 * only.  Tokens are 256 random bits, written in 43 letters; what is stored of one is its SHA-256. */
#ifndef GATEWAY_AUTH_H
#define GATEWAY_AUTH_H

#include "flows/text/buf.h"

enum {
	AUTH_TOKEN_LEN = 43, AUTH_HASH_LEN = 32, AUTH_PASSWORD_STORED = 128, AUTH_SECRET_LEN = 32, AUTH_CODE_LEN = 6,
	AUTH_RECOVERY_LEN = 11, /* xxxxx-xxxxx */
	AUTH_STEP_MS = 30000,
};

/* The string to store.  0 or -ENOMEM. */
int auth_password_hash(struct str password, char stored[AUTH_PASSWORD_STORED]) __attribute__((warn_unused_result));
/* stored empty: the answer is no, and takes as long. */
bool auth_password_is(struct str password, const char *stored);

void auth_token_new(char token[AUTH_TOKEN_LEN + 1]);
void auth_token_hash(struct str token, unsigned char hash[AUTH_HASH_LEN]);
/* For the header Wasl-CSRF: known to who holds the session's token, and no way back to it.  Same length and letters. */
void auth_csrf_of(struct str token, char csrf[AUTH_TOKEN_LEN + 1]);
bool auth_same(struct str a, struct str b); /* in constant time; empty ones never are */

void auth_secret_new(char secret[AUTH_SECRET_LEN + 1]); /* base32, 160 bits */
/* The step (time / 30 s) whose code this is: one of the last, the present, the next, and later than after_step.  0: none. */
int64_t auth_code_step(struct str secret, struct str code, int64_t now_ms, int64_t after_step);
/* The code of a step, for tests and `wasl user`. */
bool auth_code(struct str secret, int64_t step, char code[AUTH_CODE_LEN + 1]);

void auth_recovery_new(char code[AUTH_RECOVERY_LEN + 1]);
/* 16 letters of hash, as stored: recovery codes are random, a plain hash of one cannot be turned round. */
void auth_recovery_hash(struct str code, char hash[17]);

#endif
