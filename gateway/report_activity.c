/* R7, R8, R13, R14: what was asked for, how far people came, where they were referred to, for which project. */
#include "gateway/labels.h"
#include "gateway/report_build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers of which a median is taken */

struct numbers {
	double *all;
	size_t count, cap;
};

static int take_number(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct numbers *n = user;
	(void)names, (void)columns;
	if (n->count == n->cap) {
		size_t cap = n->cap ? n->cap * 2 : 256;
		double *more = reallocarray(n->all, cap, sizeof *more);
		if (!more)
			return -ENOMEM;
		n->all = more, n->cap = cap;
	}
	n->all[n->count++] = row[0].kind == CELL_REAL ? row[0].real : (double)row[0].integer;
	return 0;
}

static struct report_cell median_of(struct build *b, enum report_sql name, double unit)
{
	struct numbers n = { 0 };
	build_query(b, name, take_number, &n);
	struct report_cell cell = n.count ? cell_number(median(n.all, n.count) / unit) : cell_unknown();
	free(n.all);
	return cell;
}

/* ---- R7 */

static int64_t reached(struct build *b, const char *status)
{
	b->filter.extra = str_of(status);
	int64_t n = build_number(b, RQ_REACHED_STATUS);
	b->filter.extra = STR("");
	return n;
}

static void month_row(struct build *b, struct report_row *row)
{
	row->cells[1] = cell_count(build_number(b, RQ_REQUESTS));
	row->cells[2] = cell_count(reached(b, "COUNSELLED"));
	row->cells[3] = cell_count(build_travelled(b));
	row->cells[4] = cell_count(reached(b, "WITHDRAWN"));
	row->cells[5] = median_of(b, RQ_CONTACT_DELAYS, 86400000.0);
	row->cells[6] = median_of(b, RQ_TRAVEL_DELAYS, 1);
	if (!b->known)
		for (int c = 1; c <= 6; c++)
			row->cells[c] = cell_unknown();
}

static int take_point(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct build *b = user;
	struct report_table *t = &b->report->tables[1];
	(void)names, (void)columns;
	build_row_of(b, t, row[0].text, row[0].text.len ? row[0].text : STR("Non précisé"))->cells[1].n += row[1].integer;
	return 0;
}

/* How people heard of the number: a poster's keyword, a point, an embassy. */
static void write_points(struct build *b)
{
	struct report_table *t = build_table(b, "points", "Demandes par point d'orientation");
	build_column(t, "point", "Point d'orientation");
	t->compare = build_count_column(t, "requests", "Demandes");
	t->crossings = 1;
	build_query(b, RQ_POINTS, take_point, b);
	build_sort(t, 1);
	build_total(b, t, "Total");
}

void build_month(struct build *b)
{
	struct period whole = b->period;
	bool known = b->known;
	struct report_table *t = build_table(b, "month", "Mois par mois");
	b->report->title = build_text(b, "Demandes, entretiens et départs par mois");
	build_column(t, "month", "Mois");
	build_count_column(t, "requests", "Demandes");
	build_count_column(t, "interviews", "Premiers entretiens");
	t->compare = build_count_column(t, "departures", "Retours");
	build_count_column(t, "withdrawals", "Retraits");
	int contact = build_column(t, "days_to_contact", "Jours jusqu'au 1er contact (médiane)");
	t->columns[contact].decimals = 1;
	build_column(t, "days_to_departure", "Jours jusqu'au départ (médiane)");
	t->crossings = 1;
	for (int i = 0; i < period_months_touched(whole) && b->failed == 0; i++) {
		char text[64], code[24];
		struct buf name = buf_over(text, sizeof text);
		struct period month = period_nth_month(whole, i);
		period_month_name(month.from, b->ask->language, &name);
		(void)snprintf(code, sizeof code, "month-%d", i + 1);
		build_set_period(b, month);
		b->known = build_number(b, RQ_KNOWN) != 0 || known;
		month_row(b, build_row(b, t, str_of(code), buf_str(&name)));
	}
	build_set_period(b, whole);
	b->known = known;
	build_total(b, t, "Total");
	struct report_row *total = t->rows;
	while (total->next)
		total = total->next;
	month_row(b, total); /* the medians of the whole are not those of its months */
	write_points(b);
	build_note(b, "Le premier contact est le premier appel qui a abouti, ou le premier entretien. La période précédente est "
			"comparée mois par mois.");
	build_note(b, BUILD_FUNDS);
}

