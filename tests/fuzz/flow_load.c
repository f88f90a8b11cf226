/* A definition by anybody is refused with a reason or loads; what loads can be checked, and its stored source is the same
 * version again. */
#include "flows/check.h"

#include "flows/load.h"
#include "tests/fuzz/fuzz.h"

static void ignore(const struct finding *finding, void *user)
{
	(void)finding;
	(void)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct book book;
	struct err err = { .text = "" };
	struct source sources[] = {
		{ STR("fuzzed.json"), { (const char *)data, size } },
		{ STR("languages.json"), STR("{\"languages\":[{\"code\":\"fr\",\"name\":\"F\"},{\"code\":\"ar\",\"name\":\"A\"}]}") },
		{ STR("messages.json"), STR("{\"messages\":{\"bye\":{\"kind\":\"Q\",\"fr\":\"Merci\",\"ar\":\"x\"}}}") },
		{ STR("keywords.tsv"), fuzz_embedded("keywords.tsv") },
		{ STR("words.tsv"), fuzz_embedded("words.tsv") },
	};
	if (book_load(&book, sources, sizeof sources / sizeof sources[0], NULL, &err) != 0) {
		FUZZ_CHECK(err.text[0] != '\0');
		return 0;
	}
	static const struct check_limits limits = { { 160, 80 }, 3, 7 };
	(void)book_check(&book, &limits, ignore, NULL);
	size_t flows = book.flows_count;
	struct source old = { STR("stored"), book.flows[0]->source };
	static char copy[1 << 20];
	struct buf kept = buf_over(copy, sizeof copy);
	buf_put(&kept, old.bytes);
	old.bytes = buf_str(&kept);
	FUZZ_CHECK(kept.full || book_add_version(&book, old, &err) == 0);
	FUZZ_CHECK(book.flows_count == flows);
	book_free(&book);
	return 0;
}
