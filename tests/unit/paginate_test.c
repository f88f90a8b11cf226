#include "flows/text/paginate.h"

#include "flows/text/buf.h"
#include "tests/unit/vectors.h"

#include <errno.h>
#include <string.h>

enum { OPTIONS = 40 };

static struct arena arena;
static const struct screen_limit usual = { 160, 80 };

static struct str line_of(size_t number, struct str label)
{
	struct buf b = buf_new(&arena, label.len + 24);
	buf_printf(&b, "%zu. ", number);
	buf_put(&b, label);
	return buf_str(&b);
}

/* Where line stands as a whole line of page; NULL: nowhere. */
static const char *find_line(struct str page, struct str line)
{
	struct str rest = page, one;
	while (str_split(&rest, '\n', &one))
		if (str_eq(one, line))
			return one.at;
	return NULL;
}

static bool has_line(struct str page, struct str line)
{
	return line.len > 0 && find_line(page, line) != NULL;
}

/* What is left of the pages without options and navigation are the title's words, in order. */
static void check_title(const struct pages *p, const struct str *options, size_t count, const struct nav_lines *nav,
			struct str title)
{
	char got[4096], want[4096];
	struct buf b = buf_over(got, sizeof got), w = buf_over(want, sizeof want);
	struct str word;
	for (size_t i = 0; i < p->count; i++) {
		struct str rest = p->page[i], line;
		while (str_split(&rest, '\n', &line)) {
			bool other = str_eq(line, nav->more) || str_eq(line, nav->back) || str_eq(line, nav->prev);
			for (size_t o = 0; o < count; o++)
				other = other || str_eq(line, options[o]);
			while (!other && line.len > 0 && str_split(&line, ' ', &word)) {
				buf_put(&b, word);
				if (word.len > 0)
					buf_put_char(&b, ' ');
			}
		}
	}
	while (title.len > 0) {
		size_t n = 0;
		while (n < title.len && title.at[n] != ' ' && title.at[n] != '\n')
			n++;
		if (n > 0) {
			buf_put(&w, str_slice(title, 0, n));
			buf_put_char(&w, ' ');
		}
		title = str_from(title, n + 1);
	}
	CHECK_STR(buf_str(&b), buf_str(&w));
}

static void check_pages(const struct pages *p, struct str title, const struct str *options, size_t count,
			struct screen_limit limit, const struct nav_lines *nav)
{
	size_t option = 0;
	CHECK(p->count > 0);
	for (size_t i = 0; i < p->count; i++) {
		struct str page = p->page[i];
		bool last = i + 1 == p->count;
		CHECK(text_fits(page, limit));
		CHECK_INT(has_line(page, nav->more), !last && nav->more.len > 0);
		if (i > 0)
			CHECK_INT(has_line(page, nav->prev), nav->prev.len > 0);
		else
			CHECK_INT(has_line(page, nav->back), nav->back.len > 0);
		struct str line, rest = page;
		size_t content = 0;
		while (str_split(&rest, '\n', &line)) {
			bool is_nav = str_eq(line, nav->more) || str_eq(line, nav->prev) || str_eq(line, nav->back);
			content += !is_nav;
			if (option < count && str_eq(line, options[option]))
				option++;
		}
		CHECK(content > 0);
	}
	CHECK_INT(option, count); /* every option once, whole, in order */
	check_title(p, options, count, nav, title);
}

static void vectors(void)
{
	json_t *root = vectors_load("pagination.json");
	const json_t *c;
	size_t i, o;
	json_array_foreach(json_object_get(root, "cases"), i, c) {
		const json_t *label, *limit = json_object_get(c, "limit"), *n = json_object_get(c, "nav");
		struct str options[OPTIONS], culprit;
		struct pages pages;
		struct nav_lines nav = { vector_str(n, "more"), vector_str(n, "prev"), vector_str(n, "back"), false };
		struct screen_limit screen = { (unsigned)vector_int(limit, "gsm7"), (unsigned)vector_int(limit, "ucs2") };
		size_t count = json_array_size(json_object_get(c, "options"));
		check_begin("pagination %s", vector_id(c));
		arena_reset(&arena);
		json_array_foreach(json_object_get(c, "options"), o, label)
			options[o] = line_of(o + 1, (struct str){ json_string_value(label), json_string_length(label) });
		CHECK_INT(paginate(vector_str(c, "title"), options, count, screen, &nav, &arena, &pages, &culprit), 0);
		check_pages(&pages, vector_str(c, "title"), options, count, screen, &nav);
		CHECK((long long)pages.count <= vector_int(c, "reference_page_count") + 1);
		if ((long long)pages.count > vector_int(c, "reference_page_count"))
			printf("note: %s has %zu pages, the reference %lld\n", vector_id(c), pages.count,
			       vector_int(c, "reference_page_count"));
	}
	json_decref(root);
}

