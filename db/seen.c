#include "db/seen.h"

#include <string.h>

/* The body is sealed with the vault's own key: the answer must still be there when the person is not (wiped after a
 * refusal), and what was said then holds nothing of the person but, once, a reference. */
static struct seal_place place(int64_t replay_id)
{
	return (struct seal_place){ "replay.body", replay_id };
}

int seen_find(struct db *db, const unsigned char key[VAULT_INDEX_LEN], struct replay *out)
{
	*out = (struct replay){ 0 };
	struct query q = db_query(db, SQL_SEEN_GET);
	bind_blob(&q, key, VAULT_INDEX_LEN);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	if (!col_is_null(&q, 1)) {
		out->http = (unsigned)col_i64(&q, 1);
		out->content_type = arena_str(&db->arena, col_str(&q, 2));
		out->at = col_i64(&q, 4);
		rc = col_sealed(&q, 3, &db->vault.own, place(col_i64(&q, 0)), &out->body);
	} else {
		rc = 0;
	}
	db_done(&q);
	return rc == 0 ? 1 : rc;
}

int seen_add(struct db *db, const unsigned char key[VAULT_INDEX_LEN], int64_t contact_id, const struct replay *answer)
{
	int64_t replay_id = db_new_id(db);
	struct query q = db_query(db, SQL_REPLAY_ADD);
	bind_i64(&q, replay_id);
	bind_i64_or_null(&q, contact_id, contact_id != 0);
	bind_i64(&q, answer->at);
	bind_i64(&q, answer->http);
	bind_text(&q, answer->content_type);
	bind_sealed(&q, &db->vault.own, place(replay_id), answer->body);
	int rc = db_run(&q);
	if (rc != 0)
		return rc;
	struct query s = db_query(db, SQL_SEEN_ADD);
	bind_blob(&s, key, VAULT_INDEX_LEN);
	bind_i64(&s, replay_id);
	return db_run(&s);
}

int replays_purge(struct db *db, int64_t before_ms)
{
	struct query q = db_query(db, SQL_REPLAY_PURGE);
	bind_i64(&q, before_ms);
	return db_run(&q);
}
