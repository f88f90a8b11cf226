/* One channel of the configuration: the keys that all have, and the adapter's own (gateway/channels/channel.h). */
#include "gateway/config_key.h"
#include "flows/nearest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ADAPTERS_MAX = 64 };

static const struct key screen_keys[] = {
	/* TS 23.038 5: 160 octets are 182 septets or 80 UCS-2 units; below the lower bounds no menu can be shown */
	{ .name = "gsm7", .type = KEY_NUMBER, .offset = offsetof(struct screen_limit, gsm7), .min = 20, .max = 182,
	  .standard = "160", .help = "characters of a USSD screen" },
	{ .name = "ucs2", .type = KEY_NUMBER, .offset = offsetof(struct screen_limit, ucs2), .min = 10, .max = 80,
	  .standard = "80", .help = "the same in Arabic" },
	{ .name = NULL },
};

static const char *const encoding_words[] = { "auto", "always", "never", NULL };
_Static_assert(TRANSLITERATE_AUTO == 0 && TRANSLITERATE_ALWAYS == 1 && TRANSLITERATE_NEVER == 2,
	       "the words stand in the enum's order");

static const struct key a_net = { .name = "", .type = KEY_OTHER, .read = read_net };

const struct key channel_keys[] = {
	{ .name = "id", .type = KEY_STR, .offset = offsetof(struct channel, id), .check = check_id, .required = true,
	  .help = "stands in the callback's URL: letters, digits, - and _" },
	{ .name = "adapter", .type = KEY_OTHER, .offset = offsetof(struct channel, adapter), .read = read_adapter,
	  .required = true, .help = "the aggregator's dialect" },
	{ .name = "token", .type = KEY_STR, .offset = offsetof(struct channel, token), .check = check_token,
	  .secret = true, .help = "stands in the callback's URL: 16 or more of A-Z a-z 0-9 - _" },
	{ .name = "sender", .type = KEY_STR, .offset = offsetof(struct channel, sender), .standard = "\"\"",
	  .check = check_sender, .help = "short code, number or name that messages come from" },
	{ .name = "country", .type = KEY_STR, .offset = offsetof(struct channel, country), .check = check_country,
	  .help = "whose national form of numbers this aggregator writes; without it international form only" },
	{ .name = "base_url", .type = KEY_STR, .offset = offsetof(struct channel, base_url), .standard = "\"\"",
	  .check = check_url, .help = "\"\" = the vendor's own" },
	{ .name = "modes", .type = KEY_OTHER, .offset = 0, .read = read_modes,
	  .help = "[\"sms\", \"ussd\"]; without it what the adapter can" },
	{ .name = "ussd_limit", .type = KEY_SECTION, .offset = offsetof(struct channel, screen),
	  .members = screen_keys, .help = "how much a screen holds at this operator" },
	{ .name = "ucs2", .type = KEY_BOOL, .offset = offsetof(struct channel, ucs2), .standard = "true",
	  .help = "false where the operator passes GSM-7 only" },
	{ .name = "encoding", .type = KEY_WORD, .offset = offsetof(struct channel, encoding),
	  .words = encoding_words, .standard = "\"auto\"", .help = "auto always never: transliteration to GSM-7" },
	{ .name = "max_segments", .type = KEY_NUMBER, .offset = offsetof(struct channel, max_segments), .min = 1,
	  .max = 10, .help = "SMS parts of one message; without it that of limits" },
	{ .name = "rate_per_second", .type = KEY_NUMBER, .offset = offsetof(struct channel, rate_per_second),
	  .min = 1, .max = 1000, .standard = "10", .help = "messages sent" },
	{ .name = "allow_from", .type = KEY_LIST, .offset = offsetof(struct channel, allow_from),
	  .count_offset = offsetof(struct channel, allow_from_count), .stride = sizeof(struct net),
	  .most = CHANNEL_NETS_MAX, .element = &a_net, .standard = "[]",
	  .help = "address ranges that callbacks come from, such as [\"196.201.214.0/24\"]; [] = any" },
	{ .name = "poll_seconds", .type = KEY_NUMBER, .offset = offsetof(struct channel, poll_seconds), .min = 0,
	  .max = 86400, .standard = "0", .help = "fetch the aggregator's inbox so often; 0 = callbacks only" },
	{ .name = "credit_seconds", .type = KEY_NUMBER, .offset = offsetof(struct channel, credit_seconds), .min = 0,
	  .max = 604800, .standard = "21600", .help = "ask the vendor so often what credit is left, where it tells; 0 = never" },
	{ .name = NULL },
};

