#include "db/contact.h"

#include "db/outbox.h"

#include <errno.h>
#include <string.h>

static int read_contact(struct db *db, struct query *q, struct contact *out)
{
	int rc = db_row(q);
	if (rc != 1)
		return rc;
	*out = (struct contact){ .contact_id = col_i64(q, 0), .opted_out = col_i64(q, 4) != 0, .acked_at = col_i64(q, 5),
				 .wipe_due = col_i64(q, 6), .first_seen = col_i64(q, 7), .last_seen = col_i64(q, 8),
				 .point_id = col_i64(q, 9) };
	col_copy(q, 2, out->language, sizeof out->language);
	col_copy(q, 3, out->contact_pref, sizeof out->contact_pref);
	col_copy(q, 10, out->country, sizeof out->country);
	out->frozen = str_eq_z(col_str(q, 11), "BLOCKED");
	out->has_pin = col_i64(q, 12) != 0;
	out->shared = col_i64(q, 13) != 0;
	out->texts_paused = col_i64(q, 14) != 0;
	out->helped_at = col_i64(q, 15);
	out->noticed_at = col_i64(q, 16);
	out->proof_tries = (unsigned)col_i64(q, 17);
	out->proof_tried_at = col_i64(q, 18);
	out->faded = col_i64(q, 19) != 0;
	rc = vault_unwrap(&db->vault, out->contact_id, col_str(q, 1), &out->key);
	db_done(q);
	return rc == 0 ? 1 : rc;
}

int contact_by_number(struct db *db, struct str e164, struct contact *out)
{
	unsigned char index[VAULT_INDEX_LEN];
	vault_number_index(&db->vault, e164, index);
	struct query q = db_query(db, SQL_CONTACT_BY_NUMBER);
	bind_blob(&q, index, sizeof index);
	return read_contact(db, &q, out);
}

int contact_by_id(struct db *db, int64_t contact_id, struct contact *out)
{
	struct query q = db_query(db, SQL_CONTACT_BY_ID);
	bind_i64(&q, contact_id);
	return read_contact(db, &q, out);
}

static int said_stop(struct db *db, const unsigned char index[VAULT_INDEX_LEN], bool *out)
{
	struct query q = db_query(db, SQL_OPT_OUT_HAS);
	bind_blob(&q, index, VAULT_INDEX_LEN);
	int rc = db_row(&q);
	*out = rc == 1;
	db_done(&q);
	return rc < 0 ? rc : 0;
}

