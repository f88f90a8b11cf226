#include "gateway/case_change.h"

#include "db/contact.h"
#include "db/ledger.h"
#include "flows/date.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum value_kind { ONE_OF, COUNTRY, REGION, OFFICE, DATE, STEP, NAME, YES_NO, TAGS, YEAR };

/* Keys and their values: CONTRACT 3 and 5. */
static const struct key {
	const char *name, *values; /* ONE_OF: separated by a space */
	enum value_kind kind;
	int text;                  /* enum case_text, or -1 */
} keys[] = {
	{ "status", "PARTIAL NEW ASSIGNED CONTACTING COUNSELLED ELIGIBILITY DOCS PROJECT READY BOOKED DEPARTED RETURNED CLOSED"
	  " WAITLIST ON_HOLD WITHDRAWN UNREACHABLE REFERRED_PROTECTION", ONE_OF, CASE_STATUS },
	{ "step", NULL, STEP, -1 },
	{ "priority", "P1 P2 P3 P4", ONE_OF, -1 },
	{ "assigned_to", NULL, NAME, CASE_ASSIGNED_TO },
	{ "office", NULL, OFFICE, CASE_OFFICE },
	{ "region", NULL, REGION, CASE_REGION },
	{ "city", "RABAT CASABLANCA OUJDA TANGER FES MARRAKECH AGADIR LAAYOUNE OTHER", ONE_OF, CASE_CITY },
	{ "nationality", NULL, COUNTRY, CASE_NATIONALITY },
	{ "return_country", NULL, COUNTRY, CASE_RETURN_COUNTRY },
	{ "host_country", NULL, COUNTRY, CASE_HOST_COUNTRY },
	{ "departed_on", NULL, DATE, CASE_DEPARTED_ON },
	{ "returned_on", NULL, DATE, CASE_RETURNED_ON },
	{ "sex", "M F U", ONE_OF, CASE_SEX },
	{ "age_band", "U18 18_39 40_59 60P U", ONE_OF, CASE_AGE_BAND },
	{ "birth_year", NULL, YEAR, -1 },
	{ "travel_doc", "YES NO EXPIRED OTHER", ONE_OF, CASE_TRAVEL_DOC },
	{ "call_language", "fr en ar ff man wo es ber other", ONE_OF, CASE_CALL_LANGUAGE },
	{ "call_time", "MORNING AFTERNOON EVENING ANY", ONE_OF, CASE_CALL_TIME },
	{ "contact_pref", "CALL_OK SHARED NO_CALL", ONE_OF, CASE_CONTACT_PREF },
	{ "consent_checkins", NULL, YES_NO, -1 },
	{ "checkin_safe", NULL, YES_NO, -1 },
	{ "tags", NULL, TAGS, CASE_TAGS },
	{ "close_reason", "DEPARTED COMPLETED WITHDRAWN NOT_ELIGIBLE LEFT_AREA DIED ABRUPT REMIGRATED FUNDING INSECURITY DUPLICATE"
	  " UNREACHABLE CHILD_PROTECTION", ONE_OF, CASE_CLOSE_REASON },
};

static const struct key *find_key(struct str name)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_eq_z(name, keys[i].name))
			return &keys[i];
	return NULL;
}

static bool one_of(const char *values, struct str value)
{
	struct str rest = str_of(values), word;
	while (str_split(&rest, ' ', &word))
		if (str_eq(word, value))
			return true;
	return false;
}

static bool letters(struct str s, size_t len)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < 'A' || s.at[i] > 'Z')
			return false;
	return s.len == len;
}

static bool name_like(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.at[i] >= 'a' && s.at[i] <= 'z') || (s.at[i] >= 'A' && s.at[i] <= 'Z') ||
		      (s.at[i] >= '0' && s.at[i] <= '9') || s.at[i] == '.' || s.at[i] == '_' || s.at[i] == '-'))
			return false;
	return s.len >= 1 && s.len <= 31;
}

/* YYYY-MM-DD that exists. */
static bool date_like(struct str s)
{
	struct date date;
	return date_parse(s, &date) && date.year >= 1990 && date.year <= 2100;
}