/* ---- R8 */

enum { F_SESSIONS = 1, F_CONSENT, F_SAFE, F_COMPLETED, F_CONTACTED, F_COUNSELLED, F_DEPARTED };

struct funnel {
	struct build *b;
	struct report_table *mode, *language, *left;
};

static struct report_table *funnel_table(struct build *b, const char *key, const char *title, const char *what)
{
	struct report_table *t = build_table(b, key, title);
	build_column(t, "code", what);
	build_count_column(t, "sessions", "Sessions ouvertes");
	build_count_column(t, "consent", "Consentement oui");
	build_count_column(t, "safe", "Appel possible");
	t->compare = build_count_column(t, "completed", "Demande envoyée");
	build_count_column(t, "contacted", "Contactés");
	build_count_column(t, "counselled", "Entretien");
	build_count_column(t, "departed", "Partis");
	t->crossings = 1;
	return t;
}

static struct str mode_label(struct str mode)
{
	return str_eq_z(mode, "ussd") ? STR("USSD") : str_eq_z(mode, "sms") ? STR("SMS") : STR("n/d");
}

static int take_sessions(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct funnel *f = user;
	(void)names, (void)columns;
	build_row_of(f->b, f->mode, row[0].text, mode_label(row[0].text))->cells[F_SESSIONS].n += row[2].integer;
	build_row_of(f->b, f->language, row[1].text, label_language(row[1].text))->cells[F_SESSIONS].n += row[2].integer;
	return 0;
}

static int take_runs(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct funnel *f = user;
	int64_t n = row[9].integer;
	(void)names, (void)columns;
	if (row[4].integer) /* a minor's hand-off is no request */
		return 0;
	struct report_row *rows[2] = { build_row_of(f->b, f->mode, row[0].text, mode_label(row[0].text)),
				       build_row_of(f->b, f->language, row[1].text, label_language(row[1].text)) };
	const bool came[] = { true, row[2].integer != 0, row[3].integer != 0, row[6].integer != 0, row[7].integer != 0,
			row[8].integer != 0 };
	for (int r = 0; r < 2; r++)
		for (int i = 0; i < 6; i++)
			rows[r]->cells[F_CONSENT + i].n += came[i] ? n : 0;
	if (!row[3].integer)
		build_row_of(f->b, f->left, row[5].text, label_state(row[5].text))->cells[1].n += n;
	return 0;
}

void build_funnel(struct build *b)
{
	struct funnel f = { .b = b };
	b->report->title = build_text(b, "De la première session au départ");
	f.mode = funnel_table(b, "mode", "Par voie", "Voie");
	f.language = funnel_table(b, "language", "Par langue", "Langue");
	f.left = build_table(b, "left", "Demandes non terminées : dernière réponse donnée");
	build_column(f.left, "code", "Dernière question répondue");
	f.left->compare = build_count_column(f.left, "walks", "Personnes");
	f.left->crossings = 1;
	build_query(b, RQ_SESSIONS, take_sessions, &f);
	if (b->known) /* without a case there was no request, and half a million answers need not be looked at */
		build_query(b, RQ_RUNS, take_runs, &f);
	build_sort(f.mode, F_SESSIONS);
	build_sort(f.language, F_SESSIONS);
	build_sort(f.left, 1);
	build_total(b, f.mode, "Total");
	build_total(b, f.language, "Total");
	build_total(b, f.left, "Total");
	build_note(b, "Les sessions sont celles de tous les parcours ; les autres colonnes suivent les demandes de retour commencées "
			"dans la période.");
	build_note(b, "Sans consentement, tout est effacé : ces sessions ne sont plus comptées après 24 heures.");
}

