/* Memory that is given back all at once.
 *
 * An arena hands out pieces of one block and never frees a piece.  The block has a fixed size, its ceiling; when it is
 * used up arena_alloc() returns NULL and the caller refuses the work (the item of the batch rolls back, the loader
 * reports).  Two lifetimes use it: the program (definitions, configuration) and the batch (one message).
 * The arena owns its block; pieces are zeroed and live until arena_reset() or arena_free(). */
#ifndef FLOWS_TEXT_ARENA_H
#define FLOWS_TEXT_ARENA_H

#include "flows/text/str.h"

struct arena {
	unsigned char *block;
	size_t used, size;
};

int arena_new(struct arena *a, size_t size) __attribute__((warn_unused_result)); /* 0, or -ENOMEM */
void arena_free(struct arena *a);
void arena_reset(struct arena *a); /* every piece is gone */

size_t arena_mark(const struct arena *a);
void arena_back(struct arena *a, size_t mark); /* pieces handed out since arena_mark() are gone */

/* Not zeroed: for bytes whose length is carried beside them.  arena_alloc() zeroes. */
void *arena_raw(struct arena *a, size_t size) __attribute__((warn_unused_result));
void *arena_alloc(struct arena *a, size_t size) __attribute__((warn_unused_result)); /* 16-aligned, zeroed, or NULL */
void *arena_array(struct arena *a, size_t count, size_t size) __attribute__((warn_unused_result));

/* A copy of s that lives as long as the arena, followed by a NUL outside its length.  at == NULL when full. */
struct str arena_str(struct arena *a, struct str s) __attribute__((warn_unused_result));

#endif
