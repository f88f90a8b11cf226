/* What kind of character a code point is (Unicode 15, general categories), without a locale. */
#ifndef FLOWS_TEXT_CODE_POINT_H
#define FLOWS_TEXT_CODE_POINT_H

#include <stdbool.h>
#include <stdint.h>

/* The value of a decimal digit of any script (Nd): 0..9, or -1.  NFKC leaves most of them alone: it does not make U+0663
 * a 3 (text.md 0.7). */
int digit_value(int32_t code_point);

bool is_letter(int32_t code_point);    /* L* */
bool is_word_part(int32_t code_point); /* L*, M*, N* */

#endif
