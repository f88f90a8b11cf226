#include "flows/text/transliterate.h"

#include "flows/text/gsm7.h"
#include "flows/text/utf8.h"
#include "tests/unit/vectors.h"

#include <errno.h>
#include <string.h>

static char storage[2][16384];

static struct str sent(struct str text, struct str lang, enum transliteration policy, enum encoding *encoding, int slot)
{
	struct buf out = buf_over(storage[slot], sizeof storage[slot]);
	CHECK_INT(transliterate(text, lang, policy, &out, encoding), 0);
	return buf_str(&out);
}

static void check_sent(const char *text, const char *lang, const char *want, enum encoding encoding)
{
	enum encoding got;
	CHECK_STR(sent(str_of(text), str_of(lang), TRANSLITERATE_AUTO, &got, 0), str_of(want));
	CHECK_INT(got, encoding);
}

static void check_twice(struct str once, struct str lang, enum encoding encoding)
{
	enum encoding again;
	CHECK_STR(sent(once, lang, TRANSLITERATE_AUTO, &again, 1), once);
	CHECK_INT(again, encoding);
}

static void vectors(void)
{
	json_t *root = vectors_load("transliteration.json");
	const json_t *c;
	size_t i;
	json_array_foreach(json_object_get(root, "cases"), i, c) {
		enum encoding encoding;
		struct str lang = vector_str(c, "lang");
		check_begin("transliteration %s", vector_id(c));
		struct str once = sent(vector_str(c, "text"), lang, TRANSLITERATE_AUTO, &encoding, 0);
		CHECK_STR(once, vector_str(c, "send"));
		CHECK_STR(str_of(encoding_name(encoding)), vector_str(c, "send_encoding"));
		check_twice(once, lang, encoding);
	}
	json_array_foreach(json_object_get(root, "chars"), i, c) {
		check_begin("transliteration %s", vector_id(c));
		struct str want = vector_str(c, "gsm");
		const char *at = vector_str(c, "char").at;
		int32_t cp = utf8_next(&at, at + 4);
		CHECK_STR(transliteration_of(cp, STR("")), want);
		/* Between letters, so that no quotation mark and no control is at work. */
		char text[16];
		struct buf b = buf_over(text, sizeof text);
		buf_put_char(&b, 'x');
		buf_put(&b, vector_str(c, "char"));
		buf_put_char(&b, 'y');
		enum encoding encoding;
		struct str got = sent(buf_str(&b), STR(""), TRANSLITERATE_AUTO, &encoding, 0);
		CHECK_STR(str_slice(got, 1, got.len - 1), want);
		CHECK_INT(encoding, ENCODING_GSM7);
	}
	json_decref(root);
}

static void claims(void)
{
	check_begin("text.md 0.1: the same text without its c cedilla is one SMS again");
	check_sent("Reçu à l’hôpital « Ibn Sina »", "", "Recu à l'hopital \"Ibn Sina\"", ENCODING_GSM7);
	check_begin("text.md 0.3: NFD e acute and the ohm sign are GSM-7 after NFC");
	check_sent("e\xCC\x81 \xE2\x84\xA6", "", "é Ω", ENCODING_GSM7);
	check_begin("text.md 0.4: U+001B and U+0000 never reach an encoder, in either alphabet");
	CHECK_STR(sent(STR("prix 5\033e\0!"), STR(""), TRANSLITERATE_AUTO, &(enum encoding){ 0 }, 0), STR("prix 5e!"));
	CHECK_STR(sent(STR("نعم\033e\0!"), STR(""), TRANSLITERATE_AUTO, &(enum encoding){ 0 }, 0), STR("نعمe!"));
	check_begin("text.md 0.6: phone numbers in Arabic stand without spaces, hyphens or plus");
	check_sent("اتصل 06 12 34 56 78.", "ar", "اتصل 0612345678.", ENCODING_UCS2);
	check_sent("اتصل +224 601-12-34-56", "ar", "اتصل 00224601123456", ENCODING_UCS2);
	check_sent("اتصل 00 224 601 12 34 56", "ar", "اتصل 00224601123456", ENCODING_UCS2);
	check_sent("اتصل +224601123456 9:30", "ar", "اتصل 00224601123456 9:30", ENCODING_UCS2);
	check_sent("اتصل +224 601 12 34 56 الآن", "ar", "اتصل 00224601123456 الآن", ENCODING_UCS2);
	check_sent("اتصل +224601123456", "ar", "اتصل 00224601123456", ENCODING_UCS2);
	check_begin("text.md 0.6: dates, times, references, short codes and ranges stay");
	check_sent("يوم 01-02-2025 على 9:30 رقم 48217035", "ar", "يوم 01-02-2025 على 9:30 رقم 48217035", ENCODING_UCS2);
	check_sent("*144*0612345678# أو 10-15", "ar", "*144*0612345678# أو 10-15", ENCODING_UCS2);
	check_sent("من 06 12 34 56 78 9:30", "ar", "من 06 12 34 56 78 9:30", ENCODING_UCS2);
	check_sent("04 05 06 أيام", "ar", "04 05 06 أيام", ENCODING_UCS2);
	check_begin("text.md 0.6: French keeps its spaces and plus");
	check_sent("Tel +212 537 65 28 81, 06 12 34 56 78", "fr", "Tel +212 537 65 28 81, 06 12 34 56 78", ENCODING_GSM7);
}

