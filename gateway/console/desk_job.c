#include "gateway/console/desk_job.h"

#include "gateway/act.h"
#include "gateway/definitions.h"
#include "gateway/export.h"
#include "gateway/report.h"
#include "gateway/report_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a report */

static int write_report(struct desk_job *j, const struct report_page *report)
{
	char folder[4096];
	if (strcmp(j->format, "xlsx") == 0) {
		if (!str_copy(j->c->g->config.state, folder, sizeof folder))
			return -ENAMETOOLONG;
		return report_write_sheets(report, j->path, folder, &j->err);
	}
	int fd = open(j->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
	if (!to)
		return err_set(&j->err, -EIO, "the result could not be kept");
	if (strcmp(j->format, "csv") == 0) {
		report_write_csv(report, to, true);
	} else {
		json_t *all = report_json(report);
		(void)json_dumpf(all, to, JSON_COMPACT);
		json_decref(all);
	}
	bool good = !ferror(to);
	return fclose(to) == 0 && good ? 0 : err_set(&j->err, -EIO, "the result could not be kept");
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
	char what[128];
	(void)snprintf(what, sizeof what, "%s rows=%lld names=%s", j->format, (long long)rows, j->approval_id ? "yes" : "no");
	return act_of(j, "export.released", json_pack("{s:s, s:s}", "name", j->name, "what", what));
}

static int run_export(struct desk_job *j, struct reader *reader)
{
	struct book book;
	int64_t rows = 0;
	struct export_ask ask = { .name = str_of(j->name), .direction = str_of(j->direction), .tag = str_of(j->tag),
				  .office = str_of(j->office), .names = j->approval_id != 0, .purpose = str_of(j->purpose),
				  .user = str_of(j->user), .path = j->path, .now_ms = j->created_ms, .book = &book };
	const struct export_watch watch = { export_went_on, release, j };
	int rc = j->year[0] || j->from[0] ? period_parse(str_of(j->year), str_of(j->from), str_of(j->to), &ask.period, &j->err) : 0;
	for (size_t i = 0; export_formats[i]; i++)
		if (strcmp(export_formats[i], j->format) == 0)
			ask.format = (enum export_format)i;
	if (rc == 0 && j->approval_id)
		rc = act_of(j, "export.permit", json_pack("{s:s, s:I}", "name", j->name, "approval_id", (json_int_t)j->approval_id));
	if (rc == 0)
		rc = definitions_load(&book, &j->c->g->config, &j->err);
	if (rc != 0)
		return rc;
	rc = export_run(reader, &j->c->g->config, &ask, &watch, &rows, &j->err);
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
}
