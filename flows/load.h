/* Definitions -> book.  All or nothing: a broken file leaves no book and an err with file, line and JSON path. */
#ifndef FLOWS_LOAD_H
#define FLOWS_LOAD_H

#include "flows/err.h"
#include "flows/flow.h"

/* One file of the definitions: *.json flows, messages.json, languages.json, keywords.tsv, words.tsv, phones.tsv, lint.tsv.
 * Told apart by the end of the name; another name is an error. */
struct source {
	struct str name;  /* as the person knows it: "flows/definitions/control.json" */
	struct str bytes;
};

/* What the book must hold: the programme's languages in their order (all must be complete), and which optional states
 * (HEALTH, NAME, PIN) return_request walks through. */
struct load_options {
	const struct str *languages; /* NULL: all that languages.json names */
	size_t languages_count;
	const struct str *optional_states;
	size_t optional_states_count;
};

int book_load(struct book *book, const struct source *sources, size_t count, const struct load_options *options,
	      struct err *err) __attribute__((warn_unused_result)); /* 0 or -EINVAL, -ENOMEM */
/* Adds an older version of a flow, its flow->source as stored, behind the current ones, so that a conversation finishes
 * on the words it began with.  A version that is there already is left as it is.  0, -EINVAL, -ENOMEM (also: too many). */
int book_add_version(struct book *book, struct source old, struct err *err) __attribute__((warn_unused_result));
void book_free(struct book *book);

#endif
