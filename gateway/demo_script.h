/* The demo's people as a text that reads easily (gateway/demo/people.txt says how it is written): who does what on which day.
 *
 * Reading gives the whole story in the order of time, with the person's own words in place of $words; what lies in the future
 * is left out.  Everything lives in the caller's arena and in the text itself.  Touches no database. */
#ifndef GATEWAY_DEMO_SCRIPT_H
#define GATEWAY_DEMO_SCRIPT_H

#include "flows/err.h"
#include "flows/text/arena.h"

enum { DEMO_PEOPLE_MAX = 96, DEMO_DEEDS_MAX = 4096, DEMO_WORDS_MAX = 20 };

struct demo_word {
	struct str name, value;
};

struct demo_person {
	struct str number;              /* empty: the desk itself */
	bool moved;                     /* to the number that is their word "new" */
	struct demo_word words[DEMO_WORDS_MAX];
	size_t words_count;
};

struct demo_deed {
	int64_t at_ms;
	unsigned line;                  /* of the text */
	size_t who;                     /* index of the person */
	struct str actor, what, rest;   /* actor "-": the person; else a name of the staff */
};

struct demo_script {
	struct demo_person people[DEMO_PEOPLE_MAX];
	struct demo_deed deeds[DEMO_DEEDS_MAX];
	size_t people_count, deeds_count;
};

/* 0, or -EINVAL and err names the line. */
int demo_script_read(struct demo_script *script, struct str text, int64_t now_ms, struct arena *arena, struct err *err)
	__attribute__((warn_unused_result));
/* The word of this name; at == NULL: the person has none. */
struct str demo_word(const struct demo_person *person, struct str name);

#endif