/* ---- single keys */

void read_net(struct loading *r, const struct key *key, json_t *value, void *at)
{
	struct str s;
	(void)key;
	if (!read_string(r, value, false, &s))
		return;
	const char *wrong = parse_net(s, at);
	if (wrong)
		loading_say(r, "%s %s", shown(s).text, wrong);
}

void read_adapter(struct loading *r, const struct key *key, json_t *value, void *at)
{
	const struct adapter **adapter = at;
	const char *names[ADAPTERS_MAX];
	char storage[400];
	struct buf all = buf_over(storage, sizeof storage);
	struct str s;
	size_t n = 0;
	(void)key;
	if (!read_string(r, value, false, &s))
		return;
	*adapter = adapter_named(s);
	if (*adapter)
		return;
	for (const struct adapter *const *one = adapters_all(); *one && n + 1 < ADAPTERS_MAX; one++) {
		names[n++] = (*one)->name;
		buf_put_z(&all, n > 1 ? ", " : "");
		buf_put_z(&all, (*one)->name);
	}
	names[n] = NULL;
	const char *near = nearest(s, names);
	if (near)
		loading_say(r, "no adapter is named %s; did you mean \"%s\"? There are %.*s", shown(s).text, near,
			   STR_ARG(buf_str(&all)));
	else
		loading_say(r, "no adapter is named %s; there are %.*s", shown(s).text, STR_ARG(buf_str(&all)));
}

void read_modes(struct loading *r, const struct key *key, json_t *value, void *at)
{
	struct channel *channel = at;
	(void)key;
	if (!json_is_array(value) || json_array_size(value) == 0) {
		loading_say(r, "must be [\"sms\"], [\"ussd\"] or [\"sms\", \"ussd\"]");
		return;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		size_t mark = loading_enter(r, "[%zu]", i);
		struct str s;
		if (!read_string(r, json_array_get(value, i), false, &s))
			s = STR("");
		else if (str_eq(s, STR("sms")))
			channel->sms = true;
		else if (str_eq(s, STR("ussd")))
			channel->ussd = true;
		else
			loading_say(r, "%s is no mode; write \"sms\" or \"ussd\"", shown(s).text);
		loading_leave(r, mark);
	}
}

/* ---- the adapter's own keys */

/* A copy of an own value without comments and with each {"env"} and {"file"} in place; NULL after a complaint.
 * Recursion is bounded: json_parse() took the text. */
static json_t *plain_copy(struct loading *r, json_t *value)
{
	struct str s;
	if (is_indirect(value))
		return read_string(r, value, true, &s) ? json_from_str(s) : NULL;
	if (json_is_object(value)) {
		json_t *copy = json_object(), *member;
		const char *name;
		json_object_foreach(value, name, member) {
			if (key_is_comment(name))
				continue;
			json_t *one = plain_copy(r, member);
			if (!one || json_object_set_new(copy, name, one) != 0) {
				json_decref(copy);
				return NULL;
			}
		}
		return copy;
	}
	if (json_is_array(value)) {
		json_t *copy = json_array(), *member;
		size_t i;
		json_array_foreach(value, i, member) {
			json_t *one = plain_copy(r, member);
			if (!one || json_array_append_new(copy, one) != 0) {
				json_decref(copy);
				return NULL;
			}
		}
		return copy;
	}
	return json_incref(value);
}

