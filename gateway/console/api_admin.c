/* The programme's switches and its channels: the brake, the intake, what the configuration says. */
#include "gateway/console/handlers.h"

#include "db/ledger.h"
#include "gateway/holiday_acts.h"
#include "gateway/outbox.h"
#include "gateway/verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static json_t *offices_of(const struct config *config)
{
	json_t *all = json_array();
	for (size_t i = 0; i < config->offices_count; i++) {
		const struct office *o = &config->offices[i];
		json_t *one = json_object(), *regions = json_array();
		for (size_t k = 0; k < o->regions_count; k++)
			(void)json_array_append_new(regions, json_from_str(o->regions[k]));
		json_put_str(one, "id", o->id);
		json_put_str(one, "name", o->name);
		json_put_str(one, "country", o->country);
		(void)json_object_set_new(one, "regions", regions);
		(void)json_object_set_new(one, "default", json_boolean(o->is_default));
		(void)json_array_append_new(all, one);
	}
	return all;
}

static json_t *hours_of(struct hours h)
{
	char text[16];
	struct buf b = buf_over(text, sizeof text);
	if (h.from == 0 && h.to == 0)
		return json_null();
	buf_printf(&b, "%02u:%02u-%02u:%02u", h.from / 60, h.from % 60, h.to / 60, h.to % 60);
	return json_from_str(buf_str(&b));
}

static json_t *countries_of(const struct config *config)
{
	json_t *all = json_array();
	for (size_t i = 0; i < config->countries_count; i++) {
		const struct country *c = &config->countries[i];
		json_t *one = json_object();
		json_put_str(one, "iso", c->iso);
		json_put_str(one, "timezone", c->timezone);
		json_put_str(one, "telephone", c->telephone.at ? c->telephone : STR(""));
		(void)json_object_set_new(one, "quiet_hours", hours_of(c->quiet));
		(void)json_object_set_new(one, "holidays", json_boolean(c->holidays.len > 0));
		(void)json_array_append_new(all, one);
	}
	return all;
}

/* On the line thread: brake and intake are its own. */
static void look_at_settings(struct letter *letter, struct gateway *g)
{
	struct call *call = (struct call *)letter;
	json_t *answer = json_object(), *stopped = json_array();
	for (size_t i = 0; i < g->config.intake_stopped_count; i++)
		(void)json_array_append_new(stopped, json_from_str(g->config.intake_stopped_for[i]));
	(void)json_object_set_new(answer, "outbound", json_string(outbox_braked(g) ? "off" : "on"));
	(void)json_object_set_new(answer, "under_way", json_integer((json_int_t)outbox_under_way(g)));
	(void)json_object_set_new(answer, "intake", json_string(g->config.intake_paused ? "paused" : "open"));
	(void)json_object_set_new(answer, "intake_stopped_for", stopped);
	(void)json_object_set_new(answer, "offices", offices_of(&g->config));
	(void)json_object_set_new(answer, "countries", countries_of(&g->config));
	json_decref(call->answer);
	call->answer = answer;
}

static void tell(struct call *call)
{
	json_t *answer = call->answer;
	call->answer = NULL;
	call_answer(call, 200, answer);
}

void api_settings(struct call *call)
{
	call_look(call, 0, look_at_settings, tell);
}

/* ---- switches */

struct switches {
	bool set_brake, brake, set_intake, paused;
};

static int write_switches(struct call *call, struct gateway *g, struct db *db)
{
	const struct switches *s = call->extra;
	struct str reason = json_get_str(call->body, "reason");
	int rc = 0;
	if (s->set_brake) {
		rc = audit_add(db, call->now_ms, call->session.user, s->brake ? STR("outbound.off") : STR("outbound.on"), STR("outbox"), reason);
		if (rc == 0)
			rc = outbox_set_brake(g, s->brake);
	}
	if (rc == 0 && s->set_intake) {
		rc = audit_add(db, call->now_ms, call->session.user, s->paused ? STR("intake.pause") : STR("intake.open"), STR("intake"), reason);
		if (rc == 0)
			rc = setting_put(db, "intake", s->paused ? "paused" : "open");
	}
	return rc;
}

static void switches_settled(struct letter *letter, struct gateway *g)
{
	const struct switches *s = ((struct call *)letter)->extra;
	if (s->set_intake)
		g->config.intake_paused = s->paused;
	outbox_wake(g);
}

static void switched(struct call *call)
{
	call->letter.settled = NULL;
	call_look(call, 0, look_at_settings, tell);
}

static bool word_of(struct call *call, const char *member, const char *yes, const char *no, bool *set, bool *value)
{
	struct str word;
	if (!call_text(call, member, 1, 10, true, &word))
		return false;
	*set = word.at != NULL;
	*value = str_eq_z(word, yes);
	if (!*set || *value || str_eq_z(word, no))
		return true;
	call_bad(call, member, "This is none of the words.");
	return false;
}

void api_settings_change(struct call *call)
{
	struct str reason;
	struct switches *s = call->extra = calloc(1, sizeof *s);
	if (!s) {
		call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	if (!word_of(call, "outbound", "off", "on", &s->set_brake, &s->brake) ||
	    !word_of(call, "intake", "paused", "open", &s->set_intake, &s->paused) || !call_text(call, "reason", 0, 500, true, &reason))
		return;
	call->letter.settled = switches_settled;
	call_write(call, write_switches, switched);
}

/* ---- holidays: changed by the acts of gateway/holiday_acts.c */

void api_holidays(struct call *call)
{
	json_t *all = holidays_list(&call->c->g->config, call->c->reader);
	call_answer(call, 200, all ? json_pack("{s:o}", "countries", all) : NULL);
}

/* ---- channels */

static void look_at_channels(struct letter *letter, struct gateway *g)
{
	struct call *call = (struct call *)letter;
	json_t *all = channels_json(&g->db, &g->config);
	call->answer = all ? json_pack("{s:o}", "items", all) : NULL;
}

void api_channels(struct call *call)
{
	call_look(call, 0, look_at_channels, tell);
}
