#include "db/ledger.h"

#include "db/chain.h"

#include <errno.h>
#include <string.h>

enum { NUMBER_DIGITS = 9 }; /* a reference has 8, a telephone number here 9 at least */

int setting_get(struct db *db, const char *name, char *value, size_t cap)
{
	struct query q = db_query(db, SQL_SETTING_GET);
	bind_z(&q, name);
	int rc = db_row(&q);
	value[0] = '\0';
	if (rc == 1) {
		col_copy(&q, 0, value, cap);
		db_done(&q);
	}
	return rc;
}

int setting_put(struct db *db, const char *name, const char *value)
{
	struct query q = db_query(db, SQL_SETTING_PUT);
	bind_z(&q, name);
	bind_text(&q, str_of(value));
	return db_run(&q);
}

/* ---- channels */

static int ensure(struct db *db, struct str channel)
{
	struct query q = db_query(db, SQL_CHANNEL_ENSURE);
	bind_text(&q, channel);
	return db_run(&q);
}

int channel_state_get(struct db *db, struct str channel, struct channel_state *out)
{
	*out = (struct channel_state){ 0 };
	struct query q = db_query(db, SQL_CHANNEL_GET);
	bind_text(&q, channel);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	col_copy(&q, 0, out->cursor, sizeof out->cursor);
	out->last_inbound_at = col_i64(&q, 1);
	out->last_send_at = col_i64(&q, 2);
	out->last_error_at = col_i64(&q, 3);
	col_copy(&q, 4, out->last_error, sizeof out->last_error);
	out->stopped_at = col_i64(&q, 5);
	out->accepted = col_i64(&q, 6);
	out->refused = col_i64(&q, 7);
	db_done(&q);
	return 1;
}

static int update_at(struct db *db, enum sql_name name, struct str channel, int64_t now_ms)
{
	int rc = ensure(db, channel);
	if (rc != 0)
		return rc;
	struct query q = db_query(db, name);
	bind_i64(&q, now_ms);
	bind_text(&q, channel);
	return db_run(&q);
}

int channel_state_inbound(struct db *db, struct str channel, int64_t now_ms)
{
	return update_at(db, SQL_CHANNEL_INBOUND, channel, now_ms);
}

int channel_state_sent(struct db *db, struct str channel, int64_t now_ms)
{
	return update_at(db, SQL_CHANNEL_SENT, channel, now_ms);
}

int channel_state_stop(struct db *db, struct str channel, int64_t now_ms)
{
	return update_at(db, SQL_CHANNEL_STOP, channel, now_ms);
}

int channel_state_failed(struct db *db, struct str channel, const char *error, int64_t now_ms)
{
	int rc = ensure(db, channel);
	if (rc != 0)
		return rc;
	struct query q = db_query(db, SQL_CHANNEL_FAILED);
	bind_i64(&q, now_ms);
	bind_z(&q, error);
	bind_text(&q, channel);
	return db_run(&q);
}

int channel_state_cursor(struct db *db, struct str channel, struct str cursor)
{
	int rc = ensure(db, channel);
	if (rc != 0)
		return rc;
	if (cursor.len >= sizeof ((struct channel_state *)NULL)->cursor)
		return -EMSGSIZE;
	struct query q = db_query(db, SQL_CHANNEL_CURSOR);
	bind_text(&q, cursor);
	bind_text(&q, channel);
	return db_run(&q);
}

int parked_add(struct db *db, struct str channel, const char *hook, const char *reason, struct str body, int64_t now_ms)
{
	int64_t parked_id = db_new_id(db);
	struct query q = db_query(db, SQL_PARKED_ADD);
	bind_i64(&q, parked_id);
	bind_text(&q, channel);
	bind_z(&q, hook);
	bind_i64(&q, now_ms);
	bind_text(&q, str_of(reason));
	bind_sealed(&q, &db->vault.own, (struct seal_place){ "parked.body", parked_id }, body);
	return db_run(&q);
}

