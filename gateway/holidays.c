#include "gateway/holidays.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 };

struct version { /* never freed: whoever was given it may still hold it */
	struct holidays days;
	struct version *before;
};

static struct kept {
	char path[512];
	struct version *now;     /* NULL: never read */
	struct timespec written; /* of the file that was looked at last, good or broken */
	bool looked;
} kept[CONFIG_COUNTRIES_MAX];
static size_t kept_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int holidays_read(const struct country *country, struct holidays *out, struct err *err)
{
	char *bytes = malloc(FILE_MAX);
	int fd = bytes ? open(country->holidays.at, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
	ssize_t n = fd >= 0 ? read(fd, bytes, FILE_MAX) : -1;
	int rc = !bytes ? -ENOMEM : n < 0 ? -errno : n == FILE_MAX ? -EFBIG : 0;
	if (fd >= 0)
		(void)close(fd);
	if (rc != 0)
		(void)err_set(err, rc, "%.*s: cannot be read: %s", STR_ARG(country->holidays), strerror(-rc));
	else
		rc = holidays_parse(country->holidays, (struct str){ bytes, (size_t)n }, out, err);
	free(bytes);
	return rc;
}

static void read_anew(struct kept *k, const struct country *country)
{
	struct err err = { "" };
	struct version *fresh = malloc(sizeof *fresh);
	if (!fresh)
		return;
	if (holidays_read(country, &fresh->days, &err) == 0) {
		fresh->before = k->now;
		k->now = fresh;
		return;
	}
	/* The sentence names a file and a line in it, never a person. */
	(void)fprintf(stderr, "wasl: %s: %s\n", k->now ? "the old holidays stay" : "no holidays", err.text);
	free(fresh);
}

static struct kept *find_kept(const struct country *country)
{
	for (size_t i = 0; i < kept_count; i++)
		if (str_eq_z(country->holidays, kept[i].path))
			return &kept[i];
	if (kept_count == CONFIG_COUNTRIES_MAX || !str_copy(country->holidays, kept[kept_count].path, sizeof kept[0].path))
		return NULL;
	return &kept[kept_count++];
}

static const struct holidays *look(const struct country *country)
{
	struct stat st;
	struct kept *k = find_kept(country);
	if (!k)
		return NULL;
	bool there = stat(k->path, &st) == 0;
	bool changed = there && (st.st_mtim.tv_sec != k->written.tv_sec || st.st_mtim.tv_nsec != k->written.tv_nsec);
	if (there)
		k->written = st.st_mtim;
	if (!k->looked || changed)
		read_anew(k, country);
	k->looked = true;
	return k->now ? &k->now->days : NULL;
}

const struct holidays *holidays_of(const struct country *country)
{
	if (country->holidays.len == 0)
		return NULL;
	(void)pthread_mutex_lock(&lock);
	const struct holidays *days = look(country);
	(void)pthread_mutex_unlock(&lock);
	return days;
}
