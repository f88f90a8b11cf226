/* A disk that is full, and a disk that breaks, at every single call: what the batch says and what is there afterwards.
 *
 * Full (ENOSPC): the batch is rolled back, its items hear -ENOSPC, the daemon lives and the next batch is taken when there
 * is room again.  Broken (EIO): all hear an error, the batch is fatal, nothing more is acknowledged; whoever opens the folder
 * after that finds all that was, also when the power fails then (failures.md, head, 1, and 2.4 D1, D2). */
#include "tests/unit/check.h"
#include "tests/unit/disk.h"
#include "tests/unit/promise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CALLS_MAX = 400, CHECKPOINT_DUE = 1001 };

static char root[64], fresh[96], live[96], image[96], key_file[96];
static struct promises book;

/* ---- folders */

static void path_in(char out[160], const char *folder, const char *name)
{
	(void)snprintf(out, 160, "%s/%s", folder, name);
}

static void remove_files(const char *folder)
{
	static const char *const name[] = { "wasl.db", "wasl.db-wal", "wasl.db-shm", "wasl.db-journal", "lock" };
	char path[160];
	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		path_in(path, folder, name[i]);
		(void)unlink(path);
	}
}

static void must(bool done)
{
	if (!done)
		abort();
}

static void copy_database(void)
{
	static unsigned char bytes[1 << 20];
	char from[160], to[160];
	path_in(from, fresh, "wasl.db");
	path_in(to, live, "wasl.db");
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t n = read(in, bytes, sizeof bytes);
	must(n > 0 && n < (ssize_t)sizeof bytes && write(out, bytes, (size_t)n) == n && close(in) == 0 && close(out) == 0);
}

