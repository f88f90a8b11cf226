#include "tests/unit/disk_log.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct disk_file { /* SQLite's handle; the real one lies behind it */
	sqlite3_file base;
	int inode;            /* -1: not watched */
	bool folder_too;      /* its first sync syncs the folder as well */
	bool failed;          /* a write to it did */
};

const char *const disk_name[DISK_FILES] = { "wasl.db", "wasl.db-wal", "wasl.db-journal" };

struct disk_log disk_log;
static sqlite3_vfs *real_vfs;
static char watched[512];
static int inode_of[DISK_FILES];
static struct disk_fault fault;
static int countdown;
static bool armed, met;

static sqlite3_file *real(sqlite3_file *file)
{
	return (sqlite3_file *)((struct disk_file *)file + 1);
}

static int inode(const sqlite3_file *file)
{
	return watched[0] ? ((const struct disk_file *)file)->inode : -1;
}

/* ---- the log */

static void *grown(void *at, size_t count, size_t *room, size_t each)
{
	if (count < *room)
		return at;
	*room = *room ? *room * 2 : 256;
	at = realloc(at, *room * each);
	if (!at)
		abort();
	return at;
}

static struct disk_entry *note(enum disk_act act, int which)
{
	disk_log.entry = grown(disk_log.entry, disk_log.count, &disk_log.room, sizeof *disk_log.entry);
	struct disk_entry *e = &disk_log.entry[disk_log.count++];
	*e = (struct disk_entry){ .act = act, .inode = which };
	return e;
}

static void note_bytes(int which, const void *bytes, size_t len, int64_t offset)
{
	if (which < 0)
		return;
	struct disk_entry *e = note(DISK_WRITE, which);
	e->offset = offset;
	e->len = len;
	e->bytes = malloc(len + 1);
	if (!e->bytes)
		abort();
	memcpy(e->bytes, bytes, len);
}

size_t disk_acts(void)
{
	return disk_log.count;
}

void disk_forget(void)
{
	for (size_t i = 0; i < disk_log.count; i++)
		free(disk_log.entry[i].bytes);
	free(disk_log.entry);
	disk_log = (struct disk_log){ 0 };
}

/* What stands in the folder already is written down as written and synced. */
static void note_standing(int name)
{
	char path[600];
	static unsigned char bytes[1 << 16];
	(void)snprintf(path, sizeof path, "%s/%s", watched, disk_name[name]);
	FILE *f = fopen(path, "rb");
	if (!f)
		return;
	inode_of[name] = disk_log.inodes++;
	note(DISK_CREATE, inode_of[name])->name = name;
	int64_t offset = 0;
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0; offset += (int64_t)n)
		note_bytes(inode_of[name], bytes, n, offset);
	(void)note(DISK_SYNC, inode_of[name]);
	fclose(f);
}

void disk_watch(const char *folder)
{
	disk_forget();
	for (int i = 0; i < DISK_FILES; i++)
		inode_of[i] = -1;
	if (!realpath(folder, watched))
		abort();
	for (int i = 0; i < DISK_FILES; i++)
		note_standing(i);
	(void)note(DISK_SYNC_FOLDER, -1);
}

/* Files that are open go on being looked at, but nothing of them is written down. */
void disk_watch_end(void)
{
	watched[0] = '\0';
	for (int i = 0; i < DISK_FILES; i++)
		inode_of[i] = -1;
}

static int watched_name(const char *path)
{
	size_t len = strlen(watched);
	if (!path || len == 0 || strncmp(path, watched, len) != 0 || path[len] != '/')
		return -1;
	for (int i = 0; i < DISK_FILES; i++)
		if (strcmp(path + len + 1, disk_name[i]) == 0)
			return i;
	return -1;
}

/* ---- failing */

void disk_fail(const struct disk_fault *f)
{
	armed = f != NULL;
	met = false;
	if (f)
		fault = *f, countdown = f->nth;
}

bool disk_failed(void)
{
	return met;
}

static bool fails(int which, enum disk_act act)
{
	if (!armed || which < 0 || fault.act != act)
		return false;
	if (countdown > 0 && --countdown > 0)
		return false;
	if (met && !fault.for_ever)
		return false;
	met = true;
	return true;
}

/* ---- a file */

static int disk_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int disk_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 offset)
{
	return real(file)->pMethods->xRead(real(file), bytes, len, offset);
}

