/* wasl flow show NAME: a conversation as a page to read.  wasl flow graph NAME: the same as Graphviz DOT. */
#include "gateway/command_flow.h"

#include <stdio.h>
#include <string.h>

enum { LINE = 1024 };

static void put(struct str s)
{
	(void)fwrite(s.at, 1, s.len, stdout);
}

/* ---- show */

static void show_ways(const struct transition *list, size_t count, const char *indent)
{
	char target[128], when[LINE];
	for (size_t i = 0; i < count; i++) {
		struct str to = flow_target(&list[i], target, sizeof target);
		struct str if_ = flow_condition(&list[i].when, when, sizeof when);
		(void)printf("%s-> %.*s%s%.*s\n", indent, STR_ARG(to),
			     !if_.len ? "" : str_starts(if_, STR("unless")) ? "  " : "  if ", STR_ARG(if_));
	}
}

static void show_effects(const struct effect_order *list, size_t count, const char *indent)
{
	char words[LINE];
	for (size_t i = 0; i < count; i++)
		(void)printf("%s* %.*s\n", indent, STR_ARG(flow_effect(&list[i], words, sizeof words)));
}

static void show_title(struct str title)
{
	struct str rest = title, line;
	while (str_split(&rest, '\n', &line)) {
		(void)printf("      ");
		put(line);
		(void)putchar('\n');
	}
}

static void show_prompt(const struct prompt *p, int language)
{
	char when[LINE];
	struct str if_ = flow_condition(&p->when, when, sizeof when);
	(void)printf("    %.*s (%s)%s%.*s\n", STR_ARG(p->text->key), p->text->quiet ? "quiet" : "normal",
		     if_.len ? ", if " : "", STR_ARG(if_));
	show_title(p->text->in[language]);
	for (size_t i = 0; i < p->options_count; i++) {
		const struct option *o = &p->options[i];
		(void)printf("      %d ", o->number);
		put(o->label ? o->label->in[language] : STR(""));
		(void)printf("   [%.*s]\n", STR_ARG(o->code));
		show_effects(o->effects, o->effects_count, "          ");
		show_ways(o->next, o->next_count, "          ");
	}
}

static void show_state(const struct state *s, int language)
{
	static const char *const kinds[] = { "question", "passes on", "the end" };
	static const char *const accepts[] = { "", ", a number", ", free text", ", a pattern" };
	(void)printf("\n%.*s  (%s%s%s%s%s)", STR_ARG(s->name), kinds[s->kind], s->kind == STATE_QUESTION ? accepts[s->accept] : "",
		     s->sensitive ? ", sensitive" : "", s->optional ? ", optional" : "", s->off ? ", off" : "");
	if (s->saves.len)
		(void)printf("  saves %.*s", STR_ARG(s->saves));
	(void)putchar('\n');
	for (size_t i = 0; i < s->prompts_count; i++)
		show_prompt(&s->prompts[i], language);
	show_effects(s->effects, s->effects_count, "    ");
	show_ways(s->next, s->next_count, "    ");
}

int flow_show(struct flow_command *c)
{
	const struct flow *f = flow_command_flow(c);
	if (!f)
		return EX_USAGE;
	if (c->in->json) {
		put(f->source);
		(void)putchar('\n');
		return EX_OK;
	}
	(void)printf("%.*s: %.*s\n%.*s%sversion %s, file %.*s, begins in %.*s%s\n", STR_ARG(f->name), STR_ARG(f->title),
		     STR_ARG(f->about), f->about.len ? "\n" : "", f->version, STR_ARG(f->file), STR_ARG(f->initial),
		     f->needs_consent ? ", answers wait for consent" : "");
	for (size_t i = 0; i < f->states_count; i++)
		show_state(&f->states[i], flow_command_language(c));
	return EX_OK;
}

/* ---- graph */

/* Inside a double-quoted string of DOT. */
static void put_quoted(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '\n') {
			(void)fputs("\\n", stdout);
			continue;
		}
		if (s.at[i] == '"' || s.at[i] == '\\')
			(void)putchar('\\');
		(void)putchar(s.at[i]);
	}
}

