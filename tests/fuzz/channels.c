/* A stranger's request to any adapter: understood or refused, never more.  What is given out is valid text, a verdict
 * and events that agree, and an answer whose headers cannot be split.
 *
 * The input: a byte each for channel, hook, method and content type; then query, headers and body, split by 0x1E. */
#include "gateway/channels/channel.h"
#include "gateway/json.h"

#include "tests/fuzz/fuzz.h"

enum { CHANNELS_MAX = 40 };

static struct arena arena, lasting;
static struct phone_plan plan;
static struct channel channels[CHANNELS_MAX];
static size_t channels_count;

/* Keys that make each adapter look at all it can: profiles come shipped, secrets are known to the corpus. */
static const struct { const char *name, *value; } keys[] = {
	{ "username", "iom" }, { "password", "pw" }, { "api_key", "key" }, { "api_secret", "secret" }, { "key", "key" },
	{ "inbound", "{\"list\": null, \"id\": \"message_id\", \"from\": \"sender\", \"to\": \"recipient\", \"text\": \"text\", "
		     "\"date\": \"time\"}" },
};

static void set_up(void)
{
	struct err err;
	if (arena_new(&arena, 8 << 20) || arena_new(&lasting, 4 << 20) ||
	    phone_plan_load(&plan, fuzz_embedded("phones.tsv"), &lasting, &err))
		abort();
	for (const struct adapter *const *a = adapters_all(); *a && channels_count < CHANNELS_MAX; a++) {
		struct channel *c = &channels[channels_count++];
		*c = (struct channel){ .id = STR("c"), .adapter = *a, .token = STR("k7Qm2vXw9pLr4TzB"), .sender = STR("3939"),
				       .country = STR("MA"), .base_url = STR(""), .sms = true, .ussd = true,
				       .public_url = STR("https://gw.example.org"), .hooks = (*a)->hooks };
		for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
			c->key[i].name = str_of(keys[i].name);
			c->key[c->keys_count++].value = str_of(keys[i].value);
		}
		if ((*a)->prepare && (*a)->prepare(c, &lasting, &err) != 0)
			abort();
	}
}

static void check_event(const struct event *e)
{
	const struct str texts[] = { e->text, e->to, e->from_raw, e->id, e->session, e->reason };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		FUZZ_CHECK(texts[i].at && utf8_valid(texts[i]));
	FUZZ_CHECK(e->kind != EVENT_SMS || e->parts <= 255);
	FUZZ_CHECK(e->from.kind != PHONE_E164 || e->from.e164[0] == '+');
}

static void check_reply(const struct channel *c, const struct hook *hook, const struct decoded *decoded)
{
	struct http_response response = { 0 };
	struct reply_to to = { .state = decoded->verdict == VERDICT_MALFORMED ? ANSWER_MALFORMED : ANSWERED,
			       .ussd_text = STR("1. <Oui> & \"non\"\n2. العربية") };
	if (c->adapter->reply(c, hook, decoded, &to, &arena, &response) != 0)
		return;
	FUZZ_CHECK(response.status >= 200 && response.status < 600);
	for (size_t i = 0; i < response.headers_count; i++)
		FUZZ_CHECK(response.headers[i].value.len == 0 || !memchr(response.headers[i].value.at, '\n', response.headers[i].value.len));
	struct str type = response.headers_count ? response.headers[0].value : STR("");
	if (response.body.len && str_starts(type, STR("application/json"))) {
		json_t *json = json_parse(response.body, NULL);
		FUZZ_CHECK(json);
		json_decref(json);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "application/x-www-form-urlencoded", "application/json", "text/plain",
					     "text/plain; charset=\"UTF-16BE\"" };
	static const enum http_method methods[] = { HTTP_GET, HTTP_POST, HTTP_PUT };
	if (!arena.block)
		set_up();
	arena_reset(&arena);
	struct str in = { (const char *)data, size }, line, headers = STR("");
	const struct channel *c = &channels[fuzz_byte(&in) % channels_count];
	unsigned nth = fuzz_byte(&in) % 16;
	const struct hook *hook = c->hooks;
	while (nth-- > 0 && hook->name && hook[1].name)
		hook++;
	struct http_request request = { .method = methods[fuzz_byte(&in) % 3], .path = STR("/cb/c/k7Qm2vXw9pLr4TzB/x"),
					.query = STR(""), .body = STR("") };
	const char *type = types[fuzz_byte(&in) % 4];
	request.peer.ss_family = AF_INET; /* 0.0.0.0: nobody that is believed */
	request.headers[request.headers_count++] = (struct http_header){ STR("Content-Type"), str_of(type) };
	(void)str_split(&in, 0x1e, &request.query);
	(void)str_split(&in, 0x1e, &headers);
	request.body = in.at ? in : STR("");
	while (request.headers_count < 16 && str_split(&headers, '\n', &line)) {
		struct str name, value = line;
		if (str_split(&value, ':', &name) && value.at)
			request.headers[request.headers_count++] = (struct http_header){ name, str_trim(value) };
	}
	struct decoded decoded = { 0 };
	if (!hook->name || c->adapter->decode(c, hook, &request, &plan, &arena, &decoded) != 0)
		return 0;
	FUZZ_CHECK(decoded.verdict != VERDICT_MALFORMED || decoded.why);
	for (size_t i = 0; i < decoded.count; i++)
		check_event(&decoded.events[i]);
	if (decoded.verdict != VERDICT_UNAUTHORISED)
		check_reply(c, hook, &decoded);
	return 0;
}
