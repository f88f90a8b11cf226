#include "gateway/casework.h"

#include "db/case_file.h"
#include "db/meeting.h"
#include "db/session.h"
#include "gateway/case_review.h"
#include "gateway/case_rules.h"
#include "gateway/checkin.h"
#include "gateway/json.h"
#include "gateway/number_change.h"
#include "gateway/push.h"
#include "gateway/schedule_case.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_sensitive(struct str field)
{
	return str_eq_z(field, "urgent_need") || str_eq_z(field, "health") || str_eq_z(field, "with_family_adult");
}

struct str casework_office(struct gateway *g, struct str ref)
{
	struct case_row row;
	if (ref.len && case_by_ref(&g->db, ref, NULL, &row) == 1 && row.office[0])
		return arena_str(&g->db.arena, str_of(row.office));
	const struct office *office = config_office(&g->config, g->config.programme_country, STR(""));
	return office ? office->id : STR("");
}

static struct str office_of(const struct casework *w)
{
	return casework_office(w->g, str_of(w->case_ref));
}

static int open_case(struct casework *w, const struct effect *e)
{
	struct db *db = &w->g->db;
	struct case_row row;
	const struct office *office = config_office(&w->g->config, w->g->config.programme_country, STR(""));
	int rc = case_by_ref(db, e->a, NULL, &row);
	if (rc < 0 || !str_copy(e->a, w->case_ref, sizeof w->case_ref))
		return rc < 0 ? rc : -EINVAL;
	if (rc == 0)
		rc = case_open(db, e->a, w->who->contact_id, STR("FROM_MA"), e->b, str_of(w->who->contact_pref),
			       office ? office->id : STR(""), w->now_ms);
	else if (row.contact_id != w->who->contact_id)
		rc = -EINVAL;
	else
		rc = 0; /* a partial case is taken up again as it stands */
	if (rc == 0)
		rc = case_take_source(db, e->a);
	if (rc == 0)
		rc = answers_adopt(db, w->who->contact_id, e->run_id, e->a);
	return rc == 0 ? contact_keep(db, w->who->contact_id) : rc;
}

/* One more member of the sealed JSON. */
static int set_sensitive(struct casework *w, struct str field, struct str value)
{
	struct db *db = &w->g->db;
	struct case_row row;
	int rc = case_by_ref(db, str_of(w->case_ref), &w->who->key, &row);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	json_t *all = row.sensitive.at ? json_parse(row.sensitive, NULL) : json_object();
	char name[NAME_MAX_LEN + 1], *text = NULL;
	if (all && str_copy(field, name, sizeof name)) {
		json_put_str(all, name, value);
		text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	}
	struct str kept = text ? arena_str(&db->arena, str_of(text)) : (struct str){ NULL, 0 };
	free(text);
	json_decref(all);
	return kept.at ? case_set_sensitive(db, str_of(w->case_ref), &w->who->key, kept, w->now_ms) : -ENOMEM;
}

static bool stopped_for(const struct config *config, struct str country)
{
	for (size_t i = 0; i < config->intake_stopped_count; i++)
		if (str_eq(config->intake_stopped_for[i], country))
			return true;
	return false;
}

static int set_number(struct str value, int64_t *field)
{
	uint64_t n;
	if (!str_to_u64(value, &n) || n > 1000)
		return -EINVAL;
	*field = (int64_t)n;
	return 0;
}

/* A country of return on hold: the request is kept, a person decides when it goes on. */
static void hold_if_stopped(const struct casework *w, const struct case_row *row, struct case_change *change)
{
	if (stopped_for(&w->g->config, str_of(row->nationality)))
		change->text[CASE_STATUS] = STR("ON_HOLD");
}

/* Where staff have moved the case meanwhile, it stays: a conversation moves it along a few arrows only. */
static int set_status(struct casework *w, struct str status)
{
	struct case_row row;
	struct case_change change = case_change_none();
	struct db *db = &w->g->db;
	int rc = case_by_ref(db, str_of(w->case_ref), NULL, &row);
	if (rc != 1 || !case_rule_may(str_of(row.status), status))
		return rc < 0 ? rc : 0;
	change.text[CASE_STATUS] = status;
	if (str_eq_z(status, "NEW"))
		hold_if_stopped(w, &row, &change);
	rc = case_update(db, str_of(w->case_ref), &change, w->now_ms);
	return rc == 0 && str_eq_z(str_of(row.status), "PARTIAL") ? case_review(w) : rc;
}

