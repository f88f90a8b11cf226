/* A person at a phone: each line of the input is one message, its first letter says how (d dials, s sends, else typed).
 * Whatever it is, there is an answer, it fits the screen, and no placeholder shows. */
#include "flows/world.h"

#include "flows/load.h"
#include "tests/fuzz/fuzz.h"

static struct book book;

static void load(void)
{
	struct source sources[32];
	size_t count = 0;
	struct err err = { .text = "" };
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++)
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
	if (book_load(&book, sources, count, NULL, &err) != 0)
		abort();
}

static void one(struct world *w, struct str line)
{
	static char storage[1 << 16];
	char how = line.len ? line.at[0] : ' ';
	struct str text = fuzz_text((const uint8_t *)line.at + 1, line.len ? line.len - 1 : 0, storage, sizeof storage);
	enum mode mode = how == 's' ? MODE_SMS : MODE_USSD;
	if (how == 'd')
		world_drop(w);
	const struct outcome *out = world_step(w, mode, how == 'd' ? INPUT_DIAL : INPUT_TEXT, text);
	FUZZ_CHECK(out != NULL);
	if (out->reply == REPLY_NONE)
		return;
	FUZZ_CHECK(out->text.len > 0 && utf8_valid(out->text));
	FUZZ_CHECK(mode == MODE_SMS || text_fits(out->text, w->screen));
	FUZZ_CHECK(!memchr(out->text.at, '{', out->text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	struct str rest = { (const char *)data, size }, line;
	if (!book.languages_count)
		load();
	if (world_init(&w, &book) != 0)
		abort();
	if (size > 0)
		w.language = data[0] % 5 - 1;
	for (unsigned i = 0; i < 100 && str_split(&rest, '\n', &line); i++)
		one(&w, line);
	world_release(&w);
	return 0;
}
