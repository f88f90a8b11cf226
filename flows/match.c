#include "flows/match.h"

#include "flows/text/fold.h"
#include "flows/words.h"

#include <assert.h>

enum {
	FOLDED_MAX = 1024, /* bytes; what folds to more is free text */
	TOKENS_MAX = 16,   /* likewise */
	NUMBER_DIGITS = 9,
};

/* The folded answer and its words. */
struct answer_text {
	const struct word_list *list;
	struct str folded;
	struct str token[TOKENS_MAX];
	size_t tokens; /* 0: none, or too many to mean anything */
	uint32_t languages;
};

static void split_tokens(struct answer_text *a)
{
	struct str rest = a->folded, token;
	a->tokens = 0;
	while (rest.len > 0 && str_split(&rest, ' ', &token)) {
		if (a->tokens == TOKENS_MAX) {
			a->tokens = 0;
			return;
		}
		a->token[a->tokens++] = token;
	}
}

/* ---- reading an answer as a row of meanings and fillers */

/* What one piece of the answer is. */
struct piece {
	const struct word *word; /* one of the kinds looked for, or NULL: a number or a filler */
	int number;              /* -1: none */
	struct str text;
	bool filler;             /* also, or only */
	bool ambiguous;          /* two meanings, of two languages */
	int named_language;      /* WORD_LANGUAGE beside a keyword; -1: none */
};

struct reading { /* a whole answer, every word of it understood */
	struct piece piece[TOKENS_MAX];
	size_t count;
};

struct stage {
	unsigned targets; /* bit 1 << enum word_kind */
	unsigned fillers;
	bool numbers;
};

static const struct stage keyword_stage = {
	.targets = 1u << WORD_KEYWORD | 1u << WORD_LANGUAGE,
	.fillers = 1u << WORD_FILLER,
};
static const struct stage digit_stage = { .fillers = 1u << WORD_FILLER | 1u << WORD_COUNTER, .numbers = true };
static const struct stage number_stage = {
	.targets = 1u << WORD_NUMBER,
	.fillers = 1u << WORD_FILLER | 1u << WORD_COUNTER,
	.numbers = true,
};
static const struct stage yes_no_stage = { .targets = 1u << WORD_YES | 1u << WORD_NO, .fillers = 1u << WORD_FILLER };
static const struct stage filler_stage = { .fillers = 1u << WORD_FILLER };

static bool holds_everywhere(const struct word *w)
{
	return w->kind == WORD_KEYWORD || w->kind == WORD_FILLER || w->kind == WORD_COUNTER || w->kind == WORD_LANGUAGE;
}

static bool look_up(const struct answer_text *a, const struct stage *stage, struct str form, struct piece *out)
{
	size_t count;
	const struct word *w = words_find(a->list, form, &count);
	*out = (struct piece){ .text = form, .number = -1, .named_language = -1 };
	for (size_t i = 0; i < count; i++) {
		if (!holds_everywhere(&w[i]) && (w[i].languages & a->languages) == 0)
			continue;
		if (stage->fillers >> w[i].kind & 1)
			out->filler = true;
		if (!(stage->targets >> w[i].kind & 1))
			continue;
		if (w[i].kind == WORD_LANGUAGE)
			out->named_language = w[i].value;
		else if (out->word && (out->word->kind != w[i].kind || out->word->value != w[i].value))
			out->ambiguous = true;
		else
			out->word = &w[i];
	}
	return out->word || out->filler || out->named_language >= 0;
}

/* "3", "003", "1er": digits, and behind them nothing or the ending of an ordinal. */
static bool read_number(const struct answer_text *a, struct str token, struct piece *out)
{
	static const struct stage endings = { .targets = 1u << WORD_ORDINAL };
	struct piece ending;
	uint64_t number;
	size_t digits = 0;
	while (digits < token.len && token.at[digits] >= '0' && token.at[digits] <= '9')
		digits++;
	if (digits == 0 || digits > NUMBER_DIGITS)
		return false;
	if (digits < token.len && !look_up(a, &endings, str_from(token, digits), &ending))
		return false;
	if (!str_to_u64(str_slice(token, 0, digits), &number))
		return false;
	*out = (struct piece){ .text = token, .number = (int)number, .named_language = -1 };
	return true;
}

/* The longest form that begins with token first; returns its words, 0: none. */
static size_t read_piece(const struct answer_text *a, const struct stage *stage, size_t first, struct piece *out)
{
	size_t most = a->tokens - first < FORM_TOKENS ? a->tokens - first : FORM_TOKENS;
	for (size_t n = most; n > 0; n--) {
		const struct str *last = &a->token[first + n - 1];
		if (look_up(a, stage, str_span(a->token[first].at, last->at + last->len), out))
			return n;
	}
	return stage->numbers && read_number(a, a->token[first], out) ? 1 : 0;
}

