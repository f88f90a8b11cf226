#include "db/approval.h"

#include "db/contact.h"

#include <errno.h>

/* The key of the person concerned, else the vault's own. */
static int key_of(struct db *db, int64_t contact_id, struct seal_key *key)
{
	struct contact who = { 0 };
	if (contact_id == 0) {
		*key = db->vault.own;
		return 0;
	}
	int rc = contact_by_id(db, contact_id, &who);
	*key = who.key;
	seal_key_forget(&who.key);
	return rc == 1 ? 0 : rc < 0 ? rc : -ENOENT;
}

int approval_add(struct db *db, struct approval *a)
{
	struct seal_key key;
	int rc = key_of(db, a->contact_id, &key);
	if (rc != 0)
		return rc;
	a->approval_id = db_new_id(db);
	struct query q = db_query(db, SQL_APPROVAL_ADD);
	bind_i64(&q, a->approval_id);
	bind_z(&q, a->kind);
	bind_z(&q, a->object);
	bind_i64_or_null(&q, a->contact_id, a->contact_id != 0);
	bind_sealed(&q, &key, (struct seal_place){ "approval.payload", a->approval_id }, a->payload);
	bind_sealed(&q, &key, (struct seal_place){ "approval.reason", a->approval_id }, a->reason);
	bind_z(&q, a->requested_by);
	bind_i64(&q, a->requested_at);
	bind_i64(&q, a->expires_at);
	seal_key_forget(&key);
	return db_run(&q);
}

static int unseal(const struct query *q, const struct seal_key *key, struct approval *out)
{
	int rc = col_sealed(q, 4, key, (struct seal_place){ "approval.payload", out->approval_id }, &out->payload);
	return rc == 0 ? col_sealed(q, 5, key, (struct seal_place){ "approval.reason", out->approval_id }, &out->reason) : rc;
}

int approval_by_id(struct db *db, int64_t approval_id, struct approval *out)
{
	struct query q = db_query(db, SQL_APPROVAL_BY_ID);
	struct seal_key key;
	*out = (struct approval){ .approval_id = approval_id };
	bind_i64(&q, approval_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	out->contact_id = col_i64(&q, 0);
	col_copy(&q, 1, out->kind, sizeof out->kind);
	col_copy(&q, 2, out->object, sizeof out->object);
	col_copy(&q, 3, out->state, sizeof out->state);
	col_copy(&q, 6, out->requested_by, sizeof out->requested_by);
	out->requested_at = col_i64(&q, 7);
	out->expires_at = col_i64(&q, 8);
	col_copy(&q, 9, out->decided_by, sizeof out->decided_by);
	out->decided_at = col_i64(&q, 10);
	rc = key_of(db, out->contact_id, &key);
	if (rc == 0)
		rc = unseal(&q, &key, out);
	else if (rc == -ENOENT || rc == -EBADMSG) /* the person was erased since: the row stays, its words are gone */
		rc = 0;
	seal_key_forget(&key);
	db_done(&q);
	return rc == 0 ? 1 : rc;
}

int approval_is_open(struct db *db, struct str kind, struct str object)
{
	struct query q = db_query(db, SQL_APPROVAL_IS_OPEN);
	bind_text(&q, kind);
	bind_text(&q, object);
	int rc = db_row(&q);
	if (rc == 1)
		db_done(&q);
	return rc;
}

int approval_set_state(struct db *db, const struct approval *a, const char *state, struct str by, struct str why, int64_t now_ms)
{
	struct seal_key key;
	int rc = key_of(db, a->contact_id, &key);
	if (rc == -ENOENT || rc == -EBADMSG) /* what was carried out was an erasure: no key, no words */
		why = (struct str){ NULL, 0 }, rc = 0;
	if (rc != 0)
		return rc;
	struct query q = db_query(db, SQL_APPROVAL_SET_STATE);
	bind_z(&q, state);
	bind_text_or_null(&q, by);
	bind_i64(&q, now_ms);
	bind_sealed(&q, &key, (struct seal_place){ "approval.decision", a->approval_id }, why);
	bind_i64(&q, a->approval_id);
	seal_key_forget(&key);
	return db_run(&q);
}

static int set_state_only(struct db *db, int64_t approval_id, const char *state)
{
	struct query q = db_query(db, SQL_APPROVAL_STATE_ONLY);
	bind_z(&q, state);
	bind_i64(&q, approval_id);
	return db_run(&q);
}

int approval_used(struct db *db, int64_t approval_id)
{
	return set_state_only(db, approval_id, "USED");
}

int approvals_expire(struct db *db, int64_t now_ms, int64_t *ids, int max)
{
	int n = 0, rc;
	struct query q = db_query(db, SQL_APPROVALS_OVERDUE);
	bind_i64(&q, now_ms);
	bind_i64(&q, max);
	while ((rc = db_row(&q)) == 1)
		ids[n++] = col_i64(&q, 0);
	for (int i = 0; rc == 0 && i < n; i++) {
		rc = set_state_only(db, ids[i], "EXPIRED");
	}
	return rc < 0 ? rc : n;
}
