#include "flows/match.h"

#include "flows/text/code_point.h"
#include "flows/text/fold.h"
#include "flows/text/utf8.h"
#include "flows/words.h"

static bool means(const struct words *words, struct str word, enum keyword keyword)
{
	char storage[128];
	struct buf folded = buf_over(storage, sizeof storage);
	size_t count;
	if (text_fold(word, &folded) != 0)
		return false;
	const struct word *w = words_find(words->list, buf_str(&folded), &count);
	for (size_t i = 0; i < count; i++)
		if (w[i].kind == WORD_KEYWORD && w[i].value == (int)keyword)
			return true;
	return false;
}

bool match_mentions(const struct words *words, struct str text, enum keyword keyword)
{
	const char *at = text.at, *end = text.at + text.len, *from = NULL;
	while (at < end) {
		const char *here = at;
		bool part = is_word_part(utf8_next(&at, end));
		if (part && !from)
			from = here;
		if (!from || (part && at < end))
			continue;
		if (means(words, str_span(from, part ? at : here), keyword))
			return true;
		from = NULL;
	}
	return false;
}
