/* A conversation as bytes: a format byte, then its parts in order, texts with their length in front, numbers in 7-bit
 * groups.  Whatever the bytes are, unpacking stays inside them and inside the struct. */
#include "flows/engine.h"

#include <errno.h>
#include <string.h>

enum { FORMAT = 1, CONSENTED = 1, FINISHED = 2 };

const char *session_var(const struct session *s, struct str name)
{
	for (size_t i = 0; i < s->vars_count; i++)
		if (str_eq_z(name, s->vars[i].name))
			return s->vars[i].value;
	return NULL;
}

bool session_resumable(const struct book *book, const struct session *s)
{
	const char *name = s->under_flow[0] ? s->under_flow : s->flow;
	const char *version = s->under_flow[0] ? s->under_version : s->version;
	const char *state = s->under_flow[0] ? s->under_state : s->state;
	const struct flow *flow = s->finished || !name[0] ? NULL : book_flow(book, str_of(name), str_of(version));
	if (!flow || !flow->needs_consent || !flow_state(flow, str_of(state)))
		return false;
	return s->consented || s->held_count > 0;
}

/* ---- packing */

static void put_number(struct buf *out, uint64_t n)
{
	for (; n >= 0x80; n >>= 7)
		buf_put_char(out, (char)(unsigned char)(n | 0x80));
	buf_put_char(out, (char)n);
}

static void put_signed(struct buf *out, int64_t n)
{
	put_number(out, (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0));
}

static void put_text(struct buf *out, const char *text)
{
	struct str s = str_of(text);
	put_number(out, s.len);
	buf_put(out, s);
}

int session_pack(const struct session *s, struct buf *out)
{
	buf_put_char(out, FORMAT);
	put_text(out, s->flow);
	put_text(out, s->version);
	put_text(out, s->state);
	put_text(out, s->under_flow);
	put_text(out, s->under_version);
	put_text(out, s->under_state);
	put_signed(out, s->run_id);
	put_signed(out, s->started_ms);
	put_number(out, s->page);
	put_number(out, s->under_page);
	put_number(out, s->errors);
	put_number(out, (s->consented ? CONSENTED : 0u) | (s->finished ? FINISHED : 0u));
	put_number(out, s->vars_count);
	for (size_t i = 0; i < s->vars_count; i++) {
		put_text(out, s->vars[i].name);
		put_text(out, s->vars[i].value);
	}
	put_number(out, s->trail_count);
	for (size_t i = 0; i < s->trail_count; i++)
		put_text(out, s->trail[i]);
	put_number(out, s->held_count);
	for (size_t i = 0; i < s->held_count; i++) {
		const struct held_answer *h = &s->held[i];
		put_text(out, h->state);
		put_text(out, h->value);
		put_text(out, h->raw);
		put_number(out, h->sensitive);
		put_signed(out, h->at_ms);
		put_signed(out, h->since_start_ms);
	}
	return out->full ? -ENOBUFS : 0;
}

/* ---- unpacking */

struct unpacking {
	struct str left;
	bool bad;
};

static uint64_t take_number(struct unpacking *u, uint64_t max)
{
	uint64_t n = 0;
	for (unsigned shift = 0; shift < 64 && u->left.len > 0; shift += 7) {
		unsigned char byte = (unsigned char)u->left.at[0];
		u->left = str_from(u->left, 1);
		if (shift == 63 && byte > 1)
			break;
		n |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			u->bad = u->bad || n > max;
			return u->bad ? 0 : n;
		}
	}
	u->bad = true;
	return 0;
}

static int64_t take_signed(struct unpacking *u)
{
	uint64_t n = take_number(u, UINT64_MAX);
	return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

static void take_text(struct unpacking *u, char *out, size_t cap)
{
	size_t len = (size_t)take_number(u, cap - 1);
	struct str text = str_slice(u->left, 0, len);
	if (u->bad || text.len < len || !str_copy(text, out, cap)) {
		u->bad = true;
		return;
	}
	u->left = str_from(u->left, len);
}

static void take_lists(struct unpacking *u, struct session *s)
{
	s->vars_count = (size_t)take_number(u, VARS_MAX);
	for (size_t i = 0; i < s->vars_count && !u->bad; i++) {
		take_text(u, s->vars[i].name, sizeof s->vars[i].name);
		take_text(u, s->vars[i].value, sizeof s->vars[i].value);
	}
	s->trail_count = u->bad ? 0 : (size_t)take_number(u, TRAIL_MAX);
	for (size_t i = 0; i < s->trail_count && !u->bad; i++)
		take_text(u, s->trail[i], sizeof s->trail[i]);
	s->held_count = u->bad ? 0 : (size_t)take_number(u, HELD_MAX);
	for (size_t i = 0; i < s->held_count && !u->bad; i++) {
		struct held_answer *h = &s->held[i];
		take_text(u, h->state, sizeof h->state);
		take_text(u, h->value, sizeof h->value);
		take_text(u, h->raw, sizeof h->raw);
		h->sensitive = take_number(u, 1) != 0;
		h->at_ms = take_signed(u);
		h->since_start_ms = take_signed(u);
	}
}

int session_unpack(struct str packed, struct session *s)
{
	struct unpacking u = { packed, false };
	*s = (struct session){ 0 };
	if (take_number(&u, UINT64_MAX) != FORMAT || u.bad)
		return -EPROTO;
	take_text(&u, s->flow, sizeof s->flow);
	take_text(&u, s->version, sizeof s->version);
	take_text(&u, s->state, sizeof s->state);
	take_text(&u, s->under_flow, sizeof s->under_flow);
	take_text(&u, s->under_version, sizeof s->under_version);
	take_text(&u, s->under_state, sizeof s->under_state);
	s->run_id = take_signed(&u);
	s->started_ms = take_signed(&u);
	s->page = (unsigned)take_number(&u, UINT32_MAX);
	s->under_page = (unsigned)take_number(&u, UINT32_MAX);
	s->errors = (unsigned)take_number(&u, UINT32_MAX);
	uint64_t flags = take_number(&u, CONSENTED | FINISHED);
	s->consented = flags & CONSENTED;
	s->finished = flags & FINISHED;
	take_lists(&u, s);
	if (!u.bad && u.left.len == 0)
		return 0;
	*s = (struct session){ 0 };
	return -EPROTO;
}
