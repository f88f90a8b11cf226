#include "db/parts.h"

#include "flows/text/buf.h"

#include <errno.h>
#include <string.h>

enum { JOINED_MAX = PARTS_MAX * PART_BYTES_MAX };

static void set_key(struct db *db, const struct message_part *p, unsigned char out[VAULT_INDEX_LEN])
{
	uint32_t parts = p->parts;
	struct str of[] = { STR("part"), p->channel, p->from, p->to, p->ref, { (const char *)&parts, sizeof parts } };
	vault_fingerprint(&db->vault, of, sizeof of / sizeof of[0], out);
}

static struct seal_place place(const char *column, int64_t part_id)
{
	return (struct seal_place){ column, part_id };
}

static int insert(struct db *db, const struct message_part *p, const unsigned char key[VAULT_INDEX_LEN])
{
	int64_t part_id = db_new_id(db);
	int added;
	struct query q = db_query(db, SQL_PART_ADD);
	bind_i64(&q, part_id);
	bind_blob(&q, key, VAULT_INDEX_LEN);
	bind_i64(&q, p->part);
	bind_i64(&q, p->parts);
	bind_text(&q, p->channel);
	bind_text(&q, p->to);
	bind_i64(&q, p->ts_ms);
	bind_i64(&q, p->now_ms);
	bind_sealed(&q, &db->vault.own, place("message_part.sender", part_id), p->from);
	bind_sealed(&q, &db->vault.own, place("message_part.body", part_id), p->text);
	int rc = db_run_changes(&q, &added);
	return rc == 0 && added == 0 ? -EEXIST : rc;
}

static int read_row(struct query *q, struct buf *joined, struct message_part *out)
{
	struct str text, from;
	int64_t part_id = col_i64(q, 0);
	int rc = col_sealed(q, 6, &q->db->vault.own, place("message_part.body", part_id), &text);
	if (rc == 0)
		rc = col_sealed(q, 5, &q->db->vault.own, place("message_part.sender", part_id), &from);
	if (rc != 0)
		return rc;
	buf_put(joined, text);
	out->parts = (unsigned)col_i64(q, 1);
	out->channel = arena_str(&q->db->arena, col_str(q, 2));
	out->to = arena_str(&q->db->arena, col_str(q, 3));
	out->ts_ms = col_i64(q, 4);
	out->from = from;
	return out->channel.at && out->to.at ? 0 : -ENOMEM;
}

/* How many parts there are, their texts in order. */
static int read_set(struct db *db, const unsigned char key[VAULT_INDEX_LEN], struct message_part *out)
{
	struct buf joined = buf_new(&db->arena, JOINED_MAX);
	struct query q = db_query(db, SQL_PARTS_OF_SET);
	int rc, count = 0;
	bind_blob(&q, key, VAULT_INDEX_LEN);
	while ((rc = db_row(&q)) == 1) {
		rc = read_row(&q, &joined, out);
		if (rc != 0) {
			db_done(&q);
			return rc;
		}
		count++;
	}
	out->text = buf_str(&joined);
	return rc < 0 ? rc : joined.full ? -ENOMEM : count;
}

static int delete_set(struct db *db, const unsigned char key[VAULT_INDEX_LEN])
{
	struct query q = db_query(db, SQL_PARTS_DELETE);
	bind_blob(&q, key, VAULT_INDEX_LEN);
	return db_run(&q);
}

int part_add(struct db *db, const struct message_part *part, struct str *joined)
{
	unsigned char key[VAULT_INDEX_LEN];
	struct message_part whole = { .parts = 0 };
	set_key(db, part, key);
	int rc = insert(db, part, key);
	if (rc == 0)
		rc = read_set(db, key, &whole);
	if (rc < 0 || (unsigned)rc < part->parts)
		return rc < 0 ? rc : 0;
	*joined = whole.text;
	rc = delete_set(db, key);
	return rc == 0 ? 1 : rc;
}

int parts_overdue(struct db *db, int64_t before_ms, struct message_part *out)
{
	unsigned char key[VAULT_INDEX_LEN];
	struct query q = db_query(db, SQL_PARTS_OVERDUE);
	bind_i64(&q, before_ms);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	struct str found = col_str(&q, 0);
	bool whole_key = found.len == sizeof key;
	if (whole_key)
		memcpy(key, found.at, sizeof key);
	db_done(&q);
	*out = (struct message_part){ .now_ms = before_ms };
	rc = whole_key ? read_set(db, key, out) : -EUCLEAN;
	if (rc >= 0)
		rc = delete_set(db, key);
	return rc == 0 ? 1 : rc;
}

/* ---- sessions by the vendor's id alone */

static void session_key(struct db *db, struct str channel, struct str session, unsigned char out[VAULT_INDEX_LEN])
{
	vault_fingerprint(&db->vault, (struct str[]){ STR("open session"), channel, session }, 3, out);
}

int open_session_put(struct db *db, struct str channel, struct str session, int64_t now_ms)
{
	unsigned char key[VAULT_INDEX_LEN];
	struct query q = db_query(db, SQL_OPEN_SESSION_PUT);
	session_key(db, channel, session, key);
	bind_blob(&q, key, sizeof key);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int open_session_end(struct db *db, struct str channel, struct str session)
{
	unsigned char key[VAULT_INDEX_LEN];
	struct query q = db_query(db, SQL_OPEN_SESSION_END);
	session_key(db, channel, session, key);
	bind_blob(&q, key, sizeof key);
	return db_run(&q);
}

int open_session_find(struct db *db, struct str channel, struct str session, int64_t since_ms)
{
	unsigned char key[VAULT_INDEX_LEN];
	struct query q = db_query(db, SQL_OPEN_SESSION_FIND);
	session_key(db, channel, session, key);
	bind_blob(&q, key, sizeof key);
	bind_i64(&q, since_ms);
	int rc = db_row(&q);
	if (rc == 1)
		db_done(&q);
	return rc;
}

int open_sessions_purge(struct db *db, int64_t before_ms)
{
	struct query q = db_query(db, SQL_OPEN_SESSION_PURGE);
	bind_i64(&q, before_ms);
	return db_run(&q);
}
