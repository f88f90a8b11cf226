/* R1 to R6: who travelled. */
#include "gateway/labels.h"
#include "gateway/report_build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* An age that nobody knows counts as an adult's, as in the published figures; a note says how many there are. */
enum group { GROUP_MAN, GROUP_WOMAN, GROUP_BOY, GROUP_GIRL, GROUP_UNKNOWN, GROUPS };

static enum group group_of(struct str sex, struct str age_band)
{
	bool child = str_eq_z(age_band, "U18");
	if (str_eq_z(sex, "M"))
		return child ? GROUP_BOY : GROUP_MAN;
	if (str_eq_z(sex, "F"))
		return child ? GROUP_GIRL : GROUP_WOMAN;
	return GROUP_UNKNOWN;
}

static const struct { const char *code, *label; } groups[GROUPS] = {
	{ "men", "Hommes" }, { "women", "Femmes" }, { "boys", "Garçons (moins de 18 ans)" }, { "girls", "Filles (moins de 18 ans)" },
	{ "unknown", "Sexe non précisé" },
};

enum { PLACES_MAX = 300 };

struct place {
	char code[8];
	int64_t of[GROUPS], total;
};

struct people {
	struct place country[PLACES_MAX], region[PLACES_MAX];
	size_t countries, regions;
	int64_t of[GROUPS], total, age_unknown;
	int64_t band[5][3]; /* U18 18_39 40_59 60P unknown × M F unknown */
};

static void add_place(struct place *all, size_t *count, struct str code, enum group g, int64_t n)
{
	struct place *p = NULL;
	if (str_eq_z(code, "ZZ"))
		code = STR("");
	for (size_t i = 0; i < *count; i++)
		if (str_eq_z(code, all[i].code))
			p = &all[i];
	if (!p && *count < PLACES_MAX) {
		p = &all[(*count)++];
		if (!str_copy(code, p->code, sizeof p->code))
			p->code[0] = '\0';
	}
	if (p)
		p->of[g] += n, p->total += n;
}

static int band_of(struct str band)
{
	static const char *const bands[] = { "U18", "18_39", "40_59", "60P" };
	for (int i = 0; i < 4; i++)
		if (str_eq_z(band, bands[i]))
			return i;
	return 4;
}

static int take_person(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct people *p = user;
	(void)names, (void)columns;
	struct str sex = row[2].text, band = row[3].text;
	int64_t n = row[4].integer;
	enum group g = group_of(sex, band);
	add_place(p->country, &p->countries, row[0].text, g, n);
	add_place(p->region, &p->regions, row[1].text, g, n);
	p->of[g] += n;
	p->total += n;
	p->age_unknown += band_of(band) == 4 ? n : 0;
	p->band[band_of(band)][str_eq_z(sex, "M") ? 0 : str_eq_z(sex, "F") ? 1 : 2] += n;
	return 0;
}

static struct people *read_people(struct build *b)
{
	struct people *p = arena_alloc(&b->report->arena, sizeof *p);
	if (p)
		build_query(b, RQ_PERSONS, take_person, p);
	else if (b->failed == 0)
		b->failed = err_set(b->err, -ENOMEM, "no memory");
	return p;
}

static int sum_person(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	*(int64_t *)user += row[4].integer;
	return 0;
}

int64_t build_travelled(struct build *b)
{
	int64_t n = 0;
	build_query(b, RQ_PERSONS, sum_person, &n);
	return n;
}

static void note_ages(struct build *b, const struct people *p)
{
	if (p->age_unknown && !b->report->outside)
		build_note(b, "%s personne(s) d'âge inconnu comptée(s) avec les adultes.", thousands(b, p->age_unknown).z);
}

/* ---- vulnerabilities: sealed, and counted by code */

struct vulnerable {
	struct build *b;
	struct report_table *table;
	int64_t vot, medical, uasc;
};

static int sum_vulnerable(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct vulnerable *v = user;
	(void)names, (void)columns;
	if (str_eq_z(row[0].text, "VOT_POTENTIAL"))
		v->vot += row[3].integer;
	if (str_eq_z(row[0].text, "MEDICAL"))
		v->medical += row[3].integer;
	if (str_eq_z(row[0].text, "UASC"))
		v->uasc += row[3].integer;
	return 0;
}

