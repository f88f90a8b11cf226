/* The written dialogues (tests/dialogue/), on the engine; and dialogues that are wrong on purpose. */
#include "flows/dialogue.h"
#include "flows/embedded.h"
#include "flows/load.h"
#include "tests/unit/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct book book;
static char text[256 * 1024];

static void report(unsigned line, const char *says, void *user)
{
	check_fail(user, (int)line, "%s", says);
}

static int is_dialogue(const struct dirent *entry)
{
	return str_ends(str_of(entry->d_name), STR(".txt"));
}

static void play(const char *name)
{
	char path[300];
	(void)snprintf(path, sizeof path, "tests/dialogue/%s", name);
	check_begin("%s", path);
	FILE *f = fopen(path, "re");
	size_t len = f ? fread(text, 1, sizeof text, f) : 0;
	if (!f || ferror(f) || len == 0 || len == sizeof text)
		check_fail(path, 1, "cannot be read");
	else
		(void)dialogue_run(&book, (struct str){ text, len }, report, path);
	if (f)
		(void)fclose(f);
}

struct seen {
	size_t count;
	char says[1024];
	unsigned line;
};

static void note(unsigned line, const char *says, void *user)
{
	struct seen *s = user;
	s->count++;
	if (s->line == 0) {
		s->line = line;
		(void)snprintf(s->says, sizeof s->says, "%s", says);
	}
}

static void differs(const char *dialogue, unsigned line, const char *says)
{
	struct seen s = { 0 };
	check_begin("a dialogue is refused: %s", says);
	size_t count = dialogue_run(&book, str_of(dialogue), note, &s);
	CHECK(count > 0 && count == s.count);
	CHECK_INT(s.line, line);
	if (!strstr(s.says, says))
		check_fail(__FILE__, __LINE__, "said instead: %s", s.says);
}

static void test_differences(void)
{
	differs("mode ussd\nlanguage en\n! dial\n< IOM\n| 1 no\n", 4, "said instead:");
	differs("mode ussd\nlanguage en\n! dial\n< IOM - free service\n", 4, "said instead:");
	differs("mode ussd\nlanguage en\n! dial\n<< IOM...\n", 4, "the session should have ended");
	differs("mode ussd\nlanguage en\n! dial\n< IOM...\n> 6\n< Your...\n> 3\n< Thank...\n", 8, "the session ended here");
	differs("mode ussd\nlanguage en\n! dial\n> 1\n", 4, "nobody expected");
	differs("mode sms\nlanguage en\n> hello you\n<-\n", 4, "something was said");
	differs("mode sms\nlanguage en\n> STOP\n< Done...\nthen\nlanguage en\n", 7, "opted out");
	differs("mode sms\nlanguage en\n> my text\n< Message...\nthen\n", 6, "nobody expected the row: task READ");
	differs("mode sms\nlanguage en\n> my text\n< Message...\nthen\ntask CALL_BACK\n", 6, "there is no such row");
	differs("mode ussd\nlanguage en\ngiven case status=NEW\n! dial\n< IOM...\nthen\n", 7, "nobody expected a case");
	differs("mode ussd\nlanguage en\ngiven case status=NEW\n! dial\n< IOM...\nthen\ncase status=CLOSED\n", 7, "status is");
	differs("mode ussd\nlanguage xx\n", 2, "no such language");
	differs("mood ussd\n", 1, "means nothing");
}

int main(void)
{
	struct source sources[32];
	size_t count = 0;
	struct err err = { .text = "" };
	struct dirent **names;
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++)
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
	if (book_load(&book, sources, count, NULL, &err)) {
		printf("%s\n", err.text);
		return 1;
	}
	int found = scandir("tests/dialogue", &names, is_dialogue, alphasort);
	check_begin("there are dialogues");
	CHECK(found >= 40);
	for (int i = 0; i < found; i++) {
		play(names[i]->d_name);
		free(names[i]);
	}
	if (found >= 0)
		free(names);
	test_differences();
	book_free(&book);
	return check_end();
}
