/* A power cut after any write: what was acknowledged is there, once, with the same answer; what was not is there or not,
 * but never by half.
 *
 * kill -9 proves little about a disk, because the kernel keeps the pages (failures.md, head, 2).  Here people call the
 * real gateway, which works on a disk that writes down every change (tests/unit/disk.h); then, for every prefix of that
 * log, the state folder is built as a cut at that moment could leave it, and opened.  So that the test is known to bite, the
 * same is done with what must not be: synchronous=OFF and NORMAL, and the answer before COMMIT; there it must fail. */
#include "db/inspect.h"
#include "gateway/step.h"
#include "tests/crash/callers.h"
#include "tests/unit/check.h"
#include "tests/unit/disk.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ASKED_AGAIN = 12 }; /* of the acknowledged requests the last so many are sent again to each image, and as many others */

static char root[64], live[96], image[96], key_file[96];
static struct callers callers;
static struct gateway judge;

struct tally {
	size_t acts, images, bad; /* length of the log; images opened; images that broke a promise */
	char why[256];            /* the first */
};

static void make_folders(void)
{
	(void)snprintf(root, sizeof root, "%s/wasl-powercut-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(root))
		abort();
	(void)snprintf(live, sizeof live, "%s/live", root);
	(void)snprintf(image, sizeof image, "%s/image", root);
	(void)snprintf(key_file, sizeof key_file, "%s/key", root);
	int fd = open(key_file, O_CREAT | O_WRONLY, 0600);
	for (int i = 0; i < 64; i++)
		if (write(fd, &"0123456789abcdef"[i % 16], 1) != 1)
			abort();
	if (close(fd) != 0 || mkdir(live, 0700) != 0 || mkdir(image, 0700) != 0)
		abort();
}

static void remove_files(const char *folder, bool folder_too)
{
	static const char *const name[] = { "wasl.db", "wasl.db-wal", "wasl.db-shm", "wasl.db-journal", "lock" };
	char path[160];
	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, name[i]);
		(void)unlink(path);
	}
	if (folder_too)
		(void)rmdir(folder);
}

/* ---- what a cut leaves */

struct finding {
	size_t broken;
	char why[200];             /* the first */
};

static void complain(struct finding *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void complain(struct finding *v, const char *format, ...)
{
	va_list args;
	if (v->broken++ > 0)
		return;
	va_start(args, format);
	(void)vsnprintf(v->why, sizeof v->why, format, args);
	va_end(args);
}

static int request_named(const char *provider_id)
{
	for (size_t i = 0; i < callers.count; i++)
		if (strcmp(callers.request[i].provider_id, provider_id) == 0)
			return (int)i;
	return -1;
}

/* How often each request stands in the log of messages. */
static void count_rows(struct finding *v, int64_t rows[REQUESTS_MAX])
{
	sqlite3_stmt *s = NULL;
	memset(rows, 0, REQUESTS_MAX * sizeof *rows);
	if (sqlite3_prepare_v2(judge.db.conn, "SELECT provider_id, count(*) FROM v_message WHERE direction = 'in'"
			       " GROUP BY provider_id", -1, &s, NULL) != SQLITE_OK)
		complain(v, "%s", sqlite3_errmsg(judge.db.conn));
	while (s && sqlite3_step(s) == SQLITE_ROW) {
		int which = request_named((const char *)sqlite3_column_text(s, 0));
		if (which >= 0)
			rows[which] = sqlite3_column_int64(s, 1);
		else
			complain(v, "a message that nobody sent");
	}
	sqlite3_finalize(s);
}

/* An answer by SMS has its cause and stands in the outbox; a screen has its cause. */
static void check_answers(struct finding *v)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(judge.db.conn, "SELECT count(*) FROM message m WHERE direction = 'out' AND (NOT EXISTS"
			       " (SELECT 1 FROM message q WHERE q.message_id = m.reply_to) OR (mode = 'sms' AND NOT EXISTS"
			       " (SELECT 1 FROM outbox o WHERE o.message_id = m.message_id)))", -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW || sqlite3_column_int64(s, 0) != 0)
		complain(v, "an answer without its cause or its place in the outbox");
	sqlite3_finalize(s);
}

static size_t acknowledged_at(size_t cut)
{
	size_t n = 0;
	for (size_t i = 0; i < callers.count; i++)
		n += callers.request[i].acknowledged && callers.request[i].acknowledged_at <= cut;
	return n;
}

/* Sent once more to this image: what stands gets the stored bytes, what does not stand is taken as new. */
static void ask_again(struct finding *v, const struct request *r, bool stands)
{
	struct step_result result;
	if (db_item_begin(&judge.db) != 0 || step_event(&judge, &judge.config.channels[0], &r->event, &result) != 0) {
		complain(v, "%s sent again: the database does not take it", r->provider_id);
		return;
	}
	bool again = result.what == STEP_DUPLICATE;
	struct str was = { r->answer, r->answer_len };
	if (again != stands)
		complain(v, "%s: %s, but %s", r->provider_id, stands ? "stored" : "not stored", again ? "known" : "not known");
	else if (again && (result.replay.http != r->status || !str_eq(result.replay.body, was)))
		complain(v, "%s: another answer than before", r->provider_id);
	if (db_item_end(&judge.db, false) != 0)
		complain(v, "%s: the database does not undo it", r->provider_id);
}

