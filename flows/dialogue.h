/* Written dialogues: what a person types, what must be on the screen, and what must be known afterwards.
 *
 * The format is described in tests/dialogue/README.md.  Here a dialogue is walked on the engine alone, in a small world
 * without disk and clock; the same files are walked over HTTP elsewhere. */
#ifndef FLOWS_DIALOGUE_H
#define FLOWS_DIALOGUE_H

#include "flows/engine.h"

/* line: of the dialogue, from 1. */
typedef void dialogue_fn(unsigned line, const char *says, void *user);

/* Walks text with book; calls report for every difference.  Returns the number of differences; a dialogue that cannot
 * be read counts as one, with the line and the reason. */
size_t dialogue_run(const struct book *book, struct str text, dialogue_fn *report, void *user);

#endif
