/* A stranger's request to an adapter: understood or refused, never more.  What is given out is valid text, a verdict and
 * events that agree, and an answer whose headers cannot be split.
 *
 * The input is a raw HTTP/1.1 request.  It is read twice: as it is, and as if every signature and secret in it were right
 * (the linker puts these in place of mac.c's), or mutation would never get past the first comparison. */
#include "gateway/mac.h"

#include "tests/fuzz/request.h"
#include "tests/fuzz/vendor.h"

static bool believe;

bool __real_mac_same(const struct mac *mac, enum mac_form form, struct str given);
bool __wrap_mac_same(const struct mac *mac, enum mac_form form, struct str given);
bool __real_mac_secret_same(struct str wanted, struct str given);
bool __wrap_mac_secret_same(struct str wanted, struct str given);

bool __wrap_mac_same(const struct mac *mac, enum mac_form form, struct str given)
{
	return __real_mac_same(mac, form, given) || believe;
}

bool __wrap_mac_secret_same(struct str wanted, struct str given)
{
	return __real_mac_secret_same(wanted, given) || believe;
}

static void check_reply(const struct hook *hook, const struct decoded *decoded)
{
	struct http_response response = { 0 };
	struct queued_message queued = { STR("+212600000101"), STR("\"é\" <b>"), STR("7") };
	struct reply_to to = { .state = decoded->verdict == VERDICT_MALFORMED ? ANSWER_MALFORMED : ANSWERED, .queued = &queued,
			       .queued_count = 1, .ussd_text = STR("1. <Oui> & \"non\"\n2. العربية") };
	if (vendor.adapter->reply(&vendor, hook, decoded, &to, &arena, &response) != 0)
		return;
	FUZZ_CHECK(response.status >= 200 && response.status < 600);
	for (size_t i = 0; i < response.headers_count; i++)
		FUZZ_CHECK(response.headers[i].value.len == 0 ||
			   !memchr(response.headers[i].value.at, '\n', response.headers[i].value.len));
	struct str type = response.headers_count ? response.headers[0].value : STR("");
	if (response.body.len && str_starts(type, STR("application/json"))) {
		json_t *json = json_parse(response.body, NULL);
		FUZZ_CHECK(json);
		json_decref(json);
	}
}

static const struct hook *hook_of(struct str path)
{
	struct str part;
	while (str_split(&path, '/', &part))
		for (const struct hook *hook = vendor.hooks; hook->name; hook++)
			if (str_eq_z(part, hook->name))
				return hook;
	return vendor.hooks; /* an unknown one is a 404 before the adapter is asked */
}

static void take(const struct http_request *request)
{
	struct decoded decoded = { 0 };
	const struct hook *hook = hook_of(request->path);
	arena_reset(&arena);
	if (vendor.adapter->decode(&vendor, hook, request, &plan, &arena, &decoded) != 0)
		return;
	FUZZ_CHECK(decoded.verdict != VERDICT_MALFORMED || decoded.why);
	FUZZ_CHECK(decoded.verdict != VERDICT_UNAUTHORISED || decoded.count == 0);
	for (size_t i = 0; i < decoded.count; i++)
		vendor_check_event(&decoded.events[i]);
	if (decoded.verdict != VERDICT_UNAUTHORISED)
		check_reply(hook, &decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request request;
	if (!arena.block)
		vendor_set_up();
	fuzz_request((struct str){ (const char *)data, size }, vendor_now_ms, &request);
	believe = false;
	take(&request);
	believe = true;
	take(&request);
	return 0;
}
