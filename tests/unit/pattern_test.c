#include "flows/text/pattern.h"

#include "flows/text/fold.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static bool matches(const char *source, struct str text)
{
	struct err err = { .text = "" };
	struct pattern *p = NULL;
	CHECK_INT(pattern_new(str_of(source), &p, &err), 0);
	bool found = p && pattern_matches(p, text);
	pattern_free(p);
	return found;
}

static void check_refused(const char *source, const char *reason)
{
	struct err err = { .text = "" };
	struct pattern *p = NULL;
	CHECK_INT(pattern_new(str_of(source), &p, &err), -EINVAL);
	CHECK(p == NULL);
	if (!strstr(err.text, reason))
		check_fail(__FILE__, __LINE__, "%s: \"%s\" does not say \"%s\"", source, err.text, reason);
}

static double milliseconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(void)
{
	check_begin("a pattern matches the whole text only");
	CHECK(matches("[0-9]{8}", STR("48217035")));
	CHECK(!matches("[0-9]{8}", STR("482170351")));
	CHECK(!matches("[0-9]{8}", STR(" 48217035")));
	CHECK(!matches("oui|non", STR("oui non")));
	check_begin("letters of any case and script");
	CHECK(matches("rabat|الرباط", STR("RABAT")));
	CHECK(matches("rabat|الرباط", STR("الرباط")));
	check_begin("text.md 0.9: \\b and \\w know Unicode");
	CHECK(matches("mon \\bécole\\b.*", STR("mon école.")));
	CHECK(matches("\\w+", STR("école")));
	check_begin("a group more or less changes nothing");
	CHECK(matches("(a)(b)(c)", STR("abc")));
	check_begin("the empty text, and one without bytes");
	CHECK(matches("a*", STR("")));
	CHECK(matches("a*", (struct str){ NULL, 0 }));
	check_begin("a text longer than any message does not match");
	static char longest[7000];
	memset(longest, 'a', sizeof longest);
	CHECK(matches("a*", (struct str){ longest, 6400 }));
	CHECK(!matches("a*", (struct str){ longest, 6401 }));
	check_begin("malformed UTF-8 does not match");
	CHECK(!matches(".*", STR("a\xFF")));
	check_begin("text.md 0.9: each pattern is tried against hostile texts when it is loaded");
	check_refused("(a+)+", "match limit");
	check_refused("([a-z]+)*[0-9]", "match limit");
	check_refused("(x+x+)+y", "match limit");
	check_refused("(.*)*b", "match limit");
	check_refused("(\\w+ ?)+", "match limit");
	check_begin("what is no pattern is refused with its place");
	check_refused("a(b", "character 4");
	check_refused("", "empty");
	check_refused("\\C", "\\C");
	check_begin("no pattern changes its own limits");
	check_refused("(*LIMIT_MATCH=100000)a", "VERB");
	check_begin("too large when compiled, too long, too deep");
	check_refused("((ab){1,1000}c){1,3}", "too large");
	char deep[64];
	memset(deep, 0, sizeof deep);
	memset(deep, '(', 22);
	memset(deep + 22, ')', 22);
	check_refused(deep, "parenthes");
	char lengthy[600];
	memset(lengthy, 'a', sizeof lengthy - 1);
	lengthy[sizeof lengthy - 1] = '\0';
	check_refused(lengthy, "long");
	check_begin("a loop that the tries did not see still ends at the limit, in milliseconds");
	struct err err;
	struct pattern *p = NULL;
	CHECK_INT(pattern_new(STR("(é|q+|q+w+|[k-m]+[l-n]+)*[0-9]"), &p, &err) == 0 || p == NULL, 1);
	if (p) {
		double before = milliseconds();
		CHECK(!pattern_matches(p, STR("llllllllllllllllllllllllllllllllllllllllllllllll")));
		CHECK(milliseconds() - before < 100);
	}
	pattern_free(p);
	pattern_free(NULL);
	return check_end();
}
