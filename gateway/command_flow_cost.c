/* wasl flow check --texts: what each text costs, in every language.  wasl flow check --cost: what one walk costs. */
#include "gateway/command_flow.h"

#include "flows/measure.h"
#include "flows/text/columns.h"
#include "gateway/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct listing {
	json_t *json; /* NULL: a table */
	struct str file;
};

static void put_count(json_t *object, const char *name, size_t n)
{
	(void)json_object_set_new(object, name, n ? json_integer((json_int_t)n) : json_null());
}

/* ---- texts */

static json_t *size_json(const struct text_size *size)
{
	json_t *one = json_object();
	json_put_str(one, "encoding", str_of(encoding_name(size->encoding)));
	(void)json_object_set_new(one, "units", json_integer((json_int_t)size->units));
	put_count(one, "segments", size->segments);
	put_count(one, "screens", size->screens);
	return one;
}

static void text_json(const struct text_cost *cost, json_t *all)
{
	json_t *one = json_object();
	json_put_str(one, "file", cost->file);
	json_put_str(one, "path", cost->path);
	json_put_str(one, "key", cost->key);
	json_put_str(one, "language", cost->language);
	(void)json_object_set_new(one, "sent", size_json(&cost->sent));
	(void)json_object_set_new(one, "written", size_json(&cost->written));
	json_put_str(one, "flips", cost->flips.len ? cost->flips : (struct str){ NULL, 0 });
	json_put_str(one, "cheaper", cost->cheaper);
	(void)json_array_append_new(all, one);
}

static void print_number(size_t n)
{
	if (n)
		(void)printf(" %4zu", n);
	else
		(void)printf("    -");
}

static void print_flip(const struct text_cost *cost)
{
	if (cost->flips.len == 0)
		return;
	(void)printf("  %.*s", STR_ARG(cost->flips));
	for (size_t w = columns_count(cost->flips); w < 2; w++)
		(void)putchar(' ');
	if (!cost->cheaper.at) {
		(void)printf(" no other spelling");
		return;
	}
	(void)printf(" sent as \"%.*s\"; as written %s %zu", STR_ARG(cost->cheaper), encoding_name(cost->written.encoding),
		     cost->written.units);
	if (cost->written.segments != cost->sent.segments)
		(void)printf(", %zu SMS", cost->written.segments);
	if (cost->written.screens != cost->sent.screens)
		(void)printf(", %zu screens", cost->written.screens);
}

static void list_text(const struct text_cost *cost, void *user)
{
	struct listing *l = user;
	if (l->json) {
		text_json(cost, l->json);
		return;
	}
	if (!str_eq(l->file, cost->file))
		(void)printf("%s%.*s\n%-24s %-4s %-6s %5s %4s %4s\n", l->file.len ? "\n" : "", STR_ARG(cost->file), "text", "lang",
			     "sent", "units", "SMS", "USSD");
	l->file = cost->file;
	(void)printf("%-24.*s %-4.*s %-6s %5zu", STR_ARG(cost->key), STR_ARG(cost->language),
		     encoding_name(cost->sent.encoding), cost->sent.units);
	print_number(cost->sent.segments);
	print_number(cost->sent.screens);
	print_flip(cost);
	(void)putchar('\n');
}

int flow_check_texts(struct flow_command *c, struct screen_limit screen)
{
	struct listing l = { .json = c->in->json ? json_array() : NULL };
	int rc = book_measure(&c->book, screen, list_text, &l);
	if (rc == 0 && l.json)
		json_print_line(l.json);
	json_decref(l.json);
	return rc ? command_fail("flow", EX_DATAERR, "a text is far too long to be measured") : EX_OK;
}

/* ---- walks */

static json_t *names_json(const struct state *const *list, size_t count)
{
	json_t *all = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(all, json_stringn(list[i]->name.at, list[i]->name.len));
	return all;
}

static void print_walk(const struct flow *flow, struct str language, enum mode mode, const struct walk_cost *cost,
		       json_t *all)
{
	const char *unit = mode == MODE_SMS ? "SMS" : "screens";
	if (!all) {
		(void)printf("%-20.*s %-4.*s %-4s %4zu to %4zu %s\n", STR_ARG(flow->name), STR_ARG(language),
			     mode == MODE_SMS ? "sms" : "ussd", cost->least, cost->most, unit);
		return;
	}
	json_t *one = json_object();
	json_put_str(one, "flow", flow->name);
	json_put_str(one, "language", language);
	json_put_str(one, "mode", mode == MODE_SMS ? STR("sms") : STR("ussd"));
	json_put_str(one, "unit", mode == MODE_SMS ? STR("segment") : STR("screen"));
	(void)json_object_set_new(one, "least", json_integer((json_int_t)cost->least));
	(void)json_object_set_new(one, "most", json_integer((json_int_t)cost->most));
	(void)json_object_set_new(one, "cheapest", names_json(cost->cheapest, cost->cheapest_count));
	(void)json_object_set_new(one, "dearest", names_json(cost->dearest, cost->dearest_count));
	(void)json_array_append_new(all, one);
}

static int cost_of_flow(struct flow_command *c, const struct flow *flow, struct screen_limit screen, json_t *all)
{
	static struct walk_cost cost; /* large */
	for (enum mode mode = MODE_USSD; mode <= MODE_SMS; mode++)
		for (size_t l = 0; l < c->book.languages_count; l++) {
			int rc = flow_cost(&c->book, flow, (int)l, mode, screen, &cost);
			if (rc == 0)
				print_walk(flow, c->book.languages[l], mode, &cost, all);
			else if (rc != -ENOENT) /* no walk ends by this mode */
				return rc;
		}
	return 0;
}

int flow_check_cost(struct flow_command *c, struct screen_limit screen)
{
	json_t *all = c->in->json ? json_array() : NULL;
	int rc = 0;
	for (size_t i = 0; i < c->book.flows_count && rc == 0; i++) /* keywords are answered, not walked */
		if (!c->book.flows[i]->old && !str_eq_z(c->book.flows[i]->name, "control"))
			rc = cost_of_flow(c, c->book.flows[i], screen, all);
	if (rc == 0 && all)
		json_print_line(all);
	json_decref(all);
	return rc ? command_fail("flow", EX_DATAERR, "a conversation is too large to be measured") : EX_OK;
}