static struct str first_line(struct str s)
{
	struct str rest = s, line = s;
	(void)str_split(&rest, '\n', &line);
	return line;
}

static void graph_effects(const struct effect_order *list, size_t count)
{
	char words[LINE];
	for (size_t i = 0; i < count; i++) {
		(void)fputs("\\n* ", stdout);
		put_quoted(flow_effect(&list[i], words, sizeof words));
	}
}

static void graph_node(const struct state *s, int language)
{
	static const char *const looks[] = { "shape=box style=\"rounded,filled\" fillcolor=\"#eef4ff\"", "shape=diamond",
					     "shape=box peripheries=2 style=filled fillcolor=\"#eeeeee\"" };
	(void)printf("  \"%.*s\" [%s label=\"%.*s", STR_ARG(s->name), looks[s->kind], STR_ARG(s->name));
	if (s->prompts_count) {
		(void)fputs("\\n", stdout);
		put_quoted(first_line(s->prompts[s->prompts_count - 1].text->in[language]));
	}
	if (s->saves.len)
		(void)printf("\\n(%.*s)", STR_ARG(s->saves));
	graph_effects(s->effects, s->effects_count);
	(void)printf("\"%s];\n", s->off ? " color=gray fontcolor=gray" : "");
}

/* label: what leads there: an option or nothing. */
static void graph_ways(const struct state *s, const struct transition *list, size_t count, const struct option *o,
		       int language)
{
	char target[128], when[LINE];
	for (size_t i = 0; i < count; i++) {
		struct str to = flow_target(&list[i], target, sizeof target);
		struct str if_ = flow_condition(&list[i].when, when, sizeof when);
		bool outside = list[i].back || list[i].flow.len;
		if (outside)
			(void)printf("  \"%.*s\" [shape=cds style=dashed];\n", STR_ARG(to));
		(void)printf("  \"%.*s\" -> \"%.*s\" [label=\"", STR_ARG(s->name), STR_ARG(to));
		if (o) {
			(void)printf("%d ", o->number);
			put_quoted(o->label ? o->label->in[language] : o->code);
			graph_effects(o->effects, o->effects_count);
		}
		if (o && if_.len)
			(void)fputs("\\n", stdout);
		put_quoted(if_);
		(void)printf("\"%s];\n", outside ? " style=dashed" : "");
	}
}

static void graph_state(const struct state *s, int language)
{
	graph_node(s, language);
	for (size_t p = 0; p < s->prompts_count; p++)
		for (size_t i = 0; i < s->prompts[p].options_count; i++) {
			const struct option *o = &s->prompts[p].options[i];
			graph_ways(s, o->next, o->next_count, o, language);
			/* An effect without a way of its own still shows which option has it. */
			if (o->next_count == 0 && o->effects_count)
				graph_ways(s, s->next, s->next_count, o, language);
		}
	graph_ways(s, s->next, s->next_count, NULL, language);
}

int flow_graph(struct flow_command *c)
{
	const struct flow *f = flow_command_flow(c);
	if (!f)
		return EX_USAGE;
	(void)printf("digraph \"%.*s\" {\n  label=\"", STR_ARG(f->name));
	put_quoted(f->title);
	(void)printf("\\nversion %s, languages", f->version);
	for (size_t i = 0; i < c->book.languages_count; i++)
		(void)printf(" %.*s", STR_ARG(c->book.languages[i]));
	(void)printf("\" labelloc=t rankdir=TB;\n  node [fontname=\"sans-serif\" fontsize=10];\n"
		     "  edge [fontname=\"sans-serif\" fontsize=9];\n  \"begins\" [shape=plaintext label=\"begins here\"];\n"
		     "  \"begins\" -> \"%.*s\";\n", STR_ARG(f->initial));
	for (size_t i = 0; i < f->states_count; i++)
		graph_state(&f->states[i], flow_command_language(c));
	(void)printf("}\n");
	return EX_OK;
}
