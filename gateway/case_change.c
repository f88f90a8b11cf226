#include "gateway/case_change.h"

#include "db/contact.h"
#include "flows/date.h"
#include "gateway/case_rules.h"
#include "gateway/consents.h"
#include "gateway/schedule_case.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum value_kind { ONE_OF, COUNTRY, REGION, OFFICE, DATE, STEP, NAME, YES_NO, TAGS, YEAR };

/* Keys and their values: CONTRACT 3 and 5. */
static const struct key {
	const char *name, *values; /* ONE_OF: separated by a space */
	enum value_kind kind;
	int text;                  /* enum case_text, or -1 */
	bool reason;               /* the console asks why */
} keys[] = {
	{ "status", "PARTIAL NEW ASSIGNED CONTACTING COUNSELLED ELIGIBILITY DOCS PROJECT READY BOOKED DEPARTED RETURNED CLOSED"
	  " WAITLIST ON_HOLD WITHDRAWN UNREACHABLE REFERRED_PROTECTION", ONE_OF, CASE_STATUS, true },
	{ "step", NULL, STEP, -1, false },
	{ "priority", "P1 P2 P3 P4", ONE_OF, -1, false },
	{ "assigned_to", NULL, NAME, CASE_ASSIGNED_TO, false },
	{ "office", NULL, OFFICE, CASE_OFFICE, false },
	{ "region", NULL, REGION, CASE_REGION, false },
	{ "city", "RABAT CASABLANCA OUJDA TANGER FES MARRAKECH AGADIR LAAYOUNE OTHER", ONE_OF, CASE_CITY, false },
	{ "nationality", NULL, COUNTRY, CASE_NATIONALITY, false },
	{ "return_country", NULL, COUNTRY, CASE_RETURN_COUNTRY, false },
	{ "host_country", NULL, COUNTRY, CASE_HOST_COUNTRY, false },
	{ "departed_on", NULL, DATE, CASE_DEPARTED_ON, false },
	{ "returned_on", NULL, DATE, CASE_RETURNED_ON, false },
	{ "handed_over_on", NULL, DATE, CASE_HANDED_OVER_ON, false },
	{ "sex", "M F U", ONE_OF, CASE_SEX, false },
	{ "age_band", "U18 18_39 40_59 60P U", ONE_OF, CASE_AGE_BAND, false },
	{ "birth_year", NULL, YEAR, -1, false },
	{ "travel_doc", "YES NO EXPIRED OTHER", ONE_OF, CASE_TRAVEL_DOC, false },
	{ "call_language", "fr en ar ff man wo es ber other", ONE_OF, CASE_CALL_LANGUAGE, false },
	{ "call_time", "MORNING AFTERNOON EVENING ANY", ONE_OF, CASE_CALL_TIME, false },
	{ "contact_pref", "CALL_OK SHARED NO_CALL", ONE_OF, CASE_CONTACT_PREF, false },
	{ "consent_checkins", NULL, YES_NO, -1, false },
	{ "checkin_safe", NULL, YES_NO, -1, true },
	{ "tags", NULL, TAGS, CASE_TAGS, false },
	{ "close_reason", "DEPARTED COMPLETED WITHDRAWN NOT_ELIGIBLE LEFT_AREA DIED ABRUPT REMIGRATED FUNDING INSECURITY DUPLICATE"
	  " UNREACHABLE CHILD_PROTECTION", ONE_OF, CASE_CLOSE_REASON, true },
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
			       " nationality, return_country, host_country, departed_on, returned_on, handed_over_on, sex, age_band, birth_year,"
			       " travel_doc, call_language, call_time, contact_pref, consent_checkins, checkin_safe, tags, close_reason, phone",
			       (int)(a->key.len > 32 ? 32 : a->key.len), a->key.at);
	switch (key->kind) {
	case ONE_OF:
		return one_of(key->values, v) ? 0 : err_set(err, -EINVAL, "%s: must be one of %s", key->name, key->values);
	case COUNTRY:
		return !check_country(v) || str_eq_z(v, "ZZ") ? 0 :
			err_set(err, -EINVAL, "%s: must be a country code of ISO 3166-1 such as GN, or ZZ", key->name);
	case REGION:
		return !check_region(v) ? 0 : err_set(err, -EINVAL, "region: must be a code of ISO 3166-2 such as MA-04");
	case OFFICE:
		return config_has_office(config, v) ? 0 : err_set(err, -EINVAL, "office: the configuration has no such office");
	case DATE:
		return date_like(v) ? 0 : err_because(err, -EINVAL, "day", "%s: must be a date such as 2026-03-31", key->name);
	case STEP:
		return number_in(v, 1, 5) ? 0 : err_set(err, -EINVAL, "step: must be 1 to 5");
	case YEAR:
		return number_in(v, 1900, 2100) ? 0 : err_because(err, -EINVAL, "year", "birth_year: must be a year such as 1994");
	case NAME:
		return name_like(v) ? 0 : err_set(err, -EINVAL, "%s: must be a user's name", key->name);
	case YES_NO:
		return one_of("yes no", v) ? 0 : err_set(err, -EINVAL, "%s: must be yes or no", key->name);
	case TAGS:
		if (!tag_like(v))
			return err_set(err, -EINVAL, "tags: write +TAG to add and -TAG to take away");
		return v.at[0] == '-' || config_project(config, str_from(v, 1)) ? 0 :
			err_set(err, -EINVAL, "tags: the configuration has no such project; see \"projects\"");
	}
	return -EINVAL;
}

