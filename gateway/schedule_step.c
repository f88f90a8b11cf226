/* One check-in whose time has come: it is said, said again, handed to a person, or over. */
#include "gateway/schedule.h"

#include "gateway/calendar.h"
#include "gateway/casework.h"
#include "gateway/log.h"
#include "gateway/push.h"
#include "gateway/schedule_case.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define ANSWERING_MS (72 * HOUR_MS)   /* domain.md 2.3: how long a conversation by SMS stays open */
#define LIMIT_MS (14 * DAY_MS)        /* of texts that nobody asked for */
#define BETWEEN_TEXTS_MS (10 * MINUTE_MS)

struct due {
	struct gateway *g;
	struct db *db;
	struct checkin c;
	struct checkin_subject s;
	struct contact who;
	int64_t now_ms;
};

/* ---- when again */

static const char *country_of(const struct due *d, char storage[4])
{
	struct str iso = checkin_country(&d->g->config, &d->s, &d->who);
	return str_copy(iso, storage, 4) ? storage : "";
}

static int64_t permitted(struct gateway *g, struct str country, int64_t at_ms)
{
	int64_t next = calendar_next_permitted(&g->config, country, at_ms);
	return next < 0 ? at_ms + DAY_MS : next; /* a country that is always quiet: nothing leaves, the window closes */
}

/* So many days later, in that day's permitted time, never at the same minute as before. */
static int64_t days_later(const struct due *d, int64_t days)
{
	char iso[4];
	struct str country = str_of(country_of(d, iso));
	int64_t due = calendar_due(&d->g->config, country, calendar_day(&d->g->config, country, d->now_ms) + days,
				   checkin_jitter(str_of(d->c.case_ref), str_of(d->c.wave), (unsigned)d->c.texts + 1));
	return due < 0 ? d->now_ms + days * DAY_MS : due;
}

static int64_t or_end(const struct due *d, int64_t at_ms)
{
	return at_ms < d->c.closes_at ? at_ms : d->c.closes_at;
}

/* ---- people's work */

static int give_task(struct due *d, const char *kind, const char *words)
{
	char note[120];
	(void)snprintf(note, sizeof note, "%s: %s", d->c.wave, words);
	struct str ref = str_of(d->s.ref);
	struct task_row task = { .case_ref = ref, .kind = str_of(kind), .office = casework_office(d->g, ref), .role = STR("counsellor"),
				 .note = str_of(note), .contact_id = d->who.contact_id, .created_at = d->now_ms,
				 .due_at = d->now_ms + 5 * DAY_MS };
	return task_add(d->db, &task, &d->who.key);
}

/* ---- the end */

static int end_of_window(struct due *d)
{
	struct checkin *c = &d->c;
	bool begun = strcmp(c->outcome, "STARTED") == 0 || strcmp(c->outcome, "PARTIAL") == 0;
	if (begun)
		return checkin_set_outcome(d->db, c->checkin_id, "PARTIAL", "not finished", 0);
	const char *why = c->texts > 0 ? "no answer" : "the window closed before it could be sent";
	int rc = checkin_set_outcome(d->db, c->checkin_id, "EXPIRED", why, 0);
	if (rc != 0 || c->texts == 0)
		return rc;
	rc = checkin_before_was_silent(d->db, c);
	return rc == 1 ? give_task(d, "VERIFY_NUMBER", "silent for two check-ins: is the number still this person's?") : rc;
}

/* STOP is a refusal once the person was asked; a number that died meanwhile is invalid; else it was never sent. */
static int stop_asking(struct due *d, const struct checkin_facts *f, const char *obstacle)
{
	const char *outcome = d->c.texts == 0 ? "SUPPRESSED" : f->opted_out ? "REFUSED" : !f->active ? "INVALID" : NULL;
	if (outcome)
		return checkin_set_outcome(d->db, d->c.checkin_id, outcome, obstacle, 0);
	return checkin_look_again(d->db, d->c.checkin_id, d->c.closes_at); /* what was asked may still be answered */
}

/* Somebody began to answer: 72 hours behind the last answer it is over for now; an answer until the window's end still counts. */
static int still_answering(struct due *d)
{
	struct checkin_answer answers[64];
	int n = checkin_answers(d->db, d->who.contact_id, d->c.started_at, answers, 64);
	if (n < 0)
		return n;
	int64_t last = n > 0 ? answers[n - 1].answered_at : d->c.started_at;
	if (last + ANSWERING_MS > d->now_ms)
		return checkin_look_again(d->db, d->c.checkin_id, or_end(d, last + ANSWERING_MS));
	return checkin_set_outcome(d->db, d->c.checkin_id, "PARTIAL", "not finished", d->c.closes_at);
}

/* ---- the next text */

static const char *state_of(const struct checkin *c)
{
	if (strcmp(c->wave, "ARR") == 0 && c->texts < 2) /* one question: it is put once more */
		return "checkin:ARRIVAL";
	return c->texts == 0 ? "checkin:INVITE" : c->texts == 1 ? "checkin:REMIND1" : "checkin:REMIND2";
}

static int said(struct due *d, int64_t message_id)
{
	static const int64_t days[] = { 2, 3, 2 }; /* reminders 2 and 5 days after the invitation, then a person calls */
	int64_t next = or_end(d, days_later(d, days[d->c.texts]));
	int rc = scheduled_text_add(d->db, message_id, d->c.checkin_id, "CHECKIN");
	return rc == 0 ? checkin_look_again(d->db, d->c.checkin_id, next) : rc;
}

