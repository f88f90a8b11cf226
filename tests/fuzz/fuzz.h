/* What every fuzz target shares.  A target is one file here with LLVMFuzzerTestOneInput(); its corpus is
 * tests/fuzz/corpus/<name>/.  A broken property is an abort, so that libFuzzer keeps the input. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "flows/embedded.h"
#include "flows/text/arena.h"
#include "flows/text/str.h"
#include "flows/text/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(cond) \
	((cond) ? (void)0 : (fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #cond), abort()))

/* One byte off the front of the input; 0 when it is used up. */
static inline unsigned fuzz_byte(struct str *in)
{
	if (in->len == 0)
		return 0;
	unsigned byte = (unsigned char)in->at[0];
	*in = str_from(*in, 1);
	return byte;
}

/* As at the door: what is malformed becomes U+FFFD. */
static inline struct str fuzz_text(const uint8_t *data, size_t size, char *storage, size_t cap)
{
	struct buf b = buf_over(storage, cap);
	(void)utf8_repair((struct str){ (const char *)data, size }, &b);
	return buf_str(&b);
}

static inline struct str fuzz_embedded(const char *name)
{
	for (const struct embedded_file *f = flow_files; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return (struct str){ f->bytes, f->len };
	abort();
}

#endif