static bool known_office(const struct config *config, struct str id)
{
	for (size_t i = 0; i < config->offices_count; i++)
		if (str_eq(config->offices[i].id, id))
			return true;
	return false;
}

static bool tag_like(struct str s)
{
	if (s.len < 2 || (s.at[0] != '+' && s.at[0] != '-'))
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!((s.at[i] >= 'A' && s.at[i] <= 'Z') || (s.at[i] >= '0' && s.at[i] <= '9') || s.at[i] == '_'))
			return false;
	return s.len <= 24;
}

static bool number_in(struct str s, uint64_t low, uint64_t high)
{
	uint64_t n;
	return str_to_u64(s, &n) && n >= low && n <= high;
}

int case_assignment_check(const struct config *config, const struct case_assignment *a, struct err *err)
{
	const struct key *key = find_key(a->key);
	struct str v = a->value;
	if (str_eq_z(a->key, "phone"))
		return err_set(err, -EINVAL, "phone: a change of number waits for a second person: set it alone, without other keys");
	if (!key)
		return err_set(err, -EINVAL, "%.*s: no such key; there are status, step, priority, assigned_to, office, region, city,"
			       " nationality, return_country, host_country, departed_on, returned_on, sex, age_band, birth_year,"
			       " travel_doc, call_language, call_time, contact_pref, consent_checkins, checkin_safe, tags, close_reason",
			       (int)(a->key.len > 32 ? 32 : a->key.len), a->key.at);
	switch (key->kind) {
	case ONE_OF:
		return one_of(key->values, v) ? 0 : err_set(err, -EINVAL, "%s: must be one of %s", key->name, key->values);
	case COUNTRY:
		return letters(v, 2) ? 0 : err_set(err, -EINVAL, "%s: must be a country code such as GN", key->name);
	case REGION:
		return v.len >= 4 && v.len <= 6 && v.at[2] == '-' && letters(str_slice(v, 0, 2), 2) ? 0 :
			err_set(err, -EINVAL, "region: must be a code such as MA-04");
	case OFFICE:
		return known_office(config, v) ? 0 : err_set(err, -EINVAL, "office: the configuration has no such office");
	case DATE:
		return date_like(v) ? 0 : err_set(err, -EINVAL, "%s: must be a date such as 2026-03-31", key->name);
	case STEP:
		return number_in(v, 1, 5) ? 0 : err_set(err, -EINVAL, "step: must be 1 to 5");
	case YEAR:
		return number_in(v, 1900, 2100) ? 0 : err_set(err, -EINVAL, "birth_year: must be a year such as 1994");
	case NAME:
		return name_like(v) ? 0 : err_set(err, -EINVAL, "%s: must be a user's name", key->name);
	case YES_NO:
		return one_of("yes no", v) ? 0 : err_set(err, -EINVAL, "%s: must be yes or no", key->name);
	case TAGS:
		return tag_like(v) ? 0 : err_set(err, -EINVAL, "tags: write +TAG to add and -TAG to take away");
	}
	return -EINVAL;
}

/* ---- applying */

/* The row's tags with one added or taken away, separated by a space. */
static struct str change_tags(struct db *db, struct str have, struct str change)
{
	struct str rest = have, word, tag = str_from(change, 1);
	struct buf b = buf_new(&db->arena, have.len + change.len + 2);
	while (str_split(&rest, ' ', &word)) {
		if (!word.len || str_eq(word, tag))
			continue;
		buf_put_z(&b, b.len ? " " : "");
		buf_put(&b, word);
	}
	if (change.at[0] == '+') {
		buf_put_z(&b, b.len ? " " : "");
		buf_put(&b, tag);
	}
	return buf_str(&b);
}

static int tags_of(struct db *db, struct str ref, struct str *out)
{
	struct query q = db_query(db, SQL_CASE_TAGS);
	bind_text(&q, ref);
	int rc = db_row(&q);
	*out = rc == 1 ? arena_str(&db->arena, col_str(&q, 0)) : STR("");
	db_done(&q);
	return rc < 0 ? rc : 0;
}