bool case_key_needs_reason(struct str name)
{
	const struct key *key = find_key(name);
	return key && key->reason;
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

static int set_birth_year(struct db *db, struct str ref, const struct contact *who, struct str year)
{
	struct query q = db_query(db, SQL_CASE_BIRTH_YEAR);
	bind_sealed(&q, &who->key, (struct seal_place){ "case.birth_year", case_row_number(ref) }, year);
	bind_text(&q, ref);
	return db_run(&q);
}

static struct str band_at(int64_t age)
{
	return age < 18 ? STR("U18") : age < 40 ? STR("18_39") : age < 60 ? STR("40_59") : STR("60P");
}

/* A year of birth leaves two ages open.  The band that stands stays when it is that of either; else it is that of the younger. */
static struct str band_of(int64_t birth_year, struct str stands, int64_t now_ms)
{
	int64_t age = date_of_days(now_ms / 86400000).year - birth_year;
	return str_eq(stands, band_at(age)) ? stands : band_at(age - 1);
}

struct assigning {
	struct act_call *call;
	struct case_row row;
	struct contact who;
	struct case_change change;
};

static int gather(struct assigning *as, const struct case_assignment *a)
{
	struct case_change *change = &as->change;
	struct db *db = as->call->db;
	const struct key *key = find_key(a->key);
	uint64_t n = 0;
	if (!key)
		return -EINVAL;
	switch (key->kind) {
	case STEP:
		if (str_to_u64(a->value, &n))
			change->step = (int64_t)n;
		return 0;
	case YEAR:
		if (str_to_u64(a->value, &n) && (int64_t)n > date_of_days(as->call->now_ms / 86400000).year)
			return act_fail(as->call, -EINVAL, "birth_year: is in the future");
		if (!change->text[CASE_AGE_BAND].at)
			change->text[CASE_AGE_BAND] = band_of((int64_t)n, str_of(as->row.age_band), as->call->now_ms);
		return set_birth_year(db, str_of(as->row.ref), &as->who, a->value);
	case YES_NO:
		if (str_eq_z(a->key, "checkin_safe")) {
			change->checkin_safe = str_eq_z(a->value, "yes");
			return 0;
		}
		return consent_record(db, &as->row, STR("CHECKINS"), str_eq_z(a->value, "yes"), as->call->now_ms, change);
	case TAGS:
		change->text[CASE_TAGS] = change_tags(db, change->text[CASE_TAGS].at ? change->text[CASE_TAGS] : as->row.tags, a->value);
		return 0;
	case ONE_OF: case COUNTRY: case REGION: case OFFICE: case DATE: case NAME:
		if (key->text < 0)
			change->priority = a->value, change->priority_may_fall = true;
		else
			change->text[key->text] = a->value;
		return str_eq_z(a->key, "contact_pref") ? contact_set_pref(db, &as->who, a->value) : 0;
	}
	return -EINVAL;
}

/* The office that follows from where the person is: its catchment holds the region; after the return the one of that country. */
static void follow_office(struct assigning *as)
{
	const struct config *config = &as->call->g->config;
	struct case_change *change = &as->change;
	const struct office *office = NULL;
	if (change->text[CASE_CITY].at && !change->text[CASE_REGION].at && strcmp(as->row.direction, "FROM_MA") == 0)
		change->text[CASE_REGION] = case_region_of_city(change->text[CASE_CITY]);
	if (change->text[CASE_OFFICE].at)
		return;
	if (change->text[CASE_REGION].at)
		office = config_office(config, config->programme_country, change->text[CASE_REGION]);
	if (str_eq_z(change->text[CASE_STATUS], "RETURNED") && strcmp(as->row.direction, "FROM_MA") == 0) {
		struct str to = change->text[CASE_RETURN_COUNTRY].len ? change->text[CASE_RETURN_COUNTRY] :
				as->row.return_country[0] ? str_of(as->row.return_country) : str_of(as->row.nationality);
		for (size_t i = 0; to.len && i < config->offices_count; i++)
			if (config->offices[i].is_default && str_eq(config->offices[i].country, to))
				office = &config->offices[i];
	}
	if (office)
		change->text[CASE_OFFICE] = office->id;
}

/* What a new status brings along: closing needs a reason code, opening again takes it away, taking a case makes it ASSIGNED. */
static int follow_status(struct assigning *as)
{
	struct case_change *change = &as->change;
	struct str status = change->text[CASE_STATUS];
	struct str *why = &change->text[CASE_CLOSE_REASON];
	if (!status.at && change->text[CASE_ASSIGNED_TO].len && strcmp(as->row.status, "NEW") == 0)
		change->text[CASE_STATUS] = STR("ASSIGNED");
	if (!status.at) {
		if (why->len && case_is_open(str_of(as->row.status)))
			return act_refuse(as->call, -EINVAL, "close-reason", "close_reason: the case is not closed; set status=CLOSED with it");
		return 0;
	}
	if (str_eq_z(status, "CLOSED") && !why->len && !as->row.close_reason[0])
		return act_refuse(as->call, -EINVAL, "close-reason", "status=CLOSED needs a close_reason, such as close_reason=COMPLETED");
	if (str_eq_z(status, "WITHDRAWN") && !why->len)
		*why = STR("WITHDRAWN");
	if (case_is_open(status)) {
		if (why->len)
			return act_refuse(as->call, -EINVAL, "close-reason", "close_reason belongs to status=CLOSED");
		*why = STR("");
	}
	return 0;
}

/* What was changed, without what it was changed to: values of sensitive keys must not stand in the audit. */
static struct str what_changed(struct db *db, const struct case_assignment *a, size_t count)
{
	struct buf b = buf_new(&db->arena, 1024);
	buf_put_z(&b, "case.set");
	for (size_t i = 0; i < count; i++) {
		bool open = str_eq_z(a[i].key, "status") || str_eq_z(a[i].key, "step") || str_eq_z(a[i].key, "priority") ||
			    str_eq_z(a[i].key, "assigned_to") || str_eq_z(a[i].key, "office") || str_eq_z(a[i].key, "tags");
		buf_put_char(&b, ' ');
		buf_put(&b, a[i].key);
		if (open) {
			buf_put_char(&b, '=');
			buf_put(&b, a[i].value);
		}
	}
	return buf_str(&b);
}

static int assign(struct assigning *as, const struct case_assignment *a, size_t count)
{
	struct act_call *call = as->call;
	int rc = 0;
	as->change = case_change_none();
	as->change.by = call->user;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = gather(as, &a[i]);
	if (rc == 0)
		rc = follow_status(as);
	if (rc != 0)
		return rc;
	follow_office(as);
	rc = case_update(call->db, str_of(as->row.ref), &as->change, call->now_ms);
	if (rc == 0)
		rc = schedule_case(call->db, &call->g->config, str_of(as->row.ref), call->now_ms);
	return rc == 0 ? act_audit(call, what_changed(call->db, a, count), str_of(as->row.ref)) : rc;
}

int case_assign(struct act_call *call, struct str ref, const struct case_assignment *a, size_t count)
{
	struct assigning as = { .call = call };
	for (size_t i = 0; i < count; i++) {
		int rc = case_assignment_check(&call->g->config, &a[i], &call->err);
		if (rc != 0)
			return rc;
		if (case_key_needs_reason(a[i].key) && str_trim(call->reason).len == 0)
			return act_refuse(call, -EINVAL, "no-reason", "%.*s needs a --reason: the audit says why", STR_ARG(a[i].key));
	}
	int rc = case_by_ref(call->db, ref, NULL, &as.row);
	if (rc == 1)
		rc = contact_by_id(call->db, as.row.contact_id, &as.who);
	if (rc != 1)
		return rc < 0 ? rc : act_fail(call, -ENOENT, "there is no case of this reference");
	rc = assign(&as, a, count);
	seal_key_forget(&as.who.key);
	return rc;
}
