/* The inboxes that are asked for by time: Twilio's list of messages, the phone with SMS Gateway for Android. */
#include "gateway/channels/channel.h"
#include "gateway/channels/inbox.h"
#include "tests/unit/check.h"
#include "tests/unit/plan.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct arena arena, lasting;
static struct phone_plan phones;
static struct http_call call;
static struct decoded page;
static struct event *parked;
static size_t parked_count;
static struct str next;

static struct channel channel_of(const char *adapter, const char *base, const char *sender)
{
	struct channel c = { .id = STR("c"), .adapter = adapter_named(str_of(adapter)), .sender = str_of(sender), .token = STR("t"),
			     .country = STR("MA"), .base_url = str_of(base), .sms = true };
	static const char *const keys[][2] = { { "account_sid", "AC1" }, { "auth_token", "12345" }, { "username", "u" },
					       { "password", "p" } };
	for (size_t i = 0; i < 4; i++) {
		c.key[i].name = str_of(keys[i][0]);
		c.key[i].value = str_of(keys[i][1]);
	}
	c.keys_count = 4;
	return c;
}

static void asks(const struct channel *c, const char *cursor, const char *url)
{
	CHECK_INT(c->adapter->poll(c, str_of(cursor), &arena, &call), 0);
	CHECK_STR(call.url, str_of(url));
}

static void gets(const struct channel *c, const char *cursor, const char *body, size_t messages, size_t unread, const char *then)
{
	struct http_result result = { .status = 200, .body = str_of(body), .content_type = STR(""), .retry_after_s = -1 };
	CHECK_INT(c->adapter->polled(c, str_of(cursor), &result, &phones, &arena, &page, &parked, &parked_count, &next), 0);
	CHECK_INT(page.verdict, VERDICT_ACCEPT);
	CHECK_INT(page.count, messages);
	CHECK_INT(parked_count, unread);
	CHECK_STR(next, str_of(then));
}

static void no_page(const struct channel *c, const char *cursor, unsigned status, const char *body)
{
	struct http_result result = { .status = status, .body = str_of(body), .content_type = STR(""), .retry_after_s = -1 };
	CHECK_INT(c->adapter->polled(c, str_of(cursor), &result, &phones, &arena, &page, &parked, &parked_count, &next), 0);
	CHECK_INT(page.verdict, VERDICT_MALFORMED);
	CHECK_STR(next, str_of(cursor));
}

