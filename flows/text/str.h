/* Bytes with a length: the only way text travels in Wasl.
 *
 * A struct str borrows: it never owns what it points at and is never NUL-terminated.  Whoever made the bytes keeps
 * them alive.  NUL is an ordinary byte.  Text that is stored in a struct str inside the house has passed
 * utf8_valid() or utf8_repair() at the door. */
#ifndef FLOWS_TEXT_STR_H
#define FLOWS_TEXT_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char *at;
	size_t len;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
/* For printf-like functions: printf("%.*s", STR_ARG(s)).  Never for text of a person. */
#define STR_ARG(s) (int)(s).len, (s).at

struct str str_of(const char *z); /* z may be NULL: the empty str */
struct str str_span(const char *from, const char *to);
bool str_eq(struct str a, struct str b);
bool str_eq_z(struct str a, const char *z);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only: header names, media types */
int str_cmp(struct str a, struct str b);        /* byte order, shorter first */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
struct str str_from(struct str s, size_t start);             /* start > len: the empty str */
struct str str_slice(struct str s, size_t start, size_t end); /* both clamped to len */
struct str str_trim(struct str s);                           /* ASCII white space */

/* Takes the part of *rest before sep and moves *rest behind it.  false when *rest was already used up (at == NULL). */
bool str_split(struct str *rest, char sep, struct str *part);

/* Copies s with a NUL into dst.  false, and dst is "", when it does not fit or holds a NUL: nothing is ever cut. */
bool str_copy(struct str s, char *dst, size_t cap) __attribute__((warn_unused_result));

/* Decimal digits only, no sign, no space.  false on anything else or overflow. */
bool str_to_u64(struct str s, uint64_t *out) __attribute__((warn_unused_result));

#endif
