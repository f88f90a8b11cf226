/* wasl restore FILE [--verify | --configuration]: the way back from a backup.
 *
 * Opened and proved in a folder of its own before anything else is touched: every page, every foreign key, the audit's
 * chain, and the list of who said STOP and who was erased is applied.  The database that stands is kept aside, never
 * overwritten.  What waited in the outbox then is parked: it may have left already. */
#include "db/backup.h"
#include "gateway/command.h"
#include "gateway/offline.h"
#include "gateway/print.h"
#include "gateway/rights.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_ROOM = 4300, ABOUT_ROOM = 4 << 20 };

static const char *const leftovers[] = { "wasl.db", "wasl.db-wal", "wasl.db-shm", SUPPRESSION_FILE, "lock", NULL };

struct place {
	char state[4096], key_file[4096], folder[PATH_ROOM], lock[PATH_ROOM];
	int lock_fd;
};

static void path_in(char out[PATH_ROOM], const char *folder, const char *name)
{
	int len = snprintf(out, PATH_ROOM, "%s/%s", folder, name);
	assert(len > 0 && len < PATH_ROOM); /* state has at most 4096 bytes, the names here are short */
}

static void remove_folder(const struct place *p)
{
	char path[PATH_ROOM];
	for (const char *const *name = leftovers; *name; name++) {
		path_in(path, p->folder, *name);
		(void)unlink(path);
	}
	(void)rmdir(p->folder);
}

/* Proving a backup touches nothing that stands, so it has a folder and a lock of its own and runs beside the daemon. */
static int find_place(const struct config *config, bool only_verify, struct place *p)
{
	*p = (struct place){ .lock_fd = -1 };
	if (!str_copy(config->state, p->state, sizeof p->state) || !str_copy(config->key_file, p->key_file, sizeof p->key_file))
		return EX_CONFIG;
	path_in(p->folder, p->state, only_verify ? "verify.tmp" : "restore.tmp");
	path_in(p->lock, p->state, only_verify ? "verify.lock" : "lock");
	return 0;
}

