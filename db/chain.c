#include "db/chain.h"

#include <errno.h>
#include <string.h>

enum { ROW_ARENA = 1 << 16 };

struct str chain_canonical(struct arena *arena, int64_t seq, int64_t at, const struct str *fields, size_t count)
{
	size_t len = 64;
	for (size_t i = 0; i < count; i++)
		len += fields[i].len + 24;
	struct buf b = buf_new(arena, len);
	buf_printf(&b, "%lld %lld", (long long)seq, (long long)at);
	for (size_t i = 0; i < count; i++) {
		buf_printf(&b, " %zu:", fields[i].len);
		buf_put(&b, fields[i]);
	}
	return b.full ? (struct str){ NULL, 0 } : buf_str(&b);
}

/* seq 0: there is no anchor.  0, or -EBADMSG: it is not ours. */
static int chain_begin(struct chain *c, const struct vault *vault, int64_t seq, struct str hash, struct str mark)
{
	unsigned char wanted[VAULT_INDEX_LEN];
	*c = (struct chain){ .begin = seq, .seq = seq };
	if (seq == 0)
		return 0;
	if (hash.len != VAULT_HASH_LEN)
		return -EBADMSG;
	memcpy(c->before, hash.at, VAULT_HASH_LEN);
	vault_anchor(vault, seq, (struct str){ (char *)c->before, VAULT_HASH_LEN }, wanted);
	return vault_equal(mark, (struct str){ (char *)wanted, sizeof wanted }) ? 0 : -EBADMSG;
}

bool chain_row(struct chain *c, const struct vault *vault, struct arena *arena, int64_t seq, int64_t at,
	       const struct str fields[4], struct str hash)
{
	unsigned char wanted[VAULT_HASH_LEN];
	size_t mark = arena_mark(arena);
	struct str row = chain_canonical(arena, seq, at, fields, 4);
	c->seq = seq;
	if (row.at)
		vault_chain(vault, c->before, row, wanted);
	bool holds = row.at && seq == c->begin + c->rows + 1 && vault_equal(hash, (struct str){ (char *)wanted, sizeof wanted });
	arena_back(arena, mark);
	if (!holds)
		return false;
	memcpy(c->before, wanted, sizeof c->before);
	c->rows++;
	return true;
}

/* ---- over a reader */

struct verification {
	struct chain *chain;
	const struct vault *vault;
	struct arena arena;
	struct str head;
	bool met;
};

void chain_head(int64_t seq, const unsigned char hash[VAULT_HASH_LEN], struct buf *out)
{
	buf_printf(out, "%lld:", (long long)seq);
	buf_put_hex(out, hash, VAULT_HASH_LEN);
}

static bool is_head(const struct chain *c, struct str head)
{
	char text[CHAIN_HEAD_MAX];
	struct buf b = buf_over(text, sizeof text);
	chain_head(c->seq, c->before, &b);
	return str_eq(buf_str(&b), head);
}

static int take_anchor(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct verification *v = user;
	(void)names, (void)columns;
	return chain_begin(v->chain, v->vault, row[0].integer, row[1].text, row[2].text);
}

static int check_row(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct verification *v = user;
	struct str fields[4];
	(void)names, (void)columns;
	for (int i = 0; i < 4; i++)
		fields[i] = row[i + 2].kind == CELL_TEXT ? row[i + 2].text : (struct str){ "", 0 };
	if (!chain_row(v->chain, v->vault, &v->arena, row[0].integer, row[1].integer, fields, row[6].text))
		return -EBADMSG;
	v->met = v->met || (v->head.at && is_head(v->chain, v->head));
	return 0;
}

int chain_verify(struct reader *reader, struct str head, struct chain *chain)
{
	static const char anchor[] = "SELECT seq, hash, mark FROM main.audit_anchor ORDER BY seq DESC LIMIT 1";
	static const char rows[] = "SELECT seq, at, actor, action, object, reason, hash FROM main.audit ORDER BY seq";
	struct verification v = { .chain = chain, .vault = reader_vault(reader), .head = head };
	*chain = (struct chain){ 0 };
	int rc = arena_new(&v.arena, ROW_ARENA);
	if (rc != 0)
		return rc;
	rc = reader_ask(reader, anchor, NULL, 0, take_anchor, &v);
	if (rc == 0)
		rc = reader_ask(reader, rows, NULL, 0, check_row, &v);
	arena_free(&v.arena);
	return rc == 0 && head.at && !v.met ? -ESTALE : rc;
}
