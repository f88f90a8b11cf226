/* "Did you mean": the word of a list that a mistyped one was probably meant to be. */
#ifndef FLOWS_NEAREST_H
#define FLOWS_NEAREST_H

#include "flows/text/str.h"

/* words ends with NULL.  The word with the smallest edit distance (insert, delete, replace, swap of neighbours; letter
 * case, "-" and "_" count as equal), when that is small for its length; the first of equals.  NULL: nothing is near. */
const char *nearest(struct str typed, const char *const *words);

#endif
