/* The conversations a daemon or a command works with: the folder the configuration names, else those inside the
 * binary.  Whoever loads a book frees it with book_free(). */
#ifndef GATEWAY_DEFINITIONS_H
#define GATEWAY_DEFINITIONS_H

#include "flows/score.h"
#include "gateway/config.h"

enum { DEFINITIONS_MAX = 96, DEFINITION_BYTES_MAX = 2 * 1024 * 1024 };

struct definitions { /* the files as read; sources[].name is folder and file, or the file's own name when embedded */
	struct source sources[DEFINITIONS_MAX];
	size_t count;
	struct arena arena;
};

/* Reads *.json and *.tsv of folder, in order of their names; folder empty: the embedded files.  0; -EINVAL, -ENOENT,
 * -EIO, -EFBIG or -ENOMEM with err filled. */
int definitions_read(struct definitions *d, struct str folder, struct err *err) __attribute__((warn_unused_result));
void definitions_free(struct definitions *d);

/* Reads and loads with what the configuration says (NULL: the embedded files, all languages).  0, or negative with err
 * filled: file, line and path. */
int definitions_load(struct book *book, const struct config *config, struct err *err)
	__attribute__((warn_unused_result));
/* The instruments of the check-ins: the file that the configuration's "weights" names, else the one in the binary.  0, or
 * negative with err filled. */
int definitions_weights(struct weights *weights, const struct config *config, struct err *err)
	__attribute__((warn_unused_result));

#endif
