#include "gateway/number_change.h"

#include "db/outbox.h"
#include "gateway/push.h"

#include <errno.h>
#include <string.h>

enum { CLAIMS_MAX = 16 };

struct claim {
	int64_t contact_id;
	bool proved;
};

/* ---- rows */

static int add_claim(struct casework *w, struct str why, struct str ref, bool proved)
{
	struct query q = db_query(&w->g->db, SQL_CLAIM_ADD);
	bind_i64(&q, db_new_id(&w->g->db));
	bind_text_or_null(&q, ref);
	bind_i64(&q, w->who->contact_id);
	bind_i64(&q, w->who->point_id);
	bind_text(&q, why);
	bind_i64(&q, proved);
	bind_i64(&q, w->now_ms);
	return db_run(&q);
}

/* Open ones of the case.  Returns how many. */
static int open_claims(struct db *db, struct str ref, struct claim claims[CLAIMS_MAX])
{
	int n = 0, rc;
	struct query q = db_query(db, SQL_CLAIMS_OPEN_OF_CASE);
	bind_text(&q, ref);
	while ((rc = db_row(&q)) == 1)
		claims[n++] = (struct claim){ .contact_id = col_i64(&q, 1), .proved = col_i64(&q, 4) != 0 };
	return rc < 0 ? rc : n;
}

static int decide(struct db *db, struct str ref, const char *state, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CLAIM_DECIDE);
	bind_z(&q, state);
	bind_i64(&q, now_ms);
	bind_text(&q, ref);
	return db_run(&q);
}

/* ---- work for people */

static struct str role_for(const struct case_row *row)
{
	return strcmp(row->status, "REFERRED_PROTECTION") == 0 ? STR("protection") : STR("counsellor");
}

static int give_task(struct casework *w, const char *words, struct str role, unsigned minutes)
{
	struct effect task = { .kind = EFFECT_TASK, .a = STR("VERIFY_NUMBER"), .b = str_of(words), .d = role, .due_minutes = minutes };
	return casework_apply_one(w, &task);
}

static int raise(struct casework *w, const char *level, const char *rule, struct str role, unsigned minutes)
{
	struct effect alert = { .kind = EFFECT_ALERT, .a = STR("NUMBER_CLAIM"), .b = str_of(level), .c = str_of(rule), .d = role,
				.due_minutes = minutes };
	return casework_apply_one(w, &alert);
}

/* ---- a claim */

static int freeze(struct gateway *g, int64_t contact_id, int64_t now_ms)
{
	int rc = points_of_contact_set_status(&g->db, contact_id, "BLOCKED", now_ms);
	return rc == 0 ? outbox_cancel_automatic(&g->db, contact_id, "the number is being verified") : rc;
}

static int warn_old(struct casework *w, int64_t owner)
{
	struct contact old;
	int64_t message_id;
	struct push push = { .flow_state = STR("number_change:OLD_NOTICE"), .must_arrive = true };
	int rc = push_begin(w->g, owner, &push, w->now_ms, &message_id);
	if (rc != PUSH_QUEUED)
		return rc < 0 ? rc : 0;
	rc = contact_by_id(&w->g->db, owner, &old);
	seal_key_forget(&old.key);
	return rc == 1 ? point_noticed(&w->g->db, old.point_id, w->now_ms) : rc;
}

/* Proved: the old number is warned while its person says it is at hand, else it hears nothing more. */
static int act_on_proof(struct casework *w, struct str why, const struct case_row *row)
{
	if (row->contact_id == w->who->contact_id)
		return 0;
	return str_eq_z(why, "HAVE") ? warn_old(w, row->contact_id) : freeze(w->g, row->contact_id, w->now_ms);
}

static int two_claim(struct casework *w, const struct claim *claims, int n, bool proved)
{
	bool other = false;
	int rc = 0;
	for (int i = 0; rc == 0 && i < n; i++) {
		if (claims[i].contact_id == w->who->contact_id)
			continue;
		other = true;
		if (proved && claims[i].proved)
			rc = freeze(w->g, claims[i].contact_id, w->now_ms);
	}
	if (rc != 0 || !other)
		return rc;
	if (proved)
		rc = freeze(w->g, w->who->contact_id, w->now_ms);
	return rc == 0 ? raise(w, "HIGH", "two people claim this case", STR("supervisor"), 24 * 60) : rc;
}

static int claim_known(struct casework *w, struct str why, const struct case_row *row, bool proved)
{
	struct claim claims[CLAIMS_MAX];
	struct str ref = str_of(row->ref);
	bool warned = proved && str_eq_z(why, "HAVE");
	int n = open_claims(&w->g->db, ref, claims);
	int rc = n < 0 ? n : add_claim(w, why, ref, proved);
	if (rc == 0 && proved)
		rc = act_on_proof(w, why, row);
	if (rc == 0)
		rc = two_claim(w, claims, n, proved);
	if (rc == 0)
		rc = raise(w, "DATA", proved ? "new number, with the secret code" : "new number, without the secret code", role_for(row),
			   5 * 24 * 60);
	return rc == 0 ? give_task(w, warned ? "new number: the old one was warned; no NO within 24 hours: confirm" :
				   "new number: check by voice with two questions from the file", role_for(row),
				   warned ? 24 * 60 : 5 * 24 * 60) : rc;
}