static int set_birth_year(struct db *db, struct str ref, const struct contact *who, struct str year)
{
	struct query q = db_query(db, SQL_CASE_BIRTH_YEAR);
	bind_sealed(&q, &who->key, (struct seal_place){ "case.birth_year", case_row_number(ref) }, year);
	bind_text(&q, ref);
	return db_run(&q);
}

static int consent_to_checkins(struct db *db, const struct contact *who, bool yes, int64_t now_ms)
{
	struct consent row = { .purpose = STR("CHECKINS"), .answer = yes ? STR("YES") : STR("NO"), .channel = STR("staff") };
	return consent_add(db, who->contact_id, &row, now_ms);
}

static int gather(struct db *db, struct str ref, const struct contact *who, const struct case_assignment *a,
		  struct case_change *change, int64_t now_ms)
{
	const struct key *key = find_key(a->key);
	uint64_t n = 0;
	int rc = 0;
	if (!key)
		return -EINVAL;
	switch (key->kind) {
	case STEP:
		if (str_to_u64(a->value, &n))
			change->step = (int64_t)n;
		return 0;
	case YEAR:
		return set_birth_year(db, ref, who, a->value);
	case YES_NO:
		if (str_eq_z(a->key, "checkin_safe")) {
			change->checkin_safe = str_eq_z(a->value, "yes");
			return 0;
		}
		change->consent_checkins = str_eq_z(a->value, "yes");
		return consent_to_checkins(db, who, str_eq_z(a->value, "yes"), now_ms);
	case TAGS: {
		struct str have = change->text[CASE_TAGS];
		if (!have.at)
			rc = tags_of(db, ref, &have);
		if (rc == 0)
			change->text[CASE_TAGS] = change_tags(db, have, a->value);
		return rc;
	}
	case ONE_OF: case COUNTRY: case REGION: case OFFICE: case DATE: case NAME:
		if (key->text < 0)
			change->priority = a->value, change->priority_may_fall = true;
		else
			change->text[key->text] = a->value;
		return str_eq_z(a->key, "contact_pref") ? contact_set_pref(db, who, a->value) : 0;
	}
	return -EINVAL;
}

/* What was changed, without what it was changed to: values of sensitive keys must not stand in the audit. */
static struct str what_changed(struct db *db, const struct case_assignment *a, size_t count)
{
	struct buf b = buf_new(&db->arena, 1024);
	buf_put_z(&b, "case.set");
	for (size_t i = 0; i < count; i++) {
		bool open = str_eq_z(a[i].key, "status") || str_eq_z(a[i].key, "step") || str_eq_z(a[i].key, "priority") ||
			    str_eq_z(a[i].key, "assigned_to") || str_eq_z(a[i].key, "office");
		buf_put_char(&b, ' ');
		buf_put(&b, a[i].key);
		if (open) {
			buf_put_char(&b, '=');
			buf_put(&b, a[i].value);
		}
	}
	return buf_str(&b);
}

int case_assign(struct db *db, const struct config *config, struct str ref, const struct case_assignment *a, size_t count,
		struct str actor, struct str reason, int64_t now_ms)
{
	struct case_row row;
	struct contact who = { 0 };
	struct case_change change = case_change_none();
	int rc = case_by_ref(db, ref, NULL, &row);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	rc = contact_by_id(db, row.contact_id, &who);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = gather(db, ref, &who, &a[i], &change, now_ms);
	if (rc == 0 && change.text[CASE_REGION].at && !change.text[CASE_OFFICE].at) {
		const struct office *office = config_office(config, config->programme_country, change.text[CASE_REGION]);
		change.text[CASE_OFFICE] = office ? office->id : (struct str){ NULL, 0 };
	}
	if (rc == 0)
		rc = case_update(db, ref, &change, now_ms);
	if (rc == 0)
		rc = audit_add(db, now_ms, actor, what_changed(db, a, count), ref, reason);
	seal_key_forget(&who.key);
	return rc;
}
