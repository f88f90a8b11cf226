/* wasl flow graph NAME: a conversation as a picture (Graphviz DOT).
 *
 * Blue boxes ask, grey ones with a double edge are last words, diamonds pass; red is where staff are alerted.  Options that
 * lead on like the question itself stand in its box; the others are arrows.  Where people come in stands above: at the
 * beginning, from other conversations, by a keyword, or because we write first. */
#include "gateway/command_flow.h"

#include <stdio.h>

enum { LINE = 512, WRAP = 34, ENTRIES_MAX = 128 };

/* Inside a double-quoted string of DOT, in lines of a readable length. */
static void put_quoted(struct str s)
{
	size_t column = 0;
	for (size_t i = 0; i < s.len; i++) {
		bool turn = s.at[i] == '\n' || (s.at[i] == ' ' && column >= WRAP);
		column = turn ? 0 : column + (((unsigned char)s.at[i] & 0xc0) != 0x80);
		if (turn) {
			(void)fputs("\\n", stdout);
			continue;
		}
		if (s.at[i] == '"' || s.at[i] == '\\')
			(void)putchar('\\');
		(void)putchar(s.at[i]);
	}
}

static void put_effects(const struct effect_order *list, size_t count)
{
	char words[LINE];
	for (size_t i = 0; i < count; i++) {
		(void)fputs("\\n* ", stdout);
		put_quoted(flow_effect(&list[i], words, sizeof words));
	}
}

static bool has_alert(const struct effect_order *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].kind == ORDER_ALERT)
			return true;
	return false;
}

/* An option with a way or a consequence of its own is an arrow. */
static bool is_arrow(const struct option *o)
{
	return o->next_count > 0 || o->effects_count > 0;
}

static void put_option(const struct option *o, int language)
{
	(void)printf("%d ", o->number);
	put_quoted(o->label ? o->label->in[language] : o->code);
}

/* Has an earlier wording of the question the same options?  Then they are drawn once. */
static bool options_drawn(const struct state *s, size_t p)
{
	for (size_t before = 0; before < p; before++) {
		const struct prompt *a = &s->prompts[before], *b = &s->prompts[p];
		bool same = a->options_count == b->options_count;
		for (size_t i = 0; same && i < a->options_count; i++)
			same = str_eq(a->options[i].code, b->options[i].code) && a->options[i].number == b->options[i].number;
		if (same)
			return true;
	}
	return false;
}

/* The question's words, mode by mode where they differ, and the options that lead on with it. */
static void put_prompts(const struct state *s, int language)
{
	char when[LINE];
	for (size_t p = 0; p < s->prompts_count; p++) {
		const struct prompt *prompt = &s->prompts[p];
		struct str if_ = flow_condition(&prompt->when, when, sizeof when);
		bool plain = true, drawn = options_drawn(s, p);
		if (s->prompts_count > 1 && if_.len) {
			(void)fputs("\\n[", stdout);
			put_quoted(if_);
			(void)putchar(']');
		}
		(void)fputs("\\n", stdout);
		put_quoted(prompt->text->in[language]);
		for (size_t i = 0; i < prompt->options_count; i++)
			plain = plain && is_arrow(&prompt->options[i]);
		for (size_t i = 0; !plain && !drawn && i < prompt->options_count; i++)
			if (!is_arrow(&prompt->options[i])) {
				(void)fputs("\\n", stdout);
				put_option(&prompt->options[i], language);
			}
	}
}

static void put_node(const struct state *s, int language)
{
	static const char *const shapes[] = { "shape=box style=\"rounded,filled\"", "shape=diamond style=filled",
					      "shape=box peripheries=2 style=filled" };
	static const char *const colours[] = { "#e6efff", "#ffffff", "#eeeeee" };
	(void)printf("  \"%.*s\" [%s fillcolor=\"%s\" label=\"%.*s", STR_ARG(s->name), shapes[s->kind],
		     has_alert(s->effects, s->effects_count) ? "#ffd9d4" : colours[s->kind], STR_ARG(s->name));
	put_prompts(s, language);
	if (s->saves.len)
		(void)printf("\\n(kept as %.*s)", STR_ARG(s->saves));
	put_effects(s->effects, s->effects_count);
	(void)printf("\"%s];\n", s->off ? " color=gray fontcolor=gray" : "");
}

static void put_outside(struct str name)
{
	(void)printf("  \"%.*s\" [shape=cds style=dashed];\n", STR_ARG(name));
}

