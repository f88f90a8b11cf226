#include "gateway/console/desk_job.h"

#include "gateway/act.h"
#include "gateway/definitions.h"
#include "gateway/export.h"
#include "gateway/outfile.h"
#include "gateway/report.h"
#include "gateway/report_write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- a report */

static int write_stream(const struct desk_job *j, const struct report_page *report, FILE *to)
{
	if (strncmp(j->format, "csv", 3) == 0) {
		report_write_csv(report, to, strcmp(j->format, "csv-excel-fr") == 0);
	} else {
		json_t *all = report_json(report);
		(void)json_dumpf(all, to, JSON_COMPACT);
		json_decref(all);
	}
	bool good = !ferror(to);
	return fclose(to) == 0 && good ? 0 : -EIO;
}

static int write_report(struct desk_job *j, const struct report_page *report)
{
	char folder[4096];
	struct outfile out;
	(void)snprintf(j->file, sizeof j->file, "wasl-%s.%s", j->name, strncmp(j->format, "csv", 3) == 0 ? "csv" : j->format);
	int rc = str_copy(j->c->g->config.state, folder, sizeof folder) ? outfile_open(&out, j->path, &j->err) : -ENAMETOOLONG;
	if (rc != 0)
		return rc;
	FILE *to = strcmp(j->format, "xlsx") == 0 ? NULL : outfile_stream(&out);
	rc = to ? write_stream(j, report, to) : strcmp(j->format, "xlsx") == 0 ? report_write_sheets(report, out.by_fd, folder, &j->err) :
	     -ENOMEM;
	if (rc == 0)
		rc = outfile_keep(&out, &j->err);
	outfile_drop(&out);
	return rc == 0 || j->err.text[0] ? rc : err_set(&j->err, rc, "the result could not be kept");
}

static void report_went_on(int done, int of, void *user)
{
	struct desk_job *j = user;
	atomic_store(&j->percent, of > 0 ? done * 99 / of : 0);
}

static int run_report(struct desk_job *j, struct reader *reader)
{
	struct weights weights;
	struct report_page report;
	struct report_ask ask = { .name = str_of(j->name), .direction = str_of(j->direction), .tag = str_of(j->tag),
				  .office = str_of(j->office), .protection = j->protection, .complaints = false,
				  .outside = j->outside, .national = j->national,
				  .language = report_language_named(str_of(j->language)),
				  .now_ms = j->created_ms, .user = str_of(j->user), .weights = &weights };
	int rc = period_parse(str_of(j->year), str_of(j->from), str_of(j->to), &ask.period, &j->err);
	if (rc == 0)
		rc = definitions_weights(&weights, &j->c->g->config, &j->err);
	if (rc != 0)
		return rc;
	rc = report_run(reader, &j->c->g->config, &ask, report_went_on, j, &report, &j->err);
	if (rc == 0) {
		if (!str_copy(report.title, j->title, sizeof j->title))
			j->title[0] = '\0';
		rc = write_report(j, &report);
		report_free(&report);
	}
	weights_free(&weights);
	return rc;
}

/* ---- an export */

struct act_letter {
	struct letter letter;
	struct desk_job *j;
	const char *act;
	json_t *request;
};

static int run_act(struct letter *letter, struct gateway *g, struct db *db)
{
	struct act_letter *a = (struct act_letter *)letter;
	json_t *answer = json_object();
	struct act_call call = { .g = g, .db = db, .user = str_of(a->j->user), .reason = str_of(a->j->purpose),
				 .now_ms = gateway_now(g), .request = a->request, .answer = answer };
	int rc = answer ? act_run(a->act, &call) : -ENOMEM;
	if (rc != 0)
		a->j->err = call.err;
	json_decref(answer);
	return rc;
}

static int act_of(struct desk_job *j, const char *act, json_t *request)
{
	struct act_letter a = { .letter = { .run = run_act }, .j = j, .act = act, .request = request };
	int rc = request ? mailbox_call(j->c->mailbox, &a.letter) : -ENOMEM;
	json_decref(request);
	return rc;
}

