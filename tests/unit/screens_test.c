/* What a channel carries: whatever the words, the language, the policy and the limit, no screen is over it, every option
 * stands on exactly one page, and an operator that passes GSM-7 only gets nothing else. */
#include "flows/embedded.h"
#include "flows/load.h"
#include "flows/say.h"
#include "flows/text/utf8.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct book book;
static struct arena arena;
static const struct screen_limit limits[] = { { 160, 80 }, { 182, 80 }, { 140, 70 }, { 100, 50 } };

static void load_embedded(void)
{
	struct source sources[32];
	size_t count = 0;
	struct err err = { .text = "" };
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++)
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
	if (book_load(&book, sources, count, NULL, &err) || arena_new(&arena, 1 << 20)) {
		printf("%s\n", err.text);
		exit(1);
	}
}

/* How many lines of the page begin with this option's number. */
static size_t lines_of(struct str page, int number)
{
	char storage[16];
	struct buf begin = buf_over(storage, sizeof storage);
	struct str rest = page, line;
	size_t count = 0;
	buf_put_i64(&begin, number);
	buf_put_char(&begin, ' ');
	while (str_split(&rest, '\n', &line))
		count += str_starts(line, buf_str(&begin));
	return count;
}

/* NULL, or what does not hold. */
static const char *wrong(const struct prompt *prompt, enum transliteration policy, struct screen_limit limit,
			 const struct pages *pages)
{
	for (size_t i = 0; i < pages->count; i++) {
		enum encoding encoding;
		(void)text_units(pages->page[i], &encoding);
		if (!utf8_valid(pages->page[i]) || pages->page[i].len == 0)
			return "a page is empty or no UTF-8";
		if (!text_fits(pages->page[i], limit))
			return "a page is over the limit";
		if (policy == TRANSLITERATE_ALWAYS && encoding != ENCODING_GSM7)
			return "a page is not GSM-7";
	}
	for (size_t o = 0; o < prompt->options_count; o++) {
		size_t shown = 0;
		for (size_t i = 0; i < pages->count; i++)
			shown += lines_of(pages->page[i], prompt->options[o].number);
		if (prompt->options[o].label && shown != 1)
			return "an option is not on exactly one page";
	}
	return NULL;
}

static void show_prompt(const struct prompt *prompt, int l, enum transliteration policy, struct screen_limit limit)
{
	static const struct session none;
	struct facts facts = { .screen = limit, .encoding = policy, .placeholders_count = 3,
			       .placeholders = { { STR("tel"), STR("+212 537 65 28 81") }, { STR("callback"), STR("0500000000") },
						 { STR("sos"), STR("112") } } };
	struct scope scope = { &book, &facts, &none, MODE_USSD, l, false };
	struct speech speech;
	struct pages pages;
	arena_reset(&arena);
	if (say_prompt(prompt, &scope, l, &arena, &speech) ||
	    say_pages(&speech, &scope, l, SAY_BACK_STATE, &arena, &pages)) {
		check_fail(__FILE__, __LINE__, "cannot be said");
		return;
	}
	const char *what = wrong(prompt, policy, limit, &pages);
	if (what)
		check_fail(__FILE__, __LINE__, "%.*s, language %d, policy %d, %u/%u: %s: %.*s", STR_ARG(prompt->text->key), l, (int)policy,
			   limit.gsm7, limit.ucs2, what, STR_ARG(speech.title));
}

static void show_everywhere(const struct prompt *prompt)
{
	for (size_t l = 0; l < book.languages_count; l++)
		for (enum transliteration p = TRANSLITERATE_AUTO; p <= TRANSLITERATE_NEVER; p++)
			for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
				show_prompt(prompt, (int)l, p, limits[i]);
}