static void bad_cursors(const struct channel *c)
{
	static const char *const bad[] = { "x", "-1", "1.", "1.2", "1.2.3", "1.0.a.5", "1.2.a.x", "1.2..5", "99999999999999999999",
					   "1.2.a.5.6" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(c->adapter->poll(c, str_of(bad[i]), &arena, &call), -EINVAL);
}

#define LIST "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json?To=%2B15017122661&"

static void twilio_inbox(void)
{
	struct channel c = channel_of("twilio", "", "+15017122661");
	check_begin("twilio: what is asked for");
	asks(&c, "", LIST "PageSize=40");
	asks(&c, "1773220465000", LIST "DateSent%3E=2026-03-11T09%3A14%3A25Z&PageSize=40");
	asks(&c, "1773220465000.2.PASM12.1773220500000",
	     LIST "DateSent%3E=2026-03-11T09%3A14%3A25Z&PageSize=40&Page=2&PageToken=PASM12");
	CHECK_STR(call.headers[0].value, STR("Basic QUMxOjEyMzQ1"));
	bad_cursors(&c);

	check_begin("twilio: oldest first, what we sent left out, what cannot be read kept");
	gets(&c, "", "{\"messages\": ["
	     "{\"sid\": \"SM3\", \"direction\": \"inbound\", \"from\": \"+212600000101\", \"to\": \"+15017122661\", \"body\": \"b\","
	     " \"status\": \"received\", \"date_sent\": \"Wed, 11 Mar 2026 09:14:25 +0000\"},"
	     "{\"sid\": \"SM2\", \"direction\": \"outbound-api\", \"from\": \"+15017122661\", \"to\": \"+212600000101\", \"body\": \"x\","
	     " \"date_sent\": \"Wed, 11 Mar 2026 09:20:00 +0000\"},"
	     "{\"sid\": \"SM5\", \"direction\": \"inbound\", \"from\": \"+212600000101\", \"body\": \"\", \"status\": \"receiving\"},"
	     "{\"sid\": \"SM4\", \"direction\": \"inbound\", \"body\": \"nobody\", \"date_sent\": \"\"},"
	     "{\"sid\": \"SM1\", \"direction\": \"inbound\", \"from\": \"+212600000102\", \"to\": \"+15017122661\", \"body\": \"\xd8\xb3\","
	     " \"date_sent\": \"Wed, 11 Mar 2026 09:13:00 +0000\"}], \"next_page_uri\": null}", 2, 1, "1773220405000");
	CHECK_STR(page.events[0].id, STR("SM1"));
	CHECK_STR(page.events[1].id, STR("SM3"));
	CHECK(!page.events[1].pulled); /* the id of a callback, too */
	CHECK_STR(str_of(page.events[1].from.e164), STR("+212600000101"));
	CHECK_STR(page.events[1].to, STR("+15017122661"));
	CHECK_INT(page.events[1].ts_ms, 1773220465000);
	CHECK_STR(parked[0].id, STR("SM4"));

	check_begin("twilio: a series of pages, then from its newest on");
	gets(&c, "5000", "{\"messages\": [{\"sid\": \"SM9\", \"direction\": \"inbound\", \"from\": \"+212600000101\", \"body\": \"z\","
	     " \"date_sent\": \"Wed, 11 Mar 2026 09:14:25 +0000\"}], \"next_page_uri\":"
	     " \"/2010-04-01/Accounts/AC1/Messages.json?PageSize=40&Page=1&PageToken=PASM77\"}", 1, 0, "5000.1.PASM77.1773220465000");
	gets(&c, "5000.1.PASM77.1773220465000", "{\"messages\": [{\"sid\": \"SM8\", \"from\": \"+212600000101\", \"body\": \"y\","
	     " \"direction\": \"inbound\", \"date_sent\": \"Tue, 10 Mar 2026 09:14:25 +0000\"}]}", 1, 0, "1773220405000");
	gets(&c, "5000", "{\"messages\": []}", 0, 0, "5000");
	gets(&c, "", "{\"messages\": []}", 0, 0, "");

	check_begin("twilio: what is no page leaves the cursor");
	no_page(&c, "5000", 200, "{\"messages\": [], \"next_page_uri\": \"/x?Page=1\"}");
	no_page(&c, "5000", 200, "<html>");
	no_page(&c, "", 401, "{\"messages\": []}");
	struct channel poor = c;
	poor.keys_count = 1;
	CHECK_INT(poor.adapter->poll(&poor, STR(""), &arena, &call), -EINVAL);
}

static void full_page(struct buf *body)
{
	buf_put_z(body, "[");
	for (int i = 50; i > 0; i--)
		buf_printf(body, "%s{\"id\": \"text:%d\", \"type\": \"SMS\", \"sender\": \"+212600000101\", \"contentPreview\": \"%d\","
			   " \"createdAt\": \"2026-03-11T10:14:%02d.000+01:00\"}", i < 50 ? "," : "", i, i, i);
	buf_put_char(body, ']');
	buf_put_char(body, '\0');
}

static void smsgate_inbox(void)
{
	static char storage[16384];
	struct buf body = buf_over(storage, sizeof storage);
	struct channel c = channel_of("smsgate", "http://127.0.0.1:8080", "");
	check_begin("smsgate: what is asked for");
	asks(&c, "", "http://127.0.0.1:8080/inbox?type=SMS&limit=50&offset=0");
	asks(&c, "1773220465007", "http://127.0.0.1:8080/inbox?type=SMS&limit=50&offset=0&from=2026-03-11T09:14:25.007Z");
	asks(&c, "5000.2.-.1773220465000", "http://127.0.0.1:8080/inbox?type=SMS&limit=50&offset=100&from=1970-01-01T00:00:05.000Z"
	     "&to=2026-03-11T09:14:25.000Z");
	bad_cursors(&c);

	check_begin("smsgate: the phone's ids are those of its webhooks");
	gets(&c, "", "[{\"id\": \"PyDmB\", \"type\": \"SMS\", \"sender\": \"BMCE\", \"recipient\": null, \"contentPreview\": \"Code 1\","
	     " \"createdAt\": \"2026-03-11T09:14:25.000Z\"},"
	     "{\"id\": \"text:-2\", \"type\": \"SMS\", \"sender\": \"0600000101\", \"recipient\": \"+212700000999\", \"contentPreview\":"
	     " \"Bonjour\", \"createdAt\": \"2026-03-11T09:13:25.000Z\"}, {\"type\": \"SMS\", \"contentPreview\": \"?\"},"
	     "{\"id\": \"mms:1\", \"type\": \"MMS\", \"sender\": \"x\", \"contentPreview\": \"y\"}]", 2, 1, "1773220405000");
	CHECK_STR(page.events[0].id, STR("fffffffe"));
	CHECK(!page.events[0].pulled);
	CHECK_STR(str_of(page.events[0].from.e164), STR("+212600000101"));
	CHECK_STR(page.events[0].to, STR("+212700000999"));
	CHECK_STR(page.events[1].id, STR("PyDmB"));
	CHECK(page.events[1].pulled && page.events[1].from.kind != PHONE_E164);

	check_begin("smsgate: a full page has another behind it");
	full_page(&body);
	CHECK(!body.full);
	gets(&c, "5000", storage, 50, 0, "5000.1.-.1773220490000");
	CHECK_STR(page.events[0].text, STR("1"));
	gets(&c, "5000.1.-.1773220490000", "[]", 0, 0, "1773220430000");
	no_page(&c, "5000", 200, "{\"message\": \"no\"}");
	no_page(&c, "5000", 503, "[]");
}

int main(void)
{
	int error = arena_new(&arena, 4 * 1024 * 1024);
	if (!error)
		error = arena_new(&lasting, 1024 * 1024);
	assert(!error);
	phones = plan_built_in(&lasting);
	twilio_inbox();
	smsgate_inbox();
	arena_free(&arena);
	arena_free(&lasting);
	return check_end();
}