/* false: a word is unknown or ambiguous, so that the answer means something else or nothing. */
static bool read_answer(const struct answer_text *a, const struct stage *stage, struct reading *r)
{
	r->count = 0;
	for (size_t i = 0; i < a->tokens;) {
		size_t words = read_piece(a, stage, i, &r->piece[r->count]);
		if (words == 0 || r->piece[r->count].ambiguous)
			return false;
		r->count++;
		i += words;
	}
	return r->count > 0;
}

/* ---- keywords */

struct keywords_seen {
	unsigned alone;   /* bit 1 << enum keyword: can be nothing else */
	unsigned perhaps; /* a greeting: a filler beside another keyword, a keyword without one */
	bool named;       /* a language's name, which needs its keyword beside it */
	int language;
};

static void see(struct keywords_seen *seen, const struct piece *p, const struct str *codes, size_t codes_count)
{
	if (p->named_language >= 0)
		seen->language = p->named_language;
	if (!p->word) {
		seen->named = seen->named || !p->filler;
		return;
	}
	if (p->filler)
		seen->perhaps |= 1u << p->word->value;
	else
		seen->alone |= 1u << p->word->value;
	if (p->word->value == KEYWORD_LANG)
		for (size_t i = 0; i < codes_count; i++)
			if (str_eq_nocase(codes[i], p->text))
				seen->language = (int)i;
}

/* The only one; several are free text for a human, but a cry for help among them is heard ("urgent aide"). */
static enum keyword only(unsigned bits)
{
	const unsigned refusals = 1u << KEYWORD_STOP | 1u << KEYWORD_NO; /* "non urgent" */
	for (unsigned k = KEYWORD_NONE + 1; k <= KEYWORD_MORE; k++)
		if (bits == 1u << k)
			return (enum keyword)k;
	return bits >> KEYWORD_URGENT & 1 && !(bits & refusals) ? KEYWORD_URGENT : KEYWORD_NONE;
}

struct keyword_found {
	enum keyword keyword;
	int language;
	bool greeting; /* "bonjour", "hi": weaker than any other meaning */
};

static struct keyword_found read_keyword(const struct answer_text *a, const struct str *codes, size_t codes_count)
{
	const struct keyword_found none = { .keyword = KEYWORD_NONE, .language = -1 };
	struct keywords_seen seen = { .language = -1 };
	struct reading r;
	if (!read_answer(a, &keyword_stage, &r))
		return none;
	for (size_t i = 0; i < r.count; i++)
		see(&seen, &r.piece[i], codes, codes_count);
	if (seen.named && !(seen.alone >> KEYWORD_LANG & 1))
		return none;
	return (struct keyword_found){
		.keyword = only(seen.alone ? seen.alone : seen.perhaps),
		.language = seen.language,
		.greeting = seen.alone == 0,
	};
}

static void answer_keyword(const struct keyword_found *found, struct answer *out)
{
	if (found->keyword == KEYWORD_BACK)
		out->kind = ANSWER_BACK;
	else if (found->keyword == KEYWORD_MORE)
		out->kind = ANSWER_MORE;
	else
		*out = (struct answer){
			.kind = ANSWER_KEYWORD, .keyword = found->keyword, .language = found->language, .choice = -1
		};
}

/* ---- numbers */

/* The one number of a reading; -1: none, -2: several. */
static int one_number(const struct reading *r)
{
	int found = -1;
	for (size_t i = 0; i < r->count; i++) {
		const struct piece *p = &r->piece[i];
		int value = p->word ? p->word->value : p->number;
		if (value < 0)
			continue;
		if (found >= 0 && found != value)
			return -2;
		found = value;
	}
	return found;
}

static enum answer_kind navigation_key(const struct reading *r)
{
	static const struct {
		const char *key;
		enum answer_kind kind;
	} keys[] = { { "98", ANSWER_MORE }, { "99", ANSWER_BACK }, { "00", ANSWER_MENU } };
	const struct piece *typed = NULL;
	for (size_t i = 0; i < r->count; i++) {
		if (r->piece[i].number < 0)
			continue;
		if (typed)
			return ANSWER_NONE;
		typed = &r->piece[i];
	}
	for (size_t i = 0; typed && i < sizeof keys / sizeof *keys; i++)
		if (str_eq_z(typed->text, keys[i].key))
			return keys[i].kind;
	return ANSWER_NONE;
}

static bool accepts(const struct question *q, int number)
{
	for (size_t i = 0; q && i < q->options; i++)
		if (q->numbers[i] == number)
			return true;
	return false;
}

static void answer_number(const struct question *q, int number, struct answer *out)
{
	if (accepts(q, number))
		out->kind = ANSWER_CHOICE, out->choice = number;
}

/* ---- labels */