static void test_shipped(void)
{
	check_begin("every shipped text, as every kind of channel shows it");
	for (size_t f = 0; f < book.flows_count; f++)
		for (size_t s = 0; s < book.flows[f]->states_count; s++)
			for (size_t p = 0; p < book.flows[f]->states[s].prompts_count; p++)
				show_everywhere(&book.flows[f]->states[s].prompts[p]);
}

/* ---- words of chance */

static uint32_t dice_state;

static unsigned dice(unsigned sides)
{
	dice_state = dice_state * 1664525u + 1013904223u;
	return (dice_state >> 8) % sides;
}

/* One alphabet a text, mostly; what has another spelling, what has none, what is two units. */
static void put_words(struct buf *out, unsigned words, unsigned alphabet)
{
	static const char *const letters[][6] = { { "a", "e", "r", "é", "Ç", "s" },	  { "ç", "œ", "ê", "’", "…", "½" },
						  { "ا", "ب", "مَ", "ـ", "ت", "ى" }, { "😀", "€", "[", "ŋ", "ɗ", "𞤀" } };
	for (unsigned w = 0; w < words; w++) {
		if (w)
			buf_put_char(out, ' ');
		for (unsigned n = 1 + dice(8); n; n--)
			buf_put_z(out, letters[dice(12) ? alphabet : dice(4)][dice(6)]);
		if (dice(6) == 0)
			buf_put_char(out, '.');
	}
}

static struct str chance(unsigned words, unsigned alphabet, char *storage, size_t cap)
{
	struct buf out = buf_over(storage, cap);
	put_words(&out, words, alphabet);
	return buf_str(&out);
}

static void test_chance(void)
{
	static char title[2048], labels[OPTIONS_MAX][256];
	check_begin("questions of chance, as every kind of channel shows them");
	for (uint32_t seed = 1; seed <= 150; seed++) {
		struct text text = { .key = STR("chance") }, label[OPTIONS_MAX];
		struct option options[OPTIONS_MAX];
		dice_state = seed;
		unsigned alphabet = dice(4), count = dice(10);
		struct str words = chance(1 + dice(40), alphabet, title, sizeof title);
		for (size_t l = 0; l < book.languages_count; l++)
			text.in[l] = words;
		for (unsigned o = 0; o < count; o++) {
			label[o] = (struct text){ .key = STR("label") };
			options[o] = (struct option){ .number = (int)o + 1, .label = &label[o] };
			words = chance(1 + dice(2), alphabet, labels[o], sizeof labels[o]);
			for (size_t l = 0; l < book.languages_count; l++)
				label[o].in[l] = words;
		}
		struct prompt prompt = { .text = &text, .options = options, .options_count = count };
		show_everywhere(&prompt);
	}
}

/* ---- the policies */

static struct str whole_of(const char *title, const char *label, enum transliteration policy)
{
	struct speech speech = { .title = str_of(title), .lines = { str_of(label) }, .lines_count = 1 };
	arena_reset(&arena);
	if (say_transliterate(&speech, policy, STR("fr"), &arena))
		return STR("failed");
	return say_whole(&speech, &arena);
}

static void test_policies(void)
{
	check_begin("all or nothing: an Arabic label leaves the title its accents");
	CHECK_STR(whole_of("Français, œuvre", "1 Forêt", TRANSLITERATE_AUTO), STR("Francais, oeuvre\n1 Foret"));
	CHECK_STR(whole_of("Français, œuvre", "1 العربية", TRANSLITERATE_AUTO), STR("Français, œuvre\n1 العربية"));
	CHECK_STR(whole_of("Français, œuvre", "1 Forêt", TRANSLITERATE_NEVER), STR("Français, œuvre\n1 Forêt"));
	CHECK_STR(whole_of("Français", "1 عر", TRANSLITERATE_ALWAYS), STR("Francais\n1 ??"));
}

int main(void)
{
	load_embedded();
	test_policies();
	test_shipped();
	test_chance();
	arena_free(&arena);
	book_free(&book);
	return check_end();
}
