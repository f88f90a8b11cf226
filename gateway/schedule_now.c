#include "gateway/schedule_now.h"

#include "db/checkin.h"
#include "gateway/outbox.h"
#include "gateway/push.h"
#include "gateway/schedule.h"
#include "gateway/schedule_case.h"

#include <string.h>

#define SOON_MS ((int64_t)7 * 24 * 3600 * 1000)

/* The sentences of checkin_obstacle() and of schedule_step.c, as words. */
static const struct { const char *sentence, *word; } words[] = {
	{ "no consent to check-ins", "no_consent" }, { "no date of return", "no_return" }, { "the case is closed", "closed" },
	{ "is asked in another case", "elsewhere" }, { "said STOP", "opted_out" }, { "no contact wanted", "no_call" },
	{ "texts are paused", "paused" }, { "only when staff say that it is safe", "unsafe" },
	{ "no number that is in use", "no_number" }, { "no channel reaches the number's country", "no_channel" },
	{ "must not be written to", "unsafe" }, { "one waits for its answer already", "open" },
};

static void refuse(struct checkin_now *out, const char *sentence)
{
	out->reason = sentence;
	out->why_not = "other";
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].sentence, sentence) == 0)
			out->why_not = words[i].word;
}

struct asking {
	struct gateway *g;
	struct db *db;
	struct checkin_subject s;
	struct contact who;
	struct checkin c;   /* checkin_id 0: a new one beside the waves */
	int64_t now_ms;
	struct checkin_now *out;
};

static int load(struct asking *a, struct str ref)
{
	int rc = checkin_subject(a->db, ref, &a->s);
	return rc == 1 ? contact_by_id(a->db, a->s.contact_id, &a->who) : rc;
}

/* What is open already, else what comes within a week, else one beside the waves. */
static int choose(struct asking *a)
{
	int rc = checkin_open(a->db, str_of(a->s.ref), &a->c);
	if (rc == 1)
		refuse(a->out, "one waits for its answer already");
	if (rc == 0)
		rc = checkin_soon(a->db, str_of(a->s.ref), a->now_ms + SOON_MS, &a->c);
	if (rc == 0)
		a->c = (struct checkin){ .wave = "SPONT", .outcome = "SCHEDULED" };
	memcpy(a->out->wave, a->c.wave, sizeof a->out->wave);
	return rc < 0 ? rc : 0;
}

/* It is put into the outbox now; the brake or a pause of the schedule may hold it there. */
static void at_once(struct asking *a)
{
	char why[128];
	a->out->at_ms = a->now_ms;
	a->out->waits = outbox_braked(a->g) ? "outbound" : schedule_is_paused(a->db, why) ? "schedule" : NULL;
}

static int look(struct asking *a)
{
	struct checkin_facts facts;
	int rc = checkin_facts_load(a->db, &a->s, &a->who, &facts);
	const char *obstacle = rc == 0 ? checkin_obstacle(&facts) : NULL;
	if (rc == 0 && !obstacle) {
		rc = contact_protected(a->db, a->who.contact_id);
		obstacle = rc == 1 ? "only when staff say that it is safe" :
			   !push_channel(&a->g->config, str_of(a->who.country), STR("")) ? "no channel reaches the number's country" : NULL;
	}
	if (rc >= 0 && obstacle)
		refuse(a->out, obstacle);
	if (rc < 0 || obstacle)
		return rc < 0 ? rc : 0;
	rc = choose(a);
	if (rc != 0 || a->out->why_not)
		return rc;
	struct str country = checkin_country(&a->g->config, &a->s, &a->who);
	rc = schedule_wait(a->g, country, a->who.contact_id, a->now_ms, &a->out->at_ms, &a->out->waits);
	if (rc == 0 && a->out->at_ms == 0)
		at_once(a);
	return rc;
}

static int begin(struct asking *a, struct gateway *g, struct str ref, int64_t now_ms, struct checkin_now *out)
{
	*out = (struct checkin_now){ .wave = "" };
	*a = (struct asking){ .g = g, .db = &g->db, .now_ms = now_ms, .out = out };
	int rc = load(a, ref);
	if (rc == 1)
		rc = look(a);
	else
		return rc;
	return rc < 0 ? rc : 1;
}

int schedule_now_look(struct gateway *g, struct str ref, int64_t now_ms, struct checkin_now *out)
{
	struct asking a;
	int rc = begin(&a, g, ref, now_ms, out);
	seal_key_forget(&a.who.key);
	return rc;
}

static int put_first(struct asking *a)
{
	if (a->c.checkin_id)
		return checkin_look_again(a->db, a->c.checkin_id, a->now_ms);
	memcpy(a->c.case_ref, a->s.ref, sizeof a->c.case_ref);
	a->c.due_at = a->c.next_at = a->now_ms;
	a->c.closes_at = a->now_ms + CHECKIN_WINDOW_MS;
	return checkin_add(a->db, &a->c);
}

/* The schedule's own step; where it left the row says what came of it. */
static int take_step(struct asking *a)
{
	int rc = put_first(a);
	if (rc == 0)
		rc = schedule_step(a->g, a->c.checkin_id, a->now_ms);
	if (rc == 0)
		rc = checkin_by_id(a->db, a->c.checkin_id, &a->c);
	if (rc != 1)
		return rc;
	if (a->c.texts > 0)
		at_once(a);
	else if (a->c.next_at && strcmp(a->c.outcome, "SCHEDULED") == 0)
		a->out->at_ms = a->c.next_at, a->out->waits = a->out->waits ? a->out->waits : "conversation";
	else
		refuse(a->out, "must not be written to");
	return 0;
}

int schedule_now(struct gateway *g, struct str ref, int64_t now_ms, struct checkin_now *out)
{
	struct asking a;
	int rc = schedule_case(&g->db, &g->config, ref, now_ms); /* the waves as they stand with what the case says today */
	if (rc != 0)
		return rc;
	rc = begin(&a, g, ref, now_ms, out);
	if (rc == 1 && !out->why_not) {
		rc = take_step(&a);
		rc = rc < 0 ? rc : 1;
	}
	seal_key_forget(&a.who.key);
	return rc;
}

json_t *checkin_now_json(const struct checkin_now *now)
{
	json_t *at = json_time(now->why_not ? 0 : now->at_ms);
	return json_pack("{s:s?, s:o, s:s?, s:s?}", "wave", now->wave[0] ? now->wave : NULL, "at", at, "waits", now->waits,
			 "why_not", now->why_not);
}
