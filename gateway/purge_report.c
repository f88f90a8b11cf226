/* What a run of the retention says: as JSON, on a terminal, in the state folder. */
#include "db/ledger.h"
#include "gateway/purge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)

enum { PATH_ROOM = 4200 };

static int64_t days_of(const struct config *config, enum retention_class class)
{
	const struct retention *r = &config->retention;
	switch (class) {
	case RETAIN_BODIES: return r->bodies_days_after_close;
	case RETAIN_COMPLAINTS: return r->complaints_days;
	case RETAIN_METADATA: return r->metadata_days;
	case RETAIN_PARTIAL: return r->partial_days;
	case RETAIN_CASES: return r->case_days_after_close;
	case RETAIN_ANSWERS: return r->answers_days;
	case RETAIN_AUDIT: return r->audit_days;
	case RETENTION_CLASSES: break;
	}
	return 0;
}

void purge_times(const struct config *config, int64_t now_ms, bool only_count, struct retention_run *run)
{
	*run = (struct retention_run){ .only_count = only_count, .now_ms = now_ms };
	for (int i = 0; i < RETENTION_CLASSES; i++)
		run->before_ms[i] = now_ms - days_of(config, (enum retention_class)i) * DAY_MS;
}

static int64_t sum_of(const struct retention_run *run)
{
	int64_t sum = 0;
	for (size_t i = 0; i < retention_rules(); i++)
		sum += retention_rule(i).notice ? 0 : run->count[i];
	return sum;
}

int purge_audit(struct db *db, const struct retention_run *run, struct str actor)
{
	struct buf b = buf_new(&db->arena, 1024);
	buf_put_z(&b, "purge");
	for (size_t i = 0; i < retention_rules(); i++)
		if (run->count[i] && !retention_rule(i).notice)
			buf_printf(&b, " %s=%lld", retention_class_name(retention_rule(i).class), (long long)run->count[i]);
	if (run->only_count || (sum_of(run) == 0 && str_eq_z(actor, "wasl")))
		return 0;
	return b.full ? -ENOMEM : audit_add(db, run->now_ms, actor, buf_str(&b), STR("database"), STR(""));
}

static struct tm utc_of(int64_t at_ms)
{
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	return utc;
}

json_t *purge_report(const struct config *config, const struct retention_run *run)
{
	char at[32];
	struct tm utc = utc_of(run->now_ms);
	(void)strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_t *rules = json_array();
	for (size_t i = 0; i < retention_rules(); i++) {
		struct retention_rule_name name = retention_rule(i);
		(void)json_array_append_new(rules, json_pack("{s:s, s:s, s:b, s:I, s:I}", "class", retention_class_name(name.class), "what",
			name.what, "notice", name.notice, "days", (json_int_t)days_of(config, name.class), "count",
			(json_int_t)run->count[i]));
	}
	return json_pack("{s:s, s:b, s:o, s:I}", "at", at, "dry_run", run->only_count, "rules", rules, "kept_for_alert",
			 (json_int_t)run->kept_for_alert);
}

void purge_print(FILE *out, const json_t *report)
{
	size_t i;
	json_t *rule;
	bool dry = json_is_true(json_object_get(report, "dry_run"));
	(void)fprintf(out, "%s  %s\n", json_string_value(json_object_get(report, "at")),
		      dry ? "would go (nothing was changed)" : "past its time, and gone");
	json_array_foreach(json_object_get(report, "rules"), i, rule) {
		long long days = (long long)json_integer_value(json_object_get(rule, "days"));
		(void)fprintf(out, "  %8lld  %-12s %s", (long long)json_integer_value(json_object_get(rule, "count")),
			      json_string_value(json_object_get(rule, "class")), json_string_value(json_object_get(rule, "what")));
		if (json_is_true(json_object_get(rule, "notice")))
			(void)fprintf(out, "\n");
		else
			(void)fprintf(out, ", %lld days\n", days);
	}
	long long kept = (long long)json_integer_value(json_object_get(report, "kept_for_alert"));
	if (kept)
		(void)fprintf(out, "  %8lld  kept although past their time: an alert is open, somebody must close it first\n", kept);
}

int purge_write_report(const struct config *config, const struct retention_run *run)
{
	char path[PATH_ROOM], day[16];
	struct tm utc = utc_of(run->now_ms);
	(void)strftime(day, sizeof day, "%Y-%m-%d", &utc);
	(void)snprintf(path, sizeof path, "%.*s/purge", STR_ARG(config->state));
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -errno;
	(void)snprintf(path, sizeof path, "%.*s/purge/%s.txt", STR_ARG(config->state), day);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "a");
	if (!out) {
		int rc = -errno;
		if (fd >= 0)
			close(fd);
		return rc;
	}
	json_t *report = purge_report(config, run);
	purge_print(out, report);
	json_decref(report);
	bool lost = ferror(out) != 0;
	return fclose(out) == 0 && !lost ? 0 : -EIO;
}
