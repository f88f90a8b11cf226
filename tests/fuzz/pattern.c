/* A pattern is refused or matches within its limits, whatever it and the text are. */
#include "flows/text/pattern.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size }, source;
	struct err err = { .text = "" };
	struct pattern *p = NULL;
	if (size > 256 || !str_split(&in, '\n', &source) || source.len > 48)
		return 0;
	if (pattern_new(source, &p, &err) != 0) {
		FUZZ_CHECK(!p && err.text[0]);
		return 0;
	}
	(void)pattern_matches(p, in.at ? in : STR(""));
	pattern_free(p);
	return 0;
}
