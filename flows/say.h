/* What a person reads: a prompt in a language, its placeholders filled, its options as lines, its pages.
 *
 * A placeholder that nobody can fill never shows: the sentence that holds it is dropped (domain.md, decision 5), and
 * where nothing would be left only the placeholder is. */
#ifndef FLOWS_SAY_H
#define FLOWS_SAY_H

#include "flows/guard.h"
#include "flows/text/paginate.h"
#include "flows/text/transliterate.h"

struct speech { /* a prompt, ready to be shown */
	const struct text *text;
	struct str title;
	struct str lines[OPTIONS_MAX]; /* "1 Guinee" */
	size_t lines_count;
};

/* The first prompt of the state whose guard holds; when none does, the last.  NULL: the state says nothing. */
const struct prompt *say_choose(const struct state *state, const struct scope *scope);

/* column: index of the language to speak.  0, or -ENOMEM. */
int say_prompt(const struct prompt *prompt, const struct scope *scope, int column, struct arena *arena,
	       struct speech *out) __attribute__((warn_unused_result));
/* A shared text alone; opts fills {opts}.  .at == NULL: the arena is full, or there is no such text. */
struct str say_message(const char *key, const struct scope *scope, int column, struct str opts, struct arena *arena);
/* "1-4": what may be typed; "" where it is not a digit.  .at == NULL: the arena is full. */
struct str say_range(const struct prompt *prompt, const struct state *state, const struct scope *scope, int column,
		     struct arena *arena);

/* What the channel carries of a final text (facts->encoding); doing it twice changes nothing.  .at == NULL: the arena is
 * full. */
struct str say_sent(struct str text, const struct scope *scope, int column, struct arena *arena);
/* Title and lines as the channel carries them: all of them in GSM-7 or none (text.md 1.4), before they are cut into pages.
 * lang: code of the language.  0, or -ENOMEM. */
int say_transliterate(struct speech *speech, enum transliteration policy, struct str lang, struct arena *arena)
	__attribute__((warn_unused_result));

/* One text, as an SMS: title and lines.  .at == NULL: the arena is full. */
struct str say_whole(const struct speech *speech, struct arena *arena);
enum say_back {
	SAY_BACK_NOWHERE, /* a final text: "99" is not offered at all */
	SAY_BACK_PAGE,    /* only to the page before */
	SAY_BACK_STATE,   /* also to a question before this one, where that costs no further page */
};
/* USSD, as sent: pages of what say_transliterate() makes of it.  0 or -ENOMEM.  What cannot be cut into pages
 * is one page (flow check finds it before). */
int say_pages(const struct speech *speech, const struct scope *scope, int column, enum say_back back,
	      struct arena *arena, struct pages *out) __attribute__((warn_unused_result));

/* Fills {name} by lookup(); exported for `flow check`.  0, or -ENOBUFS. */
typedef struct str placeholder_fn(struct str name, const void *user); /* .at == NULL: not known */
int say_fill(struct str text, placeholder_fn *lookup, const void *user, struct buf *out)
	__attribute__((warn_unused_result));

#endif