/* o: what leads there; NULL: any answer. */
static void put_ways(const struct state *s, const struct transition *list, size_t count, const struct option *o, int language)
{
	char target[128], when[LINE];
	for (size_t i = 0; i < count; i++) {
		struct str to = flow_target(&list[i], target, sizeof target);
		struct str if_ = flow_condition(&list[i].when, when, sizeof when);
		bool outside = list[i].back || list[i].flow.len, red = o && has_alert(o->effects, o->effects_count);
		if (outside)
			put_outside(to);
		(void)printf("  \"%.*s\" -> \"%.*s\" [label=\"", STR_ARG(s->name), STR_ARG(to));
		if (o) {
			put_option(o, language);
			put_effects(o->effects, o->effects_count);
		}
		if (o && if_.len)
			(void)fputs("\\nif ", stdout);
		put_quoted(if_.len || o || count == 1 ? if_ : STR("otherwise"));
		(void)printf("\"%s%s];\n", outside ? " style=dashed" : "",
			     red ? " color=\"#c03020\" fontcolor=\"#c03020\"" : "");
	}
}

static void put_state(const struct state *s, int language)
{
	put_node(s, language);
	for (size_t p = 0; p < s->prompts_count; p++)
		for (size_t i = 0; !options_drawn(s, p) && i < s->prompts[p].options_count; i++) {
			const struct option *o = &s->prompts[p].options[i];
			put_ways(s, o->next, o->next_count, o, language);
			if (o->next_count == 0 && o->effects_count)
				put_ways(s, s->next, s->next_count, o, language);
		}
	put_ways(s, s->next, s->next_count, NULL, language);
}

/* ---- where people come in */

static void put_entry(const char *from, struct str name, struct str state)
{
	static struct {
		struct str name, state;
	} drawn[ENTRIES_MAX];
	static size_t count;
	for (size_t i = 0; i < count; i++)
		if (str_eq(drawn[i].name, name) && str_eq(drawn[i].state, state))
			return;
	if (count < ENTRIES_MAX) {
		drawn[count].name = name;
		drawn[count++].state = state;
	}
	(void)printf("  \"%s%.*s\" [shape=cds style=filled fillcolor=\"#fff2cc\"];\n", from, STR_ARG(name));
	(void)printf("  \"%s%.*s\" -> \"%.*s\";\n", from, STR_ARG(name), STR_ARG(state));
}

static void put_entries_of(const struct flow *f, const struct flow *from, const struct state *s,
			   const struct transition *list, size_t count)
{
	bool keyword = str_eq_z(from->name, "control");
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i].flow, f->name) && from != f)
			put_entry(keyword ? "keyword " : "from ", keyword ? s->name : from->name,
				  list[i].state.len ? list[i].state : f->initial);
}

static void put_entries(const struct book *book, const struct flow *f)
{
	for (size_t i = 0; i < book->flows_count; i++)
		for (size_t k = 0; !book->flows[i]->old && k < book->flows[i]->states_count; k++) {
			const struct state *s = &book->flows[i]->states[k];
			put_entries_of(f, book->flows[i], s, s->next, s->next_count);
			for (size_t p = 0; p < s->prompts_count; p++)
				for (size_t o = 0; o < s->prompts[p].options_count; o++)
					put_entries_of(f, book->flows[i], s, s->prompts[p].options[o].next,
						       s->prompts[p].options[o].next_count);
		}
	for (size_t k = 0; k < f->states_count; k++)
		if (f->states[k].sent_first)
			put_entry("we write first", STR(""), f->states[k].name);
}

int flow_graph(struct flow_command *c)
{
	const struct flow *f = flow_command_flow(c);
	if (!f)
		return EX_USAGE;
	(void)printf("digraph \"%.*s\" {\n  label=\"", STR_ARG(f->name));
	put_quoted(f->title);
	(void)printf("\\nversion %s, shown in %.*s; there are", f->version,
		     STR_ARG(c->book.languages[flow_command_language(c)]));
	for (size_t i = 0; i < c->book.languages_count; i++)
		(void)printf(" %.*s", STR_ARG(c->book.languages[i]));
	(void)printf("\\nblue asks, grey is the last word, a diamond passes, red alerts staff, yellow is where people come "
		     "in\" labelloc=t"
		     " rankdir=TB ranksep=0.35 nodesep=0.25;\n  node [fontname=\"sans-serif\" fontsize=10];\n"
		     "  edge [fontname=\"sans-serif\" fontsize=9];\n");
	put_entries(&c->book, f);
	(void)printf("  \"begins here\" [shape=cds style=filled fillcolor=\"#fff2cc\"];\n  \"begins here\" -> \"%.*s\";\n",
		     STR_ARG(f->initial));
	for (size_t i = 0; i < f->states_count; i++)
		put_state(&f->states[i], flow_command_language(c));
	(void)printf("}\n");
	return EX_OK;
}
