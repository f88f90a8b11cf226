#include "tests/unit/disk_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, INODES_MAX = 64 };

struct bytes {
	unsigned char *at;
	size_t len, room;
};

struct list { /* positions in the log */
	size_t *at;
	size_t count, room;
};

struct disk_player {
	size_t at;                     /* the log up to here has happened */
	size_t synced;
	struct bytes safe[INODES_MAX]; /* what of each file is on the platter */
	struct list open[INODES_MAX];  /* writes and truncations since its last sync */
	int name[DISK_FILES];          /* the inode of a name on the platter; -1: none */
	struct list open_names;        /* creations and deletions since the folder's last sync */
	struct bytes draft;
};

uint64_t disk_random(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

static void ensure(struct bytes *b, size_t len)
{
	if (len <= b->room)
		return;
	b->room = len * 2;
	b->at = realloc(b->at, b->room);
	if (!b->at)
		abort();
}

/* What a file grows by and nobody wrote may hold anything. */
static void set_length(struct bytes *b, size_t len, unsigned char filler)
{
	ensure(b, len);
	if (len > b->len)
		memset(b->at + b->len, filler, len - b->len);
	b->len = len;
}

static void put(struct bytes *b, const unsigned char *bytes, size_t len, size_t offset, unsigned char filler)
{
	if (b->len < offset + len)
		set_length(b, offset + len, filler);
	memcpy(b->at + offset, bytes, len);
}

static void append(struct list *list, size_t position)
{
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->at = realloc(list->at, list->room * sizeof *list->at);
		if (!list->at)
			abort();
	}
	list->at[list->count++] = position;
}

/* ---- going on */

struct disk_player *disk_player_new(void)
{
	struct disk_player *p = calloc(1, sizeof *p);
	if (!p || disk_log.inodes > INODES_MAX)
		abort();
	for (int i = 0; i < DISK_FILES; i++)
		p->name[i] = -1;
	return p;
}

void disk_player_free(struct disk_player *p)
{
	for (int i = 0; i < INODES_MAX; i++) {
		free(p->safe[i].at);
		free(p->open[i].at);
	}
	free(p->open_names.at);
	free(p->draft.at);
	free(p);
}

static void sync_file(struct disk_player *p, const struct disk_entry *sync)
{
	struct list *open = &p->open[sync->inode];
	for (size_t i = 0; !sync->failed && i < open->count; i++) {
		const struct disk_entry *e = &disk_log.entry[open->at[i]];
		if (e->act == DISK_WRITE)
			put(&p->safe[e->inode], e->bytes, e->len, (size_t)e->offset, 0);
		else
			set_length(&p->safe[e->inode], (size_t)e->offset, 0);
	}
	open->count = 0; /* also after a failed one: the kernel takes them for written and never writes them again */
}

static void apply_names(int name[DISK_FILES], const struct list *open, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct disk_entry *e = &disk_log.entry[open->at[i]];
		name[e->name] = e->act == DISK_CREATE ? e->inode : -1;
	}
}

static void advance(struct disk_player *p)
{
	const struct disk_entry *e = &disk_log.entry[p->at];
	switch (e->act) {
	case DISK_WRITE:
	case DISK_TRUNCATE:
		append(&p->open[e->inode], p->at);
		break;
	case DISK_SYNC:
		sync_file(p, e);
		break;
	case DISK_CREATE:
	case DISK_DELETE:
		append(&p->open_names, p->at);
		break;
	case DISK_SYNC_FOLDER:
		apply_names(p->name, &p->open_names, p->open_names.count);
		p->open_names.count = 0;
		break;
	case DISK_SHM:
		break;
	}
	p->at++;
	if (e->act == DISK_SYNC || e->act == DISK_SYNC_FOLDER)
		p->synced = p->at;
}

void disk_player_to(struct disk_player *p, size_t acts)
{
	while (p->at < acts && p->at < disk_log.count)
		advance(p);
}

bool disk_player_at_risk(const struct disk_player *p)
{
	size_t open = p->open_names.count;
	for (int i = 0; i < INODES_MAX; i++)
		open += p->open[i].count;
	return open > 0;
}

size_t disk_player_synced(const struct disk_player *p)
{
	return p->synced;
}

/* ---- an image */

struct dice {
	uint64_t state;
	unsigned keep; /* percent */
};

static bool kept(struct dice *dice)
{
	return dice->keep >= 100 || (dice->keep > 0 && disk_random(&dice->state) % 100 < dice->keep);
}

/* Sector by sector, as a disk writes: of one write some may be there and some not. */
static void put_some_sectors(struct bytes *b, const struct disk_entry *e, struct dice *dice, unsigned char filler)
{
	size_t from = (size_t)e->offset, end = from + e->len;
	while (from < end) {
		size_t to = (from / SECTOR + 1) * SECTOR;
		if (to > end)
			to = end;
		if (kept(dice))
			put(b, e->bytes + (from - (size_t)e->offset), to - from, from, filler);
		from = to;
	}
}

static void draft(struct disk_player *p, int inode, struct dice *dice)
{
	struct bytes *b = &p->draft;
	const struct bytes *safe = &p->safe[inode];
	const struct list *open = &p->open[inode];
	unsigned char filler = disk_random(&dice->state) % 2 ? 0xA5 : 0;
	b->len = 0;
	if (safe->len)
		put(b, safe->at, safe->len, 0, 0);
	for (size_t i = 0; dice->keep > 0 && i < open->count; i++) {
		const struct disk_entry *e = &disk_log.entry[open->at[i]];
		if (e->act == DISK_WRITE)
			put_some_sectors(b, e, dice, filler);
		else if (kept(dice))
			set_length(b, (size_t)e->offset, filler);
	}
}

static void write_file(const char *path, const struct bytes *b)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || (b->len && write(fd, b->at, b->len) != (ssize_t)b->len) || close(fd) != 0)
		abort();
}

void disk_player_image(struct disk_player *p, const char *folder, unsigned keep, uint64_t seed)
{
	struct dice dice = { .state = seed, .keep = keep };
	int name[DISK_FILES];
	char path[600];
	memcpy(name, p->name, sizeof name);
	/* Of the folder's changes the first few: a file system keeps these in order. */
	size_t count = p->open_names.count;
	if (keep < 100)
		count = keep == 0 || count == 0 ? 0 : (size_t)(disk_random(&dice.state) % (count + 1));
	apply_names(name, &p->open_names, count);
	(void)snprintf(path, sizeof path, "%s/wasl.db-shm", folder);
	(void)unlink(path);
	for (int i = 0; i < DISK_FILES; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, disk_name[i]);
		(void)unlink(path);
		if (name[i] < 0)
			continue;
		draft(p, name[i], &dice);
		write_file(path, &p->draft);
	}
}