int parked_count(struct db *db, int64_t *out)
{
	struct query q = db_query(db, SQL_PARKED_COUNT);
	int rc = db_row(&q);
	*out = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}

/* ---- old definitions */

int flow_source_add(struct db *db, struct str version, struct str name, struct str source, int64_t now_ms)
{
	struct query q = db_query(db, SQL_FLOW_SOURCE_ADD);
	bind_text(&q, version);
	bind_text(&q, name);
	bind_text(&q, source);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int flow_sources_each(struct db *db, int64_t since_ms, flow_source_fn *each, void *user)
{
	int rc, stop = 0;
	struct query q = db_query(db, SQL_FLOW_SOURCES);
	bind_i64(&q, since_ms);
	while (stop == 0 && (rc = db_row(&q)) == 1)
		stop = each(col_str(&q, 0), col_str(&q, 1), col_str(&q, 2), user);
	if (stop != 0) {
		db_done(&q);
		return stop;
	}
	return rc;
}

/* ---- audit */

static int anchor_of(struct db *db, int64_t *seq, unsigned char hash[VAULT_HASH_LEN]);

int audit_last(struct db *db, int64_t *seq, unsigned char hash[VAULT_HASH_LEN])
{
	struct query q = db_query(db, SQL_AUDIT_LAST);
	int rc = db_row(&q);
	if (rc == 1) {
		struct str stored = col_str(&q, 1);
		*seq = col_i64(&q, 0);
		memset(hash, 0, VAULT_HASH_LEN);
		if (stored.len == VAULT_HASH_LEN)
			memcpy(hash, stored.at, VAULT_HASH_LEN);
		db_done(&q);
		return 0;
	}
	/* Nothing yet, or all of it is past its time. */
	return rc < 0 ? rc : anchor_of(db, seq, hash) < 0 ? -EBADMSG : 0;
}

/* The end of what reads like a telephone number from here on: 9 digits or more, in one piece or, after + or 0, with a space, dot or
 * dash between them.  from: it is none. */
static size_t number_end(struct str s, size_t from)
{
	size_t digits = 0, piece = 0, end = from;
	bool dialled = s.at[from] == '+' || s.at[from] == '0', whole = false;
	for (size_t i = from + (s.at[from] == '+'); i < s.len; i++) {
		bool digit = s.at[i] >= '0' && s.at[i] <= '9';
		if (!digit && (!strchr(" .-", s.at[i]) || !s.at[i] || end != i)) /* one between two digits */
			break;
		piece = digit ? piece + 1 : 0;
		digits += digit;
		whole = whole || piece >= NUMBER_DIGITS;
		if (digit)
			end = i + 1;
	}
	return digits >= NUMBER_DIGITS && (dialled || whole) ? end : from;
}

/* People type numbers into reasons.  A line of the audit outlives an erasure, and nothing in it is sealed: of a number the last two
 * digits stay. */
static struct str without_numbers(struct arena *arena, struct str text)
{
	struct buf b = buf_new(arena, text.len + 1);
	for (size_t i = 0; i < text.len;) {
		bool begins = (text.at[i] == '+' || (text.at[i] >= '0' && text.at[i] <= '9')) &&
			      (i == 0 || text.at[i - 1] < '0' || text.at[i - 1] > '9');
		size_t end = begins ? number_end(text, i) : i;
		do {
			bool digit = text.at[i] >= '0' && text.at[i] <= '9';
			buf_put_char(&b, digit && i + 2 < end ? '*' : text.at[i]);
		} while (++i < end);
	}
	return b.full ? (struct str){ NULL, 0 } : buf_str(&b);
}

int audit_add(struct db *db, int64_t now_ms, struct str actor, struct str action, struct str object, struct str reason)
{
	unsigned char before[VAULT_HASH_LEN], hash[VAULT_HASH_LEN];
	int64_t seq;
	int rc = audit_last(db, &seq, before);
	if (rc != 0)
		return rc;
	if (reason.len && !(reason = without_numbers(&db->arena, reason)).at)
		return -ENOMEM;
	struct str row = chain_canonical(&db->arena, ++seq, now_ms, (struct str[]){ actor, action, object, reason }, 4);
	if (!row.at)
		return -ENOMEM;
	vault_chain(&db->vault, before, row, hash);
	struct query q = db_query(db, SQL_AUDIT_ADD);
	bind_i64(&q, seq);
	bind_i64(&q, now_ms);
	bind_text(&q, actor);
	bind_text(&q, action);
	bind_text(&q, object);
	bind_text_or_null(&q, reason);
	bind_blob(&q, hash, sizeof hash);
	return db_run(&q);
}

/* 1: the audit begins after *seq, whose hash was this; 0: it begins at its first line; -EBADMSG: a forged anchor. */
static int anchor_of(struct db *db, int64_t *seq, unsigned char hash[VAULT_HASH_LEN])
{
	unsigned char mark[VAULT_INDEX_LEN];
	memset(hash, 0, VAULT_HASH_LEN);
	*seq = 0;
	struct query q = db_query(db, SQL_AUDIT_ANCHOR);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	struct str stored = col_str(&q, 1);
	*seq = col_i64(&q, 0);
	if (stored.len == VAULT_HASH_LEN)
		memcpy(hash, stored.at, VAULT_HASH_LEN);
	vault_anchor(&db->vault, *seq, (struct str){ (char *)hash, VAULT_HASH_LEN }, mark);
	bool ours = stored.len == VAULT_HASH_LEN && vault_equal(col_str(&q, 2), (struct str){ (char *)mark, sizeof mark });
	db_done(&q);
	return ours ? 1 : -EBADMSG;
}

int audit_verify(struct db *db, int64_t *rows, int64_t *seq)
{
	struct chain chain = { 0 };
	*rows = 0;
	int rc = anchor_of(db, &chain.begin, chain.before);
	*seq = chain.begin;
	if (rc < 0)
		return rc;
	struct query q = db_query(db, SQL_AUDIT_ALL);
	while ((rc = db_row(&q)) == 1) {
		struct str fields[] = { col_str(&q, 2), col_str(&q, 3), col_str(&q, 4), col_str(&q, 5) };
		bool holds = chain_row(&chain, &db->vault, &db->arena, col_i64(&q, 0), col_i64(&q, 1), fields, col_str(&q, 6));
		*rows = chain.rows, *seq = chain.seq;
		if (!holds) {
			db_done(&q);
			return -EBADMSG;
		}
	}
	return rc;
}

int audit_drop_before(struct db *db, int64_t before_ms, int64_t now_ms, int64_t *dropped)
{
	unsigned char hash[VAULT_HASH_LEN], mark[VAULT_INDEX_LEN];
	int64_t begin, seq;
	*dropped = 0;
	int rc = anchor_of(db, &begin, hash);
	if (rc < 0)
		return rc;
	struct query q = db_query(db, SQL_AUDIT_OLD);
	bind_i64(&q, before_ms);
	rc = db_row(&q);
	if (rc != 1)
		return rc;
	struct str stored = col_str(&q, 1);
	seq = col_i64(&q, 0);
	bool whole = stored.len == VAULT_HASH_LEN;
	if (whole)
		memcpy(hash, stored.at, VAULT_HASH_LEN);
	db_done(&q);
	if (!whole)
		return -EBADMSG;
	vault_anchor(&db->vault, seq, (struct str){ (char *)hash, sizeof hash }, mark);
	struct query a = db_query(db, SQL_AUDIT_ANCHOR_ADD);
	bind_i64(&a, seq);
	bind_i64(&a, now_ms);
	bind_blob(&a, hash, sizeof hash);
	bind_blob(&a, mark, sizeof mark);
	rc = db_run(&a);
	if (rc != 0)
		return rc;
	struct query d = db_query(db, SQL_AUDIT_DROP);
	bind_i64(&d, seq);
	*dropped = seq - begin;
	return db_run(&d);
}
