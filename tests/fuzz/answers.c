/* What a vendor's server answers, when it lies: to a send, a fetch of its inbox, a login, a question for the credit.  Nothing
 * is accepted without an id, each recipient has a result, and what a page gives out is as clean as a callback's.
 *
 * The input is the status' place in a list, and the body. */
#include "tests/fuzz/vendor.h"

static void check_send(const struct http_result *result)
{
	struct outgoing message = { .to = { STR("+212600000101"), STR("+254711000108") }, .text = STR("x"), .client_ref = STR("7"),
				    .access = STR("t") };
	struct recipient_result results[RECIPIENTS_MAX];
	struct http_call call;
	message.count = vendor.adapter->recipients_per_call > 1 ? 2 : 1;
	if (!vendor.adapter->compose || vendor.adapter->compose(&vendor, &message, &arena, &call) != 0)
		return;
	memset(results, 0xa5, sizeof results);
	if (vendor.adapter->classify(&vendor, &message, result, &arena, results) != 0)
		return;
	for (size_t i = 0; i < message.count; i++) {
		const struct recipient_result *r = &results[i];
		FUZZ_CHECK(str_eq(r->to, message.to[i]) && r->result <= SEND_UNKNOWN);
		FUZZ_CHECK(r->id.at && r->code.at && utf8_valid(r->code) && utf8_valid(r->id));
		FUZZ_CHECK((r->result == SEND_ACCEPTED) == (r->id.len > 0));
		FUZZ_CHECK(r->result != SEND_ACCEPTED || transport_class(result) == SEND_ACCEPTED);
		for (size_t k = 0; k < r->ids_count; k++)
			FUZZ_CHECK(r->ids[k].len > 0);
	}
}

static void check_page(const struct http_result *result)
{
	static const char *const cursors[] = { "", "inbox", "reports", "15071", "5000.1.PASM1.6000" };
	struct event *parked;
	size_t parked_count;
	struct str next;
	struct decoded page;
	for (size_t n = 0; vendor.adapter->polled && n < sizeof cursors / sizeof cursors[0]; n++) {
		if (vendor.adapter->polled(&vendor, str_of(cursors[n]), result, &plan, &arena, &page, &parked, &parked_count, &next) != 0)
			continue;
		FUZZ_CHECK(page.verdict == VERDICT_ACCEPT || page.verdict == VERDICT_MALFORMED);
		FUZZ_CHECK(next.at && utf8_valid(next));
		for (size_t i = 0; page.verdict == VERDICT_ACCEPT && i < page.count; i++)
			vendor_check_event(&page.events[i]);
		for (size_t i = 0; page.verdict == VERDICT_ACCEPT && i < parked_count; i++)
			FUZZ_CHECK(utf8_valid(parked[i].id) && parked[i].raw.at);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned statuses[] = { 200, 201, 202, 400, 401, 403, 404, 429, 500, 502, 503 };
	struct str in = { (const char *)data, size }, said = STR("");
	int64_t life_s = 0;
	if (!arena.block)
		vendor_set_up();
	arena_reset(&arena);
	unsigned status = statuses[fuzz_byte(&in) % (sizeof statuses / sizeof statuses[0])];
	struct http_result result = { .status = status, .request_left = true, .content_type = STR("application/json"),
				      .body = in.len ? in : STR(""), .retry_after_s = -1 };
	check_send(&result);
	check_page(&result);
	if (channel_logs_in(&vendor) && vendor.adapter->logged_in(&vendor, &result, &arena, &said, &life_s) == 0)
		FUZZ_CHECK(said.len > 0 && life_s > 0 && !memchr(said.at, '\n', said.len));
	if (vendor.adapter->credited && vendor.adapter->credited(&vendor, &result, &arena, &said) == 0)
		FUZZ_CHECK(said.len > 0 && said.len <= 64);
	return 0;
}
