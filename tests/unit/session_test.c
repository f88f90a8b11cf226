/* A conversation as bytes and back; and bytes of anybody, which must never be misread. */
#include "flows/engine.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static char storage[64 * 1024];

static void fill(struct session *s)
{
	*s = (struct session){ .flow = "return_request", .version = "0123456789abcdef", .state = "SAFE", .run_id = INT64_MAX,
			       .started_ms = -5, .page = 2, .errors = 1, .consented = true, .vars_count = VARS_MAX,
			       .trail_count = TRAIL_MAX, .held_count = HELD_MAX, .under_flow = "return_request",
			       .under_version = "fedcba9876543210", .under_state = "AGE", .under_page = 1 };
	for (size_t i = 0; i < VARS_MAX; i++) {
		(void)snprintf(s->vars[i].name, sizeof s->vars[i].name, "name%zu", i);
		memset(s->vars[i].value, 'v', sizeof s->vars[i].value - 1);
	}
	for (size_t i = 0; i < TRAIL_MAX; i++)
		(void)snprintf(s->trail[i], sizeof s->trail[i], "STATE%zu", i);
	for (size_t i = 0; i < HELD_MAX; i++) {
		struct held_answer *h = &s->held[i];
		(void)snprintf(h->state, sizeof h->state, "HELD%zu", i);
		memset(h->raw, 'r', sizeof h->raw - 1);
		h->sensitive = i % 2;
		h->at_ms = 1767610800000 + (int64_t)i;
		h->since_start_ms = -1;
	}
}

static void test_round_trip(void)
{
	static struct session s, back, none;
	struct buf out = buf_over(storage, sizeof storage);
	check_begin("what was packed comes back the same, full and empty");
	fill(&s);
	CHECK_INT(session_pack(&s, &out), 0);
	CHECK_INT(session_unpack(buf_str(&out), &back), 0);
	CHECK(memcmp(&s, &back, sizeof s) == 0);
	buf_clear(&out);
	CHECK_INT(session_pack(&none, &out), 0);
	CHECK(out.len < 32);
	CHECK_INT(session_unpack(buf_str(&out), &back), 0);
	CHECK(memcmp(&none, &back, sizeof back) == 0);

	check_begin("packing into too little room says so");
	struct buf small = buf_over(storage, 40);
	CHECK_INT(session_pack(&s, &small), -ENOBUFS);
}

static void test_refused(void)
{
	static struct session s, back, none;
	struct buf out = buf_over(storage, sizeof storage);
	fill(&s);
	CHECK_INT(session_pack(&s, &out), 0);
	check_begin("every shortened text is refused and leaves nothing behind");
	for (size_t len = 0; len < out.len; len++) {
		CHECK_INT(session_unpack((struct str){ storage, len }, &back), -EPROTO);
		CHECK(memcmp(&back, &none, sizeof back) == 0);
	}
	check_begin("what is too long, or of another format, is refused");
	buf_put_char(&out, 'x');
	CHECK_INT(session_unpack(buf_str(&out), &back), -EPROTO);
	storage[0] = 2;
	CHECK_INT(session_unpack((struct str){ storage, out.len - 1 }, &back), -EPROTO);
}

static void test_noise(void)
{
	static struct session s, back;
	static char copy[sizeof storage];
	struct buf out = buf_over(storage, sizeof storage);
	uint32_t random = 12345;
	fill(&s);
	CHECK_INT(session_pack(&s, &out), 0);
	check_begin("changed bytes are refused or read as some conversation, never outside of it");
	for (unsigned round = 0; round < 20000; round++) {
		memcpy(copy, storage, out.len);
		for (unsigned n = 0; n < 1 + round % 4; n++) {
			random = random * 1664525u + 1013904223u;
			copy[random % out.len] = (char)(random >> 16);
		}
		if (session_unpack((struct str){ copy, out.len }, &back))
			continue;
		CHECK(back.vars_count <= VARS_MAX && back.trail_count <= TRAIL_MAX && back.held_count <= HELD_MAX);
		CHECK(memchr(back.flow, '\0', sizeof back.flow) != NULL);
	}
}

int main(void)
{
	test_round_trip();
	test_refused();
	test_noise();
	return check_end();
}
