/* A disk for tests: a VFS between SQLite and the real files that writes down every change in order, and fails on demand.
 *
 * It knows the three files of a state folder (wasl.db, its log, its journal) and passes everything else through.  From the
 * written log disk_player builds what a power cut would leave: the bytes that were synced, and of the rest nothing or
 * any sectors of 512 bytes.  A file's name is on the disk once the folder was synced (SQLite does so with the first sync of
 * a new log).  Never true: a byte counts as safe because the kernel holds it.  One thread. */
#ifndef TESTS_UNIT_DISK_H
#define TESTS_UNIT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum disk_act { DISK_WRITE, DISK_TRUNCATE, DISK_SYNC, DISK_SYNC_FOLDER, DISK_CREATE, DISK_DELETE, DISK_SHM };
enum { DISK_FILES = 3 };

/* Becomes SQLite's default; once, before the first database is opened. */
void disk_install(void);
/* From now on what happens to the files in this folder is written down, beginning with an empty log; what stands there
 * counts as safe. */
void disk_watch(const char *folder);
void disk_watch_end(void); /* the log stays as it is */
size_t disk_acts(void); /* so far in the log: a position to remember */
void disk_forget(void); /* frees the log */

/* Call number `nth` (from 1, counted from here) of the kind `act` fails with `error` (EIO, ENOSPC, EDQUOT), or all from it on.
 * A write that fails has written half of its bytes; a sync that fails leaves what it was to sync lost for good, as Linux
 * does: the next sync succeeds and does not write it. */
struct disk_fault {
	enum disk_act act;
	int nth, error;
	bool for_ever;
};
void disk_fail(const struct disk_fault *fault); /* NULL: the disk is well again */
bool disk_failed(void);                         /* the fault was met */

/* ---- what a power cut leaves */

struct disk_player;
struct disk_player *disk_player_new(void);
void disk_player_free(struct disk_player *p);
/* Goes on to the moment after the first `acts` of the log. */
void disk_player_to(struct disk_player *p, size_t acts);
/* Is there anything that a power cut could take? */
bool disk_player_at_risk(const struct disk_player *p);
/* Position behind the last sync: what an image without any unsynced byte shows has not changed since. */
size_t disk_player_synced(const struct disk_player *p);
/* Writes the files into `folder` (others of that name are removed).  keep: percent of the unsynced sectors that are kept,
 * drawn from seed; 0 none, 100 all. */
void disk_player_image(struct disk_player *p, const char *folder, unsigned keep, uint64_t seed);

uint64_t disk_random(uint64_t *state); /* splitmix64 */

#endif
