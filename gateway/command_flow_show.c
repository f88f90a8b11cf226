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
