#include "gateway/export_floip.h"

#include "gateway/floip_package.h"
#include "gateway/outfile.h"
#include "gateway/parcel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- rows */

struct rows {
	FILE *to;
	int64_t last, count, page;
};

static int take_row(json_t *row, int64_t row_id, void *user)
{
	struct rows *r = user;
	(void)fputs(r->count++ ? ",\n" : "", r->to);
	(void)json_dumpf(row, r->to, JSON_COMPACT);
	json_decref(row);
	r->last = row_id;
	r->page++;
	return 0;
}

static int write_rows(struct reader *reader, const struct floip *package, struct report_filter *filter,
		      const struct export_watch *watch, FILE *to, int64_t *count, struct err *err)
{
	struct rows r = { .to = to };
	int rc = 0;
	(void)fputs("[", to);
	do {
		r.page = 0;
		rc = floip_page(reader, package, filter, r.last, false, take_row, &r, err);
		int permille = package->top ? (int)(r.last * 1000 / package->top) : 1000;
		if (rc == 0 && watch->progress && watch->progress(permille, r.count, watch->user) != 0)
			rc = err_set(err, -ECANCELED, "given up; nothing was left behind");
	} while (rc == 0 && r.page > 0);
	(void)fputs("]\n", to);
	*count = r.count;
	return rc;
}

/* ---- files */

static int dump_file(const json_t *value, const char *path, struct err *err)
{
	struct outfile out;
	int rc = outfile_open(&out, path, err);
	if (rc != 0)
		return rc;
	FILE *to = outfile_stream(&out);
	bool good = to && json_dumpf(value, to, JSON_INDENT(1)) == 0 && fputc('\n', to) != EOF;
	good = to && fclose(to) == 0 && good;
	if (good)
		return outfile_keep(&out, err);
	outfile_drop(&out);
	return err_set(err, -EIO, "%s could not be written", path);
}

/* "x/answers.json" -> "x/answers-data.json" */
static int data_path(const char *path, char *out, size_t cap, struct str *name)
{
	struct str whole = str_of(path);
	if (str_ends(whole, STR(".json")))
		whole.len -= 5;
	struct buf b = buf_over(out, cap - 1);
	buf_put(&b, whole);
	buf_put_z(&b, "-data.json");
	if (b.full)
		return -ENAMETOOLONG;
	out[b.len] = '\0';
	const char *slash = strrchr(out, '/');
	*name = str_of(slash ? slash + 1 : out);
	return 0;
}

static int pack(const struct export_ask *ask, const struct parcel_member *members, size_t count, struct err *err)
{
	struct outfile out;
	int rc = outfile_open(&out, ask->path, err);
	if (rc != 0)
		return rc;
	rc = parcel_write(&out, members, count, ask->password, err);
	if (rc == 0)
		rc = outfile_keep(&out, err);
	outfile_drop(&out);
	return rc;
}

/* A descriptor, or a container, and, when there are any, the rows beside it: as data packages travel. */
static int keep_archive(const struct export_ask *ask, const char *name, const json_t *value, const struct outfile *rows,
			struct err *err)
{
	char *text = json_dumps(value, JSON_INDENT(1));
	if (!text)
		return err_set(err, -ENOMEM, "no memory");
	const struct parcel_member members[] = { { name, NULL, str_of(text) },
						 { "data/wasl-answers.json", rows ? rows->by_fd : NULL, STR("") } };
	int rc = pack(ask, members, rows ? 2 : 1, err);
	free(text);
	return rc;
}

static int keep_files(const struct export_ask *ask, const struct floip *package, struct outfile *rows, struct str name,
		      struct err *err)
{
	json_t *all = floip_descriptor(package, ask->zip ? STR("data/wasl-answers.json") : name, STR(""));
	int rc = ask->zip ? keep_archive(ask, "datapackage.json", all, rows, err) : outfile_keep(rows, err);
	if (rc == 0 && !ask->zip)
		rc = dump_file(all, ask->path, err);
	json_decref(all);
	return rc;
}

static int export_results(struct reader *reader, const struct export_ask *ask, struct report_filter *filter,
			  const struct export_watch *watch, int64_t *rows, struct err *err)
{
	char path[4096];
	struct str name = STR("");
	struct outfile out;
	struct floip package;
	if (data_path(ask->path, path, sizeof path, &name) != 0)
		return err_set(err, -ENAMETOOLONG, "the file's path is too long");
	int rc = floip_describe(reader, ask, filter, &package, err);
	if (rc != 0)
		return rc;
	rc = outfile_open(&out, path, err);
	if (rc == 0) {
		FILE *to = outfile_stream(&out);
		rc = to ? write_rows(reader, &package, filter, watch, to, rows, err) : err_set(err, -ENOMEM, "no memory");
		bool lost = !to || ferror(to);
		lost |= to && fclose(to) != 0;
		if (rc == 0 && lost)
			rc = err_set(err, -EIO, "%s could not be written", path);
		if (rc == 0 && watch->release && watch->release(*rows, watch->user) != 0)
			rc = err_set(err, -EPERM, "the audit could not be written: no export without it");
		if (rc == 0)
			rc = keep_files(ask, &package, &out, name, err);
		outfile_drop(&out);
	}
	floip_free(&package);
	return rc;
}

static int export_flows(const struct export_ask *ask, const struct export_watch *watch, int64_t *rows, struct err *err)
{
	char modified[40];
	time_t s = (time_t)(ask->now_ms / 1000);
	struct tm utc;
	gmtime_r(&s, &utc);
	size_t n = strftime(modified, sizeof modified, "%Y-%m-%d %H:%M:%S.000Z", &utc);
	json_t *all = floip_container(ask->book, (struct str){ modified, n });
	*rows = (int64_t)json_array_size(json_object_get(all, "flows"));
	int rc = all ? 0 : err_set(err, -ENOMEM, "no memory");
	if (rc == 0 && watch->release && watch->release(*rows, watch->user) != 0)
		rc = err_set(err, -EPERM, "the audit could not be written: no export without it");
	if (rc == 0)
		rc = ask->zip ? keep_archive(ask, "wasl-flows.json", all, NULL, err) : dump_file(all, ask->path, err);
	json_decref(all);
	return rc;
}

int export_floip(struct reader *reader, const struct export_ask *ask, struct report_filter *filter,
		const struct export_watch *watch,
		 int64_t *rows, struct err *err)
{
	bool flows = str_eq_z(ask->name, "flows");
	if (ask->format != EXPORT_FLOIP || (!flows && !str_eq_z(ask->name, "answers")))
		return err_because(err, -EINVAL, "floip", "floip is the format of answers and flows, and theirs alone for flows");
	if (!ask->path)
		return err_set(err, -EINVAL, "FLOIP needs --output FILE.json");
	if (!ask->book)
		return err_set(err, -EINVAL, "FLOIP needs the conversations");
	return flows ? export_flows(ask, watch, rows, err) : export_results(reader, ask, filter, watch, rows, err);
}
