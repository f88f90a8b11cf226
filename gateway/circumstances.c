#include "gateway/circumstances.h"

#include "db/checkin.h"
#include "flows/public_word.h"
#include "gateway/calendar.h"

#include <stdio.h>
#include <string.h>

#define HOUR_MS ((int64_t)3600 * 1000)
#define RESUME_WINDOW_MS (48 * HOUR_MS)           /* domain.md 2.3 (d) */
#define CHECKIN_CONSENT_MS (365 * 24 * HOUR_MS)   /* domain.md 2.9: asked once a year */
#define NOTICE_MS (7 * 24 * HOUR_MS)              /* how long NO stops a change of number */

/* ---- placeholders */

static void add_placeholder(struct facts *f, struct str name, struct str value)
{
	if (f->placeholders_count < sizeof f->placeholders / sizeof *f->placeholders && value.len)
		f->placeholders[f->placeholders_count++] = (struct binding){ name, value };
}

void circumstances_add_numbers(const struct config *config, struct str iso, struct facts *f)
{
	const struct country *country = config_country(config, iso);
	if (!country || !country->sos.len)
		country = config_country(config, config->programme_country);
	if (!country)
		return;
	add_placeholder(f, STR("tel"), country->telephone);
	add_placeholder(f, STR("callback"), country->callback);
	add_placeholder(f, STR("sos"), country->sos);
}

/* ---- the case that is spoken of */

/* Typed in this walk and perhaps of somebody else; it is told only behind a proof, which the definitions ask for. */
static int load_claimed(struct gateway *g, const struct conversation *talk, struct circumstances *c)
{
	const char *claimed = session_var(&talk->session, STR("claimed"));
	struct case_row row;
	if (!claimed || strcmp(claimed, c->open_case.ref) == 0)
		return 0;
	int rc = case_by_ref(&g->db, str_of(claimed), NULL, &row);
	c->facts.public_word = rc == 1 ? public_word(str_of(row.status)) : STR("callus");
	return rc < 0 ? rc : 0;
}

static int load_case(struct gateway *g, const struct contact *who, struct circumstances *c)
{
	struct facts *f = &c->facts;
	int rc = case_of_contact(&g->db, who->contact_id, &who->key, &c->open_case);
	if (rc == 0)
		c->open_case.ref[0] = '\0';
	if (rc != 1)
		return rc;
	f->case_status = str_of(c->open_case.status);
	f->case_ref = str_of(c->open_case.ref);
	f->public_word = public_word(f->case_status);
	f->case_children = c->open_case.children > 0;
	f->returnee = c->open_case.has_returned || strcmp(c->open_case.direction, "TO_MA") == 0;
	return 0;
}

/* ---- check-ins: only of people who went home */

static int load_checkin(struct gateway *g, const struct contact *who, int64_t now_ms, struct circumstances *c)
{
	struct local_time t;
	int64_t next = 0, agreed = 0;
	struct checkin open;
	int rc = checkin_open(&g->db, c->facts.case_ref, &open);
	if (rc == 1)
		memcpy(c->wave, open.wave, sizeof c->wave);
	if (rc >= 0) {
		struct query q = db_query(&g->db, SQL_CHECKIN_NEXT);
		bind_text(&q, c->facts.case_ref);
		bind_i64(&q, now_ms);
		rc = db_row(&q);
		next = rc == 1 ? col_i64(&q, 0) : 0;
		db_done(&q);
	}
	if (rc >= 0)
		rc = consent_last(&g->db, who->contact_id, STR("CHECKINS"), &agreed);
	if (rc < 0)
		return rc;
	if (next) {
		const struct country *country = config_country(&g->config, str_of(who->country));
		(void)calendar_local(country ? country->timezone : g->config.timezone, next, &t);
		(void)snprintf(c->checkin_next, sizeof c->checkin_next, "%02u/%02u", (unsigned)t.day % 100, (unsigned)t.month % 100);
	}
	c->facts.wave = str_of(c->wave);
	c->facts.checkin_next = str_of(c->checkin_next);
	c->facts.checkin_consent = agreed > now_ms - CHECKIN_CONSENT_MS;
	return 0;
}

static int load_returnee(struct gateway *g, const struct contact *who, int64_t now_ms, struct circumstances *c)
{
	if (c->facts.returnee)
		return load_checkin(g, who, now_ms, c);
	if (c->open_case.ref[0])
		return 0;
	int rc = case_ever_returned(&g->db, who->contact_id);
	c->facts.returnee = rc == 1;
	return rc < 0 ? rc : 0;
}

static void load_person(const struct gateway *g, const struct contact *who, int64_t now_ms, struct circumstances *c)
{
	struct facts *f = &c->facts;
	f->language = book_language(&g->book, str_of(who->language));
	f->opted_out = who->opted_out;
	f->contact_pref = str_of(who->contact_pref);
	f->acked_lately = who->acked_at > now_ms - 24 * HOUR_MS;
	f->helped_lately = who->helped_at > now_ms - 24 * HOUR_MS;
	f->number_frozen = who->frozen;
	f->number_claimed = who->noticed_at > now_ms - NOTICE_MS;
	f->verify = who->has_pin ? STR("pin") : c->open_case.has_birth_year ? STR("birth_year") : STR("none");
}

int circumstances_load(struct gateway *g, const struct channel *channel, const struct contact *who,
		       const struct conversation *talk, struct str country, int64_t now_ms, struct circumstances *out)
{
	struct db *db = &g->db;
	struct circumstances *c = out;
	*c = (struct circumstances){ .facts = {
		.now_ms = now_ms, .screen = channel->screen, .ucs2 = channel->ucs2, .encoding = channel_policy(channel),
		.intake_paused = g->config.intake_paused,
		.stopped = g->config.intake_stopped_for, .stopped_count = g->config.intake_stopped_count,
		 .office_open = calendar_office_open(&g->config, now_ms),
		.case_status = STR(""), .case_ref = STR(""), .public_word = STR(""), .proof = STR(""), .wave = STR(""),
		.checkin_next = STR(""), .new_run_id = db_new_id(db) } };
	int rc = load_case(g, who, c);
	if (rc == 0)
		rc = load_returnee(g, who, now_ms, c);
	if (rc == 0)
		rc = load_claimed(g, talk, c);
	if (rc == 0)
		rc = case_new_ref(db, c->new_ref);
	if (rc == 0 && !talk->resumable) /* else this one is the only one */
		rc = conversation_unfinished(db, who, now_ms - RESUME_WINDOW_MS, talk->session_id, &c->unfinished,
					     &c->unfinished_id);
	if (rc < 0)
		return rc;
	c->facts.unfinished = rc == 1 ? &c->unfinished : NULL;
	c->facts.new_ref = str_of(c->new_ref);
	load_person(g, who, now_ms, c);
	circumstances_add_numbers(&g->config, country, &c->facts);
	calendar_next_open_day(&g->config, now_ms, c->next_open_day);
	add_placeholder(&c->facts, STR("date"), str_of(c->next_open_day));
	return 0;
}
