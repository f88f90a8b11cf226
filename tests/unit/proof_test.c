/* Who is believed: the secret that is and, while one rotates, the one that was; nobody else; and signatures with a time in
 * them as long as the window is open, to the second. */
#include "gateway/channels/channel.h"
#include "gateway/mac.h"
#include "tests/unit/check.h"
#include "tests/unit/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { NOW_S = 1773220465, WINDOW_S = 300 };

static struct arena arena, lasting;
static struct phone_plan phones;
static struct channel c;

static void channel_is(const char *adapter)
{
	c = (struct channel){ .id = STR("c"), .adapter = adapter_named(str_of(adapter)), .token = STR("k7Qm2vXw9pLr4TzB"),
			      .sender = STR("IOM"), .country = STR("MA"), .base_url = STR(""), .sms = true,
			      .public_url = STR("https://gw.example.org") };
	c.hooks = c.adapter->hooks;
}

static void key_is(const char *name, const char *value)
{
	c.key[c.keys_count].name = str_of(name);
	c.key[c.keys_count++].value = str_of(value);
}

struct asked {
	const char *hook, *path, *query, *body, *type, *header, *value, *header2, *value2;
	enum http_method method;
};

static bool believed(const struct asked *a)
{
	struct http_request request = { .method = a->method, .path = str_of(a->path ? a->path : "/cb/c/x"),
					.query = str_of(a->query ? a->query : ""), .body = str_of(a->body ? a->body : ""),
					.now_ms = (int64_t)NOW_S * 1000 };
	struct decoded out;
	const struct hook *hook = c.hooks;
	while (strcmp(hook->name, a->hook) != 0)
		hook++;
	if (a->type)
		request.headers[request.headers_count++] = (struct http_header){ STR("Content-Type"), str_of(a->type) };
	if (a->header && a->value)
		request.headers[request.headers_count++] = (struct http_header){ str_of(a->header), str_of(a->value) };
	if (a->header2)
		request.headers[request.headers_count++] = (struct http_header){ str_of(a->header2), str_of(a->value2) };
	CHECK_INT(c.adapter->decode(&c, hook, &request, &phones, &arena, &out), 0);
	CHECK(out.verdict == VERDICT_ACCEPT || out.verdict == VERDICT_UNAUTHORISED);
	return out.verdict == VERDICT_ACCEPT;
}

#define FORM "application/x-www-form-urlencoded"

static const char *mac_of(enum mac_kind kind, const char *key, const char *text, bool hex)
{
	static char out[4][MAC_HEX_MAX + 1];
	static unsigned turn;
	char *to = out[++turn % 4];
	struct mac mac;
	struct buf b = buf_over(to, MAC_HEX_MAX);
	CHECK_INT(*key ? mac_hmac(kind, str_of(key), str_of(text), &mac) : mac_digest(kind, str_of(text), &mac), 0);
	if (hex)
		mac_put_hex(&b, &mac);
	else
		mac_put_base64(&b, &mac);
	to[b.len] = '\0';
	return to;
}

static void twilio_rotates(void)
{
	struct asked a = { .hook = "sms", .path = "/cb/c/sms", .body = "From=%2B212600000101&MessageSid=SM1&Body=x&AccountSid=AC1", .type = FORM,
			   .header = "X-Twilio-Signature", .method = HTTP_POST };
	const char *text = "https://gw.example.org/cb/c/smsAccountSidAC1BodyxFrom+212600000101MessageSidSM1";
	check_begin("twilio: two tokens while one rotates");
	channel_is("twilio");
	key_is("account_sid", "AC1");
	key_is("auth_token", "new");
	a.value = mac_of(MAC_SHA1, "new", text, false);
	CHECK(believed(&a));
	a.value = mac_of(MAC_SHA1, "old", text, false);
	CHECK(!believed(&a));
	key_is("auth_token_old", "old");
	CHECK(believed(&a));
	a.value = mac_of(MAC_SHA1, "other", text, false);
	CHECK(!believed(&a));
	a.value = "";
	CHECK(!believed(&a));
}

