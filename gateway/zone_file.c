/* The one place that reads /usr/share/zoneinfo. */
#include "gateway/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { KEPT_MAX = 64, FILE_MAX = 64 * 1024, LOOK_AGAIN_S = 60 };

struct version { /* never freed: whoever was given it may still hold it */
	struct zone zone;
	struct version *before;
};

static struct kept {
	char name[64];
	struct version *now;
	struct timespec written;
	time_t looked;          /* monotonic */
} kept[KEPT_MAX];
static size_t kept_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool name_is_good(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' ||
		      c == '+'))
			return false;
	}
	return name.len > 0 && name.at[0] != '/';
}

static int read_zone(const char *name, struct version **now, struct timespec *written)
{
	static char bytes[FILE_MAX]; /* under the lock */
	char path[128];
	struct stat st;
	(void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	ssize_t n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, bytes, sizeof bytes) : -1;
	(void)close(fd);
	struct version *fresh = n > 0 ? malloc(sizeof *fresh) : NULL;
	if (!fresh)
		return n > 0 ? -ENOMEM : -EIO;
	int rc = zone_parse((struct str){ bytes, (size_t)n }, &fresh->zone);
	if (rc != 0) {
		free(fresh);
		return rc;
	}
	fresh->before = *now;
	*now = fresh;
	*written = st.st_mtim;
	return 0;
}

static bool was_replaced(const struct kept *k)
{
	char path[128];
	struct stat st;
	(void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", k->name);
	return stat(path, &st) == 0 && (st.st_mtim.tv_sec != k->written.tv_sec || st.st_mtim.tv_nsec != k->written.tv_nsec);
}

static const struct zone *find_kept(const char *name, time_t now)
{
	struct kept *k = NULL;
	for (size_t i = 0; i < kept_count && !k; i++)
		if (strcmp(kept[i].name, name) == 0)
			k = &kept[i];
	if (!k && kept_count < KEPT_MAX) {
		k = &kept[kept_count];
		*k = (struct kept){ .looked = now };
		(void)snprintf(k->name, sizeof k->name, "%s", name);
		if (read_zone(name, &k->now, &k->written) != 0)
			return NULL;
		kept_count++;
	} else if (k && now - k->looked >= LOOK_AGAIN_S) {
		k->looked = now;
		if (was_replaced(k)) /* a broken one: the old one stays */
			(void)read_zone(name, &k->now, &k->written);
	}
	return k ? &k->now->zone : NULL;
}

const struct zone *zone_find(struct str name)
{
	char z[64];
	struct timespec now;
	if (!name_is_good(name) || !str_copy(name, z, sizeof z))
		return NULL;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)pthread_mutex_lock(&lock);
	const struct zone *zone = find_kept(z, now.tv_sec);
	(void)pthread_mutex_unlock(&lock);
	return zone;
}
