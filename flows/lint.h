/* Words that a text must not hold: promises and pressure anywhere, anything telling in a quiet text (domain.md 2.4, 2.6,
 * decision 12).  They are data, flows/definitions/lint.tsv; a finding is for a person to judge. */
#ifndef FLOWS_LINT_H
#define FLOWS_LINT_H

#include "flows/err.h"
#include "flows/text/arena.h"
#include "flows/text/str.h"

enum lint_kind {
	LINT_PROMISE,   /* a promise or pressure: in no text */
	LINT_TELLING,   /* says too much: not in a quiet text */
	LINT_NEVER,     /* never sent at all: domain.md 2.6 */
	LINT_CALL,      /* promises a call: not to a person who said "do not call me" */
	LINT_DANGER,    /* in what people write: flags it for a person, decides nothing (domain.md 2.5, decision 12) */
};

struct lint_word {
	enum lint_kind kind;
	struct str language; /* "*" = every language */
	struct str folded;   /* with spaces around, as lint_find() compares */
	struct str word;     /* as it stands in the file */
};

struct lint {
	const struct lint_word *words;
	size_t count;
};

/* Columns: kind (promise, telling, never, call, danger), language, word, reviewed.  0, -EINVAL with the line in err, -ENOMEM. */
int lint_load(struct lint *lint, struct str tsv, struct arena *arena, struct err *err)
	__attribute__((warn_unused_result));
/* The first word of the kind that text holds as whole words, or NULL. */
const struct lint_word *lint_find(const struct lint *lint, enum lint_kind kind, struct str language, struct str text);

/* The same in every language: who writes uses any. */
const struct lint_word *lint_find_any(const struct lint *lint, enum lint_kind kind, struct str text);

#endif
