/* Decimal digits of every script (Unicode 15, general category Nd).  NFKC leaves most of them alone: it does not make
 * U+0663 a 3 (text.md 0.7). */
#ifndef FLOWS_TEXT_DIGITS_H
#define FLOWS_TEXT_DIGITS_H

#include <stdint.h>

int digit_value(int32_t code_point); /* 0..9, or -1 */

#endif
