#include "gateway/credit.h"

#include "db/ledger.h"
#include "gateway/login.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_MS = 60 * 1000, CALL_DEADLINE_MS = 20000, ARENA = 300 * 1024, SETTING_MAX = 96, VALUE_MAX = CREDIT_MAX + 24 };

struct purse { /* one channel's */
	struct batch_item item;
	struct timer timer;
	struct login login;
	struct gateway *g;
	const struct channel *channel;
	char text[CREDIT_MAX];
	int64_t at_ms;
};

struct credits {
	struct gateway *g;
	struct purse purse[CONFIG_CHANNELS_MAX];
	size_t count;
};

/* ---- kept in the settings: "credit:at" = "1773220465000 KES 1785.50" */

static void name_of(const struct channel *channel, char name[SETTING_MAX])
{
	(void)!snprintf(name, SETTING_MAX, "credit:%.*s", STR_ARG(channel->id));
}

bool credit_known(struct db *db, const struct channel *channel, char text[CREDIT_MAX], int64_t *at_ms)
{
	char name[SETTING_MAX], value[VALUE_MAX];
	uint64_t at;
	name_of(channel, name);
	if (setting_get(db, name, value, sizeof value) != 1)
		return false;
	struct str rest = str_of(value), when;
	if (!str_split(&rest, ' ', &when) || !rest.at || !str_to_u64(when, &at) || !str_copy(rest, text, CREDIT_MAX))
		return false;
	*at_ms = (int64_t)at;
	return true;
}

static int run(struct batch_item *item, struct db *db)
{
	struct purse *p = (struct purse *)item;
	char name[SETTING_MAX], value[VALUE_MAX];
	name_of(p->channel, name);
	(void)!snprintf(value, sizeof value, "%lld %s", (long long)p->at_ms, p->text);
	return setting_put(db, name, value);
}

/* ---- asking */

static void later(struct purse *p)
{
	(void)!timer_set(p->g->loop, &p->timer, (int64_t)p->channel->credit_seconds * 1000); /* it was set before */
}

static void stored(struct batch_item *item, int result)
{
	(void)result; /* the next one is as good */
	later((struct purse *)item);
}

static void came_back(const struct http_result *result, void *user)
{
	struct purse *p = user;
	struct arena arena;
	struct str credit;
	int rc = arena_new(&arena, ARENA);
	if (rc == 0) {
		rc = p->channel->adapter->credited(p->channel, result, &arena, &credit);
		if (rc == 0 && !str_copy(credit, p->text, sizeof p->text))
			rc = -EMSGSIZE;
		arena_free(&arena);
	}
	if (rc != 0) {
		later(p);
		return;
	}
	p->at_ms = gateway_now(p->g);
	p->item = (struct batch_item){ .run = run, .done = stored };
	batch_add(&p->g->batch, &p->item);
}

static void ask(struct purse *p)
{
	struct arena arena;
	struct http_call call;
	int rc = arena_new(&arena, ARENA);
	if (rc == 0) {
		rc = p->channel->adapter->credit(p->channel, login_token(&p->login, gateway_now(p->g)), &arena, &call);
		if (rc == 0)
			rc = sender_call(p->g->sender, p->channel->id, &call, CALL_DEADLINE_MS, came_back, p);
		arena_free(&arena);
	}
	if (rc != 0)
		later(p);
}

static void logged_in(struct login *login, enum send_class class)
{
	struct purse *p = (struct purse *)(void *)((char *)login - offsetof(struct purse, login));
	if (class == SEND_ACCEPTED)
		ask(p);
	else
		later(p);
}

static void due(struct timer *timer)
{
	struct purse *p = timer->user;
	bool needs = channel_logs_in(p->channel) && !login_token(&p->login, gateway_now(p->g)).len;
	p->login.g = p->g, p->login.channel = p->channel, p->login.done = logged_in;
	if (!needs)
		ask(p);
	else if (login_fetch(&p->login) != 0)
		later(p);
}

int credits_start(struct gateway *g, struct credits **out)
{
	struct credits *c = calloc(1, sizeof *c);
	int rc = c ? 0 : -ENOMEM;
	*out = c;
	for (size_t i = 0; rc == 0 && i < g->config.channels_count; i++) {
		const struct channel *channel = &g->config.channels[i];
		if (!channel->credit_seconds || !channel->adapter->credit || channel->sink)
			continue;
		struct purse *p = &c->purse[c->count++];
		int64_t first_ms = (int64_t)channel->credit_seconds * 1000;
		*p = (struct purse){ .g = g, .channel = channel, .timer = { .fire = due, .user = p } };
		rc = timer_set(g->loop, &p->timer, first_ms < FIRST_MS ? first_ms : FIRST_MS);
	}
	if (c)
		c->g = g;
	return rc;
}

void credits_stop(struct credits *c)
{
	for (size_t i = 0; c && i < c->count; i++)
		timer_stop(c->g->loop, &c->purse[i].timer);
}