#define S(literal) { literal, sizeof(literal) - 1 }
static const struct nav_lines french = { S("98 Suite"), S("99 Retour"), S("99 Retour"), false };
static const struct nav_lines none = { S(""), S(""), S(""), false };

static size_t count_pages(struct str title, const struct str *options, size_t count, const struct nav_lines *nav,
			  struct pages *p)
{
	struct str culprit = STR("");
	arena_reset(&arena);
	int rc = paginate(title, options, count, usual, nav, &arena, p, &culprit);
	if (rc != 0) {
		check_fail(__FILE__, __LINE__, "error %d, culprit \"%.*s\"", rc, STR_ARG(culprit));
		return 0;
	}
	check_pages(p, title, options, count, usual, nav);
	return p->count;
}

static void countries(void)
{
	static const char *const names[] = { "Guinée", "Sénégal", "Mali", "Cote d'Ivoire", "Burkina Faso", "Niger", "Togo",
		"Bénin", "Mauritanie", "Gambie", "Cameroun", "Tchad", "Gabon", "Nigeria", "Ghana", "Sierra Leone", "Liberia",
		"Guinée-Bissau", "Maroc", "Algérie", "Tunisie", "Libye" };
	struct str options[OPTIONS];
	struct pages p;
	static const struct nav_lines dotted = { S("98. Suite"), S("99. Retour"), S("99. Retour"), false };
	static const struct screen_limit narrow = { 160, 70 };
	arena_reset(&arena);
	for (size_t i = 0; i < 22; i++)
		options[i] = line_of(i + 1, str_of(names[i]));
	check_begin("text.md 0.1: 22 countries are 2 screens, with one circumflex 4");
	CHECK_INT(paginate(STR("Quel est votre pays?"), options, 22, narrow, &dotted, &arena, &p, NULL), 0);
	CHECK_INT(p.count, 2);
	options[3] = STR("4. Côte d'Ivoire");
	CHECK_INT(paginate(STR("Quel est votre pays?"), options, 22, narrow, &dotted, &arena, &p, NULL), 0);
	CHECK_INT(p.count, 4);
	check_begin("an option keeps its number over pages");
	CHECK(find_line(p.page[p.count - 1], STR("22. Libye")) != NULL);
}

static void long_texts(void)
{
	struct pages p;
	const struct str text = STR("L'aide au retour volontaire est gratuite. Un conseiller vous rappelle sous 48 heures. "
				    "Il ne demande jamais d'argent. Si quelqu'un vous demande de l'argent, c'est une arnaque. "
				    "Vous pouvez refuser.");
	check_begin("a long text is cut behind a sentence");
	CHECK_INT(count_pages(text, NULL, 0, &french, &p), 2);
	CHECK_STR(p.page[0], STR("L'aide au retour volontaire est gratuite. Un conseiller vous rappelle sous 48 heures. "
				 "Il ne demande jamais d'argent.\n98 Suite\n99 Retour"));
	check_begin("a sentence that leaves half a page empty is cut at a word");
	const struct str lopsided = STR("Bonjour. Un conseiller vous rappelle sous quarante-huit heures et il ne demande jamais "
					"d'argent a personne et si quelqu'un vous demande de l'argent pour ce service alors "
					"refusez toujours");
	CHECK_INT(count_pages(lopsided, NULL, 0, &french, &p), 2);
	CHECK(p.page[0].len > 120);
	check_begin("never inside a number, with spaces or without");
	char text2[400];
	for (int pad = 100; pad < 145; pad++) {
		struct buf b = buf_over(text2, sizeof text2);
		for (int i = 0; i < pad; i++)
			buf_put_char(&b, i % 5 == 4 ? ' ' : 'a');
		buf_put_z(&b, " Tel 06 12 34 56 78 le jour et la nuit sans payer, appelez sans peur et sans argent");
		(void)count_pages(buf_str(&b), NULL, 0, &none, &p);
		bool whole = false;
		for (size_t i = 0; i < p.count; i++)
			whole = whole || memmem(p.page[i].at, p.page[i].len, "06 12 34 56 78", 14);
		CHECK(whole);
	}
	check_begin("a list of numbers longer than a page is cut all the same");
	struct buf list = buf_over(text2, sizeof text2);
	for (int i = 100; i < 180; i++)
		buf_printf(&list, "%d ", i);
	CHECK_INT(count_pages(str_trim(buf_str(&list)), NULL, 0, &none, &p), 2);
	check_begin("line breaks of a text stay, except where it is cut");
	CHECK_INT(count_pages(STR("Un\nDeux"), NULL, 0, &none, &p), 1);
	CHECK_STR(p.page[0], STR("Un\nDeux"));
}

