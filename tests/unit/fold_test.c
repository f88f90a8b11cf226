#include "flows/text/fold.h"

#include "flows/text/code_point.h"
#include "flows/text/utf8.h"
#include "tests/unit/vectors.h"

#include <errno.h>
#include <string.h>
#include <utf8proc.h>

static char storage[4][8192];

static struct str normalised(struct str in, int slot)
{
	struct buf b = buf_over(storage[slot], sizeof storage[slot]);
	CHECK_INT(text_normalise(in, &b), 0);
	return buf_str(&b);
}

static struct str folded(struct str in, int slot)
{
	struct buf b = buf_over(storage[slot], sizeof storage[slot]);
	CHECK_INT(text_fold(in, &b), 0);
	return buf_str(&b);
}

static void vectors(void)
{
	json_t *root = vectors_load("normalise_digits.json");
	const json_t *c;
	size_t i;
	json_array_foreach(json_object_get(root, "cases"), i, c) {
		check_begin("normalise_digits %s", vector_id(c));
		CHECK_STR(normalised(vector_str(c, "input"), 0), vector_str(c, "text"));
	}
	json_decref(root);
	root = vectors_load("choice_match.json");
	json_array_foreach(json_object_get(root, "cases"), i, c) {
		check_begin("choice_match %s: folded", vector_id(c));
		CHECK_STR(folded(vector_str(c, "input"), 0), vector_str(c, "folded"));
	}
	json_decref(root);
}

static void folded_words(void)
{
	static const char *const pairs[][2] = {
		{ "Été", "ete" }, { "ＡＢ", "ab" }, { "ﻻ", "لا" }, { "إيقاف", "ايقاف" }, { "مَرْحَبًا", "مرحبا" },
		{ "1️⃣", "1" }, { "œuf Æ Ø", "oeuf ae o" }, { "D’accord", "daccord" }, { "O'o", "oo" }, { "oo'o", "o" },
		{ "laaaa", "la" }, { "waaw", "waaw" }, { "111", "111" }, { "الرئيسية", "الرييسيه" }, { "مـــرحبا", "مرحبا" },
		{ "ﷺ", "صلي الله عليه وسلم" }, { "گاف کاف", "كاف كاف" }, { "ɓiɗɗo ƴiiƴam Ŋaaŋ", "biddo yiiyam naan" },
		{ "Straße", "strasse" }, { "İstanbul ı", "istanbul i" }, { "l’École!!", "lecole" }, { "😀", "" },
		{ "ok👍ok", "ok ok" }, { "ΔΌΚΙΜΉ", "δοκιμη" }, { "ẞẞ", "s" }, { "٣ ۳ ３ 𞥓", "3 3 3 3" },
		{ "e\xE2\x80\x8D\xCC\x81", "e" }, { "soft\xC2\xAD" "hyphen", "softhyphen" }, { "a\tb\r\nc", "a b c" },
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		check_begin("fold \"%s\"", pairs[i][0]);
		CHECK_STR(folded(str_of(pairs[i][0]), 0), str_of(pairs[i][1]));
	}
}

static void claims(void)
{
	check_begin("text.md 0.7: NFKC does not turn U+0663 into 3, every decimal digit is mapped");
	CHECK_STR(normalised(STR("٣"), 0), STR("3"));
	for (int32_t c = 0; c < 0x110000; c++) {
		bool is_digit = utf8proc_category(c) == UTF8PROC_CATEGORY_ND;
		if (is_digit != (digit_value(c) >= 0))
			check_fail(__FILE__, __LINE__, "U+%04X", (unsigned)c);
	}
	check_begin("letters l, O, I are never digits");
	CHECK_STR(folded(STR("lOI"), 0), STR("loi"));
}

/* Every code point, alone and behind others that it might compose or change places with. */
static void idempotence(void)
{
	static const char *const before[] = { "", "a", "e\xCC\x81", "ا", "x ", "o'", "aa", "กั" };
	check_begin("normalising and folding again change nothing, for every code point");
	for (size_t b = 0; b < sizeof before / sizeof *before; b++)
		for (uint32_t c = 0; c < 0x110000; c++) {
			char text[32];
			struct buf in = buf_over(text, sizeof text);
			if ((c >= 0xD800 && c <= 0xDFFF) || (c >= 0x40000 && c < 0xE0000) || c >= 0xE1000)
				continue; /* surrogates, planes without characters, private use */
			buf_put_z(&in, before[b]);
			buf_put_code_point(&in, c);
			struct str once = normalised(buf_str(&in), 0), twice = normalised(once, 1);
			struct str fold = folded(buf_str(&in), 2), again = folded(fold, 3);
			if (!str_eq(once, twice) || !str_eq(fold, again) || !str_eq(folded(once, 3), fold))
				check_fail(__FILE__, __LINE__, "U+%04X behind \"%s\"", (unsigned)c, before[b]);
		}
}

static void limits(void)
{
	char small[4];
	struct buf b = buf_over(small, sizeof small);
	check_begin("a full buffer is refused, nothing is cut");
	CHECK_INT(text_fold(STR("abcde"), &b), -ENOBUFS);
	check_begin("a letter under more marks than a chunk holds is refused");
	char marks[2000];
	for (size_t i = 0; i < sizeof marks; i += 2)
		memcpy(marks + i, "\xCC\x81", 2);
	b = buf_over(storage[0], sizeof storage[0]);
	CHECK_INT(text_normalise((struct str){ marks, sizeof marks }, &b), -ENOBUFS);
	check_begin("a chunk's end changes nothing: 3,000 letters with marks in any script");
	char text[12000], whole[12000];
	struct buf in = buf_over(text, sizeof text);
	for (int i = 0; i < 600; i++)
		buf_put_z(&in, i % 3 ? "é" : i % 2 ? "كَ" : "한");
	struct buf out = buf_over(whole, sizeof whole);
	CHECK_INT(text_normalise(buf_str(&in), &out), 0);
	CHECK_STR(buf_str(&out), buf_str(&in));
	check_begin("what stands in the buffer before is kept and no space is put behind it");
	b = buf_over(storage[0], sizeof storage[0]);
	buf_put_z(&b, "x");
	CHECK_INT(text_fold(STR(" a"), &b), 0);
	CHECK_STR(buf_str(&b), STR("xa"));
}

int main(void)
{
	vectors();
	folded_words();
	claims();
	idempotence();
	limits();
	return check_end();
}
