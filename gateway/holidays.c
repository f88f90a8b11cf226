#include "gateway/holidays.h"

#include "db/holiday.h"
#include "gateway/log.h"

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
	struct err err = { .text = "" };
	struct version *fresh = malloc(sizeof *fresh);
	if (!fresh)
		return;
	if (holidays_read(country, &fresh->days, &err) == 0) {
		fresh->before = k->now;
		k->now = fresh;
		return;
	}
	/* The sentence names a file and a line in it, never a person. */
	log_event(LOG_ERROR, k->now ? "the old holidays stay" : "no holidays", "why=%s", err.text);
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

/* ---- what the desk says */

struct said {
	struct holiday holiday;
	int64_t day;
};

static struct desk {
	struct said *rows;       /* of all countries */
	size_t count;
	unsigned generation;     /* a new one with each change */
} desk;

static struct joined {
	char iso[3];
	const struct holidays *file; /* made from this, */
	unsigned generation;         /* and from this of the desk */
	struct version *now;
} joined[CONFIG_COUNTRIES_MAX];
static size_t joined_count;

static int take(const struct holiday *h, void *user)
{
	struct desk *d = user;
	struct date date;
	struct said *grown = realloc(d->rows, (d->count + 1) * sizeof *grown);
	if (!grown)
		return -ENOMEM;
	d->rows = grown;
	if (date_parse(str_of(h->day), &date))
		d->rows[d->count++] = (struct said){ *h, date_to_days(date) };
	return 0;
}

int holidays_of_desk(struct db *db)
{
	struct desk fresh = { .rows = NULL };
	int rc = holidays_each(db, take, &fresh);
	(void)pthread_mutex_lock(&lock);
	if (rc == 0) {
		fresh.generation = desk.generation + 1;
		struct said *old = desk.rows;
		desk = fresh;
		fresh.rows = old;
	}
	(void)pthread_mutex_unlock(&lock);
	free(fresh.rows);
	return rc;
}

static void add_in_order(struct holidays *h, int64_t day)
{
	size_t at = h->count;
	if (h->count == HOLIDAYS_MAX || holidays_has(h, day))
		return;
	for (; at > 0 && h->days[at - 1] > day; at--)
		h->days[at] = h->days[at - 1];
	h->days[at] = day;
	h->count++;
}

static void take_out(struct holidays *h, int64_t day)
{
	size_t left = 0;
	for (size_t i = 0; i < h->count; i++)
		if (h->days[i] != day)
			h->days[left++] = h->days[i];
	h->count = left;
}

static struct joined *find_joined(struct str iso)
{
	for (size_t i = 0; i < joined_count; i++)
		if (str_eq_z(iso, joined[i].iso))
			return &joined[i];
	if (joined_count == CONFIG_COUNTRIES_MAX || !str_copy(iso, joined[joined_count].iso, sizeof joined[0].iso))
		return NULL;
	return &joined[joined_count++];
}

static const struct holidays *join(struct str iso, const struct holidays *file)
{
	struct joined *j = find_joined(iso);
	if (!j || (j->now && j->file == file && j->generation == desk.generation))
		return j ? &j->now->days : file;
	struct version *fresh = malloc(sizeof *fresh);
	if (!fresh)
		return file;
	fresh->before = j->now;
	fresh->days = file ? *file : (struct holidays){ .count = 0 };
	for (size_t i = 0; i < desk.count; i++) {
		const struct said *s = &desk.rows[i];
		if (!str_eq_z(iso, s->holiday.country))
			continue;
		if (s->holiday.off)
			take_out(&fresh->days, s->day);
		else
			add_in_order(&fresh->days, s->day);
	}
	j->file = file, j->generation = desk.generation, j->now = fresh;
	return &fresh->days;
}

const struct holidays *holidays_of_file(const struct country *country)
{
	(void)pthread_mutex_lock(&lock);
	const struct holidays *days = country->holidays.len ? look(country) : NULL;
	(void)pthread_mutex_unlock(&lock);
	return days;
}

const struct holidays *holidays_of(const struct country *country)
{
	(void)pthread_mutex_lock(&lock);
	const struct holidays *days = country->holidays.len ? look(country) : NULL;
	if (desk.count || joined_count)
		days = join(country->iso, days);
	(void)pthread_mutex_unlock(&lock);
	return days;
}
