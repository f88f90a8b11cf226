#include "db/cases.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

static const char *const text_name[CASE_TEXTS] = {
	[CASE_STATUS] = "status", [CASE_NATIONALITY] = "nationality", [CASE_RETURN_COUNTRY] = "return_country",
	[CASE_HOST_COUNTRY] = "host_country", [CASE_REGION] = "region", [CASE_CITY] = "city", [CASE_OFFICE] = "office",
	[CASE_SEX] = "sex", [CASE_AGE_BAND] = "age_band", [CASE_TRAVEL_DOC] = "travel_doc",
	[CASE_CONTACT_PREF] = "contact_pref", [CASE_CALL_LANGUAGE] = "call_language", [CASE_CALL_TIME] = "call_time",
	[CASE_ASSIGNED_TO] = "assigned_to", [CASE_DEPARTED_ON] = "departed_on", [CASE_RETURNED_ON] = "returned_on",
	[CASE_CLOSE_REASON] = "close_reason", [CASE_TAGS] = "tags", [CASE_DIRECTION] = "direction",
	[CASE_HANDED_OVER_ON] = "handed_over_on",
};

int case_text_named(struct str name)
{
	for (int i = 0; i < CASE_TEXTS; i++)
		if (str_eq_z(name, text_name[i]))
			return i;
	return -1;
}

struct case_change case_change_none(void)
{
	struct case_change none = { .group_size = -1, .children = -1, .step = -1, .consent_checkins = -1, .checkin_safe = -1 };
	return none;
}

int64_t case_row_number(struct str ref)
{
	uint64_t n;
	return str_to_u64(ref, &n) ? (int64_t)n : 0;
}

static int read_case(struct query *q, const struct seal_key *key, struct case_row *out)
{
	int rc = db_row(q);
	if (rc != 1)
		return rc;
	*out = (struct case_row){ .contact_id = col_i64(q, 1), .opened_at = col_i64(q, 8), .children = col_i64(q, 10),
				  .has_birth_year = col_i64(q, 11) != 0, .has_returned = col_i64(q, 12) != 0 };
	col_copy(q, 0, out->ref, sizeof out->ref);
	col_copy(q, 2, out->direction, sizeof out->direction);
	col_copy(q, 3, out->status, sizeof out->status);
	col_copy(q, 4, out->priority, sizeof out->priority);
	col_copy(q, 5, out->region, sizeof out->region);
	col_copy(q, 6, out->office, sizeof out->office);
	col_copy(q, 7, out->contact_pref, sizeof out->contact_pref);
	out->group_size = col_i64(q, 13), out->step = col_i64(q, 18);
	col_copy(q, 14, out->city, sizeof out->city);
	col_copy(q, 15, out->age_band, sizeof out->age_band);
	col_copy(q, 16, out->nationality, sizeof out->nationality);
	col_copy(q, 17, out->return_country, sizeof out->return_country);
	col_copy(q, 19, out->assigned_to, sizeof out->assigned_to);
	col_copy(q, 20, out->close_reason, sizeof out->close_reason);
	col_copy(q, 22, out->departed_on, sizeof out->departed_on);
	out->tags = arena_str(&q->db->arena, col_str(q, 21));
	rc = out->tags.at ? 0 : -ENOMEM;
	if (rc == 0 && key)
		rc = col_sealed(q, 9, key, (struct seal_place){ "case.sensitive", case_row_number(str_of(out->ref)) },
				&out->sensitive);
	db_done(q);
	return rc == 0 ? 1 : rc;
}

int case_by_ref(struct db *db, struct str ref, const struct seal_key *key, struct case_row *out)
{
	struct query q = db_query(db, SQL_CASE_BY_REF);
	bind_text(&q, ref);
	return read_case(&q, key, out);
}

int case_of_contact(struct db *db, int64_t contact_id, const struct seal_key *key, struct case_row *out)
{
	struct query q = db_query(db, SQL_CASE_BY_CONTACT);
	bind_i64(&q, contact_id);
	return read_case(&q, key, out);
}

