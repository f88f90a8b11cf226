/* Normalising and folding twice is once; folding what is normalised is folding; the results are valid text. */
#include "flows/text/fold.h"

#include "tests/fuzz/fuzz.h"

enum { CAP = 1 << 18 };

static bool run(int (*function)(struct str, struct buf *), struct str in, char *storage, struct str *out)
{
	struct buf b = buf_over(storage, CAP);
	int rc = function(in, &b);
	*out = buf_str(&b);
	FUZZ_CHECK(rc != 0 || utf8_valid(*out));
	return rc == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char in[CAP], a[CAP], b[CAP], c[CAP], d[CAP];
	struct str normal, again, fold, other;
	if (size > 8192)
		return 0;
	(void)run(text_fold, (struct str){ (const char *)data, size }, a, &fold); /* malformed text is survived */
	struct str text = fuzz_text(data, size, in, sizeof in);
	if (!run(text_normalise, text, a, &normal) || !run(text_fold, text, b, &fold))
		return 0; /* hundreds of marks on one letter */
	if (run(text_normalise, normal, c, &again))
		FUZZ_CHECK(str_eq(normal, again));
	if (run(text_fold, fold, c, &again))
		FUZZ_CHECK(str_eq(fold, again));
	if (run(text_fold, normal, d, &other))
		FUZZ_CHECK(str_eq(fold, other));
	return 0;
}
