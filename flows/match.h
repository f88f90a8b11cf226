/* What an answer means: navigation, keyword, number, label, yes or no (text.md 3.1 step 5, domain.md 2.7).
 *
 * The lists of words are data (flows/definitions/keywords.tsv, words.tsv), folded once when they are loaded.  Collisions
 * (one folded form as yes and no of a language, as two keywords) are errors of the load.
 *
 * Order: keys 98 99 00; a number in digits; STOP; a label; a number written out; yes or no; the other keywords.  So a
 * label beats every keyword but STOP (domain.md, decision 10; 2.7).  What is ambiguous is ANSWER_NONE: asked again. */
#ifndef FLOWS_MATCH_H
#define FLOWS_MATCH_H

#include "flows/err.h"
#include "flows/text/arena.h"
#include "flows/text/str.h"

enum keyword { /* in the order of precedence, domain.md 2.9 `control` */
	KEYWORD_NONE,
	KEYWORD_STOP,
	KEYWORD_URGENT,
	KEYWORD_ERASE,
	KEYWORD_ASKSTOP,
	KEYWORD_HELP,
	KEYWORD_CALL,
	KEYWORD_LANG,
	KEYWORD_MENU,
	KEYWORD_START,
	KEYWORD_CASE,
	KEYWORD_NUMBER,
	KEYWORD_COMPLAINT,
	KEYWORD_NO,
	KEYWORD_BACK, /* a navigation word, reported as ANSWER_BACK */
	KEYWORD_MORE, /* likewise */
};
const char *keyword_name(enum keyword k);            /* "STOP" … as in keywords.tsv */
enum keyword keyword_named(struct str name);         /* KEYWORD_NONE: no such */

struct word_list; /* forms and their meaning, sorted by folded form */

struct words {
	const struct word_list *list;
};

/* keywords: action, lang, forms.  words: kind, lang, forms; the head of words.tsv says more.  codes: the book's languages,
 * at most 32; rows of other languages ("ary", "wo") name in words.tsv the codes they go with.  Keywords and fillers hold
 * in every language.  0, -EINVAL with file and line in err, -ENOMEM. */
int words_load(struct words *words, struct str keywords_tsv, struct str words_tsv, const struct str *codes,
	       size_t codes_count, struct arena *arena, struct err *err) __attribute__((warn_unused_result));

enum answer_kind {
	ANSWER_NONE,    /* ask again */
	ANSWER_MORE,    /* 98 */
	ANSWER_BACK,    /* 99 */
	ANSWER_MENU,    /* 00 */
	ANSWER_KEYWORD, /* the whole message, fillers aside */
	ANSWER_CHOICE,
	ANSWER_YES,
	ANSWER_NO,
};

struct answer {
	enum answer_kind kind;
	enum keyword keyword;
	int language;    /* KEYWORD_LANG with a language's own code or name: its index in `codes`; else -1 */
	int choice;      /* the number typed or of the label */
};

struct question { /* what is open when the answer comes */
	const int *numbers;      /* accepted numbers, such as 1 2 3; 0 only where the state offers it */
	const struct str *labels; /* their labels in the person's language, not folded; {NULL,0} = none */
	size_t options;
	bool yes_no;
};

/* codes: the book's language codes, as they were given to words_load().  lang: index of the person's language, or -1 for
 * "any".  input: as it came.  question: NULL when none is open. */
void match_answer(const struct words *words, struct str input, const struct question *question, const struct str *codes,
		  size_t codes_count, int lang, struct answer *out);

/* One whole number in the answer, for numeric questions: "3", "٣", "3 personnes", "J'ai 20ans" -> 20, "deux" -> 2,
 * "20 000" -> 20000, "-3" -> -3.  false: none, more than one, a fraction, a range, a date. */
bool match_integer(const struct words *words, struct str input, int64_t *out);

/* Whether a form of one word of this keyword stands anywhere in a text ("besoin d'aide"). */
bool match_mentions(const struct words *words, struct str text, enum keyword keyword);

#endif