static int row_vulnerable(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct vulnerable *v = user;
	(void)names, (void)columns;
	int column = str_eq_z(row[1].text, "M") ? 1 : str_eq_z(row[1].text, "F") ? 2 : 3;
	struct report_row *to = build_row_of(v->b, v->table, row[0].text, label_vulnerability(row[0].text));
	to->cells[column].n += row[3].integer;
	to->cells[4].n += row[3].integer;
	return 0;
}

static void sum_columns(struct report_table *t, const char *what)
{
	build_column(t, "code", what);
	build_count_column(t, "men", "Masculin");
	build_count_column(t, "women", "Féminin");
	build_count_column(t, "unknown", "Non précisé");
	t->sum = t->compare = build_count_column(t, "total", "Total");
	t->columns[1].adds_up = t->columns[2].adds_up = t->columns[3].adds_up = true;
	t->crossings = 2;
}

static void vulnerability_of(struct build *b, bool to)
{
	struct report_table *t = build_table(b, to ? "to" : "from", to ? "Vers le Maroc" : "Depuis le Maroc");
	struct vulnerable v = { .b = b, .table = t };
	t->sensitive = true;
	sum_columns(t, "Vulnérabilité");
	build_query(b, RQ_VULNERABLE, row_vulnerable, &v);
	build_sort(t, 4);
	struct report_row *all = build_row(b, t, STR("persons"), STR("Personnes retournées"));
	all->aside = all->total = true;
	all->cells[1] = all->cells[2] = all->cells[3] = (struct report_cell){ 0 };
	all->cells[4] = cell_count(build_travelled(b));
	build_unknown(b, t);
}

void build_vulnerability(struct build *b)
{
	b->report->title = build_text(b, "Personnes retournées par vulnérabilité et sexe");
	build_each_direction(b, vulnerability_of);
	build_note(b, "Une personne peut avoir plusieurs vulnérabilités : les lignes ne s'additionnent pas.");
}

/* ---- R1, R2 */

static void figure(struct build *b, struct report_table *t, const char *code, const char *label, struct report_cell cell, bool part)
{
	struct report_row *row = build_row(b, t, str_of(code), str_of(label));
	row->cells[1] = cell;
	row->part = part;
}

/* ---- totals of the years before Wasl */

struct historic { int64_t persons, requests; bool has_requests, approximate; struct str source; };

struct historic_rows {
	struct build *b;
	int year;
	struct historic *out;
	int found;
};

static int match_year(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct historic_rows *h = user;
	(void)names, (void)columns;
	if (row[1].integer != h->year || row[2].integer != h->year)
		return 0;
	*h->out = (struct historic){ .persons = row[3].integer, .requests = row[4].integer, .has_requests = row[4].kind == CELL_INTEGER,
				     .approximate = row[5].integer != 0, .source = build_str(h->b, row[6].text) };
	h->found = 1;
	return 0;
}

/* The total of one year: 1 and what is known of it, 0. */
static int read_historic(struct build *b, int year, struct historic *out)
{
	struct historic_rows h = { b, year, out, 0 };
	*out = (struct historic){ 0 };
	build_query(b, RQ_HISTORIC, match_year, &h);
	return h.found;
}

/* ---- the year in figures */

static void write_persons(struct build *b, const struct people *p, const struct historic *past)
{
	struct report_table *t = build_table(b, "persons", "Personnes retournées");
	bool known = b->known && !past;
	t->headline = t->rows_add_up = true;
	build_column(t, "group", "Groupe");
	t->compare = build_count_column(t, "persons", "Personnes");
	build_column(t, "share", "Part");
	struct report_row *total = build_row(b, t, STR("total"), STR("Total"));
	total->total = true;
	total->cells[1] = past ? cell_count(past->persons) : known ? cell_count(p->total) : cell_unknown();
	for (int g = 0; g < GROUPS; g++) {
		if (g == GROUP_UNKNOWN && p->of[g] == 0)
			continue;
		figure(b, t, groups[g].code, groups[g].label, known ? cell_count(p->of[g]) : cell_unknown(), true);
	}
	for (struct report_row *row = total; row; row = row->next)
		row->cells[2] = row->cells[1].kind == REPORT_COUNT ? cell_share(row->cells[1].n, total->cells[1].n) : cell_unknown();
}