static void make_folders(void)
{
	struct err err;
	(void)snprintf(root, sizeof root, "%s/wasl-fault-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	must(mkdtemp(root) != NULL);
	(void)snprintf(fresh, sizeof fresh, "%s/fresh", root);
	(void)snprintf(live, sizeof live, "%s/live", root);
	(void)snprintf(image, sizeof image, "%s/image", root);
	(void)snprintf(key_file, sizeof key_file, "%s/key", root);
	int fd = open(key_file, O_CREAT | O_WRONLY, 0600);
	for (int i = 0; i < 64; i++)
		must(write(fd, &"0123456789abcdef"[i % 16], 1) == 1);
	must(close(fd) == 0 && mkdir(live, 0700) == 0 && mkdir(image, 0700) == 0);
	must(db_create(fresh, key_file, &err) == 0);
}

static void remove_folders(void)
{
	remove_files(fresh);
	remove_files(live);
	remove_files(image);
	must(rmdir(fresh) == 0 && rmdir(live) == 0 && rmdir(image) == 0 && unlink(key_file) == 0 && rmdir(root) == 0);
}

/* ---- one life with one fault */

struct life {
	struct db db;
	struct batch batch;
	struct disk_fault fault;
};

static void open_live(struct life *l)
{
	struct err err;
	if (db_open(&l->db, live, key_file, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	batch_init(&l->batch, &l->db);
}

static void begin(struct life *l, const struct disk_fault *fault)
{
	*l = (struct life){ .fault = *fault };
	remove_files(live);
	copy_database();
	promises_init(&book);
	disk_watch(live);
	open_live(l);
	promises_add(&book, &l->batch, 3);
	batch_turn(&l->batch);
	must(!l->batch.fatal && book.at[0].acknowledged);
	disk_fail(fault);
}

static struct db *impatient;
static void (*promise_done)(struct batch_item *item, int result);

static void done_and_checkpoint(struct batch_item *item, int result)
{
	promise_done(item, result);
	impatient->log_pages = CHECKPOINT_DUE;
}

/* Three batches, and the log moved into the file after the second. */
static void go_on(struct life *l)
{
	for (int i = 0; i < 3 && !l->batch.fatal; i++) {
		promises_add(&book, &l->batch, 3);
		if (i == 1) {
			impatient = &l->db;
			promise_done = l->batch.first->done;
			l->batch.first->done = done_and_checkpoint;
		}
		batch_turn(&l->batch);
	}
}

static void check_promises(struct db *db, const char *when)
{
	char why[256] = "";
	if (promises_broken(&book, db, SIZE_MAX, why, sizeof why))
		check_fail(__FILE__, __LINE__, "%s: %s", when, why);
}

/* What stands in the folder when the process is killed now (all that was written), or the power fails (what was synced). */
static void check_image(unsigned keep, const char *when)
{
	struct db db;
	struct err err;
	struct disk_player *player = disk_player_new();
	disk_player_to(player, disk_acts());
	disk_player_image(player, image, keep, 1);
	disk_player_free(player);
	if (db_open(&db, image, key_file, &err) != 0) {
		check_fail(__FILE__, __LINE__, "%s: %s", when, err.text);
		return;
	}
	check_promises(&db, when);
	db_close(&db);
}

/* All of a batch hear the same failure, or each its own result. */
static void check_told(int failure)
{
	for (size_t i = 0; i < book.count; i++) {
		const struct promise *p = &book.at[i];
		int fine = p->undo ? -ECANCELED : 0;
		CHECK(p->told);
		if (p->result != fine)
			CHECK_INT(p->result, failure);
		for (size_t k = 0; k < book.count; k++)
			if (book.at[k].batch == p->batch)
				CHECK((book.at[k].result == failure) == (p->result == failure));
	}
}

static void one_more_batch(struct life *l)
{
	size_t first = book.count;
	promises_add(&book, &l->batch, 3);
	batch_turn(&l->batch);
	CHECK(!l->batch.fatal);
	for (size_t i = first; i < book.count; i++)
		CHECK(book.at[i].acknowledged || book.at[i].undo);
}

/* ---- full */

static int one_full_disk(const struct disk_fault *fault)
{
	struct life l;
	begin(&l, fault);
	go_on(&l);
	bool met = disk_failed();
	CHECK(!l.batch.fatal);
	check_told(-ENOSPC);
	check_promises(&l.db, "on the full disk");
	disk_fail(NULL);
	one_more_batch(&l);
	check_promises(&l.db, "when there is room again");
	check_image(0, "the power fails when there is room again");
	db_close(&l.db);
	open_live(&l);
	check_promises(&l.db, "after a restart");
	db_close(&l.db);
	return met;
}

static void test_full(int error, const char *what)
{
	for (int for_ever = 0; for_ever <= 1; for_ever++) {
		int n = 1;
		check_begin("%s at any write, %s: rolled back, said, and taken when there is room again", what,
			    for_ever ? "for good" : "once");
		while (n < CALLS_MAX && one_full_disk(&(struct disk_fault){ DISK_WRITE, n, error, for_ever }))
			n++;
		CHECK(n > 3 && n < CALLS_MAX);
		printf("%d calls failed\n", n - 1);
	}
}

/* ---- broken */

/* The daemon ends, on a disk that is broken still or well again; another one starts on the same folder. */
static void check_after_break(struct life *l)
{
	db_close(&l->db);
	disk_fail(NULL);
	check_image(0, "the power fails after the daemon ended");
	open_live(l);
	check_promises(&l->db, "after a restart");
	check_image(0, "the power fails after a restart");
	one_more_batch(l);
	check_image(0, "the power fails after the next batch");
	check_promises(&l->db, "after the next batch");
	db_close(&l->db);
}

static int one_broken_disk(const struct disk_fault *fault)
{
	struct life l;
	begin(&l, fault);
	go_on(&l);
	bool met = disk_failed();
	CHECK(l.batch.fatal == met);
	check_told(-EIO);
	size_t before = book.count;
	if (met) { /* whoever comes now hears no; nothing more is written */
		size_t acts = disk_acts();
		promises_add(&book, &l.batch, 2);
		batch_turn(&l.batch);
		CHECK_INT(book.at[before].result, -EIO);
		CHECK_INT(disk_acts(), acts);
	}
	check_image(100, "killed after the failure");
	check_image(0, "the power fails after the failure");
	check_after_break(&l);
	return met;
}

static void test_broken(enum disk_act act, const char *what, int at_least)
{
	for (int for_ever = 0; for_ever <= 1; for_ever++) {
		int n = 1;
		check_begin("an I/O error at any %s, %s: nobody is told yes, the daemon ends, and all that was is there", what,
			    for_ever ? "for good" : "once");
		while (n < CALLS_MAX && one_broken_disk(&(struct disk_fault){ act, n, EIO, for_ever }))
			n++;
		CHECK(n > at_least && n < CALLS_MAX);
		printf("%d calls failed\n", n - 1);
	}
}

/* ---- the log's index, which lies in shared memory, is a file as well */

static void test_index_full(void)
{
	struct life l;
	check_begin("a disk too full for the log's index: rolled back, said, and taken when there is room again");
	begin(&l, &(struct disk_fault){ DISK_SHM, 1, ENOSPC, true });
	book.text_bytes = 200 * 1000; /* a log of more than 4,062 pages makes its index grow */
	promises_add(&book, &l.batch, 120);
	batch_turn(&l.batch);
	CHECK(disk_failed());
	CHECK(!l.batch.fatal);
	check_told(-ENOSPC);
	disk_fail(NULL);
	book.text_bytes = 0;
	one_more_batch(&l);
	check_promises(&l.db, "when there is room again");
	db_close(&l.db);
}

int main(void)
{
	make_folders();
	disk_install();
	test_full(ENOSPC, "a full disk");
	test_full(EDQUOT, "a full quota");
	test_broken(DISK_WRITE, "write", 3);
	test_broken(DISK_SYNC, "sync", 3);
	test_index_full();
	disk_watch_end();
	disk_forget();
	remove_folders();
	return check_end();
}