static void navigation(void)
{
	struct pages p;
	char label[120];
	check_begin("the way back is shown only where it costs no page");
	struct nav_lines nav = french;
	nav.back_if_fits = true;
	memset(label, 'a', sizeof label);
	memset(label, '1', 1);
	const struct str options[] = { { label, 100 }, S("2 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb") };
	arena_reset(&arena);
	CHECK_INT(paginate(STR("Choix du soir:"), options, 2, usual, &nav, &arena, &p, NULL), 0);
	CHECK_INT(p.count, 1);
	CHECK(!has_line(p.page[0], nav.back));
	CHECK_INT(paginate(STR("Choix:"), options, 1, usual, &nav, &arena, &p, NULL), 0);
	CHECK(has_line(p.page[0], nav.back));
	check_begin("no navigation at all, no title at all, nothing at all");
	CHECK_INT(count_pages(STR(""), options, 2, &none, &p), 1);
	arena_reset(&arena);
	CHECK_INT(paginate(STR(""), NULL, 0, usual, &none, &arena, &p, NULL), 0);
	CHECK_INT(p.count, 1);
	CHECK_STR(p.page[0], STR(""));
}

static void refusals(void)
{
	struct pages p;
	struct str culprit = STR("");
	char longest[200];
	memset(longest, 'a', sizeof longest);
	check_begin("a word or an option that cannot fit is named");
	const struct str option = { longest, 151 };
	CHECK_INT(paginate(STR("Choix?"), &option, 1, usual, &french, &arena, &p, &culprit), -EMSGSIZE);
	CHECK_STR(culprit, option);
	CHECK_INT(paginate((struct str){ longest, 161 }, NULL, 0, usual, &none, &arena, &p, &culprit), -EMSGSIZE);
	CHECK_INT(culprit.len, 161);
	CHECK_INT(paginate((struct str){ longest, 160 }, NULL, 0, usual, &none, &arena, &p, &culprit), 0);
	check_begin("one character outside GSM-7 makes it unfit");
	memcpy(longest, "\xC3\xA7", 2);
	CHECK_INT(paginate((struct str){ longest, 82 }, NULL, 0, usual, &none, &arena, &p, &culprit), -EMSGSIZE);
	CHECK_INT(paginate((struct str){ longest, 81 }, NULL, 0, usual, &none, &arena, &p, &culprit), 0);
	check_begin("more than 32 pages are refused");
	static char many[6000];
	memset(many, 'a', sizeof many);
	for (size_t i = 0; i < sizeof many; i += 101)
		many[i] = ' ';
	CHECK_INT(paginate((struct str){ many, 33 * 101 }, NULL, 0, usual, &none, &arena, &p, &culprit), -EMSGSIZE);
	CHECK_INT(paginate((struct str){ many, 32 * 101 }, NULL, 0, usual, &none, &arena, &p, &culprit), 0);
	CHECK_INT(p.count, 32);
	check_begin("a full arena is reported");
	struct arena small;
	CHECK_INT(arena_new(&small, 16), 0);
	CHECK_INT(paginate(STR("Un texte assez long"), NULL, 0, usual, &none, &small, &p, &culprit), -ENOMEM);
	arena_free(&small);
}

int main(void)
{
	if (arena_new(&arena, 1 << 18) != 0)
		return 1;
	vectors();
	countries();
	long_texts();
	navigation();
	refusals();
	arena_free(&arena);
	return check_end();
}
