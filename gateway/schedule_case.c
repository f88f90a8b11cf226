#include "gateway/schedule_case.h"

#include "flows/date.h"
#include "gateway/calendar.h"
#include "gateway/json.h"

#include <string.h>

/* ---- who gets none */

const char *checkin_obstacle(const struct checkin_facts *f)
{
	if (!f->consented)
		return "no consent to check-ins";
	if (!f->returned)
		return "no date of return";
	if (f->closed)
		return "the case is closed";
	if (f->elsewhere)
		return "is asked in another case";
	if (f->opted_out)
		return "said STOP";
	if (f->no_call)
		return "no contact wanted";
	if (f->paused)
		return "texts are paused";
	if (!f->safe && (f->minor || f->protected || f->harmed))
		return "only when staff say that it is safe";
	if (!f->has_number || !f->active)
		return "no number that is in use";
	return NULL;
}

static bool has_tag(struct str tags, const char *tag)
{
	struct str word;
	while (str_split(&tags, ' ', &word))
		if (str_eq_z(word, tag))
			return true;
	return false;
}

/* Codes of harm in the sealed JSON: VOT, VOT_POTENTIAL, GBV …; a list of them, or one text. */
static bool harm_in(struct str codes)
{
	for (size_t i = 0; i + 3 <= codes.len; i++) {
		struct str at = str_slice(codes, i, i + 3);
		bool begins = i == 0 || !((codes.at[i - 1] >= 'A' && codes.at[i - 1] <= 'Z') || codes.at[i - 1] == '_');
		if (begins && (str_eq_nocase(at, STR("VOT")) || str_eq_nocase(at, STR("GBV"))))
			return true;
	}
	return false;
}

static bool harmed_in(struct str sensitive)
{
	json_t *all = sensitive.at ? json_parse(sensitive, NULL) : NULL, *codes = json_object_get(all, "vulnerabilities"), *one;
	bool harmed = json_is_string(codes) && harm_in(json_str(codes));
	size_t i;
	json_array_foreach(codes, i, one)
		harmed = harmed || (json_is_string(one) && harm_in(json_str(one)));
	json_decref(all);
	return harmed;
}

int checkin_facts_load(struct db *db, const struct checkin_subject *s, const struct contact *who, struct checkin_facts *out)
{
	struct case_row row;
	struct point point = { 0 };
	int rc = case_by_ref(db, str_of(s->ref), &who->key, &row);
	if (rc < 0)
		return rc;
	bool harmed = rc == 1 && harmed_in(row.sensitive);
	rc = who->point_id ? point_by_id(db, who->point_id, &point) : 0;
	seal_key_forget(&point.key);
	if (rc < 0)
		return rc;
	*out = (struct checkin_facts){
		.consented = s->consented, .returned = s->returned_on[0] != '\0', .safe = s->safe, .harmed = harmed,
		.elsewhere = s->elsewhere,
		.closed = strcmp(s->status, "CLOSED") == 0 || strcmp(s->status, "WITHDRAWN") == 0,
		.protected = strcmp(s->status, "REFERRED_PROTECTION") == 0,
		.minor = strcmp(s->age_band, "U18") == 0 || has_tag(str_of(s->tags), "UASC"),
		.no_call = strcmp(s->contact_pref, "NO_CALL") == 0 || strcmp(who->contact_pref, "NO_CALL") == 0,
		.has_number = who->point_id != 0, .active = point.active, .opted_out = who->opted_out || point.opted_out,
		.paused = who->texts_paused,
	};
	return 0;
}

/* ---- when */

/* FNV-1a: it only has to spread. */
int64_t checkin_jitter(struct str ref, struct str wave, unsigned nth)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < ref.len; i++)
		hash = (hash ^ (unsigned char)ref.at[i]) * 1099511628211u;
	for (size_t i = 0; i < wave.len; i++)
		hash = (hash ^ (unsigned char)wave.at[i]) * 1099511628211u;
	hash = (hash ^ nth) * 1099511628211u;
	return (int64_t)((hash >> 16) % (uint64_t)CHECKIN_JITTER_MS);
}

struct str checkin_country(const struct config *config, const struct checkin_subject *s, const struct contact *who)
{
	if (who->country[0])
		return str_of(who->country);
	return s->return_country[0] && strcmp(s->direction, "FROM_MA") == 0 ? str_of(s->return_country) : config->programme_country;
}

/* ---- rows of a case */

struct planning {
	struct db *db;
	const struct config *config;
	struct checkin_subject s;
	struct contact who;
	struct checkin_facts facts;
	bool erased;
	int64_t returned_day, now_ms;
};

static int plan_new(struct planning *p, const struct wave *wave, int64_t due, int64_t closes)
{
	struct checkin c = { .outcome = "SCHEDULED", .due_at = due, .next_at = due, .closes_at = closes };
	memcpy(c.case_ref, p->s.ref, sizeof c.case_ref);
	if (!str_copy(wave->id, c.wave, sizeof c.wave))
		return 0;
	return checkin_add(p->db, &c);
}

/* Only what nobody has heard of yet is moved. */
static int plan_again(struct planning *p, const struct checkin *c, int64_t due, int64_t closes)
{
	bool suppressed = strcmp(c->outcome, "SUPPRESSED") == 0;
	bool may = suppressed || strcmp(c->outcome, "SCHEDULED") == 0 || strcmp(c->outcome, "EXPIRED") == 0;
	if (c->texts > 0 || !may || (c->due_at == due && !suppressed))
		return 0;
	return checkin_reschedule(p->db, c->checkin_id, due, due, closes);
}

static int plan_wave(struct planning *p, const struct wave *wave)
{
	struct checkin c;
	int rc = checkin_of_wave(p->db, str_of(p->s.ref), wave->id, &c);
	int64_t due = calendar_due(p->config, checkin_country(p->config, &p->s, &p->who), p->returned_day + wave->day,
				   checkin_jitter(str_of(p->s.ref), wave->id, 0));
	int64_t closes = due + CHECKIN_WINDOW_MS;
	if (rc < 0 || due < 0 || closes <= p->now_ms)
		return rc < 0 ? rc : 0;
	return rc == 1 ? plan_again(p, &c, due, closes) : plan_new(p, wave, due, closes);
}

static int load(struct planning *p)
{
	int rc = contact_by_id(p->db, p->s.contact_id, &p->who);
	p->erased = rc == 0;
	return rc == 1 ? checkin_facts_load(p->db, &p->s, &p->who, &p->facts) : rc;
}

int schedule_case(struct db *db, const struct config *config, struct str ref, int64_t now_ms)
{
	struct planning p = { .db = db, .config = config, .now_ms = now_ms };
	struct date returned;
	int rc = checkin_subject(db, ref, &p.s);
	if (rc != 1)
		return rc;
	rc = load(&p);
	seal_key_forget(&p.who.key);
	if (rc != 0)
		return rc;
	const char *obstacle = p.erased ? "the person was erased" : checkin_obstacle(&p.facts);
	if (p.erased || !p.facts.consented || !date_parse(str_of(p.s.returned_on), &returned))
		return checkins_suppress(db, ref, obstacle);
	p.returned_day = date_to_days(returned);
	for (size_t i = 0; rc == 0 && i < config->waves_count; i++)
		rc = plan_wave(&p, &config->waves[i]);
	return rc == 0 && obstacle ? checkins_suppress(db, ref, obstacle) : rc;
}