static void arabic(void)
{
	check_begin("harakat and tatweel are dropped, madda and hamza stay");
	check_sent("مَرْحَبًا بِكُمْ", "ar", "مرحبا بكم", ENCODING_UCS2);
	check_sent("مـــرحبا", "ar", "مرحبا", ENCODING_UCS2);
	check_sent("ا\xD9\x94 آ ؤ", "ar", "أ آ ؤ", ENCODING_UCS2);
	check_begin("the accents of a text that goes out as UCS-2 stay");
	check_sent("Ça va ? نعم", "", "Ça va ? نعم", ENCODING_UCS2);
	check_begin("joiners inside an emoji stay");
	check_sent("👨‍👩‍👧 ç", "", "👨‍👩‍👧 ç", ENCODING_UCS2);
}

static void details(void)
{
	check_begin("CR LF is LF, and a tabulator a space");
	check_sent("a\r\nb\r\r\nc\td", "", "a\nb\nc d", ENCODING_GSM7);
	check_sent("ا\r\nب\td", "", "ا\nب d", ENCODING_UCS2);
	check_begin("guillemets swallow one space each, and no more");
	check_sent("« a »", "", "\"a\"", ENCODING_GSM7);
	check_sent("«  a  »", "", "\" a \"", ENCODING_GSM7);
	check_sent("« »", "", "\"\"", ENCODING_GSM7);
	check_sent("a « b » c ", "", "a \"b\" c ", ENCODING_GSM7);
	check_begin("Pular: a doubled letter doubles the first consonant only; another language keeps its own");
	check_sent("ɓiɗɗo Ɗɗ ɗ ɗ", "ff-GN", "bhiddho Ddh dh dh", ENCODING_GSM7);
	check_sent("ɗɗɗ", "ff", "dddh", ENCODING_GSM7);
	check_sent("ŋŋ", "wo", "ngng", ENCODING_GSM7);
	check_sent("ɓiɗɗo", "", "biddo", ENCODING_GSM7);
	check_begin("always: what has no entry is a question mark");
	enum encoding encoding;
	CHECK_STR(sent(STR("Ça نعم 😀 é"), STR("fr"), TRANSLITERATE_ALWAYS, &encoding, 0), STR("Ça ??? ? é"));
	CHECK_INT(encoding, ENCODING_GSM7);
	check_begin("never: clean, NFC, accents intact");
	CHECK_STR(sent(STR("e\xCC\x81t\xC3\xA9 \xE2\x80\x99 ç\033"), STR("fr"), TRANSLITERATE_NEVER, &encoding, 0),
		  STR("été ’ ç"));
	CHECK_INT(encoding, ENCODING_UCS2);
	CHECK_STR(sent(STR("plain"), STR("fr"), TRANSLITERATE_NEVER, &encoding, 0), STR("plain"));
	CHECK_INT(encoding, ENCODING_GSM7);
	check_begin("a full buffer is refused");
	struct buf small = buf_over(storage[0], 4);
	CHECK_INT(transliterate(STR("abcde"), STR(""), TRANSLITERATE_AUTO, &small, &encoding), -ENOBUFS);
	check_begin("it writes behind what stands there, and measures its own part only");
	struct buf out = buf_over(storage[0], sizeof storage[0]);
	buf_put_z(&out, "ا");
	CHECK_INT(transliterate(STR("ok"), STR(""), TRANSLITERATE_NEVER, &out, &encoding), 0);
	CHECK_STR(buf_str(&out), STR("اok"));
	CHECK_INT(encoding, ENCODING_GSM7);
}

/* Every code point in either alphabet: GSM-7 means GSM-7, and once more changes nothing. */
static void everything(void)
{
	static const char *const around[][2] = { { "", "" }, { "« ", " »" }, { "ا+2246", "0112345 6" }, { "e", "\xCC\x81" } };
	check_begin("for every code point: the encoding is what it says, and twice is once");
	for (size_t a = 0; a < sizeof around / sizeof *around; a++)
		for (uint32_t c = 0; c < 0x110000; c++) {
			char text[64];
			struct buf in = buf_over(text, sizeof text);
			enum encoding first, second, measured;
			if ((c >= 0xD800 && c <= 0xDFFF) || (c >= 0x40000 && c < 0xE0000) || c >= 0xE1000)
				continue; /* surrogates, planes without characters, private use */
			buf_put_z(&in, around[a][0]);
			buf_put_code_point(&in, c);
			buf_put_z(&in, around[a][1]);
			struct str once = sent(buf_str(&in), STR("ff"), TRANSLITERATE_AUTO, &first, 0);
			(void)text_units(once, &measured);
			struct str twice = sent(once, STR("ff"), TRANSLITERATE_AUTO, &second, 1);
			if (first != measured || first != second || !str_eq(once, twice))
				check_fail(__FILE__, __LINE__, "U+%04X in \"%s\"", (unsigned)c, around[a][0]);
		}
}

int main(void)
{
	vectors();
	claims();
	arabic();
	details();
	everything();
	return check_end();
}
