/* How long a message waits after it was refused for now. */
#include "db/vault.h"
#include "gateway/outbox.h"
#include "tests/unit/check.h"

static void within(unsigned attempts, int64_t retry_after_s, int64_t least_ms, int64_t most_ms)
{
	for (int i = 0; i < 200; i++) {
		int64_t ms = outbox_backoff_ms(attempts, retry_after_s);
		CHECK(ms >= least_ms && ms <= most_ms);
	}
}

int main(void)
{
	struct vault any;
	CHECK_INT(vault_from_key(&any, NULL), 0);
	check_begin("30 s doubling to an hour, a fifth more or less");
	within(0, -1, 24000, 36000);
	within(1, -1, 24000, 36000);
	within(2, -1, 48000, 72000);
	within(7, -1, 1536000, 2304000);
	within(8, -1, 2880000, 4320000);
	within(4000000000u, -1, 2880000, 4320000);
	check_begin("never before Retry-After, and not all at the same moment behind it");
	within(1, 5, 24000, 36000);
	within(1, 3600, 3600000, 4320000);
	within(1, 86400, 86400000, 103680000);
	vault_close(&any);
	return check_end();
}
