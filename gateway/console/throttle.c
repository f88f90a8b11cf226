/* How long one must wait after wrong sign-ins.
 *
 * The wait belongs to a name *and* an address and doubles up to a minute: who guesses is slowed, and cannot shut out the
 * person from elsewhere.  Many failures of one address, over all names, slow that address.  Names nobody has count alike. */
#include "gateway/console/call.h"

#include "gateway/net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1024, FREE_TRIES = 3, ADDRESS_FREE_TRIES = 20, FIRST_MS = 1000, LONGEST_MS = 60000, FORGET_MS = 3600000 };

struct slot {
	unsigned char key[16];
	unsigned failures;
	int64_t last_ms;
};

struct throttle {
	struct slot slot[SLOTS];
};

int throttle_new(struct throttle **out)
{
	*out = calloc(1, sizeof **out);
	return *out ? 0 : -ENOMEM;
}

void throttle_free(struct throttle *t)
{
	free(t);
}

static void key_of(struct str user, struct str address, unsigned char key[16])
{
	char text[160];
	unsigned char hash[AUTH_HASH_LEN];
	struct buf b = buf_over(text, sizeof text);
	for (size_t i = 0; i < user.len && i < 64; i++)
		buf_put_char(&b, user.at[i] >= 'A' && user.at[i] <= 'Z' ? (char)(user.at[i] + 32) : user.at[i]);
	buf_put_char(&b, '\n');
	buf_put(&b, str_slice(address, 0, 64));
	auth_token_hash(buf_str(&b), hash);
	memcpy(key, hash, 16);
}

/* The slot of this key; with make: else the least recent of its four neighbours, emptied. */
static struct slot *slot_of(struct throttle *t, const unsigned char key[16], bool make)
{
	size_t at = ((size_t)key[0] << 8 | key[1]) % SLOTS & ~(size_t)3;
	struct slot *oldest = &t->slot[at];
	for (size_t i = at; i < at + 4; i++) {
		struct slot *s = &t->slot[i];
		if (memcmp(s->key, key, 16) == 0)
			return s;
		if (s->last_ms < oldest->last_ms)
			oldest = s;
	}
	if (!make)
		return NULL;
	*oldest = (struct slot){ 0 };
	memcpy(oldest->key, key, 16);
	return oldest;
}

static int64_t wait_of(const struct slot *s, unsigned free_tries, int64_t now_ms)
{
	if (!s || s->failures < free_tries || now_ms - s->last_ms > FORGET_MS)
		return 0;
	unsigned doublings = s->failures - free_tries;
	int64_t wait = doublings > 6 ? LONGEST_MS : (int64_t)FIRST_MS << doublings;
	wait = wait > LONGEST_MS ? LONGEST_MS : wait;
	return s->last_ms + wait > now_ms ? s->last_ms + wait - now_ms : 0;
}

int64_t throttle_wait_ms(struct throttle *t, struct str user, struct str address, int64_t now_ms)
{
	unsigned char key[16];
	key_of(user, address, key);
	int64_t wait = wait_of(slot_of(t, key, false), FREE_TRIES, now_ms);
	key_of(STR(""), address, key);
	int64_t of_address = wait_of(slot_of(t, key, false), ADDRESS_FREE_TRIES, now_ms);
	return wait > of_address ? wait : of_address;
}

static void count(struct throttle *t, struct str user, struct str address, int64_t now_ms)
{
	unsigned char key[16];
	key_of(user, address, key);
	struct slot *s = slot_of(t, key, true);
	if (now_ms - s->last_ms > FORGET_MS)
		s->failures = 0;
	s->failures++;
	s->last_ms = now_ms;
}

void throttle_failed(struct throttle *t, struct str user, struct str address, int64_t now_ms)
{
	count(t, user, address, now_ms);
	count(t, STR(""), address, now_ms);
}

void throttle_succeeded(struct throttle *t, struct str user, struct str address)
{
	unsigned char key[16];
	key_of(user, address, key);
	struct slot *s = slot_of(t, key, false);
	if (s)
		s->failures = 0;
}

struct str call_address(struct call *call)
{
	struct in6_addr address;
	if (!net_of_client(call->request, &address))
		return STR("?");
	size_t len = IN6_IS_ADDR_V4MAPPED(&address) ? sizeof address : 8; /* one home has a /64 */
	return arena_str(&call->arena, (struct str){ (const char *)address.s6_addr, len });
}