static void write_needs(struct build *b, bool known)
{
	struct report_table *t = build_table(b, "needs", "Dont personnes vulnérables");
	struct vulnerable v = { .b = b };
	t->headline = true;
	build_column(t, "code", "Vulnérabilité");
	t->compare = build_count_column(t, "persons", "Personnes");
	build_query(b, RQ_VULNERABLE, sum_vulnerable, &v);
	const struct { const char *code; int64_t n; } rows[] = { { "VOT_POTENTIAL", v.vot }, { "MEDICAL", v.medical }, { "UASC",
			v.uasc } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str label = label_vulnerability(str_of(rows[i].code));
		struct report_row *row = build_row(b, t, str_of(rows[i].code), label);
		row->cells[1] = known ? cell_count(rows[i].n) : cell_unknown();
	}
}

/* The first places in order, with their rank; what is not known has none. */
static void write_first(struct build *b, const char *key, const char *title, const struct place *places, size_t count,
			struct str (*label)(struct str), int64_t total)
{
	struct report_table *t = build_table(b, key, title);
	int rank = 0;
	size_t known = 0;
	t->headline = true;
	build_column(t, "place", "");
	t->compare = build_count_column(t, "persons", "Personnes");
	int share = build_column(t, "share", "Part");
	int order = build_column(t, "rank", "Rang");
	for (size_t i = 0; i < count; i++) {
		known += places[i].code[0] != '\0';
		struct report_row *row = build_row(b, t, str_of(places[i].code), label(str_of(places[i].code)));
		row->cells[1] = cell_count(places[i].total);
		row->cells[share] = cell_share(places[i].total, total);
	}
	build_sort(t, 1);
	for (struct report_row *row = t->rows; row; row = row->next)
		row->cells[order] = row->code.len ? cell_count(++rank) : (struct report_cell){ 0 };
	t->first = 4;
	if (known > 4)
		build_note(b, "%.*s : les 4 premiers sur %zu.", STR_ARG(t->title), known);
}

static void write_requests(struct build *b, const struct historic *past)
{
	struct report_table *t = build_table(b, "requests", "Demandes de retour (une demande n'est pas un retour)");
	struct report_cell n = b->known ? cell_count(build_number(b, RQ_REQUESTS)) : cell_unknown();
	if (past)
		n = past->has_requests ? cell_count(past->requests) : cell_unknown();
	build_column(t, "what", "");
	t->compare = build_count_column(t, "requests", "Demandes");
	figure(b, t, "requests", "Demandes enregistrées", n, false);
}

/* The year in one sentence, where no figure of it is masked. */
static void write_lead(struct build *b, const struct people *p)
{
	const struct report_ask *ask = b->ask;
	bool whole = ask->national && !ask->tag.len && !ask->office.len && period_months(ask->period) >= 12;
	int64_t boys = p->of[GROUP_BOY], girls = p->of[GROUP_GIRL];
	char text[96];
	struct buf period = buf_over(text, sizeof text);
	if (p->total == 0 || p->of[GROUP_UNKNOWN] || (ask->outside && !whole))
		return;
	period_name(b->period, ask->language, &period);
	struct thousands all = thousands(b, p->total), men = thousands(b, p->of[GROUP_MAN]), women = thousands(b, p->of[GROUP_WOMAN]);
	b->report->lead = boys + girls == 0 ?
		build_say(b, "%.*s : %s personnes retournées, dont %s hommes et %s femmes.", STR_ARG(buf_str(&period)), all.z, men.z,
			  women.z) :
		build_say(b, "%.*s : %s personnes retournées, dont %s hommes, %s femmes, %s garçon(s) et %s fille(s).",
			  STR_ARG(buf_str(&period)), all.z, men.z, women.z, thousands(b, boys).z, thousands(b, girls).z);
}

static void note_historic(struct build *b);

