/* Every page fits, every option stands whole, once and in order, and no page is navigation alone. */
#include "flows/text/paginate.h"

#include "tests/fuzz/fuzz.h"

enum { CAP = 1 << 16, OPTIONS = 16 };

static struct arena arena;

static bool take_line(struct str *page, struct str line)
{
	if (line.len == 0)
		return false;
	if (str_eq(*page, line)) {
		*page = STR("");
		return true;
	}
	if (!str_ends(*page, line) || page->at[page->len - line.len - 1] != '\n')
		return false;
	page->len -= line.len + 1;
	return true;
}

static void check(const struct pages *p, const struct str *options, size_t count, struct screen_limit limit,
		  const struct nav_lines *nav)
{
	size_t left = count;
	for (size_t i = p->count; i-- > 0;) {
		struct str page = p->page[i];
		FUZZ_CHECK(text_fits(page, limit));
		if (i > 0)
			FUZZ_CHECK(take_line(&page, nav->prev) || nav->prev.len == 0);
		else if (!nav->back_if_fits)
			FUZZ_CHECK(take_line(&page, nav->back) || nav->back.len == 0);
		else
			(void)take_line(&page, nav->back);
		if (i + 1 < p->count)
			FUZZ_CHECK(take_line(&page, nav->more) || nav->more.len == 0);
		FUZZ_CHECK(page.len > 0 || p->count == 1);
		while (left > 0 && take_line(&page, options[left - 1]))
			left--;
	}
	FUZZ_CHECK(left == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char storage[CAP];
	struct str options[OPTIONS], rest, title = STR("");
	struct pages pages;
	size_t count = 0;
	char numbered[OPTIONS][300];
	if (size < 3 || size > 4096 || (!arena.block && arena_new(&arena, 1 << 20) != 0))
		return 0;
	struct screen_limit limit = { data[0] % 183u, data[1] % 81u };
	struct nav_lines nav = { data[2] & 1 ? STR("98 Suite") : STR(""), data[2] & 2 ? STR("99 Précédent") : STR(""),
				 data[2] & 4 ? STR("99 رجوع") : STR(""), data[2] & 8 };
	rest = fuzz_text(data + 3, size - 3, storage, sizeof storage);
	(void)str_split(&rest, '\0', &title);
	struct str label;
	while (count < OPTIONS && rest.at && str_split(&rest, '\0', &label)) {
		struct buf b = buf_over(numbered[count], sizeof numbered[count]);
		buf_printf(&b, "%zu ", count + 1);
		if (memchr(label.at, '\n', label.len) || label.len > 200)
			continue;
		buf_put(&b, label);
		options[count++] = buf_str(&b);
	}
	arena_reset(&arena);
	struct str culprit;
	if (paginate(title, options, count, limit, &nav, &arena, &pages, &culprit) == 0)
		check(&pages, options, count, limit, &nav);
	return 0;
}