static int say(struct due *d)
{
	int64_t message_id, expires = d->now_ms + (int64_t)d->g->config.limits.outbox_expire_hours * HOUR_MS;
	struct push push = { .flow_state = str_of(state_of(&d->c)), .expires_ms = or_end(d, expires) };
	/* First that it is asked, then the question: the conversation looks up which check-in is open. */
	int rc = checkin_set_texts(d->db, d->c.checkin_id, d->c.texts + 1, d->now_ms);
	if (rc == 0)
		rc = push_begin(d->g, d->who.contact_id, &push, d->now_ms, &message_id);
	if (rc < 0)
		return rc;
	if (rc == PUSH_QUEUED)
		return said(d, message_id);
	int undone = checkin_set_texts(d->db, d->c.checkin_id, d->c.texts, d->now_ms + HOUR_MS);
	if (undone != 0 || rc == PUSH_LATER)
		return undone;
	const char *why = rc == PUSH_NO_CHANNEL ? "no channel reaches the number's country" : rc == PUSH_FORBIDDEN ?
			  "must not be written to" : "no number that is in use";
	return d->c.texts == 0 ? checkin_set_outcome(d->db, d->c.checkin_id, "SUPPRESSED", why, 0) :
				 checkin_look_again(d->db, d->c.checkin_id, d->c.closes_at);
}

static int ask_a_person(struct due *d)
{
	int rc = give_task(d, "CHECKIN_CALL", "no answer to the invitation and two reminders");
	return rc == 0 ? checkin_set_texts(d->db, d->c.checkin_id, CHECKIN_CALLED, d->c.closes_at) : rc;
}

/* Not now: at night, too many lately, another a moment ago. */
int schedule_wait(struct gateway *g, struct str country, int64_t contact_id, int64_t now_ms, int64_t *until, const char **why)
{
	int64_t count, last;
	*until = permitted(g, country, now_ms);
	*why = "quiet_hours";
	if (*until > now_ms)
		return 0;
	*until = 0;
	*why = "limit";
	int rc = texts_sent_first(&g->db, contact_id, now_ms - LIMIT_MS, now_ms, &count, &last);
	if (rc != 0)
		return rc;
	if (count >= g->config.limits.outbound_unsolicited_per_14_days)
		*until = permitted(g, country, now_ms + DAY_MS);
	else if (last + BETWEEN_TEXTS_MS > now_ms)
		*until = last + BETWEEN_TEXTS_MS;
	else
		*why = NULL;
	return 0;
}

static int next_text(struct due *d)
{
	const char *why;
	char iso[4];
	int64_t until;
	int newer = checkin_has_newer(d->db, &d->c, d->now_ms);
	if (newer < 0)
		return newer;
	if (newer == 1)
		return checkin_set_outcome(d->db, d->c.checkin_id, "EXPIRED", "a newer check-in is due", 0);
	if (d->c.texts >= 3)
		return ask_a_person(d);
	int rc = schedule_wait(d->g, str_of(country_of(d, iso)), d->who.contact_id, d->now_ms, &until, &why);
	if (rc != 0)
		return rc;
	return until ? checkin_look_again(d->db, d->c.checkin_id, or_end(d, until)) : say(d);
}

/* ---- */

static int step_of_person(struct due *d)
{
	struct checkin_facts facts;
	bool waits = strcmp(d->c.outcome, "SCHEDULED") == 0 || strcmp(d->c.outcome, "SENT") == 0;
	if (!waits && strcmp(d->c.outcome, "STARTED") != 0 && strcmp(d->c.outcome, "PARTIAL") != 0)
		return checkin_look_again(d->db, d->c.checkin_id, 0); /* it was over already */
	if (d->now_ms >= d->c.closes_at)
		return end_of_window(d);
	if (strcmp(d->c.outcome, "STARTED") == 0)
		return still_answering(d);
	if (!waits || d->c.texts >= CHECKIN_CALLED)
		return checkin_look_again(d->db, d->c.checkin_id, d->c.closes_at);
	int rc = checkin_facts_load(d->db, &d->s, &d->who, &facts);
	if (rc != 0)
		return rc;
	const char *obstacle = checkin_obstacle(&facts);
	return obstacle ? stop_asking(d, &facts, obstacle) : next_text(d);
}

int schedule_step(struct gateway *g, int64_t checkin_id, int64_t now_ms)
{
	struct due d = { .g = g, .db = &g->db, .now_ms = now_ms };
	int rc = checkin_by_id(d.db, checkin_id, &d.c);
	if (rc != 1)
		return rc;
	if (!d.c.next_at || d.c.next_at > now_ms) /* something else moved it since it was looked at */
		return 0;
	rc = checkin_subject(d.db, str_of(d.c.case_ref), &d.s);
	if (rc == 1)
		rc = contact_by_id(d.db, d.s.contact_id, &d.who);
	if (rc == 1)
		rc = step_of_person(&d);
	else if (rc == 0)
		rc = checkin_set_outcome(d.db, checkin_id, "SUPPRESSED", "the person was erased", 0);
	seal_key_forget(&d.who.key);
	return rc;
}
