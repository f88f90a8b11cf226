/* What goes out is what it says it is, holds no control that an encoder must not see, and twice is once. */
#include "flows/text/transliterate.h"

#include "flows/text/gsm7.h"
#include "tests/fuzz/fuzz.h"

enum { CAP = 1 << 18 };

static void check_clean(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		FUZZ_CHECK(c >= ' ' || c == '\n' || c == '\r' || c == '\f');
	}
	FUZZ_CHECK(utf8_valid(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char in[CAP], a[CAP], b[CAP];
	static const struct {
		const char *code;
	} langs[] = { { "" }, { "ff" }, { "wo" }, { "ar" } };
	if (size < 1 || size > 8192)
		return 0;
	enum transliteration policy = (enum transliteration)(data[0] % 3);
	struct str lang = str_of(langs[data[0] / 3 % 4].code);
	struct str text = fuzz_text(data + 1, size - 1, in, sizeof in);
	struct buf once = buf_over(a, sizeof a), twice = buf_over(b, sizeof b);
	enum encoding encoding, again, measured;
	if (transliterate(text, lang, policy, &once, &encoding) != 0)
		return 0;
	check_clean(buf_str(&once));
	(void)text_units(buf_str(&once), &measured);
	FUZZ_CHECK(encoding == measured);
	FUZZ_CHECK(policy != TRANSLITERATE_ALWAYS || encoding == ENCODING_GSM7);
	if (transliterate(buf_str(&once), lang, policy, &twice, &again) != 0)
		return 0;
	FUZZ_CHECK(again == encoding && str_eq(buf_str(&once), buf_str(&twice)));
	return 0;
}
