#include "gateway/proof.h"

#include "flows/public_word.h"

#include <string.h>

#define LOCK_MS ((int64_t)24 * 3600 * 1000)

struct trial {
	struct db *db;
	struct contact *who;
	int64_t now_ms;
	unsigned number_tries, case_tries;
	char ref[REF_LEN + 1]; /* of the case the try is about; "": none */
};

/* Tries older than a day are forgiven. */
static unsigned fresh(unsigned tries, int64_t tried_at, int64_t now_ms)
{
	return now_ms - tried_at < LOCK_MS ? tries : 0;
}

static int begin(struct trial *t, struct str ref)
{
	unsigned tries = 0;
	int64_t at = 0;
	t->number_tries = fresh(t->who->proof_tries, t->who->proof_tried_at, t->now_ms);
	if (!ref.len || !str_copy(ref, t->ref, sizeof t->ref))
		return 0;
	int rc = case_proof(t->db, ref, &tries, &at);
	t->case_tries = fresh(tries, at, t->now_ms);
	return rc;
}

static bool locked(const struct trial *t)
{
	return t->number_tries >= PROOF_TRIES_MAX || t->case_tries >= PROOF_TRIES_MAX;
}

static int count(struct trial *t, bool right)
{
	t->number_tries = right ? 0 : t->number_tries + 1;
	t->case_tries = right ? 0 : t->case_tries + 1;
	t->who->proof_tries = t->number_tries;
	t->who->proof_tried_at = t->now_ms;
	int rc = contact_set_proof(t->db, t->who->contact_id, t->number_tries, t->now_ms);
	return rc == 0 && t->ref[0] ? case_set_proof(t->db, str_of(t->ref), t->case_tries, t->now_ms) : rc;
}

/* This phone is the case's own, nobody shares it, and it was not silent for so long that it may be a stranger's by now: the
 * reference is enough. */
static bool enough(const struct contact *who, const struct case_row *row)
{
	return row->contact_id == who->contact_id && !who->frozen && !who->faded && !who->shared &&
	       strcmp(who->contact_pref, "SHARED") != 0;
}

static int judge_ref(struct trial *t, struct str digits, struct circumstances *c)
{
	struct case_row row;
	int rc = case_by_ref(t->db, digits, NULL, &row);
	if (rc < 0)
		return rc;
	bool mine = rc == 1 && enough(t->who, &row);
	rc = begin(t, rc == 1 ? digits : STR(""));
	if (rc != 0)
		return rc;
	if (locked(t)) {
		c->facts.proof = STR("locked");
		return 0;
	}
	if (!case_ref_valid(digits)) { /* a slip of the finger */
		rc = count(t, false);
		c->facts.proof = locked(t) ? STR("locked") : STR("wrong");
		return rc;
	}
	c->facts.proof = mine ? STR("right") : STR("pin");
	c->facts.public_word = mine ? public_word(arena_str(&t->db->arena, str_of(row.status))) : c->facts.public_word;
	return mine ? count(t, true) : 0;
}

/* Whose code it is: of the case whose reference was typed, else of whoever has this number. */
static int judge_code(struct trial *t, struct str kind, struct str digits, const char *claimed, struct circumstances *c)
{
	struct case_row row;
	struct str ref = claimed ? str_of(claimed) : str_of(c->open_case.ref);
	int rc = ref.len ? case_by_ref(t->db, ref, NULL, &row) : 0;
	if (rc < 0)
		return rc;
	bool known = rc == 1;
	int64_t owner = known ? row.contact_id : claimed ? 0 : t->who->contact_id;
	rc = begin(t, known ? ref : STR(""));
	if (rc != 0)
		return rc;
	if (locked(t)) {
		c->facts.proof = STR("locked");
		return 0;
	}
	bool right = !str_eq_z(kind, "birth_year") ? contact_pin_is(t->db, owner, digits) :
		     known && owner == t->who->contact_id && case_birth_year_is(t->db, ref, &t->who->key, digits);
	rc = count(t, right);
	if (rc == 0 && right && owner == t->who->contact_id)
		rc = point_verified(t->db, t->who->point_id, t->now_ms);
	c->facts.proof = right ? STR("right") : locked(t) ? STR("locked") : STR("wrong");
	return rc;
}

int proof_judge(struct gateway *g, struct contact *who, const struct conversation *talk, struct str typed, int64_t now_ms,
		struct circumstances *c)
{
	struct trial t = { .db = &g->db, .who = who, .now_ms = now_ms };
	struct str kind, digits;
	if (!flow_proof_asked(&g->book, &talk->session, typed, &g->db.arena, &kind, &digits))
		return 0;
	if (str_eq_z(kind, "case_ref"))
		return judge_ref(&t, digits, c);
	bool of_claimed = str_eq_z(kind, "pin"); /* else of whoever has this number, whatever was typed before */
	return judge_code(&t, kind, digits, of_claimed ? session_var(&talk->session, STR("claimed")) : NULL, c);
}