/* Strings stay as they are; numbers, true, false and, where the adapter takes an object, objects become their JSON text. */
static bool own_value(struct loading *r, json_t *value, bool may_be_object, struct str *out)
{
	if (json_is_string(value) || json_is_array(value) || is_indirect(value) || (json_is_object(value) && !may_be_object))
		return read_string(r, value, true, out);
	if (json_is_null(value)) {
		loading_say(r, "null says nothing; leave the key out");
		return false;
	}
	json_t *copy = plain_copy(r, value);
	char *text = copy ? json_dumps(copy, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	bool kept = text && loading_keep(r, str_of(text), out);
	free(text);
	json_decref(copy);
	return kept;
}

static void read_own_keys(struct loading *r, json_t *object, struct channel *channel)
{
	for (const char *const *own = channel->adapter->keys; own && *own; own++) {
		const char *name = own_key_name(*own);
		json_t *value = json_object_get(object, name);
		if (!value)
			continue;
		size_t mark = loading_enter(r, ".%s", name);
		struct str s;
		if (channel->keys_count == CHANNEL_KEYS_MAX) {
			loading_say(r, "is one key too many for a channel");
		} else if (own_value(r, value, **own == '{', &s)) {
			channel->key[channel->keys_count].name = str_of(name);
			channel->key[channel->keys_count++].value = s;
		}
		loading_leave(r, mark);
	}
}

/* ---- the whole channel */

static bool takes(const struct channel *channel, enum event_kind kind)
{
	for (const struct hook *hook = channel->hooks; hook->name; hook++)
		if (hook->kind == kind)
			return true;
	return false;
}

static void finish_modes(struct loading *r, struct channel *channel, bool given)
{
	bool sms = takes(channel, EVENT_SMS) || takes(channel, EVENT_REPORT) || !takes(channel, EVENT_USSD);
	bool ussd = takes(channel, EVENT_USSD);
	if (!given) {
		channel->sms = sms;
		channel->ussd = ussd;
		return;
	}
	size_t mark = loading_enter(r, ".modes");
	if (channel->sms && !sms)
		loading_say(r, "the adapter %s has no SMS", channel->adapter->name);
	if (channel->ussd && !ussd)
		loading_say(r, "the adapter %s has no USSD", channel->adapter->name);
	loading_leave(r, mark);
}

/* "profiles.nalo.new: what" of the adapter becomes a problem at that path. */
static void prepare(struct loading *r, struct channel *channel)
{
	struct err err = { .text = "" };
	channel->public_url = r->config->public_url;
	while (str_ends(channel->public_url, STR("/")))
		channel->public_url.len--;
	channel->hooks = channel->adapter->hooks;
	if (!channel->adapter->prepare)
		return;
	int rc = channel->adapter->prepare(channel, &r->config->arena, &err);
	if (rc == 0)
		return;
	const char *colon = strstr(err.text, ": ");
	size_t mark = loading_enter(r, "%s%.*s", colon ? "." : "", colon ? (int)(colon - err.text) : 0, err.text);
	loading_say(r, "%s", rc == -ENOMEM ? "out of memory" : colon ? colon + 2 : err.text);
	loading_leave(r, mark);
}

void read_channel(struct loading *r, const struct key *key, json_t *value, void *at)
{
	struct channel *channel = at;
	size_t before = r->problems_count;
	(void)key;
	if (!json_is_object(value)) {
		loading_say(r, "must be an object in { }");
		return;
	}
	json_t *named = json_object_get(value, "adapter");
	channel->adapter = named ? adapter_named(json_str(named)) : NULL;
	const char *const *own = channel->adapter ? channel->adapter->keys : NULL;
	read_members(r, value, channel_keys, channel, own, !channel->adapter);
	if (!channel->adapter)
		return;
	read_own_keys(r, value, channel);
	prepare(r, channel);
	if (!channel->hooks)
		return;
	finish_modes(r, channel, json_object_get(value, "modes") != NULL);
	if (channel->max_segments == 0)
		channel->max_segments = r->config->limits.max_segments;
	if (!channel->country.at)
		channel->country = STR("");
	if (!channel->token.at && !channel->adapter->authenticates && r->problems_count == before)
		loading_say(r, "token is missing: %s authenticates no callback, so write 16 or more of A-Z a-z 0-9 - _ "
			      "(`wasl channel token` makes one)", channel->adapter->name);
	if (!channel->token.at)
		channel->token = STR("");
}
