/* A place to write text into, with a ceiling.
 *
 * The buf writes into storage of the caller (an array, a piece of an arena) and never grows it.  What does not fit is
 * not written at all and sets `full`: check it once, at the end, before the result is used.  Nothing is ever cut. */
#ifndef FLOWS_TEXT_BUF_H
#define FLOWS_TEXT_BUF_H

#include "flows/text/arena.h"
#include "flows/text/str.h"

struct buf {
	char *at;
	size_t len, cap;
	bool full;
};

struct buf buf_over(void *storage, size_t cap);
struct buf buf_new(struct arena *a, size_t cap); /* the arena is full: a buf that is full from the start */
void buf_clear(struct buf *b);                   /* empty again, full no longer */
struct str buf_str(const struct buf *b);

void buf_put(struct buf *b, struct str s);
void buf_put_z(struct buf *b, const char *z);
void buf_put_char(struct buf *b, char c);
void buf_put_code_point(struct buf *b, uint32_t code_point); /* as UTF-8; surrogates and > 10FFFF set full */
void buf_put_i64(struct buf *b, int64_t n);
void buf_put_hex(struct buf *b, const void *bytes, size_t len); /* lower case */
/* For formats that are literals of ours: numbers, names from our own tables.  Never with text from outside. */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
