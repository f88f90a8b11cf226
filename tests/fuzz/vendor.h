/* The channel that a fuzz target of the aggregators works on: that of the payload file named by FUZZ_PAYLOADS
 * (tests/fuzz/run.sh runs the target once for each), with every optional key that opens a path. */
#ifndef TESTS_FUZZ_VENDOR_H
#define TESTS_FUZZ_VENDOR_H

#include "gateway/channels/channel.h"
#include "gateway/json.h"

#include "tests/fuzz/fuzz.h"

static struct arena arena, lasting;
static struct phone_plan plan;
static struct channel vendor;
static int64_t vendor_now_ms = 1773220465000;

static inline void vendor_key(const char *name, struct str value)
{
	if (vendor.keys_count == CHANNEL_KEYS_MAX || channel_key(&vendor, name).len)
		return;
	vendor.key[vendor.keys_count].name = arena_str(&lasting, str_of(name));
	vendor.key[vendor.keys_count++].value = arena_str(&lasting, value);
}

static inline json_t *vendor_corpus(void)
{
	static char bytes[JSON_TEXT_MAX];
	const char *path = getenv("FUZZ_PAYLOADS");
	FILE *file = fopen(path ? path : "tests/data/payloads/africastalking_sms.json", "rb");
	if (!file)
		abort();
	size_t len = fread(bytes, 1, sizeof bytes, file);
	(void)fclose(file);
	json_t *corpus = json_parse((struct str){ bytes, len }, NULL);
	FUZZ_CHECK(json_is_object(corpus));
	return corpus;
}

static inline void vendor_set_up(void)
{
	static const char *const spare[][2] = { { "username", "u" }, { "password", "p" }, { "api_key", "k" }, { "api_secret", "s" },
						{ "account_sid", "AC1" }, { "client_id", "c" }, { "client_secret", "s" },
						{ "sender_address", "tel:+2250000" }, { "project_id", "PJ1" } };
	struct err err = { .text = "" };
	const char *name;
	json_t *value, *corpus = vendor_corpus(), *object = json_object_get(corpus, "channel");
	if (arena_new(&arena, 8 << 20) || arena_new(&lasting, 4 << 20) ||
	    phone_plan_load(&plan, fuzz_embedded("phones.tsv"), &lasting, &err))
		abort();
	vendor = (struct channel){ .id = STR("c"), .adapter = adapter_named(json_get_str(object, "adapter")), .sender = STR("3939"),
				   .token = STR("k7Qm2vXw9pLr4TzB"), .country = STR("MA"), .base_url = STR("https://v.example"),
				   .sms = true, .ussd = true, .public_url = STR("https://gw.example.org") };
	FUZZ_CHECK(vendor.adapter);
	vendor.hooks = vendor.adapter->hooks;
	json_object_foreach(object, name, value) {
		char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		if (!strstr(" id adapter token sender country base_url allow_from ", name))
			vendor_key(name, text ? str_of(text) : json_str(value));
		free(text);
	}
	for (size_t i = 0; i < sizeof spare / sizeof spare[0]; i++)
		vendor_key(spare[i][0], str_of(spare[i][1]));
	FUZZ_CHECK(!vendor.adapter->prepare || vendor.adapter->prepare(&vendor, &lasting, &err) == 0);
	json_decref(corpus);
}

static inline void vendor_check_event(const struct event *e)
{
	const struct str texts[] = { e->text, e->to, e->from_raw, e->id, e->session, e->reason, e->client_ref, e->part_ref };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		FUZZ_CHECK(texts[i].at && utf8_valid(texts[i]));
	FUZZ_CHECK(e->kind != EVENT_SMS || e->parts <= 255);
	FUZZ_CHECK(e->from.kind != PHONE_E164 || e->from.e164[0] == '+');
	FUZZ_CHECK(e->reason.len <= 64 && e->id_scope.at); /* the scope is hashed, never shown */
}

#endif