/* The state folder, or that of a proof, is ours until the end: no daemon, no other command. */
static int take_place(struct place *p, bool only_verify)
{
	if (mkdir(p->state, 0700) != 0 && errno != EEXIST) {
		fprintf(stderr, "wasl restore: %s: %s\n", p->state, strerror(errno));
		return EX_CANTCREAT;
	}
	p->lock_fd = open(p->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (p->lock_fd < 0)
		return command_fail("restore", EX_NOPERM, "the state folder cannot be locked");
	if (flock(p->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return command_fail("restore", EX_TEMPFAIL, only_verify ? "another backup is being proved" :
				    "a daemon works with this state folder: stop it first");
	remove_folder(p);
	if (mkdir(p->folder, 0700) != 0)
		return command_fail("restore", EX_CANTCREAT, "no folder can be made in the state folder");
	return 0;
}

static int copy_file(const char *from, const char *to)
{
	char block[16384];
	ssize_t n = -1;
	int in = open(from, O_RDONLY | O_CLOEXEC), out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	while (out >= 0 && (n = read(in, block, sizeof block)) > 0)
		if (write(out, block, (size_t)n) != n) {
			n = -1;
			break;
		}
	if (in >= 0)
		close(in);
	return out >= 0 && close(out) == 0 && n == 0 ? 0 : -EIO;
}

/* The list that stands is the one that is applied, and goes on; --verify works on a copy of it. */
static int bring_list(const struct place *p, bool only_verify)
{
	char from[PATH_ROOM], to[PATH_ROOM];
	path_in(from, p->state, SUPPRESSION_FILE);
	path_in(to, p->folder, SUPPRESSION_FILE);
	if (access(from, F_OK) != 0)
		return 0;
	return only_verify ? copy_file(from, to) : link(from, to) == 0 ? 0 : -errno;
}

/* ---- proof */

static int prove(const struct place *p, struct str made_at, bool only_verify, int64_t *parked, struct err *err)
{
	struct db db;
	int rc = db_open(&db, p->folder, p->key_file, err);
	if (rc != 0)
		return rc;
	rc = backup_verify(&db, err);
	if (rc == 0 && !only_verify) {
		rc = backup_make_restored(&db, made_at, clock_wall_ms(), parked);
		if (rc != 0)
			(void)err_set(err, rc, "the restored database does not take the change: %s", strerror(-rc));
	}
	db_close(&db);
	return rc;
}

/* ---- changing places */

static int keep_aside(const struct place *p, char aside[PATH_ROOM])
{
	char db[PATH_ROOM], log[PATH_ROOM], index[PATH_ROOM], aside_log[PATH_ROOM + 8], when[32];
	time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm utc;
	gmtime_r(&now, &utc);
	(void)strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &utc);
	path_in(db, p->state, "wasl.db");
	path_in(log, p->state, "wasl.db-wal");
	path_in(index, p->state, "wasl.db-shm");
	aside[0] = '\0';
	if (access(db, F_OK) != 0)
		return 0;
	(void)snprintf(aside, PATH_ROOM, "%s/" RESTORE_ASIDE "%s", p->state, when);
	for (int n = 2; access(aside, F_OK) == 0 && n < 100; n++)
		(void)snprintf(aside, PATH_ROOM, "%s/" RESTORE_ASIDE "%s-%d", p->state, when, n);
	(void)snprintf(aside_log, sizeof aside_log, "%s-wal", aside);
	backup_settle(db);
	if (link(db, aside) != 0)
		return -errno;
	/* A log that is still there belongs to a database that could not be opened: it stays with it. */
	if (access(log, F_OK) == 0 && rename(log, aside_log) != 0)
		return -errno;
	return unlink(index) == 0 || errno == ENOENT ? 0 : -errno;
}

static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int rc = fsync(fd) == 0 ? 0 : -errno;
	close(fd);
	return rc;
}

static int change_places(const struct place *p, char aside[PATH_ROOM])
{
	char from[PATH_ROOM], to[PATH_ROOM], list[PATH_ROOM];
	int rc = keep_aside(p, aside);
	if (rc != 0)
		return rc;
	path_in(from, p->folder, SUPPRESSION_FILE);
	path_in(list, p->state, SUPPRESSION_FILE);
	if (access(list, F_OK) != 0 && access(from, F_OK) == 0 && rename(from, list) != 0)
		return -errno;
	path_in(from, p->folder, "wasl.db");
	path_in(to, p->state, "wasl.db");
	rc = sync_folder(p->state);
	if (rc == 0 && rename(from, to) != 0)
		rc = -errno;
	return rc == 0 ? sync_folder(p->state) : rc;
}

/* ---- the command */

struct wish {
	const char *file;
	bool verify, configuration;
};

static int exit_of(int rc)
{
	switch (rc) {
	case -ENOKEY: return EX_CONFIG;
	case -EBADMSG: case -EUCLEAN: return EX_DATAERR;
	case -ENOENT: return EX_NOINPUT;
	case -EACCES: case -EPERM: return EX_NOPERM;
	case -EPROTONOSUPPORT: return EX_CONFIG;
	default: return EX_IOERR;
	}
}

static int say(int rc, const struct err *err)
{
	fprintf(stderr, "wasl restore: %s\n", err->text[0] ? err->text : strerror(-rc));
	return exit_of(rc);
}

static int unseal(const struct place *p, const char *file, const char *to, char *about, struct err *err)
{
	struct vault vault;
	int rc = vault_open(&vault, p->key_file, err);
	if (rc != 0)
		return rc;
	rc = backup_open(&vault, file, to, about, ABOUT_ROOM, err);
	vault_close(&vault);
	return rc;
}

static int print_configuration(const struct place *p, const struct wish *wish, char *about)
{
	struct err err = { .text = "" };
	int rc = unseal(p, wish->file, NULL, about, &err);
	if (rc != 0)
		return say(rc, &err);
	json_t *what = json_parse(str_of(about), NULL);
	struct str text = json_get_str(what, "configuration");
	(void)fwrite(text.at ? text.at : "", 1, text.len, stdout);
	json_decref(what);
	return 0;
}

static void tell(const struct wish *wish, bool json, struct str made_at, const char *aside, int64_t parked, bool list)
{
	if (json) {
		json_t *what = json_pack("{s:b, s:b}", "verified", 1, "restored", !wish->verify);
		json_put_str(what, "made_at", made_at);
		if (!wish->verify) {
			(void)json_object_set_new(what, "parked", json_integer(parked));
			(void)json_object_set_new(what, "kept_aside", aside[0] ? json_string(aside) : json_null());
			(void)json_object_set_new(what, "list_applied", json_boolean(list));
		}
		json_print_line(what);
		json_decref(what);
		return;
	}
	printf("The backup of %.*s opens, and all of it holds.\n", STR_ARG(made_at));
	if (wish->verify)
		return;
	printf("It is in place.%s%s\n", aside[0] ? "  What stood before is " : "", aside);
	printf(list ? "Who said STOP and who was erased since stays so.\n" :
		      "There was no " SUPPRESSION_FILE " beside it: STOP and erasures since then are not known.  If you have a\n"
		      "newer copy of that file, put it into the state folder before the daemon starts.\n");
	printf("%lld message%s waited in the outbox then and may have left already: `wasl outbound status` shows them,\n"
	       "`wasl outbound release` sends them, `wasl outbound drop` gives them up.\n", (long long)parked, parked == 1 ? "" : "s");
}

static int restore(struct place *p, const struct wish *wish, bool json, char *about)
{
	struct err err = { .text = "" };
	char path[PATH_ROOM], list[PATH_ROOM], aside[PATH_ROOM] = "";
	int64_t parked = 0;
	path_in(path, p->folder, "wasl.db");
	path_in(list, p->state, SUPPRESSION_FILE);
	bool listed = access(list, F_OK) == 0;
	int rc = unseal(p, wish->file, path, about, &err);
	if (rc != 0)
		return say(rc, &err);
	json_t *what = json_parse(str_of(about), NULL);
	struct str made_at = json_get_str(what, "made_at");
	if (!made_at.at)
		made_at = STR("");
	rc = bring_list(p, wish->verify);
	if (rc == 0)
		rc = prove(p, made_at, wish->verify, &parked, &err);
	if (rc == 0 && !wish->verify)
		rc = change_places(p, aside);
	if (rc == 0)
		tell(wish, json, made_at, aside, parked, listed);
	json_decref(what);
	return rc == 0 ? 0 : say(rc, &err);
}

int command_restore(const struct invocation *in)
{
	struct config config;
	struct place place;
	struct wish wish = { .file = NULL };
	for (int i = 1; i < in->argc; i++) {
		if (strcmp(in->argv[i], "--verify") == 0)
			wish.verify = true;
		else if (strcmp(in->argv[i], "--configuration") == 0)
			wish.configuration = true;
		else if (!wish.file && in->argv[i][0] != '-')
			wish.file = in->argv[i];
		else
			return command_usage("restore", "takes the name of a backup, and --verify or --configuration");
	}
	if (!wish.file)
		return command_usage("restore", "takes the name of a backup");
	char *about = malloc(ABOUT_ROOM);
	int code = about ? open_config(in, &config) : EX_OSERR;
	if (code == 0) {
		code = find_place(&config, wish.verify, &place);
		if (code == 0 && wish.configuration) {
			code = print_configuration(&place, &wish, about);
		} else if (code == 0) {
			code = take_place(&place, wish.verify);
			if (code == 0)
				code = restore(&place, &wish, in->json, about);
			if (place.lock_fd >= 0 && code != EX_TEMPFAIL)
				remove_folder(&place);
			if (place.lock_fd >= 0)
				close(place.lock_fd);
		}
		config_free(&config);
	}
	free(about);
	return code;
}
