/* What a person typed, made comparable (text.md 3.1).  Both functions are idempotent and expect valid UTF-8. */
#ifndef FLOWS_TEXT_FOLD_H
#define FLOWS_TEXT_FOLD_H

#include "flows/text/buf.h"

/* NFKC, controls and invisible marks dropped, every decimal digit as ASCII, white space as one space, trimmed: for
 * names, numbers and dates.  0, or -ENOBUFS. */
int text_normalise(struct str in, struct buf *out) __attribute__((warn_unused_result));
/* text_normalise(), then case, accents, Arabic letter variants, punctuation and repeated letters folded: for matching
 * only, never shown or stored.  0, or -ENOBUFS. */
int text_fold(struct str in, struct buf *out) __attribute__((warn_unused_result));

#endif
