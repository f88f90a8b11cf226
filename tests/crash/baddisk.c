/* LD_PRELOAD: a disk that goes bad under a running daemon, for files called wasl.db and what SQLite puts beside it.
 *
 * As long as the file WASL_BAD_DISK names is there, its one word says how: "full" (each write has no room), "broken" (each
 * sync fails).  Else everything passes. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool disk_is(const char *how)
{
	const char *path = getenv("WASL_BAD_DISK");
	char word[16] = "";
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return false;
	ssize_t n = read(fd, word, sizeof word - 1);
	(void)close(fd);
	return n > 0 && strncmp(word, how, strlen(how)) == 0;
}

static bool is_of_database(int fd)
{
	char link[40], path[4096];
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	const char *name = strrchr(path, '/');
	return name && strncmp(name, "/wasl.db", 8) == 0;
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset);
ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
	ssize_t (*real)(int, const void *, size_t, off64_t);
	*(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
	if (disk_is("full") && is_of_database(fd)) {
		errno = ENOSPC;
		return -1;
	}
	return real(fd, bytes, len, offset);
}

static int sync_with(const char *name, int fd)
{
	int (*real)(int);
	*(void **)&real = dlsym(RTLD_NEXT, name);
	int rc = real(fd);
	if (disk_is("broken") && is_of_database(fd)) {
		errno = EIO;
		return -1;
	}
	return rc;
}

int fdatasync(int fd)
{
	return sync_with("fdatasync", fd);
}

int fsync(int fd)
{
	return sync_with("fsync", fd);
}