static void year_in_figures(struct build *b, bool to)
{
	struct historic past;
	struct people *p = read_people(b);
	if (!p)
		return;
	bool use_past = period_is_year(b->period) && p->total == 0 && !b->filter.tag.len && !b->filter.office.len &&
			read_historic(b, b->period.from.year, &past) == 1;
	write_persons(b, p, use_past ? &past : NULL);
	write_lead(b, p);
	write_needs(b, b->known && !use_past);
	if (to) {
		write_first(b, "hosts", "Premiers pays d'accueil", p->country, p->countries, label_country, p->total);
		write_first(b, "regions", "Premières régions de retour", p->region, p->regions, label_region, p->total);
	} else {
		write_first(b, "countries", "Premiers pays de retour", p->country, p->countries, label_country, p->total);
		write_requests(b, use_past ? &past : NULL);
	}
	if (use_past)
		build_note(b, past.approximate ? "Total approximatif publié avant Wasl. Source : %.*s." :
			   "Total publié avant Wasl. Source : %.*s.", STR_ARG(past.source));
	note_ages(b, p);
	note_historic(b);
	build_note(b, BUILD_FUNDS);
}

void build_year_from(struct build *b)
{
	b->report->title = build_text(b, period_is_year(b->period) ? "L'année en chiffres : retours volontaires depuis le Maroc" :
				      "Retours volontaires depuis le Maroc, en chiffres");
	year_in_figures(b, false);
}

void build_year_to(struct build *b)
{
	b->report->title = build_text(b, period_is_year(b->period) ? "L'année en chiffres : retours volontaires vers le Maroc" :
				      "Retours volontaires vers le Maroc, en chiffres");
	year_in_figures(b, true);
}

/* ---- notes on the years before Wasl */

static int note_span(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct build *b = user;
	(void)names, (void)columns;
	if (row[1].integer == row[2].integer)
		return 0;
	bool to = str_eq_z(row[0].text, "TO_MA"), about = row[5].integer != 0;
	build_note(b, to && about ? "De %lld à %lld, vers le Maroc : environ %s personnes. Source : %.*s." :
		   to ? "De %lld à %lld, vers le Maroc : %s personnes. Source : %.*s." :
		   about ? "De %lld à %lld, depuis le Maroc : environ %s personnes. Source : %.*s." :
		   "De %lld à %lld, depuis le Maroc : %s personnes. Source : %.*s.", (long long)row[1].integer,
		   (long long)row[2].integer, thousands(b, row[3].integer).z, STR_ARG(row[6].text));
	return 0;
}

static void note_historic(struct build *b)
{
	build_query(b, RQ_HISTORIC, note_span, b);
}

/* ---- R3 */

static struct report_cell persons_of_year(struct build *b, const struct historic *past, bool found, int64_t counted,
		int64_t requests)
{
	if (found)
		return cell_count(past->persons);
	(void)b;
	return counted || requests ? cell_count(counted) : cell_unknown();
}

static struct str source_of(struct build *b, const struct historic *past)
{
	return past->approximate ? build_say(b, "%.*s (approximatif)", STR_ARG(past->source)) : build_str(b, past->source);
}

/* With a year in it of which nothing is known, a sum would be none. */
static void total_of_years(struct build *b, struct report_table *t)
{
	if (t->rows_count < 2)
		return;
	build_total(b, t, "Total");
	struct report_row *total = t->rows;
	while (total->next)
		total = total->next;
	for (struct report_row *row = t->rows; row != total; row = row->next)
		for (size_t i = 1; i < t->columns_count; i++)
			if (t->columns[i].counts && row->cells[i].kind == REPORT_UNKNOWN)
				total->cells[i] = cell_unknown();
}

static void returns_in(struct build *b, const char *direction, const char *key, const char *title)
{
	struct report_table *t = build_table(b, key, title);
	struct period whole = b->period;
	struct str was = b->filter.direction;
	int last = whole.to.year, first = period_is_year(whole) ? last - 4 : whole.from.year;
	struct report_cell before = cell_unknown();
	bool from = str_eq_z(str_of(direction), "FROM_MA");
	build_column(t, "year", "Année");
	build_count_column(t, "persons", "Personnes retournées");
	int change = build_column(t, "change", "Variation");
	int asked = from ? build_count_column(t, "requests", "Demandes") : -1;
	int source = build_column(t, "source", "Source");
	b->filter.direction = str_of(direction);
	for (int year = first - 1; year <= last && b->failed == 0; year++) {
		char code[8];
		struct historic past;
		(void)snprintf(code, sizeof code, "%d", year);
		build_set_period(b, period_year(year));
		bool filtered = b->filter.tag.len || b->filter.office.len;
		int64_t counted = build_travelled(b), requests = build_number(b, RQ_REQUESTS);
		bool found = !filtered && read_historic(b, year, &past) == 1;
		struct report_cell now = persons_of_year(b, &past, found, counted, requests);
		if (year >= first) {
			struct report_row *row = build_row(b, t, str_of(code), str_of(code));
			row->cells[1] = now;
			row->cells[change] = now.kind == REPORT_COUNT && before.kind == REPORT_COUNT && before.n > 0 ?
				(struct report_cell){ .kind = REPORT_CHANGE, .x = (double)(now.n - before.n) / (double)before.n } : cell_unknown();
			if (from)
				row->cells[asked] = requests ? cell_count(requests) : found && past.has_requests ? cell_count(past.requests) :
					counted && !found ? cell_count(0) : cell_unknown();
			row->cells[source] = cell_text(found ? source_of(b, &past) : now.kind == REPORT_COUNT ? STR("Wasl") : STR(""));
		}
		before = now;
	}
	total_of_years(b, t);
	b->filter.direction = was;
	build_set_period(b, whole);
}