int case_open(struct db *db, struct str ref, int64_t contact_id, struct str direction, struct str status,
	      struct str contact_pref, struct str office, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CASE_ADD);
	bind_text(&q, ref);
	bind_i64(&q, contact_id);
	bind_text(&q, direction);
	bind_text(&q, status);
	bind_text_or_null(&q, contact_pref);
	bind_text_or_null(&q, office);
	bind_i64(&q, now_ms);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

static bool has_word(struct str words, struct str word)
{
	struct str one;
	while (str_split(&words, ' ', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

static int tag_row(struct db *db, struct str ref, struct str tag, bool set, struct str by, int64_t now_ms)
{
	struct query q = db_query(db, set ? SQL_TAG_SET : SQL_TAG_REMOVED);
	if (set) {
		bind_text(&q, ref);
		bind_text(&q, tag);
	}
	bind_i64(&q, now_ms);
	bind_text(&q, by.len ? by : STR("wasl"));
	if (!set) {
		bind_text(&q, ref);
		bind_text(&q, tag);
	}
	return db_run(&q);
}

/* A row for each tag that came or went; a person has a tag once. */
static int record_tags(struct db *db, struct str ref, const struct case_change *change, int64_t now_ms)
{
	struct case_row row;
	struct str after = change->text[CASE_TAGS], rest = after, tag;
	int rc = case_by_ref(db, ref, NULL, &row);
	if (rc != 1)
		return rc;
	for (rc = 0; rc == 0 && str_split(&rest, ' ', &tag);)
		if (tag.len && !has_word(row.tags, tag))
			rc = tag_row(db, ref, tag, true, change->by, now_ms);
	for (rest = row.tags; rc == 0 && str_split(&rest, ' ', &tag);)
		if (tag.len && !has_word(after, tag))
			rc = tag_row(db, ref, tag, false, change->by, now_ms);
	return rc;
}

/* Nothing that staff or rules decide. */
static bool is_said(const struct case_change *change)
{
	static const enum case_text decided[] = { CASE_STATUS, CASE_OFFICE, CASE_ASSIGNED_TO, CASE_DEPARTED_ON, CASE_RETURNED_ON,
						  CASE_CLOSE_REASON, CASE_TAGS, CASE_DIRECTION, CASE_HANDED_OVER_ON };
	for (size_t i = 0; i < sizeof decided / sizeof *decided; i++)
		if (change->text[decided[i]].at)
			return false;
	return !change->priority.len && change->step < 0 && change->consent_checkins < 0 && change->checkin_safe < 0;
}

int case_update(struct db *db, struct str ref, const struct case_change *change, int64_t now_ms)
{
	int rc = change->text[CASE_TAGS].at ? record_tags(db, ref, change, now_ms) : 0;
	if (rc != 0)
		return rc;
	struct query q = db_query(db, is_said(change) ? SQL_CASE_UPDATE_SAID : SQL_CASE_UPDATE);
	bind_i64(&q, now_ms);
	bind_text(&q, change->priority.len ? change->priority : STR(""));
	bind_i64(&q, change->priority_may_fall);
	bind_i64_or_null(&q, change->group_size, change->group_size >= 0);
	bind_i64_or_null(&q, change->children, change->children >= 0);
	bind_i64_or_null(&q, change->step, change->step >= 0);
	bind_i64_or_null(&q, change->consent_checkins, change->consent_checkins >= 0);
	bind_i64_or_null(&q, change->checkin_safe, change->checkin_safe >= 0);
	bind_text(&q, ref);
	for (int i = 0; i < CASE_TEXTS; i++)
		bind_text(&q, change->text[i]);
	bind_text(&q, change->by.len ? change->by : STR(""));
	return db_run(&q);
}

int case_snooze(struct db *db, struct str ref, int64_t until_ms, struct str by, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CASE_SNOOZE);
	bind_i64_or_null(&q, until_ms, until_ms != 0);
	bind_i64(&q, now_ms);
	bind_text(&q, by);
	bind_text(&q, ref);
	return db_run(&q);
}

int case_set_sensitive(struct db *db, struct str ref, const struct seal_key *key, struct str json, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CASE_SENSITIVE);
	bind_sealed(&q, key, (struct seal_place){ "case.sensitive", case_row_number(ref) }, json);
	bind_i64(&q, now_ms);
	bind_text(&q, ref);
	return db_run(&q);
}

/* ---- proofs */

int case_proof(struct db *db, struct str ref, unsigned *tries, int64_t *tried_at)
{
	struct query q = db_query(db, SQL_CASE_PROOF);
	bind_text(&q, ref);
	int rc = db_row(&q);
	*tries = rc == 1 ? (unsigned)col_i64(&q, 0) : 0;
	*tried_at = rc == 1 ? col_i64(&q, 1) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}

int case_version(struct db *db, struct str ref, struct str *out)
{
	struct query q = db_query(db, SQL_CASE_VERSION);
	bind_text(&q, ref);
	int rc = db_row(&q);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	*out = arena_str(&db->arena, col_str(&q, 0));
	db_done(&q);
	return out->at ? 0 : -ENOMEM;
}

int case_set_proof(struct db *db, struct str ref, unsigned tries, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CASE_PROOF_SET);
	bind_i64(&q, tries);
	bind_i64(&q, now_ms);
	bind_text(&q, ref);
	return db_run(&q);
}

