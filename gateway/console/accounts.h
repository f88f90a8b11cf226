/* Accounts as `wasl user`, `wasl init`, the demo and the desk make them; inside the caller's batch item. */
#ifndef GATEWAY_CONSOLE_ACCOUNTS_H
#define GATEWAY_CONSOLE_ACCOUNTS_H

#include "db/staff.h"
#include "gateway/auth.h"
#include "gateway/config.h"

#define ACCOUNT_LINK_MS ((int64_t)24 * 3600 * 1000)

enum { ACCOUNT_PASSWORD_LEAST = 12, ACCOUNT_RECOVERY_CODES = 10, ACCOUNT_RECOVERY_HASHES = ACCOUNT_RECOVERY_CODES * 17 + 1 };

struct account_codes {
	char code[ACCOUNT_RECOVERY_CODES][AUTH_RECOVERY_LEN + 1], hashes[ACCOUNT_RECOVERY_HASHES];
};

struct account_wish {
	struct str user, name, roles, offices, language; /* roles, offices: words separated by a space */
};

/* 0, or -EINVAL and err says what is wrong: a name, a role, an office that there is not. */
int account_check(const struct config *config, const struct account_wish *wish, struct err *err)
	__attribute__((warn_unused_result));
/* A new one and its one-time token.  -EEXIST. */
int account_add(struct db *db, const struct account_wish *wish, struct str by, int64_t now_ms, char token[AUTH_TOKEN_LEN + 1])
	__attribute__((warn_unused_result));
/* Password, code and sessions are void; a new token.  -ENOENT. */
int account_reset(struct db *db, struct str user, struct str by, int64_t now_ms, char token[AUTH_TOKEN_LEN + 1])
	__attribute__((warn_unused_result));
/* -ENOENT; -EPERM: the last administrator. */
int account_disable(struct db *db, struct str user, struct str by, int64_t now_ms) __attribute__((warn_unused_result));
/* New recovery codes, and what is stored of them. */
void account_codes_new(struct account_codes *out);
/* Not one's own name, not few letters again and again; its length is held elsewhere. */
bool account_password_good(struct str password, struct str user, struct str name);
/* "otpauth://totp/Wasl:amina?secret=..." for the drawing. */
void account_totp_uri(struct str user, struct str secret, struct buf *out);
/* "http://127.0.0.1:8081/#enrol=TOKEN" into out. */
void account_link(const struct config *config, const char *token, struct buf *out);

#endif
