#include "flows/words.h"

#include "flows/text/fold.h"
#include "flows/text/tsv.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { FORM_MAX_LEN = 128 };

static const char *const keyword_names[] = {
	[KEYWORD_NONE] = "",
	[KEYWORD_STOP] = "STOP",
	[KEYWORD_URGENT] = "URGENT",
	[KEYWORD_ERASE] = "ERASE",
	[KEYWORD_ASKSTOP] = "ASKSTOP",
	[KEYWORD_HELP] = "HELP",
	[KEYWORD_CALL] = "CALL",
	[KEYWORD_LANG] = "LANG",
	[KEYWORD_MENU] = "MENU",
	[KEYWORD_START] = "START",
	[KEYWORD_CASE] = "CASE",
	[KEYWORD_NUMBER] = "NUMBER",
	[KEYWORD_COMPLAINT] = "COMPLAINT",
	[KEYWORD_NO] = "NO",
	[KEYWORD_BACK] = "BACK",
	[KEYWORD_MORE] = "MORE",
};

static const char *const kind_names[] = {
	[WORD_KEYWORD] = "keyword", [WORD_YES] = "yes",         [WORD_NO] = "no",
	[WORD_NUMBER] = "number",   [WORD_ORDINAL] = "ordinal", [WORD_COUNTER] = "counter",
	[WORD_FILLER] = "filler",   [WORD_LANGUAGE] = "language", [WORD_UNIT] = "unit",
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

const char *keyword_name(enum keyword k)
{
	return keyword_names[k];
}

enum keyword keyword_named(struct str name)
{
	for (size_t i = KEYWORD_NONE + 1; i < COUNT(keyword_names); i++)
		if (str_eq_z(name, keyword_names[i]))
			return (enum keyword)i;
	return KEYWORD_NONE;
}

/* ---- reading */

struct loader {
	struct tsv tsv;
	const struct str *codes;
	size_t codes_count;
	struct word *word;
	size_t count, cap;
	struct arena *arena;
	struct err *err;
};

static int code_index(const struct loader *l, struct str code)
{
	for (size_t i = 0; i < l->codes_count; i++)
		if (str_eq(l->codes[i], code))
			return (int)i;
	return -1;
}

static uint32_t languages_of(const struct loader *l, struct str list)
{
	uint32_t bits = 0;
	struct str code;
	while (str_split(&list, ',', &code)) {
		int index = code_index(l, str_trim(code));
		if (index >= 0)
			bits |= UINT32_C(1) << index;
	}
	return bits;
}

static size_t count_tokens(struct str form)
{
	size_t n = form.len > 0;
	for (size_t i = 0; i < form.len; i++)
		n += form.at[i] == ' ';
	return n;
}

/* Folds the form and puts it behind the others. */
static int add(struct loader *l, struct str form, struct word word)
{
	char storage[FORM_MAX_LEN];
	struct buf folded = buf_over(storage, sizeof storage);
	if (text_fold(form, &folded) != 0)
		return tsv_fail(&l->tsv, l->err, "the form is too long", form);
	if (folded.len == 0)
		return tsv_fail(&l->tsv, l->err, "nothing is left of the form once it is folded", form);
	if (count_tokens(buf_str(&folded)) > FORM_TOKENS)
		return tsv_fail(&l->tsv, l->err, "the form has more than four words", form);
	word.form = arena_str(l->arena, buf_str(&folded));
	if (!word.form.at)
		return err_set(l->err, -ENOMEM, "%s: out of memory", l->tsv.name);
	assert(l->count < l->cap);
	l->word[l->count++] = word;
	return 0;
}

static int add_keywords(struct loader *l)
{
	struct str forms = l->tsv.cell[2], form;
	enum keyword action = keyword_named(l->tsv.cell[0]);
	struct word word = { .kind = WORD_KEYWORD, .value = (int)action, .languages = languages_of(l, l->tsv.cell[1]) };
	int rc = 0;
	if (action == KEYWORD_NONE)
		return tsv_fail(&l->tsv, l->err, "no such action", l->tsv.cell[0]);
	while (rc == 0 && str_split(&forms, ',', &form))
		rc = add(l, form, word);
	return rc;
}

/* "deux=2": takes the value off the form. */
static int take_value(struct loader *l, struct str *form, int *value)
{
	struct str rest = *form, name;
	uint64_t number;
	if (!str_split(&rest, '=', &name) || !rest.at || !str_to_u64(str_trim(rest), &number) || number > 1000000)
		return tsv_fail(&l->tsv, l->err, "a number is written form=value", *form);
	*form = name;
	*value = (int)number;
	return 0;
}

static int add_words(struct loader *l)
{
	struct str forms = l->tsv.cell[2], form;
	struct word word = { .languages = languages_of(l, l->tsv.cell[1]) };
	size_t kind = WORD_KEYWORD + 1;
	int rc = 0;
	while (kind < COUNT(kind_names) && !str_eq_z(l->tsv.cell[0], kind_names[kind]))
		kind++;
	if (kind == COUNT(kind_names))
		return tsv_fail(&l->tsv, l->err, "no such kind of words", l->tsv.cell[0]);
	word.kind = (enum word_kind)kind;
	if (word.kind == WORD_LANGUAGE)
		word.value = code_index(l, l->tsv.cell[1]);
	while (rc == 0 && str_split(&forms, ',', &form)) {
		if (word.kind == WORD_NUMBER)
			rc = take_value(l, &form, &word.value);
		if (rc == 0)
			rc = add(l, form, word);
	}
	return rc;
}

static int read_table(struct loader *l, struct str text, const char *name, struct str header, int (*take)(struct loader *))
{
	int rc = tsv_open(&l->tsv, text, name, header, l->err);
	while (rc == 0 && (rc = tsv_next(&l->tsv, l->err)) > 0)
		rc = take(l);
	return rc;
}

/* ---- order and collisions */

static int by_form(const void *a, const void *b)
{
	const struct word *left = a, *right = b;
	int order = str_cmp(left->form, right->form);
	if (order != 0)
		return order;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return (left->value > right->value) - (left->value < right->value);
}

/* Two meanings between which nobody could choose. */
static bool collide(const struct word *a, const struct word *b)
{
	if (a->kind == WORD_KEYWORD && b->kind == WORD_KEYWORD)
		return a->value != b->value;
	if ((a->languages & b->languages) == 0)
		return false;
	return (a->kind == WORD_YES && b->kind == WORD_NO) ||
	       (a->kind == WORD_NUMBER && b->kind == WORD_NUMBER && a->value != b->value);
}

static const char *meaning(const struct word *w)
{
	return w->kind == WORD_KEYWORD ? keyword_names[w->value] : kind_names[w->kind];
}

static int check_collisions(const struct loader *l)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t j = i + 1; j < l->count && str_eq(l->word[i].form, l->word[j].form); j++)
			if (collide(&l->word[i], &l->word[j]))
				return err_set(l->err, -EINVAL, "%s: \"%.*s\" stands under %s and under %s%s",
					       l->word[i].kind == WORD_KEYWORD ? "keywords.tsv" : "words.tsv",
					       STR_ARG(l->word[i].form), meaning(&l->word[i]), meaning(&l->word[j]),
					       l->word[i].kind == WORD_KEYWORD ? "" : " of one language");
	return 0;
}

