/* How wide text stands in a terminal: marks and joiners none, most characters one column, CJK and emoji two.
 *
 * Unicode's own table (utf8proc).  A terminal may think otherwise about a character newer than its font; nothing but the
 * look of a frame depends on it. */
#ifndef FLOWS_TEXT_COLUMNS_H
#define FLOWS_TEXT_COLUMNS_H

#include "flows/text/str.h"

unsigned columns_of(int32_t code_point); /* 0, 1 or 2; control characters: 0 */
size_t columns_count(struct str text);   /* a malformed sequence counts as one */

#endif