static bool vonage_said(const char *secret, int64_t at_s, const char *also)
{
	char text[256], query[400];
	(void)snprintf(text, sizeof text, "&messageId=v1&msisdn=212600000101&text=x&timestamp=%lld&to=33700", (long long)at_s);
	const char *sig = mac_of(MAC_SHA256, secret, text, true);
	(void)snprintf(query, sizeof query, "messageId=v1&msisdn=212600000101&text=x&to=33700&timestamp=%lld&sig=%s%s", (long long)at_s, sig,
		       also);
	return believed(&(struct asked){ .hook = "sms", .query = query, .method = HTTP_GET });
}

static void vonage_window(void)
{
	check_begin("vonage: two secrets while one rotates; five minutes, either way");
	channel_is("vonage");
	key_is("signature_method", "sha256");
	key_is("signature_secret", "new");
	CHECK(vonage_said("new", NOW_S, ""));
	CHECK(vonage_said("new", NOW_S - WINDOW_S, "") && vonage_said("new", NOW_S + WINDOW_S, ""));
	CHECK(!vonage_said("new", NOW_S - WINDOW_S - 1, "") && !vonage_said("new", NOW_S + WINDOW_S + 1, ""));
	CHECK(!vonage_said("new", 0, ""));
	CHECK(!vonage_said("new", NOW_S, "&text=y"));
	CHECK(!vonage_said("old", NOW_S, ""));
	key_is("signature_secret_old", "old");
	CHECK(vonage_said("old", NOW_S, "") && vonage_said("new", NOW_S, ""));
	CHECK(!vonage_said("old", NOW_S - WINDOW_S - 1, ""));
	CHECK(!believed(&(struct asked){ .hook = "sms", .query = "messageId=v1&msisdn=212600000101&text=x&to=33700", .method = HTTP_GET }));
}

static bool smsgate_said(const char *secret, int64_t at_s)
{
	static const char body[] = "{\"event\":\"sms:received\",\"payload\":{\"messageId\":\"1\",\"message\":\"x\",\"sender\":\"+212600000101\"}}";
	char text[256], stamp[24];
	(void)snprintf(stamp, sizeof stamp, "%lld", (long long)at_s);
	(void)snprintf(text, sizeof text, "%s%s", body, stamp);
	return believed(&(struct asked){ .hook = "hook", .body = body, .type = "application/json", .header = "X-Signature",
					 .value = mac_of(MAC_SHA256, secret, text, true), .header2 = "X-Timestamp", .value2 = stamp,
					 .method = HTTP_POST });
}

static void smsgate_window(void)
{
	check_begin("smsgate: two keys while one rotates; the window, as it is set");
	channel_is("smsgate");
	key_is("signing_key", "new");
	CHECK(smsgate_said("new", NOW_S) && smsgate_said("new", NOW_S - WINDOW_S) && smsgate_said("new", NOW_S + WINDOW_S));
	CHECK(!smsgate_said("new", NOW_S - WINDOW_S - 1) && !smsgate_said("new", NOW_S + WINDOW_S + 1));
	CHECK(!smsgate_said("old", NOW_S));
	key_is("signing_key_old", "old");
	CHECK(smsgate_said("old", NOW_S) && smsgate_said("new", NOW_S) && !smsgate_said("other", NOW_S));
	key_is("max_skew_seconds", "10");
	CHECK(smsgate_said("new", NOW_S - 10) && !smsgate_said("new", NOW_S - 11));
}

static void envaya_rotates(void)
{
	struct asked a = { .hook = "hook", .path = "/cb/c/hook", .body = "action=incoming&from=%2B212600000101&message=x&message_type=sms",
			   .type = FORM, .header = "X-Request-Signature", .method = HTTP_POST };
	const char *text = "https://gw.example.org/cb/c/hook,action=incoming,from=+212600000101,message=x,message_type=sms,";
	char with[256];
	check_begin("envayasms: two passwords while one rotates");
	channel_is("envayasms");
	key_is("password", "new");
	(void)snprintf(with, sizeof with, "%s%s", text, "new");
	a.value = mac_of(MAC_SHA1, "", with, false);
	CHECK(believed(&a));
	(void)snprintf(with, sizeof with, "%s%s", text, "old");
	a.value = mac_of(MAC_SHA1, "", with, false);
	CHECK(!believed(&a));
	key_is("password_old", "old");
	CHECK(believed(&a));
	(void)snprintf(with, sizeof with, "%s", text); /* no password at all */
	a.value = mac_of(MAC_SHA1, "", with, false);
	CHECK(!believed(&a));
}

