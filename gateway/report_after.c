/* R9, R10: how people fare after the return, and how many say so. */
#include "gateway/labels.h"
#include "gateway/report_build.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const waves[] = { "ARR", "M1", "M3", "M6", "M12", "M18", "SPONT" };
enum { WAVES = sizeof waves / sizeof *waves };

static int wave_number(struct str wave)
{
	for (int i = 0; i < WAVES; i++)
		if (str_eq_z(wave, waves[i]))
			return i;
	return WAVES;
}

static struct str sex_label(struct str sex)
{
	return str_eq_z(sex, "M") ? STR("Masculin") : str_eq_z(sex, "F") ? STR("Féminin") : STR("Non précisé");
}

/* ---- R9 */

enum { C_DUE = 1, C_DELIVERED, C_STARTED, C_COMPLETED, C_REFUSED, C_WRONG, C_INVALID, C_NOT_SENT, C_CONTACT, C_RESPONSE,
		C_REFUSAL };

struct responses {
	struct build *b;
	struct report_table *wave, *country, *sex;
};

static struct report_table *response_table(struct build *b, const char *key, const char *title, const char *what)
{
	struct report_table *t = build_table(b, key, title);
	build_column(t, "code", what);
	build_count_column(t, "due", "Dus");
	build_count_column(t, "delivered", "Remis");
	build_count_column(t, "started", "Commencés");
	build_count_column(t, "completed", "Terminés");
	build_count_column(t, "refused", "Refus");
	build_count_column(t, "wrong_person", "Mauvaise personne");
	build_count_column(t, "invalid", "Numéro invalide");
	build_count_column(t, "not_sent", "Non envoyés");
	build_column(t, "contact_rate", "Taux de contact");
	build_column(t, "response_rate", "Taux de réponse");
	build_column(t, "refusal_rate", "Taux de refus");
	t->compare = C_COMPLETED;
	return t;
}

static int take_responses(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct responses *r = user;
	(void)names, (void)columns;
	struct report_row *rows[] = {
		build_row_of(r->b, r->wave, row[0].text, row[0].text),
		build_row_of(r->b, r->country, row[1].text, label_country(row[1].text)),
		build_row_of(r->b, r->sex, row[2].text, sex_label(row[2].text)),
	};
	for (int t = 0; t < 3; t++)
		for (int c = C_DUE; c <= C_NOT_SENT; c++)
			rows[t]->cells[c].n += row[2 + c].integer;
	return 0;
}

static void finish_responses(struct build *b, struct report_table *t)
{
	build_total(b, t, "Total");
	for (struct report_row *row = t->rows; row; row = row->next) {
		struct report_cell *c = row->cells;
		c[C_CONTACT] = cell_share(c[C_DELIVERED].n, c[C_DUE].n);
		c[C_RESPONSE] = cell_share(c[C_COMPLETED].n, c[C_DELIVERED].n);
		c[C_REFUSAL] = cell_share(c[C_REFUSED].n, c[C_DELIVERED].n);
	}
}

void build_checkins(struct build *b)
{
	struct responses r = { .b = b };
	b->report->title = build_text(b, "Suivi après le retour : qui a répondu");
	r.wave = response_table(b, "wave", "Par vague", "Vague");
	r.country = response_table(b, "country", "Par pays", "Pays");
	r.sex = response_table(b, "sex", "Par sexe", "Sexe");
	r.wave->crossings = r.country->crossings = r.sex->crossings = 2;
	for (int i = 0; i < WAVES; i++)
		(void)build_row(b, r.wave, str_of(waves[i]), str_of(waves[i]));
	build_query(b, RQ_CHECKINS, take_responses, &r);
	build_sort(r.country, C_DUE);
	build_sort(r.sex, C_DUE);
	int64_t all = 0;
	for (struct report_row *row = r.wave->rows; row; row = row->next)
		all += row->cells[C_DUE].n + row->cells[C_NOT_SENT].n;
	if (all == 0)
		build_empty(r.wave);
	finish_responses(b, r.wave);
	finish_responses(b, r.country);
	finish_responses(b, r.sex);
	build_note(b, "Taux de contact = remis / dus. Taux de réponse = terminés / remis. Taux de refus = refus (STOP ou 3) / remis.");
	build_note(b, "Non envoyés : personnes à qui l'on n'écrit pas (sécurité, opposition, enfant seul).");
}

