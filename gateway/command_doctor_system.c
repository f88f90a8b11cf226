/* What `wasl doctor` says of the machine: versions, clock, paths, disk, database. */
#include "db/inspect.h"
#include "gateway/doctor.h"
#include "gateway/libraries.h"
#include "gateway/version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

void doctor_versions(struct doctor *d)
{
	struct utsname os;
	struct library all[LIBRARIES_MAX];
	size_t n = libraries(all);
	doctor_say(d, HEALTH_OK, NULL, "wasl %s", wasl_version);
	if (uname(&os) == 0)
		doctor_say(d, HEALTH_OK, NULL, "%s %s %s", os.sysname, os.release, os.machine);
	for (size_t i = 0; i < n; i++) {
		bool same = strcmp(all[i].compiled, all[i].runs) == 0;
		if (same)
			doctor_say(d, HEALTH_OK, NULL, "%s %s", all[i].name, all[i].runs);
		else
			doctor_say(d, HEALTH_WARN, "install the version that was built against, or build again",
				   "%s %s, built against %s", all[i].name, all[i].runs, all[i].compiled);
	}
}

void doctor_clock(struct doctor *d)
{
	struct timex t = { .modes = 0 };
	struct tm utc;
	char text[32];
	time_t now = time(NULL);
	if (!gmtime_r(&now, &utc) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		(void)snprintf(text, sizeof text, "unreadable");
	int year = utc.tm_year + 1900;
	if (year < 2024 || year > 2100)
		doctor_say(d, HEALTH_FAIL, "set the clock: due dates and consents carry its time", "clock %s", text);
	else
		doctor_say(d, HEALTH_OK, NULL, "clock %s", text);
	int state = adjtimex(&t);
	if (state == TIME_ERROR || (t.status & STA_UNSYNC))
		doctor_say(d, HEALTH_WARN, "timedatectl set-ntp true, or an NTP daemon; in a container ask the host",
			   "the kernel does not know its clock as synchronised");
	else if (state >= 0)
		doctor_say(d, HEALTH_OK, NULL, "clock synchronised");
	if (access("/usr/share/zoneinfo/Africa/Casablanca", R_OK) != 0)
		doctor_say(d, HEALTH_FAIL, "apt-get install tzdata: local hours cannot be told without it",
			   "no time zones in /usr/share/zoneinfo");
}

/* ---- paths */

static void say_mode(struct doctor *d, const char *what, const char *path, mode_t want, const char *todo)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		doctor_say(d, HEALTH_FAIL, "`wasl init DIR` makes one", "%s %s: %s", what, path, strerror(errno));
		return;
	}
	unsigned mode = st.st_mode & 07777;
	if (mode & ~want & 0777)
		doctor_say(d, HEALTH_FAIL, todo, "%s %s has mode %04o: others can reach it", what, path, mode);
	else if (st.st_uid != geteuid() && geteuid() != 0)
		doctor_say(d, HEALTH_WARN, "run as the daemon's user, or chown",
			   "%s %s belongs to uid %u, you are %u", what, path, (unsigned)st.st_uid, (unsigned)geteuid());
	else
		doctor_say(d, HEALTH_OK, NULL, "%s %s, mode %04o", what, path, mode);
}

/* Thresholds of failures.md D1. */
static void say_disk(struct doctor *d, const char *path)
{
	struct statvfs fs;
	if (statvfs(path, &fs) != 0 || fs.f_blocks == 0)
		return; /* the folder's own finding says why */
	unsigned long long free_mb = (unsigned long long)fs.f_bavail * fs.f_frsize / (1024 * 1024);
	unsigned percent = (unsigned)((unsigned long long)fs.f_bavail * 100 / fs.f_blocks);
	enum health health = percent < 5 || free_mb < 100 ? HEALTH_FAIL : percent < 20 ? HEALTH_WARN : HEALTH_OK;
	doctor_say(d, health, health == HEALTH_OK ? NULL : "free space: a full disk stops intake",
		   "disk of %s: %llu MB free, %u %%", path, free_mb, percent);
	if (fs.f_flag & ST_RDONLY)
		doctor_say(d, HEALTH_FAIL, "mount it read-write", "the disk of %s is read-only", path);
}

static void say_place(struct doctor *d, const char *what, struct str path, const char *built_in)
{
	if (path.len == 0)
		doctor_say(d, HEALTH_OK, NULL, "%s: %s", what, built_in);
	else if (access(path.at, R_OK) == 0)
		doctor_say(d, HEALTH_OK, NULL, "%s: %.*s", what, STR_ARG(path));
	/* what is not there was named by config_problems_before_serving() */
}

void doctor_paths(struct doctor *d, const struct config *config)
{
	say_mode(d, "key file", config->key_file.at, 0600,
		 "chmod 600 it, and think of a new key: it may have been read");
	say_mode(d, "state folder", config->state.at, 0700, "chmod 700 it");
	say_disk(d, config->state.at);
	say_place(d, "flows", config->flows, "those inside the program");
	say_place(d, "weights", config->weights, "those inside the program");
}

/* A day's work of counsellors is what may be lost, no more. */
static void say_backup(struct doctor *d, const struct db_inspection *seen)
{
	enum { HOUR_MS = 3600 * 1000, TWO_DAYS = 48 };
	int64_t now_ms = (int64_t)time(NULL) * 1000, since = seen->backup_at ? seen->backup_at : seen->began_at;
	long long hours = since && now_ms > since ? (long long)((now_ms - since) / HOUR_MS) : 0;
	const char *todo = hours >= TWO_DAYS ? "`wasl backup FOLDER` each night, and the file off this machine" : NULL;
	if (seen->backup_at)
		doctor_say(d, todo ? HEALTH_WARN : HEALTH_OK, todo, "last backup %lld hours ago", hours);
	else
		doctor_say(d, todo ? HEALTH_WARN : HEALTH_OK, todo, "no backup yet, the database is %lld hours old", hours);
}

void doctor_database(struct doctor *d, const struct config *config)
{
	enum { LOG_ALARM = 64 * 1024 * 1024 }; /* failures.md D6 */
	struct db_inspection seen;
	struct err err = { .text = "" };
	int rc = db_inspect(config->state.at, config->key_file.at, &seen, &err);
	if (rc == -ENODATA)
		doctor_say(d, HEALTH_WARN, "`wasl serve` makes it at its first start", "%s", err.text);
	else if (rc != 0)
		doctor_say(d, HEALTH_FAIL, "see the manual's chapter on restoring", "database: %s", err.text);
	else
		doctor_say(d, HEALTH_OK, NULL, "database whole, schema %d, %lld kB, log %lld kB, the key opens it",
			   seen.schema, (long long)seen.bytes / 1024, (long long)seen.log_bytes / 1024);
	if (rc == 0 && seen.schema < seen.schema_known)
		doctor_say(d, HEALTH_WARN, "`wasl backup` with the old version, then start the new one",
			   "the database is of schema %d, this wasl makes %d of it", seen.schema, seen.schema_known);
	if (rc == 0)
		say_backup(d, &seen);
	if (rc == 0 && seen.log_bytes > LOG_ALARM)
		doctor_say(d, HEALTH_WARN, "end long queries and exports; a restart empties it",
			   "the write-ahead log has %lld MB", (long long)seen.log_bytes / (1024 * 1024));
}