int number_claim(struct casework *work, struct str why, struct str ref, bool proved)
{
	struct casework w = *work;
	struct case_row row;
	int rc = ref.len ? case_by_ref(&w.g->db, ref, NULL, &row) : 0;
	if (rc < 0)
		return rc;
	if (rc == 0) {
		rc = add_claim(&w, why, STR(""), false);
		return rc == 0 ? give_task(&w, "new number, reference unknown: who is it? Check by voice", STR("counsellor"), 5 * 24 * 60) : rc;
	}
	memcpy(w.case_ref, row.ref, sizeof w.case_ref);
	return claim_known(&w, why, &row, proved);
}

int number_deny(struct casework *work)
{
	struct casework w = *work;
	struct query q = db_query(&w.g->db, SQL_CLAIM_OPEN_ON_CONTACT);
	bind_i64(&q, w.who->contact_id);
	int rc = db_row(&q);
	if (rc == 1) {
		col_copy(&q, 1, w.case_ref, sizeof w.case_ref);
		db_done(&q);
	}
	if (rc != 1)
		return rc;
	rc = decide(&w.g->db, str_of(w.case_ref), "DENIED", w.now_ms);
	return rc == 0 ? raise(&w, "HIGH", "the old number says NO to a change of number", STR("counsellor"), 24 * 60) : rc;
}

/* ---- a decision */

/* The number may be known as the one that asked; somebody with a case of their own keeps it. */
static int free_number(struct gateway *g, struct str e164, int64_t owner, int64_t now_ms)
{
	struct contact holder;
	struct case_row row;
	int rc = contact_by_number(&g->db, e164, &holder);
	seal_key_forget(&holder.key);
	if (rc != 1 || holder.contact_id == owner)
		return rc < 0 ? rc : 0;
	rc = case_of_contact(&g->db, holder.contact_id, NULL, &row);
	if (rc != 0)
		return rc < 0 ? rc : -EEXIST;
	return point_set_status(&g->db, holder.point_id, "OLD", now_ms);
}

static int move_queue(struct db *db, int64_t contact_id, int64_t point_id)
{
	struct query q = db_query(db, SQL_OUTBOX_MOVE);
	bind_i64(&q, point_id);
	bind_i64(&q, contact_id);
	return db_run(&q);
}

static int link_number(struct gateway *g, struct contact *owner, struct str e164, struct str country, int64_t now_ms)
{
	int64_t point_id;
	int rc = points_of_contact_set_status(&g->db, owner->contact_id, "OLD", now_ms);
	if (rc == 0)
		rc = point_add(&g->db, owner, e164, country, now_ms, &point_id);
	if (rc == 0)
		rc = point_verified(&g->db, point_id, now_ms);
	if (rc == 0)
		rc = move_queue(&g->db, owner->contact_id, point_id);
	return rc == 0 ? contact_forget_pin(&g->db, owner->contact_id) : rc;
}

int number_change(struct gateway *g, struct str ref, struct str e164, struct str country, int64_t now_ms)
{
	struct case_row row;
	struct contact owner;
	int64_t message_id;
	struct push done = { .flow_state = STR("number_change:DONE"), .must_arrive = true };
	int rc = case_by_ref(&g->db, ref, NULL, &row);
	if (rc == 1)
		rc = contact_by_id(&g->db, row.contact_id, &owner);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	rc = free_number(g, e164, owner.contact_id, now_ms);
	if (rc == 0)
		rc = link_number(g, &owner, e164, country, now_ms);
	if (rc == 0)
		rc = decide(&g->db, ref, "DONE", now_ms);
	if (rc == 0)
		rc = push_begin(g, owner.contact_id, &done, now_ms, &message_id);
	seal_key_forget(&owner.key);
	return rc < 0 ? rc : 0; /* who may not be written to hears it by voice */
}

int number_refuse(struct gateway *g, struct str ref, int64_t now_ms)
{
	struct case_row row;
	struct claim claims[CLAIMS_MAX];
	struct push refused = { .flow_state = STR("number_change:REFUSED"), .must_arrive = true };
	int64_t message_id;
	int rc = case_by_ref(&g->db, ref, NULL, &row);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	int n = open_claims(&g->db, ref, claims);
	rc = n < 0 ? n : points_of_contact_set_status(&g->db, row.contact_id, "ACTIVE", now_ms);
	for (int i = 0; rc >= 0 && i < n; i++) {
		rc = points_of_contact_set_status(&g->db, claims[i].contact_id, "ACTIVE", now_ms);
		if (rc == 0)
			rc = push_begin(g, claims[i].contact_id, &refused, now_ms, &message_id);
	}
	return rc >= 0 ? decide(&g->db, ref, "REFUSED", now_ms) : rc;
}