/* ---- R13 */

struct referrals {
	struct build *b;
	struct report_table *table;
};

static int take_referral(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct referrals *r = user;
	char code[256], label[256];
	struct buf c = buf_over(code, sizeof code), l = buf_over(label, sizeof label);
	(void)names, (void)columns;
	for (int i = 0; i < 3; i++) {
		buf_put(&c, row[i].text);
		buf_put_char(&c, '|');
	}
	buf_put(&l, row[0].text);
	struct report_row *to = build_row_of(r->b, r->table, c.full ? STR("long") : buf_str(&c), buf_str(&l));
	to->cells[1] = row[1].text.len ? cell_text(build_str(r->b, row[1].text)) : cell_unknown();
	to->cells[2] = row[2].text.len ? cell_text(build_str(r->b, row[2].text)) : cell_text(STR("en cours"));
	to->cells[3].n += row[3].integer;
	return 0;
}

static int take_step(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct build *b = user;
	struct report_table *t = &b->report->tables[1];
	char code[64], label[160];
	struct str name = config_step_label(b->config, row[0].integer, str_of(report_language_names[b->ask->language]));
	(void)names, (void)columns;
	(void)snprintf(code, sizeof code, "%lld|%.*s", (long long)row[0].integer, STR_ARG(row[1].text));
	(void)snprintf(label, sizeof label, "%lld %.*s", (long long)row[0].integer, STR_ARG(name));
	struct report_row *to = build_row(b, t, str_of(code), str_of(label));
	to->cells[1] = row[1].text.len ? cell_text(build_str(b, row[1].text)) : cell_unknown();
	to->cells[2] = cell_count(row[2].integer);
	return 0;
}

/* As they stand today: the labels are the configuration's. */
static void write_steps(struct build *b)
{
	struct report_table *t = build_table(b, "steps", "Dossiers de réintégration ouverts aujourd'hui, par étape et conseiller");
	build_column(t, "step", "Étape");
	build_column(t, "counsellor", "Conseiller");
	build_count_column(t, "cases", "Dossiers");
	t->crossings = 2;
	build_query(b, RQ_STEPS, take_step, b);
	build_total(b, t, "Total");
	build_note(b, "Le tableau par étape montre les dossiers tels qu'ils sont aujourd'hui, quelle que soit la période.");
}

void build_referrals(struct build *b)
{
	struct report_table *t = build_table(b, "referrals", "Orientations par service, organisation et résultat");
	struct referrals r = { b, t };
	b->report->title = build_text(b, "Orientations vers des services");
	build_column(t, "service", "Service");
	build_column(t, "organisation", "Organisation");
	build_column(t, "outcome", "Résultat");
	t->compare = build_count_column(t, "referrals", "Orientations");
	t->crossings = 3;
	build_query(b, RQ_REFERRALS, take_referral, &r);
	build_sort(t, 3);
	build_total(b, t, "Total");
	write_steps(b);
}

/* ---- R14 */

struct tags {
	struct build *b;
	struct report_table *tag, *donor;
	int64_t with_any, without;
};

/* The configuration's own name for what this program does not know. */
static struct str project_label(const struct build *b, struct str tag)
{
	struct str label = label_tag(tag);
	const struct project *p = str_eq(label, tag) ? config_project(b->config, tag) : NULL;
	return p && p->name.len ? p->name : label;
}

static struct str donor_label(const struct build *b, struct str tag)
{
	struct str label = label_donor(tag);
	const struct project *p = label.len ? NULL : config_project(b->config, tag);
	return p ? p->donor : label;
}

static void count_donors(struct tags *t, struct str tags, int64_t n)
{
	struct str seen[16], word;
	size_t count = 0;
	while (str_split(&tags, ' ', &word)) {
		struct str donor = donor_label(t->b, word);
		bool again = word.len == 0;
		for (size_t i = 0; i < count; i++)
			again |= str_eq(seen[i], donor);
		if (again || count == 16)
			continue;
		seen[count++] = donor;
		build_row_of(t->b, t->donor, donor, donor.len ? donor : STR("n/d"))->cells[1].n += n;
	}
}