static int set_field(struct casework *w, const struct effect *e)
{
	struct case_change change = case_change_none();
	struct db *db = &w->g->db;
	int rc = 0, text = case_text_named(e->a);
	if (str_eq_z(e->a, "contact_pref")) {
		rc = contact_set_pref(db, w->who, e->b);
		if (rc == 0 && !str_copy(e->b, w->who->contact_pref, sizeof w->who->contact_pref))
			rc = -EINVAL;
	}
	if (rc == 0 && str_eq_z(e->a, "call_language"))
		rc = contact_set_call_language(db, w->who->contact_id, e->b);
	if (rc != 0)
		return rc;
	if (str_eq_z(e->a, "name"))
		return contact_set_name(db, w->who, e->b);
	if (is_sensitive(e->a))
		return w->case_ref[0] ? set_sensitive(w, e->a, e->b) : 0;
	if (!w->case_ref[0])
		return 0;
	if (str_eq_z(e->a, "priority"))
		change.priority = e->b, change.priority_may_fall = !e->only_raise;
	else if (str_eq_z(e->a, "group_size"))
		rc = set_number(e->b, &change.group_size);
	else if (str_eq_z(e->a, "children"))
		rc = set_number(e->b, &change.children);
	else if (text >= 0)
		change.text[text] = e->b;
	else
		rc = -EINVAL;
	if (rc == 0 && text == CASE_STATUS)
		return set_status(w, e->b);
	if (text == CASE_REGION) {
		const struct office *office = config_office(&w->g->config, w->g->config.programme_country, e->b);
		change.text[CASE_OFFICE] = office ? office->id : (struct str){ NULL, 0 };
	}
	return rc == 0 ? case_update(db, str_of(w->case_ref), &change, w->now_ms) : rc;
}

static int add_answer(struct casework *w, const struct effect *e)
{
	struct answer_row row = {
		.case_ref = str_of(w->case_ref), .flow = e->d, .flow_version = e->version, .state = e->a, .value = e->b,
		.raw = e->c, .mode = w->mode == MODE_USSD ? STR("ussd") : STR("sms"), .channel = w->channel->id,
		.language = w->language, .contact_id = w->who->contact_id, .run_id = e->run_id, .answered_at = e->at_ms,
		.since_start_ms = e->since_start_ms,
	};
	return answer_add(&w->g->db, &row, &w->who->key);
}

static int add_consent(struct casework *w, const struct effect *e)
{
	struct consent row = { .purpose = e->a, .answer = e->b, .text_key = e->c, .text_version = e->d,
			       .language = w->language, .channel = w->channel->id };
	int rc = consent_add(&w->g->db, w->who->contact_id, &row, w->now_ms);
	if (rc == 0 && str_eq_z(e->a, "CHECKINS") && w->case_ref[0])
		rc = schedule_case(&w->g->db, &w->g->config, str_of(w->case_ref), w->now_ms);
	return rc == 0 && str_eq_z(e->b, "YES") ? contact_keep(&w->g->db, w->who->contact_id) : rc;
}

static int64_t due(const struct casework *w, const struct effect *e)
{
	return e->due_minutes ? w->now_ms + (int64_t)e->due_minutes * 60000 : 0;
}

static int add_alert(struct casework *w, const struct effect *e)
{
	struct alert_row row = { .case_ref = str_of(w->case_ref), .level = e->b, .office = office_of(w), .role = e->d,
				 .kind = e->a, .rule = e->c, .contact_id = w->who->contact_id, .raised_at = w->now_ms,
				 .due_at = due(w, e) };
	return alert_add(&w->g->db, &row, &w->who->key);
}