bool case_birth_year_is(struct db *db, struct str ref, const struct seal_key *key, struct str year)
{
	struct str known;
	struct query q = db_query(db, SQL_CASE_BIRTH_YEAR_GET);
	bind_text(&q, ref);
	struct seal_place place = { "case.birth_year", case_row_number(ref) };
	bool right = db_row(&q) == 1 && col_sealed(&q, 0, key, place, &known) == 0 && known.at && vault_equal(known, year);
	db_done(&q);
	return right;
}

int case_ever_returned(struct db *db, int64_t contact_id)
{
	struct query q = db_query(db, SQL_CASE_EVER_RETURNED);
	bind_i64(&q, contact_id);
	int rc = db_row(&q);
	if (rc == 1)
		db_done(&q);
	return rc;
}

/* ---- references: Damm's quasigroup of order 10 finds each wrong digit and each swap of neighbours (H. M. Damm, 2004) */

static unsigned damm(struct str digits)
{
	static const unsigned char table[10][10] = {
		{ 0, 3, 1, 7, 5, 9, 8, 6, 4, 2 }, { 7, 0, 9, 2, 1, 5, 4, 8, 6, 3 }, { 4, 2, 0, 6, 8, 7, 1, 3, 5, 9 },
		{ 1, 7, 5, 0, 9, 8, 3, 4, 2, 6 }, { 6, 1, 2, 3, 0, 4, 5, 9, 7, 8 }, { 3, 6, 7, 4, 2, 0, 9, 5, 8, 1 },
		{ 5, 8, 6, 9, 7, 2, 0, 1, 3, 4 }, { 8, 9, 4, 5, 3, 6, 2, 0, 1, 7 }, { 9, 4, 3, 8, 6, 1, 7, 2, 0, 5 },
		{ 2, 5, 8, 1, 4, 3, 6, 7, 9, 0 },
	};
	unsigned interim = 0;
	for (size_t i = 0; i < digits.len; i++)
		interim = table[interim][digits.at[i] - '0'];
	return interim;
}

bool case_ref_valid(struct str ref)
{
	uint64_t n;
	return ref.len == REF_LEN && str_to_u64(ref, &n) && damm(ref) == 0;
}

