/* What each vendor says of the credit that is left, and what a channel without the keys for it asks: nothing. */
#include "gateway/channels/channel.h"
#include "tests/unit/check.h"

#include <assert.h>
#include <errno.h>

static struct arena arena;

static struct channel channel_of(const char *adapter)
{
	static const char *const keys[][2] = { { "username", "u&v" }, { "password", "p" }, { "api_key", "k" }, { "api_secret", "s" },
					       { "account_sid", "AC1" }, { "auth_token", "t" }, { "sender_address", "tel:+2250000" } };
	struct channel c = { .id = STR("c"), .adapter = adapter_named(str_of(adapter)), .token = STR("t"), .sender = STR("IOM"),
			     .base_url = STR("http://127.0.0.1:9/"), .country = STR("") };
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		c.key[i].name = str_of(keys[i][0]);
		c.key[i].value = str_of(keys[i][1]);
	}
	c.keys_count = sizeof keys / sizeof keys[0];
	return c;
}

static void says(const char *adapter, const char *url, const char *body, const char *credit)
{
	struct channel c = channel_of(adapter), poor = c;
	struct http_call call;
	struct str got = STR("");
	struct http_result result = { .status = 200, .body = str_of(body), .content_type = STR(""), .retry_after_s = -1 };
	check_begin("%s: %s", adapter, credit ? credit : "says nothing");
	CHECK_INT(c.adapter->credit(&c, STR("tok"), &arena, &call), 0);
	CHECK_STR(call.url, str_of(url));
	CHECK_INT(call.method, HTTP_GET);
	CHECK_INT(c.adapter->credited(&c, &result, &arena, &got), credit ? 0 : -EPROTO);
	CHECK(!credit || str_eq_z(got, credit));
	result.status = 401;
	CHECK_INT(c.adapter->credited(&c, &result, &arena, &got), -EPROTO);
	poor.keys_count = 0;
	CHECK_INT(poor.adapter->credit(&poor, STR(""), &arena, &call), -EINVAL);
}

int main(void)
{
	int error = arena_new(&arena, 1024 * 1024);
	assert(!error);
	says("africastalking", "http://127.0.0.1:9/version1/user?username=u%26v", "{\"UserData\": {\"balance\": \"KES 1785.50\"}}",
	     "KES 1785.50");
	says("africastalking", "http://127.0.0.1:9/version1/user?username=u%26v", "<html>", NULL);
	says("infobip", "http://127.0.0.1:9/account/1/balance", "{\"balance\": 47.794, \"currency\": \"EUR\"}", "EUR 47.79");
	says("infobip", "http://127.0.0.1:9/account/1/balance", "{\"currency\": \"EUR\"}", NULL);
	says("twilio", "http://127.0.0.1:9/2010-04-01/Accounts/AC1/Balance.json",
	     "{\"account_sid\": \"AC1\", \"balance\": \"-0.5\", \"currency\": \"USD\"}", "USD -0.5");
	says("vonage", "http://127.0.0.1:9/account/get-balance?api_key=k&api_secret=s", "{\"value\": 10, \"autoReload\": false}", "EUR 10");
	says("jasmin", "http://127.0.0.1:9/balance?username=u%26v&password=p", "{\"balance\": \"ND\", \"sms_count\": \"ND\"}", "ND");
	says("jasmin", "http://127.0.0.1:9/balance?username=u%26v&password=p",
	     "{\"balance\": \"\xc3\xa9 a person's words, and longer than any amount of money could ever be written down here\"}", NULL);
	says("orange", "http://127.0.0.1:9/sms/admin/v1/contracts",
	     "[{\"availableUnits\": 2700, \"status\": \"ACTIVE\"}, {\"availableUnits\": 10, \"status\": \"EXPIRED\"}, {\"availableUnits\": -4},"
	     " {\"availableUnits\": 5}]", "SMS 2705");
	says("orange", "http://127.0.0.1:9/sms/admin/v1/contracts", "{\"code\": 42}", NULL);
	arena_free(&arena);
	return check_end();
}