/* At least as many as there are forms. */
static size_t count_forms(struct str text)
{
	size_t n = 1;
	for (size_t i = 0; i < text.len; i++)
		n += text.at[i] == ',' || text.at[i] == '\n';
	return n;
}

int words_load(struct words *words, struct str keywords_tsv, struct str words_tsv, const struct str *codes,
	       size_t codes_count, struct arena *arena, struct err *err)
{
	struct loader l = { .codes = codes, .codes_count = codes_count, .arena = arena, .err = err };
	assert(codes_count <= CODES_MAX);
	l.cap = count_forms(keywords_tsv) + count_forms(words_tsv);
	l.word = arena_array(arena, l.cap, sizeof *l.word);
	struct word_list *list = arena_alloc(arena, sizeof *list);
	if (!l.word || !list)
		return err_set(err, -ENOMEM, "words.tsv: out of memory");
	int rc = read_table(&l, keywords_tsv, "keywords.tsv", STR("action\tlang\tforms"), add_keywords);
	if (rc == 0)
		rc = read_table(&l, words_tsv, "words.tsv", STR("kind\tlang\tforms"), add_words);
	if (rc != 0)
		return rc;
	qsort(l.word, l.count, sizeof *l.word, by_form);
	rc = check_collisions(&l);
	*list = (struct word_list){ .word = l.word, .count = l.count };
	*words = (struct words){ .list = list };
	return rc;
}

const struct word *words_find(const struct word_list *list, struct str form, size_t *count)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (str_cmp(list->word[middle].form, form) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (*count = 0; low + *count < list->count && str_eq(list->word[low + *count].form, form);)
		++*count;
	return *count ? list->word + low : NULL;
}
