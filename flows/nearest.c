#include "flows/nearest.h"

enum { LONGEST = 64 };

static unsigned char plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned char)(c - 'A' + 'a');
	return c == '-' ? '_' : (unsigned char)c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: three rows of the table are enough. */
static size_t distance(struct str a, struct str b)
{
	size_t rows[3][LONGEST + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	for (size_t j = 0; j <= b.len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			bool same = plain(a.at[i - 1]) == plain(b.at[j - 1]);
			now[j] = least(last[j - 1] + !same, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && plain(a.at[i - 1]) == plain(b.at[j - 2]) &&
			    plain(a.at[i - 2]) == plain(b.at[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		size_t *free_row = before;
		before = last;
		last = now;
		now = free_row;
	}
	return last[b.len];
}

const char *nearest(struct str typed, const char *const *words)
{
	const char *best = NULL;
	size_t best_distance = typed.len / 3 + 1;
	if (typed.len == 0 || typed.len > LONGEST)
		return NULL;
	if (typed.len < 3)
		best_distance = 1;
	for (; *words; words++) {
		struct str word = str_of(*words);
		if (word.len > LONGEST)
			continue;
		size_t d = distance(typed, word);
		if (d < word.len && (best ? d < best_distance : d <= best_distance)) {
			best = *words;
			best_distance = d;
		}
	}
	return best;
}
