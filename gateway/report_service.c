/* R15: the lines themselves. */
#include "gateway/labels.h"
#include "gateway/report_build.h"

#include <stdio.h>
#include <stdlib.h>

struct service {
	struct build *b;
	struct report_table *volume, *delivery, *failures, *ussd, *cost;
};

static int take_messages(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct service *s = user;
	char code[64], label[96];
	bool out = str_eq_z(row[0].text, "out"), ussd = str_eq_z(row[1].text, "ussd");
	struct str channel = row[2].text, status = row[3].text;
	int64_t n = row[4].integer;
	(void)names, (void)columns;
	(void)snprintf(code, sizeof code, "%s-%s", out ? "out" : "in", ussd ? "ussd" : "sms");
	(void)snprintf(label, sizeof label, "%s, %s", ussd ? "USSD" : "SMS", out ? "envoyés" : "reçus");
	struct report_row *volume = build_row_of(s->b, s->volume, str_of(code), str_of(label));
	volume->cells[1].n += n;
	if (!ussd)
		volume->cells[2].n += row[5].integer;
	else
		volume->cells[2] = (struct report_cell){ 0 };
	if (!out || ussd)
		return 0;
	struct report_row *d = build_row_of(s->b, s->delivery, channel, channel);
	static const char *const states[] = { "delivered", "sent", "failed", "expired", "rejected", "unknown", "cancelled" };
	d->cells[1].n += n;
	for (int i = 0; i < 7; i++)
		if (str_eq_z(status, states[i]))
			d->cells[2 + i].n += n;
	return 0;
}

static int take_failure(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct service *s = user;
	char code[128];
	struct buf b = buf_over(code, sizeof code);
	(void)names, (void)columns;
	for (int i = 0; i < 3; i++) {
		buf_put(&b, row[i].text);
		buf_put_char(&b, '|');
	}
	struct report_row *r = build_row_of(s->b, s->failures, b.full ? STR("long") : buf_str(&b), row[0].text);
	r->cells[1] = cell_text(build_str(s->b, row[1].text));
	r->cells[2] = row[2].text.len ? cell_text(build_str(s->b, row[2].text)) : cell_unknown();
	r->cells[3].n += row[3].integer;
	return 0;
}

static int take_ussd(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct service *s = user;
	(void)names, (void)columns;
	struct report_row *r = build_row_of(s->b, s->ussd, row[0].text, row[0].text);
	r->cells[1].n += row[1].integer;
	r->cells[2].n += row[2].integer;
	return 0;
}

static void make_tables(struct service *s)
{
	struct build *b = s->b;
	s->volume = build_table(b, "volume", "Messages");
	build_column(s->volume, "code", "Sens");
	s->volume->compare = build_count_column(s->volume, "messages", "Messages");
	build_count_column(s->volume, "segments", "Segments");
	s->delivery = build_table(b, "delivery", "SMS envoyés, par canal");
	build_column(s->delivery, "channel", "Canal");
	s->delivery->compare = build_count_column(s->delivery, "sms", "SMS");
	build_count_column(s->delivery, "delivered", "Remis");
	build_count_column(s->delivery, "sent", "Acceptés");
	build_count_column(s->delivery, "failed", "Échoués");
	build_count_column(s->delivery, "expired", "Expirés");
	build_count_column(s->delivery, "rejected", "Refusés");
	build_count_column(s->delivery, "unknown", "Inconnus");
	build_count_column(s->delivery, "cancelled", "Annulés");
	build_column(s->delivery, "delivery_rate", "Taux de remise");
	s->failures = build_table(b, "failures", "Erreurs par canal");
	build_column(s->failures, "channel", "Canal");
	build_column(s->failures, "status", "État");
	build_column(s->failures, "reason", "Raison");
	s->failures->compare = build_count_column(s->failures, "sms", "SMS");
	s->ussd = build_table(b, "ussd", "Sessions USSD, par canal");
	build_column(s->ussd, "channel", "Canal");
	s->ussd->compare = build_count_column(s->ussd, "sessions", "Sessions");
	build_count_column(s->ussd, "dropped", "Interrompues");
	build_column(s->ussd, "drop_rate", "Part interrompue");
}