static int take_tags(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct tags *t = user;
	struct str rest = row[0].text, word;
	int64_t n = row[1].integer;
	bool any = false;
	(void)names, (void)columns;
	while (rest.at && str_split(&rest, ' ', &word)) {
		if (!word.len)
			continue;
		any = true;
		build_row_of(t->b, t->tag, word, project_label(t->b, word))->cells[1].n += n;
	}
	if (any)
		count_donors(t, row[0].text, n);
	t->with_any += any ? n : 0;
	t->without += any ? 0 : n;
	return 0;
}

static void aside(struct build *b, struct report_table *t, const char *code, const char *label, int64_t n)
{
	struct report_row *row = build_row(b, t, str_of(code), str_of(label));
	row->aside = row->total = true;
	row->cells[1] = cell_count(n);
}

static void tags_of(struct build *b, bool to)
{
	struct tags t = { .b = b };
	t.tag = build_table(b, to ? "to" : "from", to ? "Vers le Maroc, par projet" : "Depuis le Maroc, par projet");
	build_column(t.tag, "tag", "Projet");
	t.tag->compare = build_count_column(t.tag, "persons", "Personnes");
	t.donor = build_table(b, to ? "to-donors" : "from-donors", to ? "Vers le Maroc, par bailleur" : "Depuis le Maroc, par bailleur");
	build_column(t.donor, "donor", "Bailleur");
	t.donor->compare = build_count_column(t.donor, "persons", "Personnes");
	t.tag->crossings = t.donor->crossings = 1;
	build_query(b, RQ_TAGS, take_tags, &t);
	build_sort(t.tag, 1);
	build_sort(t.donor, 1);
	build_total(b, t.tag, "Total avec doubles comptes");
	aside(b, t.tag, "persons", "Personnes dans au moins un projet", t.with_any);
	aside(b, t.tag, "without", "Personnes sans projet", t.without);
	build_unknown(b, t.tag);
}

static struct str meeting_kind(struct str kind)
{
	return str_eq_z(kind, "INFORMATION") ? STR("Information") : str_eq_z(kind, "ENTREPRENEURSHIP") ? STR("Entrepreneuriat") :
	       STR("Autre");
}

static int take_meeting(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct build *b = user;
	struct report_table *t = &b->report->tables[b->report->tables_count - 1];
	char code[64];
	(void)names, (void)columns;
	(void)snprintf(code, sizeof code, "%.*s|%.*s", STR_ARG(row[0].text), STR_ARG(row[1].text));
	struct report_row *to = build_row(b, t, str_of(code), project_label(b, row[0].text));
	to->cells[1] = cell_text(meeting_kind(row[1].text));
	for (int i = 2; i < 6; i++)
		to->cells[i] = cell_count(row[i].integer);
	return 0;
}

static void write_meetings(struct build *b)
{
	struct report_table *t = build_table(b, "sessions", "Séances d'information, par projet");
	build_column(t, "tag", "Projet");
	build_column(t, "kind", "Séance");
	build_count_column(t, "sessions", "Séances");
	build_count_column(t, "invited", "Invités");
	build_count_column(t, "confirmed", "Ont confirmé");
	t->compare = build_count_column(t, "attended", "Sont venus");
	t->crossings = 1;
	build_query(b, RQ_MEETINGS, take_meeting, b);
	build_total(b, t, "Total");
}

void build_tags(struct build *b)
{
	b->report->title = build_text(b, "Personnes retournées par projet et bailleur");
	build_each_direction(b, tags_of);
	write_meetings(b);
	build_note(b, "Une personne dans deux projets compte une fois dans chacun, et une fois dans le total sans doubles comptes.");
	build_note(b, "Pour chaque bailleur une personne compte une fois.");
	build_note(b, BUILD_FUNDS);
}
