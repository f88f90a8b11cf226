/* wasl backup FILE|FOLDER: one sealed file of the database and the configuration, made while the daemon serves.
 *
 * The daemon makes the copy (gateway/snapshot.h); this process seals it, reads the result through again, and only then gives
 * it its name.  In a folder the name is the time, and backups there that are past their days are removed. */
#include "db/backup.h"
#include "db/ledger.h"
#include "gateway/command.h"
#include "gateway/offline.h"
#include "gateway/print.h"
#include "gateway/snapshot.h"
#include "gateway/version.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_ROOM = 4300, ABOUT_ROOM = 1 << 20, ASK_AGAIN_US = 50000, PAGES_A_STEP = 4096 };

#define NAME_PREFIX "wasl-"
#define NAME_SUFFIX ".backup"

struct job {
	const struct config *config;
	char snapshot[PATH_ROOM], file[PATH_ROOM], partial[PATH_ROOM + 16], folder[PATH_ROOM];
	char made_at[32], delete_by[16];
	bool in_folder;
	long long bytes;
	int removed;
};

static struct tm utc_of(int64_t at_ms)
{
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	return utc;
}

static int64_t keep_ms(const struct job *job)
{
	return (int64_t)job->config->retention.backup_days * 24 * 3600 * 1000;
}

/* By name in order of time. */
static void file_name(int64_t at_ms, char out[64])
{
	struct tm utc = utc_of(at_ms);
	(void)strftime(out, 64, NAME_PREFIX "%Y%m%dT%H%M%SZ" NAME_SUFFIX, &utc);
}

static int name_file(struct job *job, const char *where)
{
	struct stat st;
	char name[64];
	int64_t now_ms = clock_wall_ms();
	int n;
	struct tm now = utc_of(now_ms), end = utc_of(now_ms + keep_ms(job));
	(void)strftime(job->made_at, sizeof job->made_at, "%Y-%m-%dT%H:%M:%SZ", &now);
	(void)strftime(job->delete_by, sizeof job->delete_by, "%Y-%m-%d", &end);
	file_name(now_ms, name);
	job->in_folder = stat(where, &st) == 0 && S_ISDIR(st.st_mode);
	if (job->in_folder)
		n = snprintf(job->file, sizeof job->file, "%s/%s", where, name);
	else
		n = snprintf(job->file, sizeof job->file, "%s", where);
	if (n >= (int)sizeof job->file || !str_copy(str_of(where), job->folder, sizeof job->folder))
		return command_fail("backup", EX_USAGE, "the name is too long");
	(void)snprintf(job->partial, sizeof job->partial, "%s.partial", job->file);
	if (access(job->file, F_OK) == 0)
		return command_fail("backup", EX_CANTCREAT, "the file is there already; nothing is overwritten");
	n = snprintf(job->snapshot, sizeof job->snapshot, "%.*s/" SNAPSHOT_FILE, STR_ARG(job->config->state));
	return n < (int)sizeof job->snapshot ? 0 : EX_CONFIG;
}

/* ---- the copy */

static int copy_offline(struct db *db, void *user)
{
	(void)user;
	return audit_add(db, clock_wall_ms(), STR("administrator"), STR("backup"), STR("database"), STR(""));
}

static int copy_without_daemon(const struct job *job)
{
	struct db db;
	struct err err = { .text = "" };
	struct backup *work = NULL;
	int code = open_offline(job->config, &db);
	if (code != 0)
		return code;
	int rc = change_offline(&db, copy_offline, NULL);
	if (rc == 0)
		rc = backup_begin(&db, job->snapshot, &work, &err);
	while (rc == 0)
		rc = backup_step(work, PAGES_A_STEP);
	if (work)
		backup_end(work);
	db_close(&db);
	if (rc == 1)
		return 0;
	fprintf(stderr, "wasl backup: %s\n", err.text[0] ? err.text : strerror(-rc));
	return EX_IOERR;
}

/* 1: made by the daemon; 0: no daemon; -1: *code. */
static int copy_by_daemon(const struct job *job, int *code)
{
	for (;;) {
		json_t *request = json_pack("{s:s}", "do", "snapshot"), *answer = NULL;
		int rc = ask_daemon(job->config, request, &answer, code);
		bool done = json_is_true(json_object_get(answer, "done"));
		long long left = (long long)json_integer_value(json_object_get(answer, "left"));
		long long pages = (long long)json_integer_value(json_object_get(answer, "pages"));
		json_decref(request);
		json_decref(answer);
		if (rc != 1 || *code != 0)
			return rc == 0 ? 0 : -1;
		if (isatty(STDERR_FILENO) && pages)
			fprintf(stderr, "\rcopying %3lld %%%s", (pages - left) * 100 / pages, done ? "\n" : "");
		if (done)
			return 1;
		(void)usleep(ASK_AGAIN_US);
	}
}