/* A secret that stands in the request itself: %s of the body. */
static void plain_rotates(const char *adapter, const char *key, const char *key_old, const char *body)
{
	char with[256];
	struct asked a = { .hook = "hook", .body = with, .type = FORM, .method = HTTP_POST };
	check_begin("%s: two secrets while one rotates", adapter);
	channel_is(adapter);
	key_is(key, "new-secret");
	(void)snprintf(with, sizeof with, "%s%s", body, "new-secret");
	CHECK(believed(&a));
	(void)snprintf(with, sizeof with, "%s%s", body, "old-secret");
	CHECK(!believed(&a));
	key_is(key_old, "old-secret");
	CHECK(believed(&a));
	static const char *const wrong[] = { "", "new-secre", "new-secrett", "New-secret" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		(void)snprintf(with, sizeof with, "%s%s", body, wrong[i]);
		CHECK(!believed(&a));
	}
}

static bool infobip_said(const char *plain)
{
	char value[128];
	struct buf b = buf_over(value, sizeof value - 1);
	buf_put_z(&b, "Basic ");
	base64_put(&b, str_of(plain));
	value[b.len] = '\0';
	return believed(&(struct asked){ .hook = "sms", .body = "{\"results\":[{\"messageId\":\"1\",\"from\":\"212600000101\",\"text\":\"x\"}]}",
					 .type = "application/json", .header = "Authorization", .value = value, .method = HTTP_POST });
}

static void infobip_rotates(void)
{
	check_begin("infobip: two passwords while one rotates");
	channel_is("infobip");
	key_is("basic_user", "infobip");
	key_is("basic_password", "new");
	CHECK(infobip_said("infobip:new") && !infobip_said("infobip:old") && !infobip_said("infobip:") && !infobip_said("other:new"));
	key_is("basic_password_old", "old");
	CHECK(infobip_said("infobip:new") && infobip_said("infobip:old") && !infobip_said("infobip:older"));
}

static void generic_rotates(void)
{
	static const char body[] = "{\"sender\":\"+212600000101\",\"text\":\"x\",\"message_id\":\"1\"}";
	struct asked a = { .hook = "in", .body = body, .type = "application/json", .header = "X-Signature", .method = HTTP_POST };
	struct err err = { .text = "" };
	check_begin("generic: two keys while one rotates");
	channel_is("generic");
	key_is("inbound", "{\"id\": \"message_id\", \"from\": \"sender\", \"text\": \"text\"}");
	key_is("hmac_header", "X-Signature");
	key_is("hmac_key", "new");
	key_is("hmac_key_old", "old");
	key_is("hmac_alg", "sha256-hex");
	CHECK_INT(c.adapter->prepare(&c, &lasting, &err), 0);
	CHECK_STR(str_of(err.text), STR(""));
	a.value = mac_of(MAC_SHA256, "new", body, true);
	CHECK(believed(&a));
	a.value = mac_of(MAC_SHA256, "old", body, true);
	CHECK(believed(&a));
	a.value = mac_of(MAC_SHA256, "other", body, true);
	CHECK(!believed(&a));
	a.value = NULL;
	CHECK(!believed(&a));
}

int main(void)
{
	int error = arena_new(&arena, 4 * 1024 * 1024);
	if (!error)
		error = arena_new(&lasting, 1024 * 1024);
	assert(!error);
	phones = plan_built_in(&lasting);
	twilio_rotates();
	vonage_window();
	smsgate_window();
	envaya_rotates();
	plain_rotates("smssync", "secret", "secret_old", "from=%2B212600000101&message=x&message_id=1&secret=");
	plain_rotates("telerivet", "secret", "secret_old",
		      "event=incoming_message&id=1&message_type=sms&content=x&from_number=%2B212600000101&secret=");
	infobip_rotates();
	generic_rotates();
	arena_free(&arena);
	arena_free(&lasting);
	return check_end();
}