/* Without the fillers in front and behind; empty when there is nothing else. */
static struct str core(const struct answer_text *a)
{
	struct piece p;
	size_t first = 0, end = a->tokens, n;
	while (first < end && (n = read_piece(a, &filler_stage, first, &p)) > 0)
		first += n;
	for (n = FORM_TOKENS; n > 0; n--)
		while (end - first >= n &&
		       look_up(a, &filler_stage,
			       str_span(a->token[end - n].at, a->token[end - 1].at + a->token[end - 1].len), &p))
			end -= n;
	return first < end ? str_span(a->token[first].at, a->token[end - 1].at + a->token[end - 1].len) : STR("");
}

static bool says_label(const struct answer_text *a, struct str label, int number)
{
	char storage[FOLDED_MAX];
	struct buf folded = buf_over(storage, sizeof storage);
	struct answer_text l = { .list = a->list };
	struct piece p;
	if (!label.at || text_fold(label, &folded) != 0 || folded.len == 0)
		return false;
	l.folded = buf_str(&folded);
	if (str_eq(a->folded, l.folded))
		return true;
	if (a->tokens > 1 && read_number(a, a->token[0], &p) && p.number == number &&
	    str_eq(str_from(a->folded, a->token[0].len + 1), l.folded)) /* "2 sante", as the line on the screen */
		return true;
	split_tokens(&l);
	struct str said = core(a);
	return said.len > 0 && str_eq(said, core(&l));
}

/* The number of the one option whose label the answer is; -1: none, or two have that label. */
static int label_choice(const struct answer_text *a, const struct question *q)
{
	int found = -1;
	for (size_t i = 0; q && q->labels && i < q->options; i++) {
		if (!says_label(a, q->labels[i], q->numbers[i]))
			continue;
		if (found >= 0)
			return -1;
		found = q->numbers[i];
	}
	return found;
}

/* ---- yes or no */

static enum answer_kind read_yes_no(const struct answer_text *a)
{
	struct reading r;
	enum answer_kind found = ANSWER_NONE;
	if (!read_answer(a, &yes_no_stage, &r))
		return ANSWER_NONE;
	for (size_t i = 0; i < r.count; i++) {
		if (!r.piece[i].word)
			continue;
		enum answer_kind kind = r.piece[i].word->kind == WORD_YES ? ANSWER_YES : ANSWER_NO;
		if (found != ANSWER_NONE && found != kind)
			return ANSWER_NONE;
		found = kind;
	}
	return found;
}

/* ---- all together */

/* Digits alone, fillers aside: a key or a number.  false: there are none. */
static bool match_digits(const struct answer_text *a, const struct question *q, struct answer *out)
{
	struct reading r;
	if (!read_answer(a, &digit_stage, &r))
		return false;
	int number = one_number(&r);
	if (number == -1)
		return false;
	out->kind = navigation_key(&r);
	if (out->kind == ANSWER_NONE)
		answer_number(q, number, out);
	return out->kind != ANSWER_NONE;
}

/* A label, or a number written out.  true: it was one of them, understood or not. */
static bool match_option(const struct answer_text *a, const struct question *q, struct answer *out)
{
	struct reading r;
	int label = label_choice(a, q);
	int number = read_answer(a, &number_stage, &r) ? one_number(&r) : -1;
	/* "deux" that is the label of option 1: nobody can tell which is meant. */
	if (label >= 0 && (number == label || !accepts(q, number)))
		answer_number(q, label, out);
	else if (label < 0)
		answer_number(q, number, out);
	return label >= 0 || number != -1;
}

static void match_words(const struct answer_text *a, const struct question *q, const struct str *codes, size_t codes_count,
			struct answer *out)
{
	const struct keyword_found found = read_keyword(a, codes, codes_count);
	bool yes_no = q && q->yes_no;
	bool waits = found.greeting || (yes_no && found.keyword == KEYWORD_NO);
	if (found.keyword == KEYWORD_STOP) {
		answer_keyword(&found, out);
		return;
	}
	if (match_option(a, q, out))
		return;
	if (yes_no && (found.keyword == KEYWORD_NONE || waits))
		out->kind = read_yes_no(a);
	if (out->kind != ANSWER_NONE || found.keyword == KEYWORD_NONE)
		return;
	if (yes_no && found.keyword == KEYWORD_NO)
		out->kind = ANSWER_NO;
	else
		answer_keyword(&found, out);
}

void match_answer(const struct words *words, struct str input, const struct question *question, const struct str *codes,
		  size_t codes_count, int lang, struct answer *out)
{
	char storage[FOLDED_MAX];
	struct buf folded = buf_over(storage, sizeof storage);
	struct answer_text a = {
		.list = words->list,
		.languages = lang < 0 ? UINT32_MAX : UINT32_C(1) << lang,
	};
	assert(lang < CODES_MAX && codes_count <= CODES_MAX);
	*out = (struct answer){ .kind = ANSWER_NONE, .language = -1, .choice = -1 };
	if (text_fold(input, &folded) != 0 || folded.len == 0)
		return;
	a.folded = buf_str(&folded);
	split_tokens(&a);
	if (!match_digits(&a, question, out))
		match_words(&a, question, codes, codes_count, out);
}
