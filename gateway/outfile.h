/* A file that is there whole or not at all.
 *
 * It is written without a name, in the folder where it will stand, 0600, and gets its name when it is complete and synced: a
 * process that is killed leaves nothing behind.  Where the file system cannot do that, it has a temporary name until then.
 * A file that is to go to stdout is made in memory: spreadsheets are not written from their beginning to their end. */
#ifndef GATEWAY_OUTFILE_H
#define GATEWAY_OUTFILE_H

#include "flows/err.h"

#include <stdio.h>

struct outfile {
	int fd;
	char path[4096];      /* where it will stand; "" stdout */
	char temporary[4128]; /* its name until then; "" none */
	char by_fd[32];       /* a path that opens it, for libraries that want one */
};

/* path is copied; NULL: stdout.  0, or negative with err; -EISDIR: no file can stand there. */
int outfile_open(struct outfile *out, const char *path, struct err *err) __attribute__((warn_unused_result));
FILE *outfile_stream(struct outfile *out);  /* to write to; closed by the caller before outfile_keep(); NULL: no memory */
int outfile_keep(struct outfile *out, struct err *err) __attribute__((warn_unused_result)); /* replaces what stands there */
void outfile_drop(struct outfile *out);     /* harmless after outfile_keep() */

#endif
