#include "flows/nearest.h"
#include "tests/unit/check.h"

#include <string.h>

int main(void)
{
	static const char *const words[] = { "channel", "check", "case", "doctor", "max_segments", "M1", "fr", NULL };
	static const struct { const char *typed, *meant; } of[] = {
		{ "chek", "check" }, { "hceck", "check" }, { "chanel", "channel" }, { "CHANNEL", "channel" },
		{ "max-segment", "max_segments" }, { "maxsegments", "max_segments" }, { "docter", "doctor" },
		{ "cases", "case" }, { "check", "check" }, { "zzzz", NULL }, { "", NULL }, { "x", NULL },
		{ "M2", "M1" }, { "\xd9\x82\xd9\x81", NULL },
	};
	for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
		check_begin("did you mean, for \"%s\"", of[i].typed);
		const char *got = nearest(str_of(of[i].typed), words);
		if (of[i].meant ? !got || strcmp(got, of[i].meant) != 0 : got != NULL)
			check_fail(__FILE__, __LINE__, "says %s", got ? got : "nothing");
	}
	check_begin("a word of any length is safe");
	char longest[300];
	memset(longest, 'c', sizeof longest);
	for (size_t len = 0; len <= sizeof longest; len++)
		CHECK(nearest((struct str){ longest, len }, words) == NULL || len < 8);
	check_begin("no words, nothing near");
	CHECK(nearest(STR("check"), words + 7) == NULL);
	return check_end();
}