static void check_batches(struct finding *v, const int64_t rows[REQUESTS_MAX])
{
	uint64_t there_to = 0, missing_from = UINT64_MAX; /* 1 + the last that is there; the first of which one is missing */
	for (size_t i = 0; i < callers.count; i++) {
		const struct request *r = &callers.request[i];
		if (rows[i] == 0 && r->batch < missing_from)
			missing_from = r->batch;
		if (rows[i] > 0 && r->batch >= there_to)
			there_to = r->batch + 1;
	}
	if (missing_from < there_to)
		complain(v, "batch %llu is there in part, or without its forerunners", (unsigned long long)missing_from);
}

static void check_requests(struct finding *v, size_t cut, uint64_t *dice)
{
	int64_t rows[REQUESTS_MAX];
	size_t acknowledged = acknowledged_at(cut), nth = 0;
	count_rows(v, rows);
	check_batches(v, rows);
	for (size_t i = 0; i < callers.count; i++) {
		const struct request *r = &callers.request[i];
		bool yes = r->acknowledged && r->acknowledged_at <= cut;
		nth += yes;
		if (rows[i] > 1 || (yes && rows[i] == 0))
			complain(v, "%s was %sacknowledged and stands %lld times", r->provider_id, yes ? "" : "not ", (long long)rows[i]);
		bool near = yes ? nth + ASKED_AGAIN > acknowledged : i < acknowledged + ASKED_AGAIN;
		if (near || disk_random(dice) % callers.count < ASKED_AGAIN)
			ask_again(v, r, rows[i] == 1);
	}
}

static void judge_image(struct disk_player *player, size_t cut, unsigned keep, uint64_t seed, struct tally *out)
{
	struct finding v = { 0 };
	struct err err = { 0 };
	disk_player_image(player, image, keep, seed);
	out->images++;
	if (db_open(&judge.db, image, key_file, &err) == 0) {
		if (db_whole(judge.db.conn, false, &err) != 0)
			complain(&v, "%s", err.text);
		check_answers(&v);
		if (db_begin(&judge.db) == 0)
			check_requests(&v, cut, &seed);
		else
			complain(&v, "the database takes no transaction");
		db_rollback(&judge.db);
		db_close(&judge.db);
	} else {
		complain(&v, "does not open: %s", err.text);
	}
	if (v.broken && out->bad++ == 0)
		(void)snprintf(out->why, sizeof out->why, "cut after %zu, %u %% kept: %s", cut, keep, v.why);
}

static void cut_everywhere(uint64_t seed, bool first_is_enough, struct tally *out)
{
	static const unsigned keep[] = { 15, 50, 85 };
	struct disk_player *player = disk_player_new();
	size_t judged = SIZE_MAX, acknowledged = 0;
	for (size_t cut = 0; cut <= out->acts && !(first_is_enough && out->bad); cut++) {
		disk_player_to(player, cut);
		/* Between two syncs the image without unsynced bytes stays the same, but more may have been promised. */
		size_t now = acknowledged_at(cut);
		if (disk_player_synced(player) != judged || now != acknowledged)
			judge_image(player, cut, 0, seed, out);
		judged = disk_player_synced(player);
		acknowledged = now;
		if (!disk_player_at_risk(player))
			continue;
		judge_image(player, cut, keep[disk_random(&seed) % 3], seed, out);
		if (cut % 16 == 0)
			judge_image(player, cut, 100, seed, out);
	}
	disk_player_free(player);
}

static struct tally power_cuts(const char *pragma, bool too_early, bool first_is_enough, uint64_t seed)
{
	struct tally out = { 0 };
	callers = (struct callers){ .too_early = too_early };
	remove_files(live, false);
	disk_watch(live);
	callers_live(&callers, live, key_file, pragma, disk_watch_end);
	out.acts = disk_acts();
	cut_everywhere(seed, first_is_enough, &out);
	remove_files(image, false);
	disk_forget();
	callers_free(&callers);
	return out;
}

/* ---- */

static uint64_t seed_of_this_run(void)
{
	const char *wish = getenv("WASL_SEED");
	uint64_t seed;
	if (!wish || !str_to_u64(str_of(wish), &seed))
		seed = (uint64_t)time(NULL);
	printf("WASL_SEED=%llu repeats this run\n", (unsigned long long)seed);
	return seed;
}

int main(void)
{
	uint64_t seed = seed_of_this_run();
	make_folders();
	disk_install();
	callers_judge_open(&judge, key_file);

	check_begin("a power cut after any write loses nothing that was acknowledged, and leaves nothing by half");
	struct tally out = power_cuts(NULL, false, false, seed);
	printf("%zu changes on the disk, %zu images, %zu broken; %zu requests, %zu of them twice\n", out.acts, out.images, out.bad,
	       callers.count, callers.duplicates);
	if (out.bad)
		check_fail(__FILE__, __LINE__, "%s", out.why);
	CHECK(out.acts > 500 && out.images > 1000);

	check_begin("with synchronous=OFF this test fails");
	out = power_cuts("PRAGMA synchronous=OFF", false, true, seed);
	CHECK(out.bad > 0);
	printf("OFF: image %zu: %s\n", out.images, out.why);

	check_begin("with synchronous=NORMAL this test fails");
	out = power_cuts("PRAGMA synchronous=NORMAL", false, true, seed);
	CHECK(out.bad > 0);
	printf("NORMAL: image %zu: %s\n", out.images, out.why);

	check_begin("with the answer before COMMIT this test fails");
	out = power_cuts(NULL, true, true, seed);
	CHECK(out.bad > 0);
	printf("early: image %zu: %s\n", out.images, out.why);

	callers_judge_close(&judge);
	remove_files(image, true);
	remove_files(live, true);
	(void)unlink(key_file);
	(void)rmdir(root);
	return check_end();
}
