#include "flows/text/code_point.h"
#include "flows/text/fold.h"
#include "flows/text/utf8.h"
#include "flows/words.h"

enum {
	TEXT_MAX = 1024, /* bytes; a longer answer to "how many" is free text */
	PIECES_MAX = 64,
};

/* A run of letters and digits. */
struct piece {
	struct str text;
	int64_t number; /* -1: a word */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const struct word *meaning(const struct words *words, struct str text, enum word_kind kind)
{
	char storage[128];
	struct buf folded = buf_over(storage, sizeof storage);
	size_t count;
	if (text_fold(text, &folded) != 0)
		return NULL;
	const struct word *w = words_find(words->list, buf_str(&folded), &count);
	for (size_t i = 0; i < count; i++)
		if (w[i].kind == kind)
			return &w[i];
	return NULL;
}

/* "20", "20ans", "age20", "3ans"; but a single digit glued to letters is a letter itself ("3afak", "la2"). */
static int64_t number_in(const struct words *words, struct str text)
{
	size_t start = 0, end;
	uint64_t value;
	while (start < text.len && !is_digit(text.at[start]))
		start++;
	for (end = start; end < text.len && is_digit(text.at[end]);)
		end++;
	for (size_t i = end; i < text.len; i++)
		if (is_digit(text.at[i]))
			return -1;
	struct str rest = str_from(text, end);
	bool counted = start == 0 && (rest.len == 0 || meaning(words, rest, WORD_UNIT) || meaning(words, rest, WORD_ORDINAL));
	if (!counted && end - start < 2)
		return -1;
	if (!str_to_u64(str_slice(text, start, end), &value) || value > INT32_MAX)
		return -1;
	return (int64_t)value;
}

/* false: too many pieces to be an answer to "how many". */
static bool split(const struct words *words, struct str text, struct piece *piece, size_t *count)
{
	const char *at = text.at, *end = text.at + text.len, *from = NULL;
	*count = 0;
	while (at < end) {
		const char *here = at;
		bool part = is_word_part(utf8_next(&at, end));
		if (part && !from)
			from = here;
		if (from && (!part || at == end)) {
			if (*count == PIECES_MAX)
				return false;
			struct str word = str_span(from, part ? at : here);
			piece[(*count)++] = (struct piece){ .text = word, .number = number_in(words, word) };
			from = NULL;
		}
	}
	return true;
}

static bool all_digits(struct str s)
{
	uint64_t value;
	return str_to_u64(s, &value);
}

/* What stands between two pieces. */
static struct str between(const struct piece *a, const struct piece *b)
{
	return str_span(a->text.at + a->text.len, b->text.at);
}

/* "20 000", "1.500": groups of three behind one to three digits.  Returns the pieces used. */
static size_t join_thousands(const struct piece *piece, size_t count, int64_t *value)
{
	size_t used = 1;
	*value = piece[0].number;
	if (!all_digits(piece[0].text) || piece[0].text.len > 3 || piece[0].text.at[0] == '0')
		return used;
	while (used < count && used < 3 && piece[used].text.len == 3 && all_digits(piece[used].text)) {
		struct str gap = between(&piece[used - 1], &piece[used]);
		if (!str_eq_z(gap, " ") && !str_eq_z(gap, ".") && !str_eq_z(gap, ",") && !str_eq_z(gap, "\u066C"))
			break;
		*value = *value * 1000 + piece[used++].number;
	}
	return used;
}

/* A minus right before the number and nothing right before the minus. */
static bool is_negative(struct str text, const struct piece *p)
{
	size_t at = (size_t)(p->text.at - text.at);
	return at > 0 && text.at[at - 1] == '-' && (at == 1 || text.at[at - 2] == ' ');
}

/* -1: none; -2: several, or a fraction, a range, a date. */
static int from_digits(struct str text, const struct piece *piece, size_t count, int64_t *out)
{
	bool found = false;
	for (size_t i = 0; i < count;) {
		int64_t value;
		if (piece[i].number < 0) {
			i++;
			continue;
		}
		size_t used = join_thousands(piece + i, count - i, &value);
		if (is_negative(text, &piece[i]))
			value = -value;
		if (found && value != *out)
			return -2;
		size_t next = i + used;
		if (next < count && piece[next].number >= 0) {
			struct str gap = between(&piece[next - 1], &piece[next]);
			if (gap.len == 0 || gap.at[0] != ' ')
				return -2;
		}
		*out = value;
		found = true;
		i = next;
	}
	return found ? 0 : -1;
}

static bool from_words(const struct words *words, const struct piece *piece, size_t count, int64_t *out)
{
	bool found = false;
	for (size_t i = 0; i < count; i++) {
		const struct word *w = meaning(words, piece[i].text, WORD_NUMBER);
		if (!w)
			continue;
		if (found && *out != w->value)
			return false;
		*out = w->value;
		found = true;
	}
	return found;
}

bool match_integer(const struct words *words, struct str input, int64_t *out)
{
	char storage[TEXT_MAX];
	struct buf text = buf_over(storage, sizeof storage);
	struct piece piece[PIECES_MAX];
	size_t count;
	int64_t value = 0;
	if (text_normalise(input, &text) != 0 || !split(words, buf_str(&text), piece, &count))
		return false;
	int rc = from_digits(buf_str(&text), piece, count, &value);
	if (rc == -1 && !from_words(words, piece, count, &value))
		return false;
	if (rc == -2)
		return false;
	*out = value;
	return true;
}
