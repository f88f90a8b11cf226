/* An answer is one of those that the question accepts, and the folded answer means what the answer meant. */
#include "flows/match.h"

#include "flows/text/fold.h"
#include "tests/fuzz/fuzz.h"

#define S(literal) { literal, sizeof(literal) - 1 }
static const struct str codes[] = { S("fr"), S("ar"), S("en"), S("es") };
static const int numbers[] = { 0, 1, 2, 3, 7, 12 };
static const struct str labels[] = { S("Passer"), S("La Guinée"), S("Annuler"), S("لا"), S("Côte d’Ivoire"), S("Deux") };

static struct arena arena;
static struct words words;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char storage[1 << 16], folded[1 << 18];
	struct err err;
	if (!arena.block &&
	    (arena_new(&arena, 1 << 19) != 0 ||
	     words_load(&words, fuzz_embedded("keywords.tsv"), fuzz_embedded("words.tsv"), codes, 4, &arena, &err) != 0))
		abort();
	if (size < 2 || size > 8192)
		return 0;
	size_t first = data[0] & 1; /* without 0 */
	struct question q = {
		.numbers = numbers + first,
		.labels = data[0] & 2 ? labels + first : NULL,
		.options = 6 - first - (data[0] >> 4 & 3),
		.yes_no = data[0] & 4,
	};
	const struct question *open = data[0] & 8 ? &q : NULL;
	int lang = data[1] % 5 - 1;
	struct str text = fuzz_text(data + 2, size - 2, storage, sizeof storage);
	struct answer a, again;
	match_answer(&words, text, open, codes, 4, lang, &a);
	bool accepted = a.kind != ANSWER_CHOICE;
	for (size_t i = 0; open && i < q.options; i++)
		accepted = accepted || a.choice == q.numbers[i];
	FUZZ_CHECK(accepted);
	FUZZ_CHECK((a.kind != ANSWER_YES && a.kind != ANSWER_NO) || (open && q.yes_no));
	FUZZ_CHECK((a.kind == ANSWER_KEYWORD) == (a.keyword != KEYWORD_NONE));
	FUZZ_CHECK(a.language >= -1 && a.language < 4);
	struct buf b = buf_over(folded, sizeof folded);
	if (text_fold(text, &b) == 0) {
		match_answer(&words, buf_str(&b), open, codes, 4, lang, &again);
		FUZZ_CHECK(again.kind == a.kind && again.keyword == a.keyword && again.choice == a.choice);
	}
	int64_t value;
	(void)match_integer(&words, text, &value);
	return 0;
}