static int add_task(struct casework *w, const struct effect *e)
{
	struct task_row row = { .case_ref = str_of(w->case_ref), .kind = e->a, .office = office_of(w), .role = e->d,
				.note = e->b, .contact_id = w->who->contact_id, .created_at = w->now_ms, .due_at = due(w, e) };
	return task_add(&w->g->db, &row, &w->who->key);
}

static int wipe(struct casework *w)
{
	int rc = conversations_forget(&w->g->db, w->who->contact_id);
	w->wiped = true;
	return rc == 0 ? contact_wipe_at(&w->g->db, w->who->contact_id, w->now_ms) : rc;
}

/* Of the person whose case it is, who may sit behind another phone. */
static int pause(struct casework *w)
{
	struct case_row row;
	int rc = contact_pause(&w->g->db, w->who->contact_id, true);
	if (rc == 0 && w->case_ref[0] && case_by_ref(&w->g->db, str_of(w->case_ref), NULL, &row) == 1 &&
	    row.contact_id != w->who->contact_id)
		rc = contact_pause(&w->g->db, row.contact_id, true);
	return rc;
}

static int ask_by_sms(struct casework *w, const struct effect *e)
{
	int64_t message_id;
	struct push push = { .flow_state = e->a, .answer = true };
	int rc = push_begin(w->g, w->who->contact_id, &push, w->now_ms, &message_id);
	return rc < 0 ? rc : 0;
}

int casework_apply_one(struct casework *w, const struct effect *e)
{
	struct db *db = &w->g->db;
	switch (e->kind) {
	case EFFECT_ANSWER:
		return add_answer(w, e);
	case EFFECT_CONSENT:
		return add_consent(w, e);
	case EFFECT_OPEN_CASE:
		return open_case(w, e);
	case EFFECT_CASE_SET:
		return set_field(w, e);
	case EFFECT_ALERT:
		return add_alert(w, e);
	case EFFECT_TASK:
		return add_task(w, e);
	case EFFECT_OPT_OUT:
		return opt_out(db, w->e164, "keyword", w->now_ms);
	case EFFECT_OPT_IN:
		return opt_in(db, w->e164, w->now_ms);
	case EFFECT_LANGUAGE:
		w->language = e->a;
		return contact_set_language(db, w->who->contact_id, e->a);
	case EFFECT_WIPE:
		return wipe(w);
	case EFFECT_SECRET:
		return contact_set_pin(db, w->who->contact_id, e->b);
	case EFFECT_CHECKIN:
		return checkin_note(w, e->a);
	case EFFECT_PAUSE:
		return pause(w);
	case EFFECT_NUMBER:
		return str_eq_z(e->a, "DENY") ? number_deny(w) : number_claim(w, e->b, e->c, str_eq_z(e->d, "pin"));
	case EFFECT_APPOINTMENT:
		return appointment_answered(db, w->who->contact_id, e->a, w->now_ms);
	case EFFECT_SOURCE:
		return contact_set_source(db, w->who->contact_id, e->a);
	case EFFECT_ASK_BY_SMS:
		return ask_by_sms(w, e);
	case EFFECT_HELPED:
		return contact_set_helped(db, w->who->contact_id, w->now_ms);
	case EFFECT_FORGET:
		return w->unfinished_id ? conversation_drop(db, w->unfinished_id) : 0;
	}
	return -EINVAL;
}

/* Who proved to have another case than this number's speaks of that one. */
static int speak_of_claimed(struct casework *w, const struct outcome *outcome)
{
	const char *claimed = session_var(&outcome->now, STR("claimed")), *proved = session_var(&outcome->now, STR("proved"));
	struct case_row row;
	if (!claimed || !proved || (strcmp(proved, "case_ref") != 0 && strcmp(proved, "pin") != 0))
		return 0;
	int rc = case_by_ref(&w->g->db, str_of(claimed), NULL, &row);
	if (rc == 1)
		memcpy(w->case_ref, row.ref, sizeof w->case_ref);
	return rc < 0 ? rc : 0;
}

int casework_apply(struct casework *work, const struct outcome *outcome)
{
	int rc = speak_of_claimed(work, outcome);
	for (size_t i = 0; rc == 0 && i < outcome->effects_count; i++)
		rc = casework_apply_one(work, &outcome->effects[i]);
	return rc;
}
