/* Files packed into one archive, locked with a password when there is one: ZIP with AES-256 (WinZip's AE-2), which 7-Zip, WinZip,
 * Keka and macOS open.  The only door to libzip.
 *
 * The archive is streamed: memory does not grow with what is packed.  The password is the caller's to forget. */
#ifndef GATEWAY_PARCEL_H
#define GATEWAY_PARCEL_H

#include "gateway/outfile.h"

struct parcel_member {
	const char *name;  /* in the archive */
	const char *path;  /* read from there, or, when NULL, */
	struct str bytes;  /* from here */
};

enum { PARCEL_PASSWORD_MIN = 8, PARCEL_PASSWORD_MAX = 64 }; /* bytes */

/* Writes to the unnamed file out, which the caller keeps or drops.  password: NULL or "": none.
 * 0, or -EIO, -ENOSPC, -ENOMEM with err. */
int parcel_write(struct outfile *out, const struct parcel_member *members, size_t count, const char *password, struct err *err)
	__attribute__((warn_unused_result));

#endif