static void let_go(const struct job *job, bool of_daemon)
{
	int code;
	json_t *request = json_pack("{s:s, s:b}", "do", "snapshot", "end", 1), *answer = NULL;
	if (of_daemon)
		(void)ask_daemon(job->config, request, &answer, &code);
	json_decref(request);
	json_decref(answer);
	(void)unlink(job->snapshot);
}

/* ---- sealing */

static json_t *about(const struct job *job)
{
	json_t *what = json_pack("{s:s, s:s, s:s, s:i}", "what", "a backup of Wasl", "version", wasl_version, "made_at", job->made_at,
				 "keep_days", (int)job->config->retention.backup_days);
	json_put_str(what, "configuration", job->config->source);
	return what;
}

static int sync_folder(const char *file)
{
	char folder[PATH_ROOM];
	const char *slash = strrchr(file, '/');
	size_t len = slash ? (size_t)(slash - file) : 0;
	if (!str_copy(slash ? (struct str){ file, len ? len : 1 } : STR("."), folder, sizeof folder))
		return -ENAMETOOLONG;
	DIR *dir = opendir(folder);
	if (!dir)
		return -errno;
	int rc = fsync(dirfd(dir)) == 0 ? 0 : -errno;
	closedir(dir);
	return rc;
}

static int seal(struct job *job)
{
	struct err err = { .text = "" };
	struct vault vault;
	char key_file[4096];
	json_t *what = about(job);
	char *text = json_dumps(what, JSON_COMPACT), *read_back = malloc(ABOUT_ROOM);
	json_decref(what);
	int rc = text && read_back && str_copy(job->config->key_file, key_file, sizeof key_file) ? 0 : -ENOMEM;
	if (rc == 0)
		rc = vault_open(&vault, key_file, &err);
	if (rc == 0) {
		(void)unlink(job->partial);
		rc = backup_seal(&vault, job->snapshot, str_of(text), job->partial, &err);
		if (rc == 0)
			rc = backup_open(&vault, job->partial, NULL, read_back, ABOUT_ROOM, &err);
		vault_close(&vault);
		struct stat st;
		if (rc == 0 && stat(job->partial, &st) == 0)
			job->bytes = st.st_size;
		if (rc == 0 && rename(job->partial, job->file) != 0)
			rc = err_set(&err, -errno, "%s: %s", job->file, strerror(errno));
		if (rc == 0 && sync_folder(job->file) != 0)
			rc = err_set(&err, -EIO, "the folder of %s cannot be synced", job->file);
		if (rc != 0)
			(void)unlink(job->partial);
	}
	free(text);
	free(read_back);
	if (rc != 0)
		fprintf(stderr, "wasl backup: %s\n", err.text[0] ? err.text : strerror(-rc));
	return rc == 0 ? 0 : rc == -ENOENT || rc == -EACCES ? EX_CANTCREAT : EX_IOERR;
}

/* ---- backups are kept their days and no longer (domain.md D8) */

static void remove_old(struct job *job)
{
	char oldest[64];
	struct dirent *entry;
	DIR *dir = job->in_folder ? opendir(job->folder) : NULL;
	file_name(clock_wall_ms() - keep_ms(job), oldest);
	while (dir && (entry = readdir(dir))) {
		struct str name = str_of(entry->d_name);
		if (name.len == strlen(oldest) && str_starts(name, STR(NAME_PREFIX "2")) && str_ends(name, STR(NAME_SUFFIX)) &&
		    strcmp(entry->d_name, oldest) < 0 && unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			job->removed++;
	}
	if (dir)
		closedir(dir);
}

int command_backup(const struct invocation *in)
{
	static struct job job;
	struct config config;
	if (in->argc != 2)
		return command_usage("backup", "takes the name of a file, or of a folder");
	int code = open_config(in, &config);
	if (code != 0)
		return code;
	job.config = &config;
	code = name_file(&job, in->argv[1]);
	int by_daemon = code == 0 ? copy_by_daemon(&job, &code) : -1;
	if (by_daemon == 0)
		code = copy_without_daemon(&job);
	if (code == 0)
		code = seal(&job);
	if (by_daemon >= 0)
		let_go(&job, by_daemon == 1);
	if (code == 0) {
		remove_old(&job);
		if (in->json)
			printf("{\"file\":\"%s\",\"bytes\":%lld,\"made_at\":\"%s\",\"delete_by\":\"%s\",\"removed\":%d}\n", job.file, job.bytes,
			       job.made_at, job.delete_by, job.removed);
		else
			printf("%s: %lld bytes, read through.  It opens with the key file alone, which is not in it.\n"
			       "Delete it by %s; keep a copy of %.*s/" SUPPRESSION_FILE " with it, newer is better.\n", job.file, job.bytes,
			       job.delete_by, STR_ARG(config.state));
		if (!in->json && job.removed)
			printf("%d older one%s removed.\n", job.removed, job.removed == 1 ? "" : "s");
	}
	config_free(&config);
	return code;
}