/* ---- what it cost */

static void make_cost_table(struct service *s)
{
	struct report_table *t = s->cost = build_table(s->b, "cost", "Coût des SMS envoyés, par canal et pays");
	build_column(t, "channel", "Canal");
	build_column(t, "country", "Pays du numéro");
	t->compare = build_count_column(t, "segments", "Segments");
	t->columns[build_column(t, "price", "Prix du segment")].decimals = 4;
	t->columns[build_column(t, "cost", "Coût")].decimals = 2;
	build_column(t, "currency", "Monnaie");
}

static int take_cost(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct service *s = user;
	struct str channel = row[0].text, country = row[1].text;
	const struct price *price = config_price(s->b->config, channel, country);
	bool named = price && price->country.len > 0;
	char code[96], amount[16] = "";
	(void)names, (void)columns;
	(void)snprintf(code, sizeof code, "%.*s|%.*s", STR_ARG(channel), STR_ARG(named ? country : STR("")));
	struct report_row *r = build_row_of(s->b, s->cost, str_of(code), channel);
	r->cells[1] = cell_text(named ? label_country(country) : build_text(s->b, "Tous pays"));
	r->cells[2].n += row[2].integer;
	bool priced = price && str_copy(price->segment, amount, sizeof amount);
	double each = priced ? strtod(amount, NULL) : 0;
	r->cells[3] = priced ? cell_number(each) : cell_unknown();
	r->cells[4] = priced ? cell_number(each * (double)r->cells[2].n) : cell_unknown();
	r->cells[5] = priced ? cell_text(price->currency) : cell_unknown();
	return 0;
}

/* A total for each currency: two never add up. */
static void add_totals(struct service *s)
{
	struct report_row *last = NULL;
	for (struct report_row *row = s->cost->rows; row; row = row->next)
		last = row;
	bool end = last == NULL;
	for (struct report_row *row = s->cost->rows; row && !end; row = row->next) {
		char code[16];
		end = row == last;
		if (row->cells[5].kind != REPORT_TEXT)
			continue;
		(void)snprintf(code, sizeof code, "total-%.3s", row->cells[5].text.at);
		struct report_row *total = build_row_of(s->b, s->cost, str_of(code), build_text(s->b, "Total"));
		total->total = total->aside = true;
		total->cells[2].n += row->cells[2].n;
		total->cells[4] = cell_number(total->cells[4].x + row->cells[4].x);
		total->cells[5] = row->cells[5];
	}
}

void build_service(struct build *b)
{
	struct service s = { .b = b };
	b->report->title = build_text(b, "Service : messages et canaux");
	make_tables(&s);
	make_cost_table(&s);
	build_query(b, RQ_COST, take_cost, &s);
	build_sort(s.cost, 2);
	add_totals(&s);
	build_query(b, RQ_MESSAGES, take_messages, &s);
	build_query(b, RQ_FAILURES, take_failure, &s);
	build_query(b, RQ_USSD, take_ussd, &s);
	build_sort(s.volume, 1);
	build_sort(s.delivery, 1);
	build_sort(s.failures, 3);
	build_sort(s.ussd, 1);
	build_total(b, s.volume, "Total");
	build_total(b, s.failures, "Total");
	build_total(b, s.delivery, "Total");
	build_total(b, s.ussd, "Total");
	for (struct report_row *row = s.delivery->rows; row; row = row->next) /* of what left: not of what was called off */
		row->cells[9] = cell_share(row->cells[2].n, row->cells[1].n - row->cells[8].n);
	for (struct report_row *row = s.ussd->rows; row; row = row->next)
		row->cells[3] = cell_share(row->cells[2].n, row->cells[1].n);
	build_note(b, "Coût : segments des SMS acceptés par l'opérateur × prix configuré du canal, sans la voix ni l'USSD. n/d : pas"
			" de prix dans la configuration.");
	build_note(b, "Taux de remise : remis / envoyés non annulés. Session interrompue : une question est restée sans réponse.");
	if (b->ask->direction.len || b->ask->tag.len || b->ask->office.len)
		build_note(b, "Le service compte tous les messages : direction, projet et bureau n'y changent rien.");
}
