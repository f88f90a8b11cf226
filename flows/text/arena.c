#include "flows/text/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int arena_new(struct arena *a, size_t size)
{
	*a = (struct arena){ .block = malloc(size), .size = size };
	return a->block ? 0 : -ENOMEM;
}

void arena_free(struct arena *a)
{
	free(a->block);
	*a = (struct arena){ 0 };
}

void arena_reset(struct arena *a)
{
	a->used = 0;
}

size_t arena_mark(const struct arena *a)
{
	return a->used;
}

void arena_back(struct arena *a, size_t mark)
{
	a->used = mark;
}

void *arena_raw(struct arena *a, size_t size)
{
	size_t start = (a->used + 15) & ~(size_t)15;
	if (start > a->size || size > a->size - start)
		return NULL;
	a->used = start + size;
	return a->block + start;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *bytes = arena_raw(a, size);
	return bytes ? memset(bytes, 0, size) : NULL;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return arena_alloc(a, bytes);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *copy = s.len < SIZE_MAX ? arena_raw(a, s.len + 1) : NULL;
	if (!copy)
		return (struct str){ NULL, 0 };
	copy[s.len] = '\0';
	if (s.len)
		memcpy(copy, s.at, s.len);
	return (struct str){ copy, s.len };
}
