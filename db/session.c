#include "db/session.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum { HOP_BYTES = 4 + HOP_HASH_LEN, PACKED_MAX = 16384 };

static void unpack_hops(struct str stored, struct conversation *out)
{
	out->hops_count = 0;
	for (size_t at = 0; at + HOP_BYTES <= stored.len && out->hops_count < HOPS_MAX; at += HOP_BYTES) {
		struct hop *hop = &out->hops[out->hops_count++];
		memcpy(&hop->len, stored.at + at, 4);
		memcpy(hop->hash, stored.at + at + 4, HOP_HASH_LEN);
	}
}

/* A conversation that an older program packed and this one cannot read is none: the person begins anew. */
static int unpack_state(struct query *q, int column, const struct contact *who, int64_t session_id, struct session *out)
{
	struct str packed;
	*out = (struct session){ 0 };
	int rc = col_sealed(q, column, &who->key, (struct seal_place){ "session.state", session_id }, &packed);
	if (rc != 0 || !packed.at)
		return rc;
	rc = session_unpack(packed, out);
	if (rc == -EPROTO)
		*out = (struct session){ 0 };
	return rc == -EPROTO ? 0 : rc;
}

static int read_conversation(struct query *q, const struct contact *who, struct conversation *out)
{
	int rc = db_row(q);
	if (rc != 1)
		return rc;
	*out = (struct conversation){ .session_id = col_i64(q, 0), .started_at = col_i64(q, 3), .updated_at = col_i64(q, 4),
				      .resumable = col_i64(q, 5) != 0, .ended = col_i64(q, 6) != 0 };
	unpack_hops(col_str(q, 2), out);
	rc = unpack_state(q, 1, who, out->session_id, &out->session);
	db_done(q);
	return rc == 0 ? 1 : rc;
}

int conversation_ussd(struct db *db, const struct contact *who, const unsigned char vendor_key[VAULT_INDEX_LEN],
		      int64_t since_ms, struct conversation *out)
{
	struct query q = db_query(db, SQL_SESSION_BY_VENDOR);
	bind_blob(&q, vendor_key, VAULT_INDEX_LEN);
	bind_i64(&q, who->contact_id);
	bind_i64(&q, since_ms);
	return read_conversation(&q, who, out);
}

int conversation_sms(struct db *db, const struct contact *who, int64_t since_ms, struct conversation *out)
{
	struct query q = db_query(db, SQL_SESSION_SMS);
	bind_i64(&q, who->contact_id);
	bind_i64(&q, since_ms);
	return read_conversation(&q, who, out);
}

int conversation_unfinished(struct db *db, const struct contact *who, int64_t since_ms, int64_t session_id,
			    struct session *out, int64_t *out_id)
{
	struct query q = db_query(db, SQL_SESSION_UNFINISHED);
	*out_id = 0;
	bind_i64(&q, who->contact_id);
	bind_i64(&q, since_ms);
	bind_i64(&q, session_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	*out_id = col_i64(&q, 0);
	rc = unpack_state(&q, 1, who, *out_id, out);
	db_done(&q);
	return rc == 0 ? 1 : rc;
}

int conversation_drop(struct db *db, int64_t session_id)
{
	struct query q = db_query(db, SQL_SESSION_DROP);
	bind_i64(&q, session_id);
	return db_run(&q);
}

int conversation_new(struct db *db, const struct contact *who, struct str channel, const unsigned char *vendor_key,
		     int64_t now_ms, struct conversation *out)
{
	*out = (struct conversation){ .session_id = db_new_id(db), .started_at = now_ms, .updated_at = now_ms };
	struct query q = db_query(db, SQL_SESSION_ADD);
	bind_i64(&q, out->session_id);
	bind_i64(&q, who->contact_id);
	bind_text(&q, channel);
	bind_z(&q, vendor_key ? "ussd" : "sms");
	bind_blob(&q, vendor_key, VAULT_INDEX_LEN);
	bind_i64(&q, now_ms);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

static int supersede_others(struct db *db, const struct contact *who, int64_t session_id)
{
	struct query q = db_query(db, SQL_SESSION_SUPERSEDE);
	bind_i64(&q, who->contact_id);
	bind_i64(&q, session_id);
	return db_run(&q);
}

int conversation_save(struct db *db, const struct contact *who, const struct conversation *c, bool resumable,
		      int64_t now_ms)
{
	unsigned char hops[HOPS_MAX * HOP_BYTES];
	void *storage = arena_raw(&db->arena, PACKED_MAX);
	if (!storage)
		return -ENOMEM;
	struct buf packed = buf_over(storage, PACKED_MAX);
	int rc = session_pack(&c->session, &packed);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < c->hops_count; i++) {
		memcpy(hops + i * HOP_BYTES, &c->hops[i].len, 4);
		memcpy(hops + i * HOP_BYTES + 4, c->hops[i].hash, HOP_HASH_LEN);
	}
	struct query q = db_query(db, SQL_SESSION_SAVE);
	bind_i64(&q, c->session.flow[0] != '\0' && !c->session.finished && !c->set_aside);
	bind_i64(&q, resumable);
	bind_sealed(&q, &who->key, (struct seal_place){ "session.state", c->session_id }, buf_str(&packed));
	bind_blob(&q, c->hops_count ? hops : NULL, c->hops_count * HOP_BYTES);
	bind_i64(&q, now_ms);
	bind_i64(&q, c->session_id);
	rc = db_run(&q);
	return rc == 0 && resumable && !c->resumable ? supersede_others(db, who, c->session_id) : rc;
}

int conversation_ended(struct db *db, int64_t session_id, struct str status, int64_t now_ms)
{
	int changes;
	struct query q = db_query(db, SQL_SESSION_ENDED);
	bind_i64(&q, now_ms);
	bind_text_or_null(&q, status);
	bind_i64(&q, session_id);
	int rc = db_run_changes(&q, &changes);
	return rc == 0 ? changes > 0 : rc;
}

int conversations_forget(struct db *db, int64_t contact_id)
{
	struct query q = db_query(db, SQL_SESSIONS_FORGET);
	bind_i64(&q, contact_id);
	return db_run(&q);
}
