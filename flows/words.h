/* The lists of words as match.c looks them up: folded forms, sorted, one entry for each meaning of a form.
 * Made by words_load() in the arena of the book; read-only from then on. */
#ifndef FLOWS_WORDS_H
#define FLOWS_WORDS_H

#include "flows/match.h"

enum {
	FORM_TOKENS = 4, /* "s il vous plait" */
	CODES_MAX = 32,
};

enum word_kind {
	WORD_KEYWORD,
	WORD_YES,
	WORD_NO,
	WORD_NUMBER,
	WORD_ORDINAL,
	WORD_COUNTER,
	WORD_FILLER,
	WORD_LANGUAGE,
	WORD_UNIT,
};

struct word {
	struct str form;    /* folded */
	enum word_kind kind;
	int value;          /* KEYWORD: enum keyword; NUMBER: what it counts; LANGUAGE: index of the code, -1: not one of the book */
	uint32_t languages; /* bit n: codes[n]; unused by keywords, fillers and counters, which hold everywhere */
};

struct word_list {
	const struct word *word;
	size_t count;
};

/* All meanings of a folded form: *count entries in a row, from the one returned; NULL and 0 when it has none. */
const struct word *words_find(const struct word_list *list, struct str form, size_t *count);

#endif