static int export_went_on(int permille, int64_t rows, void *user)
{
	struct desk_job *j = user;
	(void)rows;
	atomic_store(&j->percent, permille / 10);
	return 0;
}

/* No line in the audit, no file. */
static int release(int64_t rows, void *user)
{
	struct desk_job *j = user;
	char what[EXPORT_WHAT_MAX];
	const struct str filter[] = { str_of(j->year), str_of(j->from), str_of(j->to), str_of(j->direction), str_of(j->tag),
				      str_of(j->office), str_of(j->flow) };
	export_what(j->format, rows, j->approval_id != 0, j->password[0] != '\0', filter, what);
	return act_of(j, "export.released", json_pack("{s:s, s:s}", "name", j->name, "what", what));
}

bool desk_job_is_package(const struct desk_job *j)
{
	return j->exported && strcmp(j->format, "floip") == 0 && strcmp(j->name, "answers") == 0;
}

int desk_job_ask(const struct desk_job *j, struct export_ask *ask, struct err *err)
{
	*ask = (struct export_ask){ .name = str_of(j->name), .direction = str_of(j->direction), .tag = str_of(j->tag),
				    .office = str_of(j->office), .flow = str_of(j->flow), .names = j->approval_id != 0,
				    .purpose = str_of(j->purpose), .user = str_of(j->user), .path = j->path, .now_ms = j->created_ms,
				    .password = j->password, .right_to_left = strcmp(j->language, "ar") == 0 };
	for (size_t i = 0; export_formats[i]; i++)
		if (strcmp(export_formats[i], j->format) == 0)
			ask->format = (enum export_format)i;
	ask->zip = j->password[0] || desk_job_is_package(j);
	return j->year[0] || j->from[0] ? period_parse(str_of(j->year), str_of(j->from), str_of(j->to), &ask->period, err) : 0;
}

/* Beside the file: the package as the API serves it, up to the same answer. */
static int describe(struct desk_job *j, struct reader *reader, const struct export_ask *ask)
{
	char text[4][24];
	struct report_filter filter;
	if (!desk_job_is_package(j))
		return 0;
	export_filter(&j->c->g->config, ask, &filter, text);
	return floip_describe(reader, ask, &filter, &j->package, &j->err);
}

static int run_export(struct desk_job *j, struct reader *reader)
{
	struct book book;
	int64_t rows = 0;
	struct export_ask ask;
	const struct export_watch watch = { export_went_on, release, j };
	int rc = desk_job_ask(j, &ask, &j->err);
	if (rc == 0 && j->approval_id)
		rc = act_of(j, "export.permit", json_pack("{s:s, s:I}", "name", j->name, "approval_id", (json_int_t)j->approval_id));
	if (rc == 0)
		rc = definitions_load(&book, &j->c->g->config, &j->err);
	if (rc != 0)
		return rc;
	ask.book = &book;
	export_file_name(&ask, j->file, sizeof j->file);
	rc = export_run(reader, &j->c->g->config, &ask, &watch, &rows, &j->err);
	if (rc == 0)
		rc = describe(j, reader, &ask);
	book_free(&book);
	return rc;
}

void desk_job_run(struct job *job)
{
	struct desk_job *j = (struct desk_job *)job;
	char state[4096], key_file[4096];
	struct reader *reader = NULL;
	bool named = str_copy(j->c->g->config.state, state, sizeof state) &&
		     str_copy(j->c->g->config.key_file, key_file, sizeof key_file);
	j->rc = named ? reader_open(state, key_file, &reader, &j->err) : -ENAMETOOLONG;
	if (j->rc == 0)
		j->rc = j->exported ? run_export(j, reader) : run_report(j, reader);
	reader_close(reader);
	explicit_bzero(j->password, sizeof j->password);
}
