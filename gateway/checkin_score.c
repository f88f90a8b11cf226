#include "gateway/checkin_score.h"

#include <stdio.h>
#include <string.h>

enum { ANSWERS_MAX = 96, DUE_MINUTES = 5 * 24 * 60 };

struct scoring {
	struct casework *w;
	const struct checkin *c;
	const struct instrument *instrument;
	struct checkin_answer answers[ANSWERS_MAX];
	int count;
	struct score score;
};

static bool is_item(const struct scoring *s, const char *state)
{
	for (size_t i = 0; i < s->instrument->items_count; i++)
		if (str_eq_nocase(s->instrument->items[i].name, str_of(state)))
			return true;
	return false;
}

static void compute(struct scoring *s)
{
	struct scored_answer answers[ANSWERS_MAX];
	for (int i = 0; i < s->count; i++)
		answers[i] = (struct scored_answer){ str_of(s->answers[i].state), str_of(s->answers[i].value) };
	score_compute(s->instrument, answers, (size_t)s->count, &s->score);
}

static int alert(struct scoring *s, const char *kind, const char *level, const char *rule, unsigned due_minutes)
{
	struct effect e = { .kind = EFFECT_ALERT, .a = str_of(kind), .b = str_of(level), .c = str_of(rule), .d = STR("counsellor"),
			    .due_minutes = due_minutes };
	return casework_apply_one(s->w, &e);
}

/* Every item answered, all the same, too fast to have been read: a flag for whoever reads the figures. */
static bool is_hasty(const struct scoring *s, unsigned seconds)
{
	const struct checkin_answer *first = NULL, *last = NULL;
	if (s->score.answered < s->instrument->items_count || s->instrument->items_count < 2)
		return false;
	for (int i = 0; i < s->count; i++) {
		const struct checkin_answer *a = &s->answers[i];
		if (!is_item(s, a->state))
			continue;
		if (first && strcmp(a->value, first->value) != 0)
			return false;
		first = first ? first : a;
		last = a;
	}
	return first && last->answered_at - first->answered_at < (int64_t)seconds * 1000;
}

static int compare(struct scoring *s, const struct checkin_score *now)
{
	const struct weights *weights = &s->w->g->weights;
	struct checkin_score before;
	struct score was = { 0 };
	char rule[64];
	int rc = checkin_score_before(&s->w->g->db, s->c, now, &before);
	for (int d = 0; rc == 1 && d < DIMENSIONS; d++)
		was.known[d] = before.known[d], was.dimension[d] = before.value[d];
	if (rc != 1 || !score_fell(weights, &was, &s->score))
		return rc < 0 ? rc : 0;
	(void)snprintf(rule, sizeof rule, "checkin.fall>=%.2f", weights->alert_fall);
	return alert(s, "CHECKIN", "NORMAL", rule, DUE_MINUTES);
}

static int raise_alerts(struct scoring *s, const struct checkin_score *now)
{
	const struct weights *weights = &s->w->g->weights;
	char rule[64];
	int rc = 0;
	if (score_is_low(weights, &s->score)) {
		(void)snprintf(rule, sizeof rule, "checkin.composite<%.2f", weights->alert_below);
		rc = alert(s, "CHECKIN", "NORMAL", rule, DUE_MINUTES);
	}
	if (rc == 0 && is_hasty(s, weights->same_answers_seconds)) {
		(void)snprintf(rule, sizeof rule, "checkin.same_answers<%us", weights->same_answers_seconds);
		rc = alert(s, "QUALITY", "QUALITY", rule, 0);
	}
	return rc == 0 ? compare(s, now) : rc;
}

int checkin_score(struct casework *w, const struct checkin *c)
{
	struct scoring s = { .w = w, .c = c, .instrument = weights_for_wave(&w->g->weights, str_of(c->wave)) };
	struct checkin_score row = { .known = { false } };
	if (!s.instrument)
		return 0;
	s.count = checkin_answers(&w->g->db, w->who->contact_id, c->started_at, s.answers, ANSWERS_MAX);
	if (s.count < 0)
		return s.count;
	compute(&s);
	if (!str_copy(s.instrument->id, row.instrument, sizeof row.instrument) ||
	    !str_copy(s.instrument->weights_version, row.weights_version, sizeof row.weights_version))
		return 0; /* the loader takes no longer names */
	for (int d = 0; d < DIMENSIONS; d++)
		row.known[d] = s.score.known[d], row.value[d] = s.score.dimension[d];
	row.known[DIMENSIONS] = s.score.composite_known, row.value[DIMENSIONS] = s.score.composite;
	int rc = checkin_set_score(&w->g->db, c->checkin_id, &row);
	return rc == 0 ? raise_alerts(&s, &row) : rc;
}
