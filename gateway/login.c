#include "gateway/login.h"

#include "gateway/log.h"

#include <errno.h>

enum { DEADLINE_MS = 20000, ARENA = 300 * 1024, EARLY_MS = 60000 };

struct str login_token(const struct login *login, int64_t now_ms)
{
	return login->good_until_ms > now_ms ? str_of(login->token) : STR("");
}

static int keep(struct login *login, struct str token, int64_t life_s)
{
	int64_t life_ms = life_s * 1000;
	if (!str_copy(token, login->token, sizeof login->token))
		return -EMSGSIZE;
	login->serial++;
	login->good_until_ms = gateway_now(login->g) + (life_ms > 2 * EARLY_MS ? life_ms - EARLY_MS : life_ms / 2);
	return 0;
}

static void came_back(const struct http_result *result, void *user)
{
	struct login *login = user;
	struct arena arena;
	struct str token;
	int64_t life_s;
	enum send_class class = transport_class(result);
	login->under_way = false;
	int rc = arena_new(&arena, ARENA);
	if (rc == 0) {
		rc = login->channel->adapter->logged_in(login->channel, result, &arena, &token, &life_s);
		if (rc == 0)
			rc = keep(login, token, life_s);
		arena_free(&arena);
	}
	if (rc != 0 && (class == SEND_ACCEPTED || class == SEND_UNKNOWN)) /* no token, but asking again harms nobody */
		class = SEND_TRANSIENT;
	if (rc != 0)
		log_event(LOG_WARN, "no token", "channel=%s status=%u curl=%d", login->channel->id.at, result->status,
			  result->curl_code);
	login->done(login, class);
}

int login_fetch(struct login *login)
{
	struct arena arena;
	struct http_call call;
	if (login->under_way)
		return 0;
	int rc = arena_new(&arena, ARENA);
	if (rc != 0)
		return rc;
	rc = login->channel->adapter->login(login->channel, &arena, &call);
	if (rc == 0)
		rc = sender_call(login->g->sender, login->channel->id, &call, DEADLINE_MS, came_back, login);
	login->under_way = rc == 0;
	arena_free(&arena);
	return rc;
}

bool login_refused(struct login *login, unsigned serial)
{
	if (serial != login->serial) /* a newer one is in hand */
		return false;
	bool again = login->refused != 0 && login->refused + 1 == serial;
	login->refused = serial;
	login->good_until_ms = 0;
	return again;
}

void login_worked(struct login *login)
{
	login->refused = 0;
}