int case_new_ref(struct db *db, char ref[REF_LEN + 1])
{
	for (int tries = 0; tries < 100; tries++) {
		/* no leading zero: a spreadsheet would eat it */
		(void)snprintf(ref, REF_LEN + 1, "%07u", 1000000 + vault_random_below(9000000));
		unsigned check = damm(str_of(ref));
		ref[REF_LEN - 1] = (char)('0' + check);
		ref[REF_LEN] = '\0';
		struct query q = db_query(db, SQL_CASE_BY_REF);
		bind_text(&q, str_of(ref));
		int rc = db_row(&q);
		db_done(&q);
		if (rc <= 0)
			return rc;
	}
	return -ENOSPC;
}

/* ---- answers, alerts, tasks */

int answer_add(struct db *db, const struct answer_row *a, const struct seal_key *key)
{
	int64_t answer_id = db_new_id(db);
	struct query q = db_query(db, SQL_ANSWER_ADD);
	bind_i64(&q, answer_id);
	bind_text_or_null(&q, a->case_ref);
	bind_i64(&q, a->contact_id);
	bind_text(&q, a->flow);
	bind_text(&q, a->flow_version);
	bind_i64(&q, a->run_id);
	bind_text(&q, a->state);
	bind_text_or_null(&q, a->value);
	bind_sealed(&q, key, (struct seal_place){ "answer.raw", answer_id }, a->raw);
	bind_text(&q, a->mode);
	bind_text(&q, a->channel);
	bind_text_or_null(&q, a->language);
	bind_i64(&q, a->answered_at);
	bind_i64(&q, a->since_start_ms);
	return db_run(&q);
}

int answers_adopt(struct db *db, int64_t contact_id, int64_t run_id, struct str ref)
{
	struct query q = db_query(db, SQL_ANSWERS_ADOPT);
	bind_text(&q, ref);
	bind_i64(&q, contact_id);
	bind_i64(&q, run_id);
	return db_run(&q);
}

int alert_add(struct db *db, const struct alert_row *a, const struct seal_key *key)
{
	int64_t alert_id = db_new_id(db);
	struct query q = db_query(db, SQL_ALERT_ADD);
	bind_i64(&q, alert_id);
	bind_text_or_null(&q, a->case_ref);
	bind_i64_or_null(&q, a->contact_id, a->contact_id != 0);
	bind_text(&q, a->level);
	bind_text_or_null(&q, a->office);
	bind_text_or_null(&q, a->role);
	bind_i64(&q, a->raised_at);
	bind_i64_or_null(&q, a->due_at, a->due_at != 0);
	bind_sealed(&q, key, (struct seal_place){ "alert.kind", alert_id }, a->kind);
	bind_sealed(&q, key, (struct seal_place){ "alert.rule", alert_id }, a->rule);
	return db_run(&q);
}

int alert_urgent_since(struct db *db, int64_t contact_id, int64_t since_ms)
{
	struct query q = db_query(db, SQL_ALERT_URGENT_SINCE);
	bind_i64(&q, contact_id);
	bind_i64(&q, since_ms);
	int rc = db_row(&q);
	if (rc == 1)
		db_done(&q);
	return rc;
}

int task_is_open(struct db *db, int64_t contact_id, const char *kind)
{
	struct query q = db_query(db, SQL_TASK_IS_OPEN);
	bind_i64(&q, contact_id);
	bind_z(&q, kind);
	int rc = db_row(&q);
	if (rc == 1)
		db_done(&q);
	return rc;
}

int task_add(struct db *db, const struct task_row *t, const struct seal_key *key)
{
	int64_t task_id = db_new_id(db);
	struct query q = db_query(db, SQL_TASK_ADD);
	bind_i64(&q, task_id);
	bind_text_or_null(&q, t->case_ref);
	bind_i64_or_null(&q, t->contact_id, t->contact_id != 0);
	bind_text(&q, t->kind);
	bind_text_or_null(&q, t->office);
	bind_text_or_null(&q, t->role);
	bind_i64(&q, t->created_at);
	bind_i64_or_null(&q, t->due_at, t->due_at != 0);
	bind_sealed(&q, key, (struct seal_place){ "task.note", task_id }, t->note);
	return db_run(&q);
}
