#include "flows/lint.h"

#include "flows/text/fold.h"

#include <errno.h>
#include <string.h>

enum { TEXT_MAX_BYTES = 16384 }; /* the longest message, folded */

/* Folded, one space before and behind: whole words are found as a plain substring.  An apostrophe ends a word here:
 * the OIM of "L'OIM" is found. */
static bool fold_padded(struct str text, struct buf *out)
{
	char storage[TEXT_MAX_BYTES];
	struct buf apart = buf_over(storage, sizeof storage);
	for (size_t i = 0; i < text.len; i++) {
		bool curly = str_starts(str_from(text, i), STR("\xe2\x80\x99"));
		buf_put_char(&apart, text.at[i] == '\'' || curly ? ' ' : text.at[i]);
		i += curly ? 2 : 0;
	}
	buf_put_char(out, ' ');
	if (apart.full || text_fold(buf_str(&apart), out))
		return false;
	buf_put_char(out, ' ');
	return !out->full;
}

static bool kind_named(struct str name, enum lint_kind *kind)
{
	static const char *const names[] = { "promise", "telling", "never", "call", "danger" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq_z(name, names[i])) {
			*kind = (enum lint_kind)i;
			return true;
		}
	return false;
}

static int load_line(struct lint_word *word, struct str line, struct arena *arena)
{
	struct str kind, language, text;
	char storage[256];
	struct buf folded = buf_over(storage, sizeof storage);
	if (!str_split(&line, '\t', &kind) || !str_split(&line, '\t', &language) || !str_split(&line, '\t', &text))
		return -EINVAL;
	if (!kind_named(kind, &word->kind) || language.len == 0 || text.len == 0 || !fold_padded(text, &folded))
		return -EINVAL;
	word->language = arena_str(arena, language);
	word->word = arena_str(arena, text);
	word->folded = arena_str(arena, buf_str(&folded));
	return word->language.at && word->word.at && word->folded.at ? 0 : -ENOMEM;
}

int lint_load(struct lint *lint, struct str tsv, struct arena *arena, struct err *err)
{
	size_t lines = 1, line_number = 0;
	bool head = false;
	for (size_t i = 0; i < tsv.len; i++)
		lines += tsv.at[i] == '\n';
	struct lint_word *words = arena_array(arena, lines, sizeof *words);
	if (!words)
		return err_set(err, -ENOMEM, "too large");
	struct str rest = tsv, line;
	while (str_split(&rest, '\n', &line)) {
		line_number++;
		line = str_trim(line);
		if (line.len == 0 || line.at[0] == '#')
			continue;
		if (!head) {
			head = true;
			continue;
		}
		int rc = load_line(&words[lint->count], line, arena);
		if (rc)
			return err_set(err, rc, "line %zu: must hold kind, language and word, with tabs between them",
				       line_number);
		lint->count++;
	}
	lint->words = words;
	return 0;
}

static bool holds(struct str text, struct str part)
{
	return part.len <= text.len && memmem(text.at, text.len, part.at, part.len) != NULL;
}

static const struct lint_word *find(const struct lint *lint, enum lint_kind kind, const struct str *language, struct str text)
{
	char storage[TEXT_MAX_BYTES];
	struct buf folded = buf_over(storage, sizeof storage);
	if (!fold_padded(text, &folded))
		return NULL;
	for (size_t i = 0; i < lint->count; i++) {
		const struct lint_word *w = &lint->words[i];
		bool spoken = !language || str_eq(w->language, *language) || str_eq_z(w->language, "*");
		if (w->kind == kind && spoken && holds(buf_str(&folded), w->folded))
			return w;
	}
	return NULL;
}

const struct lint_word *lint_find(const struct lint *lint, enum lint_kind kind, struct str language, struct str text)
{
	return find(lint, kind, &language, text);
}

const struct lint_word *lint_find_any(const struct lint *lint, enum lint_kind kind, struct str text)
{
	return find(lint, kind, NULL, text);
}