/* ---- R10: never two instruments, nor two weightings, in one mean */

enum { SCORES = 4, GROUPED_MAX = 400, S_N = 1, S_E, S_S, S_P, S_C, S_LOW, S_MIDDLE, S_HIGH, S_BOTH, S_CHANGE };

struct mean {
	char key[96], label[96];
	char instrument[32], version[32];
	int table, order;               /* 0 wave, 1 country, 2 sex, 3 mentored; place in it */
	int64_t n[SCORES], people, band[BANDS], both;
	double sum[SCORES], change;
};

struct scores {
	struct build *b;
	struct mean means[GROUPED_MAX];
	size_t count;
	bool overflow;
	char last_ref[16], last_instrument[32], last_version[32]; /* the check-in of this case before */
	double last_composite;
	bool last_known;
	const struct weights *weights;
};

static struct mean *mean_of(struct scores *s, int table, struct str instrument, struct str version, struct str wave,
		struct str code,
			    struct str label)
{
	struct mean fresh = { .table = table, .order = wave_number(wave) };
	label = build_word(s->b, label);
	struct buf key = buf_over(fresh.key, sizeof fresh.key - 1), shown = buf_over(fresh.label, sizeof fresh.label - 1);
	buf_put(&key, wave);
	buf_put_char(&key, '|');
	buf_put(&key, code);
	buf_put(&shown, wave);
	if (table) {
		buf_put_z(&shown, " · ");
		buf_put(&shown, label);
	}
	if (key.full || shown.full || !str_copy(instrument, fresh.instrument, sizeof fresh.instrument) ||
	    !str_copy(version, fresh.version, sizeof fresh.version))
		return NULL;
	for (size_t i = 0; i < s->count; i++)
		if (s->means[i].table == table && strcmp(s->means[i].key, fresh.key) == 0 &&
		    strcmp(s->means[i].instrument, fresh.instrument) == 0 && strcmp(s->means[i].version, fresh.version) == 0)
			return &s->means[i];
	if (s->count == GROUPED_MAX) {
		s->overflow = true;
		return NULL;
	}
	s->means[s->count] = fresh;
	return &s->means[s->count++];
}

static void add_score(const struct scores *s, struct mean *m, const struct cell *row, bool before)
{
	if (!m)
		return;
	m->people++;
	for (int i = 0; i < SCORES; i++)
		if (row[4 + i].kind == CELL_REAL)
			m->n[i]++, m->sum[i] += row[4 + i].real;
	if (row[7].kind != CELL_REAL)
		return;
	double c = row[7].real;
	m->band[score_band(s->weights, c)]++;
	if (before)
		m->both++, m->change += c - s->last_composite;
}

static int take_score(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct scores *s = user;
	struct str instrument = row[2].text, version = row[3].text, wave = row[1].text;
	(void)names, (void)columns;
	bool before = str_eq_z(row[0].text, s->last_ref) && s->last_known && str_eq_z(instrument, s->last_instrument) &&
		      str_eq_z(version, s->last_version);
	if (row[11].integer) {
		struct str mentored = row[10].integer ? STR("mentorés") : STR("non mentorés");
		add_score(s, mean_of(s, 0, instrument, version, wave, STR(""), wave), row, before);
		add_score(s, mean_of(s, 1, instrument, version, wave, row[8].text, label_country(row[8].text)), row, before);
		add_score(s, mean_of(s, 2, instrument, version, wave, row[9].text, sex_label(row[9].text)), row, before);
		add_score(s, mean_of(s, 3, instrument, version, wave, mentored, mentored), row, before);
	}
	s->last_known = row[7].kind == CELL_REAL && str_copy(row[0].text, s->last_ref, sizeof s->last_ref) &&
			str_copy(instrument, s->last_instrument, sizeof s->last_instrument) &&
			str_copy(version, s->last_version, sizeof s->last_version);
	s->last_composite = row[7].real;
	return 0;
}

