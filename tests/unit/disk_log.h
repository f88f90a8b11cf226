/* Between disk.c, which writes the log, and disk_player.c, which reads it. */
#ifndef TESTS_UNIT_DISK_LOG_H
#define TESTS_UNIT_DISK_LOG_H

#include "tests/unit/disk.h"

struct disk_entry {
	enum disk_act act;
	int inode;            /* a file from its creation to its deletion; -1: the folder */
	int name;             /* CREATE, DELETE: index of disk_name */
	int64_t offset;       /* TRUNCATE: the new length */
	size_t len;
	unsigned char *bytes; /* WRITE */
	bool failed;          /* SYNC: said no */
};

struct disk_log {
	struct disk_entry *entry;
	size_t count, room;
	int inodes;
};

extern struct disk_log disk_log;
extern const char *const disk_name[DISK_FILES];

#endif