static int disk_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
	bool failing = fails(inode(file), DISK_WRITE);
	((struct disk_file *)file)->failed |= failing;
	int written = failing ? len / 2 : len;
	int rc = written ? real(file)->pMethods->xWrite(real(file), bytes, written, offset) : SQLITE_OK;
	if (rc == SQLITE_OK)
		note_bytes(inode(file), bytes, (size_t)written, offset);
	return !failing ? rc : fault.error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	if (fails(inode(file), DISK_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	int rc = real(file)->pMethods->xTruncate(real(file), len);
	if (rc == SQLITE_OK && inode(file) >= 0)
		note(DISK_TRUNCATE, inode(file))->offset = len;
	return rc;
}

static int disk_sync(sqlite3_file *file, int flags)
{
	struct disk_file *f = (struct disk_file *)file;
	bool failing = fails(inode(file), DISK_SYNC);
	int rc = real(file)->pMethods->xSync(real(file), flags);
	if (rc != SQLITE_OK || inode(file) < 0)
		return rc;
	note(DISK_SYNC, inode(file))->failed = failing;
	if (failing)
		return SQLITE_IOERR_FSYNC;
	if (f->folder_too)
		(void)note(DISK_SYNC_FOLDER, -1);
	f->folder_too = false;
	return SQLITE_OK;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real(file)->pMethods->xFileSize(real(file), size);
}

static int disk_lock(sqlite3_file *file, int how)
{
	return real(file)->pMethods->xLock(real(file), how);
}

static int disk_unlock(sqlite3_file *file, int how)
{
	return real(file)->pMethods->xUnlock(real(file), how);
}

static int disk_reserved(sqlite3_file *file, int *out)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), out);
}

static int disk_control(sqlite3_file *file, int what, void *arg)
{
	if (what == SQLITE_FCNTL_LAST_ERRNO && met && ((struct disk_file *)file)->failed) {
		*(int *)arg = fault.error;
		return SQLITE_OK;
	}
	return real(file)->pMethods->xFileControl(real(file), what, arg);
}

static int disk_sector(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int disk_characteristics(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int disk_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	if (extend && fails(inode(file), DISK_SHM))
		return SQLITE_IOERR_SHMSIZE;
	return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}

static int disk_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
}

static void disk_shm_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int disk_shm_unmap(sqlite3_file *file, int delete)
{
	return real(file)->pMethods->xShmUnmap(real(file), delete);
}

/* Version 2: without the methods of memory-mapped reading, so that every byte passes here. */
static const sqlite3_io_methods methods = {
	.iVersion = 2, .xClose = disk_close, .xRead = disk_read, .xWrite = disk_write, .xTruncate = disk_truncate,
	.xSync = disk_sync, .xFileSize = disk_size, .xLock = disk_lock, .xUnlock = disk_unlock,
	.xCheckReservedLock = disk_reserved, .xFileControl = disk_control, .xSectorSize = disk_sector,
	.xDeviceCharacteristics = disk_characteristics, .xShmMap = disk_shm_map, .xShmLock = disk_shm_lock,
	.xShmBarrier = disk_shm_barrier, .xShmUnmap = disk_shm_unmap,
};

/* ---- the file system */

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
	struct disk_file *f = (struct disk_file *)file;
	int name = watched_name(path);
	bool is_new = name >= 0 && access(path, F_OK) != 0;
	(void)vfs;
	*f = (struct disk_file){ .inode = -1 };
	int rc = real_vfs->xOpen(real_vfs, path, real(file), flags, out_flags);
	if (rc != SQLITE_OK)
		return rc;
	f->base.pMethods = &methods;
	if (is_new) {
		inode_of[name] = disk_log.inodes++;
		note(DISK_CREATE, inode_of[name])->name = name;
	}
	if (name >= 0)
		f->inode = inode_of[name];
	f->folder_too = is_new && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
	return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	int name = watched_name(path);
	(void)vfs;
	int rc = real_vfs->xDelete(real_vfs, path, sync_folder);
	if (rc != SQLITE_OK || name < 0)
		return rc;
	note(DISK_DELETE, inode_of[name])->name = name;
	inode_of[name] = -1;
	if (sync_folder)
		(void)note(DISK_SYNC_FOLDER, -1);
	return SQLITE_OK;
}

static int disk_last_error(sqlite3_vfs *vfs, int len, char *text)
{
	(void)vfs, (void)len, (void)text;
	return met ? fault.error : errno;
}

void disk_install(void)
{
	static sqlite3_vfs shim;
	real_vfs = sqlite3_vfs_find(NULL);
	if (!real_vfs)
		abort();
	shim = *real_vfs;
	shim.zName = "disk";
	shim.szOsFile = real_vfs->szOsFile + (int)sizeof(struct disk_file);
	shim.xOpen = disk_open;
	shim.xDelete = disk_delete;
	shim.xGetLastError = disk_last_error;
	shim.pNext = NULL;
	if (sqlite3_vfs_register(&shim, 1) != SQLITE_OK)
		abort();
	disk_watch_end();
}
