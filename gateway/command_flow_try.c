/* wasl flow try: walk a conversation in the terminal.  wasl flow test: walk written dialogues. */
#include "gateway/command_flow.h"

#include "flows/dialogue.h"
#include "flows/world.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 8192, DIALOGUE_BYTES_MAX = 256 * 1024 };

/* ---- try */

struct walk {
	struct world world;
	enum mode mode;
	size_t rows_shown;
	bool colour;
};

static const char *dim(const struct walk *w, bool on)
{
	return !w->colour ? "" : on ? "\033[2m" : "\033[0m";
}

static void show_screen(const struct walk *w, const struct outcome *out)
{
	struct str rest = out->text, line;
	enum encoding encoding;
	size_t units = text_units(out->text, &encoding);
	struct segments segments;
	if (out->reply == REPLY_NONE) {
		(void)printf("%s  (nothing is said)%s\n", dim(w, true), dim(w, false));
		return;
	}
	while (str_split(&rest, '\n', &line))
		(void)printf("  | %.*s\n", STR_ARG(line));
	(void)printf("%s  %zu %s", dim(w, true), units, encoding_name(encoding));
	if (w->mode == MODE_USSD)
		(void)printf(" of %u", encoding == ENCODING_GSM7 ? w->world.screen.gsm7 : w->world.screen.ucs2);
	else if (segment_plan(out->text, &segments) == 0)
		(void)printf(", %zu SMS", segments.count);
	(void)printf(", %.*s%s, %.*s%s\n", STR_ARG(out->text_key), out->quiet ? " (quiet)" : "", STR_ARG(str_of(out->now.state)),
		     dim(w, false));
}

static void show_rows(struct walk *w)
{
	for (; w->rows_shown < w->world.rows_count; w->rows_shown++)
		(void)printf("%s  -> %s%s\n", dim(w, true), w->world.rows[w->rows_shown], dim(w, false));
}

static bool do_step(struct walk *w, enum input_kind kind, struct str text)
{
	size_t before = w->world.rows_count;
	const struct outcome *out = world_step(&w->world, w->mode, kind, text);
	if (!out) {
		(void)fprintf(stderr, "wasl flow: the definition orders too much at once, or goes round in circles\n");
		return false;
	}
	if (w->world.rows_count < before) /* something was wiped */
		w->rows_shown = w->world.rows_count;
	show_rows(w);
	show_screen(w, out);
	if (out->reply == REPLY_END && w->mode == MODE_USSD)
		(void)printf("%s  the session is over; an empty line dials again%s\n", dim(w, true), dim(w, false));
	return true;
}

static void show_case(const struct walk *w)
{
	if (!w->world.has_case)
		return;
	(void)printf("\ncase %s:", w->world.ref);
	for (size_t i = 0; i < w->world.fields_count; i++)
		(void)printf(" %s=%s", w->world.fields[i].name, w->world.fields[i].value);
	(void)putchar('\n');
}

static bool over(const struct walk *w)
{
	return w->mode == MODE_USSD && (w->world.ussd.finished || !w->world.ussd.flow[0]);
}

static bool do_line(struct walk *w, const char *name, struct str line)
{
	bool begin = str_eq_z(line, "/dial") || (line.len == 0 && over(w));
	if (str_eq_z(line, "/drop")) {
		world_drop(&w->world);
		(void)printf("  the session is lost; an empty line dials again\n");
		return true;
	}
	if (!begin)
		return do_step(w, INPUT_TEXT, line);
	world_drop(&w->world);
	if (name && w->mode == MODE_USSD)
		return do_step(w, INPUT_BEGIN, str_of(name));
	return do_step(w, INPUT_DIAL, STR(""));
}

int flow_try(struct flow_command *c)
{
	static struct walk w; /* large */
	static char line[LINE_MAX_BYTES];
	bool person = isatty(STDIN_FILENO);
	if (c->name && !flow_command_flow(c))
		return EX_USAGE;
	w = (struct walk){ .mode = c->mode, .colour = isatty(STDOUT_FILENO) };
	if (world_init(&w.world, &c->book))
		return EX_OSERR;
	if (c->language)
		w.world.language = flow_command_language(c);
	if (person)
		(void)printf("%s: type what the person types; /dial, /drop (the session is lost), /quit\n\n",
			     w.mode == MODE_USSD ? "USSD" : "SMS");
	bool good = true;
	if (w.mode == MODE_USSD || c->name)
		good = do_step(&w, c->name ? INPUT_BEGIN : INPUT_DIAL, str_of(c->name ? c->name : ""));
	while (good) {
		if (person)
			(void)printf("> ");
		(void)fflush(stdout);
		if (!fgets(line, sizeof line, stdin))
			break;
		struct str typed = str_of(line);
		if (typed.len && typed.at[typed.len - 1] == '\n')
			typed.len--;
		if (!person)
			(void)printf("> %.*s\n", STR_ARG(typed));
		if (str_eq_z(typed, "/quit"))
			break;
		good = do_line(&w, c->name, typed);
	}
	show_case(&w);
	world_release(&w.world);
	return good ? EX_OK : EX_DATAERR;
}

/* ---- test */

struct playing {
	const char *path;
	size_t passed, failed;
};

static void report(unsigned line, const char *says, void *user)
{
	const struct playing *p = user;
	(void)printf("%s:%u: %s\n", p->path, line, says);
}

static int play_file(struct flow_command *c, struct playing *p, const char *path)
{
	static char text[DIALOGUE_BYTES_MAX];
	FILE *f = fopen(path, "re");
	size_t len = f ? fread(text, 1, sizeof text, f) : 0;
	bool bad = !f || ferror(f) || len == sizeof text;
	if (f)
		(void)fclose(f);
	if (bad) {
		(void)fprintf(stderr, "wasl flow: %s cannot be read\n", path);
		return EX_NOINPUT;
	}
	p->path = path;
	bool good = dialogue_run(&c->book, (struct str){ text, len }, report, p) == 0;
	(void)printf("%-6s %s\n", good ? "ok" : "FAILED", path);
	p->passed += good;
	p->failed += !good;
	return EX_OK;
}

static int is_dialogue(const struct dirent *entry)
{
	return str_ends(str_of(entry->d_name), STR(".txt"));
}

/* The dialogues of the source tree, when a person stands in it. */
static int play_folder(struct flow_command *c, struct playing *p)
{
	static const char folder[] = "tests/dialogue";
	struct dirent **names;
	int count = scandir(folder, &names, is_dialogue, alphasort), code = EX_OK;
	if (count < 0)
		return command_usage("flow", "test takes the FILEs of dialogues: there is no folder tests/dialogue here");
	for (int i = 0; i < count; i++) {
		char path[512];
		(void)snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
		if (code == EX_OK)
			code = play_file(c, p, path);
		free(names[i]);
	}
	free(names);
	return code;
}

int flow_test(struct flow_command *c)
{
	struct playing p = { 0 };
	int code = EX_OK;
	if (c->words_count == 0)
		code = play_folder(c, &p);
	for (int i = 0; i < c->words_count && code == EX_OK; i++)
		code = play_file(c, &p, c->words[i]);
	(void)printf("%zu passed, %zu failed\n", p.passed, p.failed);
	return code != EX_OK ? code : p.failed ? EX_DATAERR : EX_OK;
}
