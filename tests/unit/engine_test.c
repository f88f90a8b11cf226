/* The engine on the definitions the program is shipped with, walked by short dialogues. */
#include "flows/dialogue.h"
#include "flows/embedded.h"
#include "flows/load.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>

static struct book book;

static void load_embedded(void)
{
	struct source sources[32];
	size_t count = 0;
	struct err err = { "" };
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++)
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
	check_begin("the embedded definitions load");
	if (book_load(&book, sources, count, NULL, &err)) {
		check_fail(__FILE__, __LINE__, "%s", err.text);
		exit(check_end());
	}
}

static void report(unsigned line, const char *says, void *user)
{
	(void)user;
	check_fail(__FILE__, (int)line, "dialogue line %u: %s", line, says);
}

static void walk(const char *promise, const char *dialogue)
{
	check_begin("%s", promise);
	(void)dialogue_run(&book, str_of(dialogue), report, NULL);
}

int main(void)
{
	load_embedded();
	walk("a return request in English by USSD",
	     "! dial\n< OIM/IOM\n| 1 Francais\n| 2 English\n| 3 العربية\n| 4 Espanol\n"
	     "> 2\n< IOM - free service\n| ...\n> 1\n< How old are you?\n| ...\n> 2\n< IOM keeps...\n> 1\n< Authorised...\n"
	     "> 1\n< Can we call...\n> 1\n< Do you need help today?\n| ...\n> 1\n< Your country?\n| ...\n> 1\n< Which city...\n"
	     "> 1\n< How many...\n> 2\n< How many of them...\n> 1\n< You are:...\n> 1\n< Do you have a valid...\n> 1\n"
	     "< Language for...\n> 1\n< When can we call you?\n| ...\n> 1\n< Send your request?...\n> 1\n"
	     "<< Request received. Number: {ref}. Keep it. A counsellor will contact you within 5 days. Help is not "
	     "guaranteed. Do not pay anyone.\n"
	     "then\ncase status=NEW priority=P3 nationality=GN region=MA-04 city=RABAT group_size=2 children=1 sex=M "
	     "age_band=18_39 travel_doc=YES contact_pref=CALL_OK call_language=fr call_time=MORNING urgent_need=NO\n"
	     "consent REQUEST YES\nlanguage en\nanswer AGE 18_39\nanswer SAFE CALL_OK\nanswer URGENT -\nanswer COUNTRY GN\n"
	     "answer CITY RABAT\nanswer GROUP 2\nanswer CHILDREN 1\nanswer SEX M\nanswer DOCS YES\nanswer CALLLANG fr\n"
	     "answer CALLTIME MORNING\nanswer CONFIRM SEND\n");
	book_free(&book);
	return check_end();
}