static int store_point(struct db *db, const struct contact *c, int64_t point_id, struct str e164, struct str country,
		     const unsigned char index[VAULT_INDEX_LEN], int64_t now_ms)
{
	struct query q = db_query(db, SQL_POINT_ADD);
	bind_i64(&q, point_id);
	bind_i64(&q, c->contact_id);
	bind_blob(&q, index, VAULT_INDEX_LEN);
	bind_sealed(&q, &c->key, (struct seal_place){ "contact_point.phone", point_id }, e164);
	bind_text_or_null(&q, country);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int contact_add(struct db *db, struct str e164, struct str country, int64_t now_ms, int64_t wipe_due, struct contact *out)
{
	unsigned char index[VAULT_INDEX_LEN], wrapped[VAULT_WRAPPED_LEN];
	*out = (struct contact){ .contact_id = db_new_id(db), .point_id = db_new_id(db), .wipe_due = wipe_due,
				 .first_seen = now_ms, .last_seen = now_ms };
	if (!str_copy(country, out->country, sizeof out->country))
		return -EINVAL;
	vault_number_index(&db->vault, e164, index);
	vault_new_person(&db->vault, out->contact_id, &out->key, wrapped);
	int rc = said_stop(db, index, &out->opted_out);
	if (rc != 0)
		return rc;
	struct query q = db_query(db, SQL_CONTACT_ADD);
	bind_i64(&q, out->contact_id);
	bind_blob(&q, wrapped, sizeof wrapped);
	bind_i64(&q, out->opted_out);
	bind_i64_or_null(&q, wipe_due, wipe_due != 0);
	bind_i64(&q, now_ms);
	bind_i64(&q, now_ms);
	rc = db_run(&q);
	return rc == 0 ? store_point(db, out, out->point_id, e164, country, index, now_ms) : rc;
}

int contact_add_unreached(struct db *db, int64_t now_ms, struct contact *out)
{
	unsigned char wrapped[VAULT_WRAPPED_LEN];
	*out = (struct contact){ .contact_id = db_new_id(db), .first_seen = now_ms, .last_seen = now_ms };
	vault_new_person(&db->vault, out->contact_id, &out->key, wrapped);
	struct query q = db_query(db, SQL_CONTACT_ADD_UNREACHED);
	bind_i64(&q, out->contact_id);
	bind_blob(&q, wrapped, sizeof wrapped);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

static int run_text_i64(struct db *db, enum sql_name name, struct str a, int64_t b)
{
	struct query q = db_query(db, name);
	bind_text_or_null(&q, a);
	bind_i64(&q, b);
	return db_run(&q);
}

int contact_touch(struct db *db, int64_t contact_id, int64_t now_ms, int64_t wipe_due)
{
	struct query q = db_query(db, SQL_CONTACT_TOUCH);
	bind_i64(&q, now_ms);
	bind_i64(&q, wipe_due);
	bind_i64(&q, contact_id);
	return db_run(&q);
}

int contact_keep(struct db *db, int64_t contact_id)
{
	return db_run_id(db, SQL_CONTACT_KEEP, contact_id);
}

int contact_wipe_at(struct db *db, int64_t contact_id, int64_t due_ms)
{
	return db_run_ids(db, SQL_CONTACT_WIPE_DUE, due_ms, contact_id);
}

int contact_set_language(struct db *db, int64_t contact_id, struct str code)
{
	return run_text_i64(db, SQL_CONTACT_LANGUAGE, code, contact_id);
}

int contact_set_call_language(struct db *db, int64_t contact_id, struct str code)
{
	return run_text_i64(db, SQL_CONTACT_CALL_LANGUAGE, code, contact_id);
}

int contact_set_acked(struct db *db, int64_t contact_id, int64_t now_ms)
{
	return db_run_ids(db, SQL_CONTACT_ACKED, now_ms, contact_id);
}

int contact_set_pref(struct db *db, const struct contact *contact, struct str pref)
{
	int rc = run_text_i64(db, SQL_CONTACT_PREF, pref, contact->contact_id);
	if (rc != 0)
		return rc;
	struct query q = db_query(db, SQL_POINT_PREF);
	bind_i64(&q, str_eq_z(pref, "SHARED"));
	bind_i64(&q, !str_eq_z(pref, "NO_CALL"));
	bind_i64(&q, contact->point_id);
	return db_run(&q);
}

int contact_set_name(struct db *db, const struct contact *contact, struct str name)
{
	struct query q = db_query(db, SQL_CONTACT_NAME);
	bind_sealed(&q, &contact->key, (struct seal_place){ "contact.name", contact->contact_id }, name);
	bind_i64(&q, contact->contact_id);
	return db_run(&q);
}

static void hash_pin(const struct db *db, int64_t contact_id, struct str pin, unsigned char hash[VAULT_INDEX_LEN])
{
	struct str person = { (const char *)&contact_id, sizeof contact_id };
	vault_fingerprint(&db->vault, (struct str[]){ STR("pin"), person, pin }, 3, hash);
}

/* A code is hashed together with the number of who chose it: after a merge that may be a number of before. */
bool contact_pin_is(struct db *db, int64_t contact_id, struct str pin)
{
	unsigned char hash[VAULT_INDEX_LEN];
	bool right = false;
	struct query q = db_query(db, SQL_CONTACT_PIN_GET);
	bind_i64(&q, contact_id);
	while (!right && db_row(&q) == 1) {
		hash_pin(db, col_i64(&q, 1), pin, hash);
		right = vault_equal(col_str(&q, 0), (struct str){ (const char *)hash, sizeof hash });
	}
	db_done(&q);
	return right;
}

int contact_forget_pin(struct db *db, int64_t contact_id)
{
	struct query q = db_query(db, SQL_CONTACT_PIN);
	bind_blob(&q, NULL, 0);
	bind_i64(&q, contact_id);
	return db_run(&q);
}

int contact_set_helped(struct db *db, int64_t contact_id, int64_t now_ms)
{
	return db_run_ids(db, SQL_CONTACT_HELPED, now_ms, contact_id);
}

int contact_pause(struct db *db, int64_t contact_id, bool paused)
{
	int rc = db_run_ids(db, SQL_CONTACT_PAUSE, paused, contact_id);
	return rc == 0 && paused ? outbox_cancel_automatic(db, contact_id, "texts are paused") : rc;
}

int contact_protected(struct db *db, int64_t contact_id)
{
	struct query q = db_query(db, SQL_CONTACT_PROTECTED);
	bind_i64(&q, contact_id);
	int rc = db_row(&q);
	if (rc == 1)
		db_done(&q);
	return rc;
}

int contact_set_proof(struct db *db, int64_t contact_id, unsigned tries, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CONTACT_PROOF);
	bind_i64(&q, tries);
	bind_i64(&q, now_ms);
	bind_i64(&q, contact_id);
	return db_run(&q);
}

int contact_set_pin(struct db *db, int64_t contact_id, struct str pin)
{
	unsigned char hash[VAULT_INDEX_LEN];
	hash_pin(db, contact_id, pin, hash);
	struct query q = db_query(db, SQL_CONTACT_PIN);
	bind_blob(&q, hash, sizeof hash);
	bind_i64(&q, contact_id);
	return db_run(&q);
}

/* ---- forgetting */

int contact_count(struct db *db, enum sql_name name, int64_t contact_id, int64_t *out)
{
	struct query q = db_query(db, name);
	bind_i64(&q, contact_id);
	int rc = db_row(&q);
	*out = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}

/* Somebody of the staff has work with this person, a last message is still leaving, or there is a case: retention is for those. */
static int still_needed(struct db *db, int64_t contact_id, int64_t *n)
{
	static const enum sql_name reasons[] = { SQL_MESSAGES_PENDING_OF_CONTACT, SQL_ALERTS_OPEN_OF_CONTACT,
						 SQL_TASKS_OPEN_OF_CONTACT, SQL_CONSENT_COUNT, SQL_CONTACT_HAS_CASES };
	*n = 0;
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons && *n == 0; i++) {
		int rc = contact_count(db, reasons[i], contact_id, n);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int contact_wipe(struct db *db, int64_t contact_id, int64_t now_ms)
{
	static const enum sql_name steps[] = { SQL_ANSWERS_OF_NOBODY_DELETE, SQL_MESSAGES_OF_CONTACT_DELETE, SQL_REPLAY_DISOWN,
						SQL_CONTACT_DELETE };
	int64_t needed;
	int rc = still_needed(db, contact_id, &needed);
	if (rc != 0)
		return rc;
	if (needed) /* looked at again in an hour */
		return db_run_ids(db, SQL_CONTACT_WIPE_DUE, now_ms + 3600 * 1000, contact_id);
	for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++)
		rc = db_run_id(db, steps[i], contact_id);
	return rc == 0 ? 1 : rc;
}

int contacts_due_for_wipe(struct db *db, int64_t now_ms, int64_t ids[200])
{
	int n = 0, rc;
	struct query q = db_query(db, SQL_CONTACTS_TO_WIPE);
	bind_i64(&q, now_ms);
	while ((rc = db_row(&q)) == 1 && n < 200)
		ids[n++] = col_i64(&q, 0);
	db_done(&q);
	return rc < 0 ? rc : n;
}

/* ---- numbers */

int point_by_id(struct db *db, int64_t point_id, struct point *out)
{
	*out = (struct point){ 0 };
	struct query q = db_query(db, SQL_POINT_BY_ID);
	bind_i64(&q, point_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	unsigned char index[VAULT_INDEX_LEN];
	struct str stored = col_str(&q, 3);
	out->contact_id = col_i64(&q, 1);
	out->active = str_eq_z(col_str(&q, 4), "ACTIVE");
	out->frozen = str_eq_z(col_str(&q, 4), "BLOCKED");
	out->safe = col_i64(&q, 5) != 0;
	col_copy(&q, 6, out->country, sizeof out->country);
	rc = stored.len == sizeof index ? 0 : -EUCLEAN;
	if (rc == 0) {
		memcpy(index, stored.at, sizeof index);
		rc = vault_unwrap(&db->vault, out->contact_id, col_str(&q, 2), &out->key);
	}
	if (rc == 0)
		rc = col_sealed(&q, 0, &out->key, (struct seal_place){ "contact_point.phone", point_id }, &out->e164);
	db_done(&q);
	if (rc == 0)
		rc = said_stop(db, index, &out->opted_out);
	return rc == 0 ? 1 : rc;
}

int point_add(struct db *db, const struct contact *who, struct str e164, struct str country, int64_t now_ms, int64_t *point_id)
{
	unsigned char index[VAULT_INDEX_LEN];
	vault_number_index(&db->vault, e164, index);
	*point_id = db_new_id(db);
	return store_point(db, who, *point_id, e164, country, index, now_ms);
}

static int set_status(struct db *db, enum sql_name name, int64_t id, const char *status, int64_t now_ms)
{
	struct query q = db_query(db, name);
	bind_z(&q, status);
	bind_i64(&q, now_ms);
	bind_i64(&q, id);
	return db_run(&q);
}

int point_set_status(struct db *db, int64_t point_id, const char *status, int64_t now_ms)
{
	return set_status(db, SQL_POINT_STATUS, point_id, status, now_ms);
}

int points_of_contact_set_status(struct db *db, int64_t contact_id, const char *status, int64_t now_ms)
{
	return set_status(db, SQL_POINTS_STATUS, contact_id, status, now_ms);
}

static int point_stamp(struct db *db, enum sql_name name, int64_t point_id, int64_t now_ms)
{
	struct query q = db_query(db, name);
	bind_i64(&q, now_ms);
	bind_i64(&q, point_id);
	return db_run(&q);
}

int point_fade(struct db *db, int64_t point_id, int64_t now_ms)
{
	return point_stamp(db, SQL_POINT_FADE, point_id, now_ms);
}

int point_verified(struct db *db, int64_t point_id, int64_t now_ms)
{
	return point_stamp(db, SQL_POINT_VERIFIED, point_id, now_ms);
}

int point_noticed(struct db *db, int64_t point_id, int64_t now_ms)
{
	return db_run_ids(db, SQL_POINT_NOTICED, now_ms, point_id);
}

static int mark_opted_out(struct db *db, const unsigned char index[VAULT_INDEX_LEN], bool opted_out)
{
	struct query q = db_query(db, SQL_CONTACT_OPTED_OUT);
	bind_i64(&q, opted_out);
	bind_blob(&q, index, VAULT_INDEX_LEN);
	return db_run(&q);
}

int opt_out_index(struct db *db, const unsigned char index[VAULT_INDEX_LEN], const char *source, int64_t at_ms)
{
	int added;
	struct query q = db_query(db, SQL_OPT_OUT_ADD);
	bind_blob(&q, index, VAULT_INDEX_LEN);
	bind_i64(&q, at_ms);
	bind_z(&q, source);
	int rc = db_run_changes(&q, &added);
	if (rc == 0)
		rc = mark_opted_out(db, index, true);
	if (rc == 0)
		rc = outbox_cancel_for_number(db, index, "opted out");
	return rc == 0 ? added : rc;
}

int opt_in_index(struct db *db, const unsigned char index[VAULT_INDEX_LEN], int64_t not_after_ms)
{
	int lifted;
	struct query q = db_query(db, SQL_OPT_OUT_LIFT);
	bind_blob(&q, index, VAULT_INDEX_LEN);
	bind_i64(&q, not_after_ms);
	int rc = db_run_changes(&q, &lifted);
	if (rc == 0 && lifted)
		rc = mark_opted_out(db, index, false);
	return rc == 0 ? lifted : rc;
}

int number_said_stop(struct db *db, struct str e164)
{
	unsigned char index[VAULT_INDEX_LEN];
	bool stopped = false;
	vault_number_index(&db->vault, e164, index);
	int rc = said_stop(db, index, &stopped);
	return rc == 0 ? stopped : rc;
}

int opt_out(struct db *db, struct str e164, const char *source, int64_t now_ms)
{
	unsigned char index[VAULT_INDEX_LEN];
	vault_number_index(&db->vault, e164, index);
	int rc = opt_out_index(db, index, source, now_ms);
	return rc == 1 ? suppression_note(db, SUPPRESSION_STOP, index, now_ms) : rc;
}

int opt_in(struct db *db, struct str e164, int64_t now_ms)
{
	unsigned char index[VAULT_INDEX_LEN];
	vault_number_index(&db->vault, e164, index);
	int rc = opt_in_index(db, index, INT64_MAX);
	return rc == 1 ? suppression_note(db, SUPPRESSION_START, index, now_ms) : rc;
}

/* What was a yes to the purpose is taken back. */
static int consent_withdraw(struct db *db, int64_t contact_id, struct str purpose, int64_t now_ms)
{
	struct query q = db_query(db, SQL_CONSENT_WITHDRAW);
	bind_i64(&q, now_ms);
	bind_i64(&q, contact_id);
	bind_text(&q, purpose);
	return db_run(&q);
}

int consent_add(struct db *db, int64_t contact_id, const struct consent *consent, int64_t now_ms)
{
	int rc = str_eq_z(consent->answer, "NO") ? consent_withdraw(db, contact_id, consent->purpose, now_ms) : 0;
	if (rc != 0)
		return rc;
	struct query q = db_query(db, SQL_CONSENT_ADD);
	bind_i64(&q, db_new_id(db));
	bind_i64(&q, contact_id);
	bind_text(&q, consent->purpose);
	bind_text(&q, consent->answer);
	bind_text_or_null(&q, consent->text_key);
	bind_text_or_null(&q, consent->text_version);
	bind_text_or_null(&q, consent->language);
	bind_text_or_null(&q, consent->channel);
	bind_i64(&q, now_ms);
	return db_run(&q);
}

int consent_last(struct db *db, int64_t contact_id, struct str purpose, int64_t *at)
{
	struct query q = db_query(db, SQL_CONSENT_LAST);
	bind_i64(&q, contact_id);
	bind_text(&q, purpose);
	int rc = db_row(&q);
	*at = rc == 1 ? col_i64(&q, 0) : 0;
	db_done(&q);
	return rc < 0 ? rc : 0;
}
