/* The token that a channel's calls need (OAuth 2.0, client credentials): kept in memory, fetched through the sender.
 *
 * A token is used until a minute before it runs out.  A send that comes back with 401 makes it void, once: when the next
 * one is refused as well, without a message taken in between, the credentials are wrong and not the token. */
#ifndef GATEWAY_LOGIN_H
#define GATEWAY_LOGIN_H

#include "gateway/gateway.h"

enum { LOGIN_TOKEN_MAX = 4096 };

struct login { /* one channel's; all zero: none yet */
	struct gateway *g;
	const struct channel *channel;
	void (*done)(struct login *login, enum send_class class); /* a fetch ended: SEND_ACCEPTED, or what the refusal means */
	char token[LOGIN_TOKEN_MAX];
	int64_t good_until_ms;
	unsigned serial, refused;  /* of the token in hand; of the last one that was refused */
	bool under_way;
};

/* The token; "" when it must be fetched first. */
struct str login_token(const struct login *login, int64_t now_ms);
/* Fetches one unless that is under way; done() is called later.  0 or -errno: it was not begun. */
int login_fetch(struct login *login) __attribute__((warn_unused_result));
/* A send with the token `serial` came back with 401.  true: this is not the first one in a row. */
bool login_refused(struct login *login, unsigned serial);
void login_worked(struct login *login);

#endif
