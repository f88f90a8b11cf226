/* Bytes that claim to be a conversation are refused or read as one that packs to the same bytes again. */
#include "flows/engine.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct session s, again;
	static char storage[1 << 16], second[1 << 16];
	struct buf out = buf_over(storage, sizeof storage), twice = buf_over(second, sizeof second);
	if (session_unpack((struct str){ (const char *)data, size }, &s) != 0)
		return 0;
	FUZZ_CHECK(s.vars_count <= VARS_MAX && s.trail_count <= TRAIL_MAX && s.held_count <= HELD_MAX);
	FUZZ_CHECK(session_pack(&s, &out) == 0);
	FUZZ_CHECK(session_unpack(buf_str(&out), &again) == 0);
	FUZZ_CHECK(session_pack(&again, &twice) == 0 && str_eq(buf_str(&out), buf_str(&twice)));
	return 0;
}
