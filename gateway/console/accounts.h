/* Accounts as `wasl user`, `wasl init`, the demo and the desk make them; inside the caller's batch item. */
#ifndef GATEWAY_CONSOLE_ACCOUNTS_H
#define GATEWAY_CONSOLE_ACCOUNTS_H

#include "db/staff.h"
#include "gateway/auth.h"
#include "gateway/config.h"

#define ACCOUNT_LINK_MS ((int64_t)24 * 3600 * 1000)

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
/* "http://127.0.0.1:8081/#enrol=TOKEN" into out. */
void account_link(const struct config *config, const char *token, struct buf *out);

#endif