static struct report_table *score_table(struct build *b, const struct mean *m)
{
	static const char *const keys[] = { "wave", "country", "sex", "mentored" };
	static const char *const by[] = { "par vague", "par vague et pays", "par vague et sexe", "par vague et mentorat (ORION)" };
	bool sms = strncmp(m->instrument, "SMS8", 4) == 0;
	struct str how = build_text(b, by[m->table]);
	struct report_table *t = build_table(b, keys[m->table], "");
	t->title = sms ? build_say(b, "Indice court SMS (non comparable au score RSS) %s, pondération %s : %.*s", m->instrument,
				   m->version, STR_ARG(how)) :
		   build_say(b, "%s, pondération %s : %.*s", m->instrument, m->version, STR_ARG(how));
	build_column(t, "wave", "Vague");
	build_count_column(t, "n", "n");
	static const struct { const char *key, *label; } column[] = { { "economic", "Écon." }, { "social", "Social" },
								      { "psychosocial", "Psychosoc." }, { "composite", "Ensemble" } };
	for (int i = 0; i < SCORES; i++)
		t->columns[build_column(t, column[i].key, column[i].label)].decimals = 2;
	build_column(t, "low", "Bas");
	build_column(t, "middle", "Moyen");
	build_column(t, "high", "Haut");
	build_count_column(t, "both", "n des deux vagues");
	t->columns[build_column(t, "change", "Évolution")].decimals = 2;
	t->crossings = m->table ? 3 : 2;
	return t;
}

static void write_mean(struct build *b, struct report_table *t, const struct mean *m)
{
	struct report_row *row = build_row(b, t, str_of(m->key), str_of(m->label));
	int64_t banded = m->band[BAND_LOW] + m->band[BAND_MIDDLE] + m->band[BAND_HIGH];
	row->cells[S_N] = cell_count(m->people);
	for (int i = 0; i < SCORES; i++)
		row->cells[S_E + i] = m->n[i] ? cell_number(m->sum[i] / (double)m->n[i]) : cell_unknown();
	for (int i = 0; i < BANDS; i++)
		row->cells[S_LOW + i] = cell_share(m->band[i], banded);
	row->cells[S_BOTH] = cell_count(m->both);
	row->cells[S_CHANGE] = m->both ? cell_number(m->change / (double)m->both) : cell_unknown();
}

/* One table for each instrument, weighting and grouping; in it, waves in their order. */
static void write_scores(struct build *b, struct scores *s)
{
	for (size_t i = 0; i < s->count && b->failed == 0; i++) {
		bool done = s->means[i].people == 0;
		if (done)
			continue;
		if (b->report->tables_count == REPORT_TABLES_MAX) {
			build_note(b, "D'autres instruments ont été utilisés dans cette période : choisissez une période plus courte.");
			return;
		}
		struct mean first = s->means[i];
		struct report_table *t = score_table(b, &first);
		for (int order = 0; order <= WAVES; order++)
			for (size_t k = i; k < s->count; k++) {
				struct mean *m = &s->means[k];
				if (m->people && m->order == order && m->table == first.table && strcmp(m->instrument, first.instrument) == 0 &&
				    strcmp(m->version, first.version) == 0) {
					write_mean(b, t, m);
					m->people = 0;
				}
			}
	}
}

void build_scores(struct build *b)
{
	struct scores *s = arena_alloc(&b->report->arena, sizeof *s);
	b->report->title = build_text(b, "Suivi après le retour : scores de réintégration");
	if (!s) {
		build_note(b, "n/d");
		return;
	}
	s->b = b;
	s->weights = b->ask->weights;
	build_query(b, RQ_SCORES, take_score, s);
	write_scores(b, s);
	build_note(b, "Les scores vont de 0 (le moins bien) à 1 (le mieux). Bas : moins de 0,%02d. Haut : plus de 0,%02d.",
		   (int)lround(s->weights->low_below * 100) % 100, (int)lround(s->weights->high_above * 100) % 100);
	build_note(b, "Évolution : moyenne de l'ensemble depuis la vague d'avant, pour les seules personnes qui ont répondu aux deux.");
	build_note(b, "L'indice court SMS n'est pas le score RSS ; deux instruments ou deux pondérations ne sont jamais réunis dans "
			"une moyenne.");
	if (s->overflow)
		build_note(b, "Trop de groupes : le tableau n'est pas complet.");
}
