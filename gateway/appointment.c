#include "gateway/appointment.h"

#include "flows/date.h"
#include "flows/text/utf8.h"
#include "gateway/calendar.h"
#include "gateway/push.h"

#include <errno.h>
#include <stdio.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static struct str zone_of(const struct config *config)
{
	const struct country *country = config_country(config, config->programme_country);
	return country ? country->timezone : config->timezone;
}

int appointment_time(struct act_call *call, const char *member, int64_t *at_ms)
{
	struct str text;
	struct date day;
	uint64_t hour, minute;
	int rc = act_text(call, member, 16, false, &text);
	if (rc != 0)
		return rc;
	if (text.len != 16 || !date_parse(str_slice(text, 0, 10), &day) || (text.at[10] != ' ' && text.at[10] != 'T') ||
	    text.at[13] != ':' || !str_to_u64(str_slice(text, 11, 13), &hour) || !str_to_u64(str_slice(text, 14, 16), &minute) ||
	    hour > 23 || minute > 59)
		return act_refuse(call, -EINVAL, "day", "%s: must be a day and time such as \"2026-12-03 10:00\", local", member);
	int64_t local_s = date_to_days(day) * 24 * 3600 + (int64_t)hour * 3600 + (int64_t)minute * 60;
	*at_ms = calendar_instant(&call->g->config, local_s);
	if (*at_ms <= call->now_ms || *at_ms > call->now_ms + 366 * DAY_MS)
		return act_refuse(call, -EINVAL, "day-range", "%s: must lie in the future, within a year", member);
	return 0;
}

int appointment_place(struct act_call *call, struct str *place)
{
	size_t points = 0;
	int rc = act_text(call, "place", 4 * PLACE_LEN, false, place);
	if (rc != 0)
		return rc;
	for (const char *at = place->at, *end = at + place->len; at < end; points++)
		if (utf8_next(&at, end) < ' ')
			return act_refuse(call, -EINVAL, "one-line", "place: one line of text");
	return points <= PLACE_LEN ? 0 : act_refuse(call, -EINVAL, "too-long", "place: at most %d characters", PLACE_LEN);
}

int appointment_invite(struct act_call *call, const struct contact *who, const struct appointment *a)
{
	struct local_time t;
	char date[8], hour[8];
	int64_t message_id;
	(void)calendar_local(zone_of(&call->g->config), a->at, &t);
	(void)snprintf(date, sizeof date, "%02u/%02u", (unsigned)t.day % 100, (unsigned)t.month % 100);
	(void)snprintf(hour, sizeof hour, "%02u:%02u", t.minute / 60 % 100, t.minute % 60);
	struct push push = { .flow_state = STR("contact:APPOINTMENT"), .must_arrive = true, .expires_ms = a->at,
			     .due_ms = calendar_next_permitted(&call->g->config, str_of(who->country), call->now_ms),
			     .vars = { { STR("date"), str_of(date) }, { STR("time"), str_of(hour) }, { STR("place"), a->place } },
			     .vars_count = 3 };
	bool too_late = push.due_ms < 0 || push.due_ms >= a->at;
	int rc = too_late ? PUSH_LATER : push_begin(call->g, who->contact_id, &push, call->now_ms, &message_id);
	if (rc < 0)
		return rc;
	if (rc == PUSH_QUEUED) {
		(void)json_object_set_new(call->answer, "invited", json_true());
		return appointment_texted(call->db, a->appointment_id, message_id);
	}
	json_put_str(call->answer, "not_invited", str_of(too_late ? "no permitted hour before it: call the person" : push_why(rc)));
	return 0;
}