void build_returns_by_year(struct build *b)
{
	struct str asked = b->filter.direction;
	b->report->title = build_text(b, "Retours volontaires par année");
	if (!str_eq_z(asked, "TO_MA"))
		returns_in(b, "FROM_MA", "from", "Depuis le Maroc");
	if (!str_eq_z(asked, "FROM_MA"))
		returns_in(b, "TO_MA", "to", "Vers le Maroc");
	note_historic(b);
	build_note(b, "n/d : non disponible (ce n'est pas zéro).");
	build_note(b, BUILD_FUNDS);
}

/* ---- R4, R5 */

static void people_columns(struct report_table *t, const char *what)
{
	build_column(t, "code", what);
	for (int g = 0; g < GROUPS; g++) {
		static const char *const shorter[GROUPS] = { "Hommes", "Femmes", "Garçons", "Filles", "Non précisé" };
		int c = build_count_column(t, groups[g].code, shorter[g]);
		t->columns[c].adds_up = true;
	}
	t->sum = t->compare = build_count_column(t, "total", "Total");
	t->crossings = 3;
}

static void write_places(struct build *b, const char *key, const char *title, const char *what, const struct place *places,
		size_t count,
			 struct str (*label)(struct str))
{
	struct report_table *t = build_table(b, key, title);
	people_columns(t, what);
	for (size_t i = 0; i < count; i++) {
		struct report_row *row = build_row(b, t, str_of(places[i].code), label(str_of(places[i].code)));
		for (int g = 0; g < GROUPS; g++)
			row->cells[1 + g] = cell_count(places[i].of[g]);
		row->cells[1 + GROUPS] = cell_count(places[i].total);
	}
	build_sort(t, 1 + GROUPS);
	build_total(b, t, "Total");
}

static void countries_of(struct build *b, bool to)
{
	struct people *p = read_people(b);
	if (!p)
		return;
	write_places(b, to ? "hosts" : "countries", to ? "Vers le Maroc, par pays d'accueil" : "Depuis le Maroc, par pays de "
			"retour", "Pays",
		     p->country, p->countries, label_country);
	if (to)
		write_places(b, "regions", "Vers le Maroc, par région de retour", "Région", p->region, p->regions, label_region);
	note_ages(b, p);
}

void build_country(struct build *b)
{
	b->report->title = build_text(b, "Personnes retournées par pays, sexe et âge");
	build_each_direction(b, countries_of);
	build_note(b, BUILD_FUNDS);
}

static void ages_of(struct build *b, bool to)
{
	static const char *const bands[] = { "U18", "18_39", "40_59", "60P", "" };
	struct people *p = read_people(b);
	struct report_table *t = build_table(b, to ? "to" : "from", to ? "Vers le Maroc" : "Depuis le Maroc");
	sum_columns(t, "Âge");
	for (int i = 0; p && i < 5; i++) {
		struct report_row *row = build_row(b, t, str_of(bands[i]), label_age_band(str_of(bands[i])));
		for (int s = 0; s < 3; s++) {
			row->cells[1 + s] = cell_count(p->band[i][s]);
			row->cells[4].n += p->band[i][s];
		}
	}
	build_total(b, t, "Total");
	build_unknown(b, t);
}

void build_age(struct build *b)
{
	b->report->title = build_text(b, "Personnes retournées par tranche d'âge et sexe");
	build_each_direction(b, ages_of);
	build_note(b, BUILD_FUNDS);
}
