#include "gateway/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int folder_of(const char *path, char *folder, size_t cap)
{
	const char *slash = strrchr(path, '/');
	struct str whole = slash ? str_span(path, slash == path ? slash + 1 : slash) : STR(".");
	return str_copy(whole, folder, cap) ? 0 : -ENAMETOOLONG;
}

static void name_by_fd(struct outfile *out)
{
	(void)snprintf(out->by_fd, sizeof out->by_fd, "/proc/self/fd/%d", out->fd);
}

int outfile_open(struct outfile *out, const char *path, struct err *err)
{
	char folder[4096];
	*out = (struct outfile){ .fd = path ? -1 : memfd_create("wasl", MFD_CLOEXEC) };
	if (!path && out->fd < 0)
		return err_set(err, -errno, "no memory");
	if (!path) {
		name_by_fd(out);
		return 0;
	}
	if (!str_copy(str_of(path), out->path, sizeof out->path) || folder_of(path, folder, sizeof folder) != 0)
		return err_set(err, -ENAMETOOLONG, "the file's path is too long");
	out->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (out->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		(void)snprintf(out->temporary, sizeof out->temporary, "%s.XXXXXX", path);
		out->fd = mkostemp(out->temporary, O_CLOEXEC);
		if (out->fd < 0)
			out->temporary[0] = '\0';
	}
	if (out->fd < 0) {
		int code = errno;
		bool nowhere = code == ENOENT || code == ENOTDIR; /* no input is missing: the output has no place */
		return err_set(err, nowhere ? -EISDIR : -code, "%s: %s", folder, strerror(code));
	}
	name_by_fd(out);
	return 0;
}

FILE *outfile_stream(struct outfile *out)
{
	int fd = fcntl(out->fd, F_DUPFD_CLOEXEC, 3);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "wb");
	if (!to && fd >= 0)
		close(fd);
	return to;
}

static int print_whole(struct outfile *out, struct err *err)
{
	char block[16384];
	ssize_t n;
	off_t at = 0;
	for (; (n = pread(out->fd, block, sizeof block, at)) > 0; at += n)
		if (fwrite(block, 1, (size_t)n, stdout) != (size_t)n)
			break;
	bool good = n == 0 && fflush(stdout) == 0;
	outfile_drop(out);
	return good ? 0 : err_set(err, -EIO, "stdout could not be written");
}

int outfile_keep(struct outfile *out, struct err *err)
{
	if (!out->path[0])
		return print_whole(out, err);
	int rc = fsync(out->fd) == 0 ? 0 : -errno;
	if (rc == 0 && !out->temporary[0]) {
		/* a name nobody guesses, then over what stands there: linkat() alone refuses to replace */
		(void)snprintf(out->temporary, sizeof out->temporary, "%s.%d", out->path, (int)getpid());
		if (linkat(AT_FDCWD, out->by_fd, AT_FDCWD, out->temporary, AT_SYMLINK_FOLLOW) != 0) {
			rc = -errno;
			out->temporary[0] = '\0';
		}
	}
	if (rc == 0 && rename(out->temporary, out->path) != 0)
		rc = -errno;
	if (rc != 0)
		(void)err_set(err, 0, "%s: %s", out->path, strerror(-rc));
	else
		out->temporary[0] = '\0';
	outfile_drop(out);
	return rc;
}

void outfile_drop(struct outfile *out)
{
	if (out->temporary[0])
		(void)unlink(out->temporary);
	if (out->fd >= 0)
		close(out->fd);
	out->fd = -1;
	out->temporary[0] = '\0';
}
