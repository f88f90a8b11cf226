/* Reports and exports: asked for here, made on the job thread, fetched when they are done. */
#include "gateway/console/desk_jobs.h"
#include "gateway/console/handlers.h"

#include "db/ledger.h"
#include "gateway/console/desk_job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_MAX = 16, RESULT_MAX = 64 * 1024 * 1024 };
#define KEPT_MS ((int64_t)24 * 3600 * 1000)

struct desk_jobs {
	struct console *c;
	struct desk_job job[KEPT_MAX];
};

int desk_jobs_new(struct console *c, struct desk_jobs **out)
{
	*out = calloc(1, sizeof **out);
	if (*out)
		(*out)->c = c;
	return *out ? 0 : -ENOMEM;
}

static void forget(struct desk_job *j)
{
	if (j->state != DESK_JOB_FREE && j->path[0])
		(void)unlink(j->path);
	j->state = DESK_JOB_FREE;
}

void desk_jobs_free(struct desk_jobs *jobs)
{
	for (size_t i = 0; jobs && i < KEPT_MAX; i++)
		forget(&jobs->job[i]);
	free(jobs);
}

/* ---- what is told of one */

static json_t *job_json(const struct desk_job *j)
{
	static const char *const states[] = { "waiting", "running", "done", "failed" };
	char result[64];
	json_t *one = json_object();
	(void)snprintf(result, sizeof result, "/api/v1/jobs/%s/result", j->id);
	json_put_str(one, "job_id", str_of(j->id));
	json_put_str(one, "what", str_of(j->name));
	(void)json_object_set_new(one, "state", json_string(states[j->state]));
	(void)json_object_set_new(one, "percent", json_integer(j->state == DESK_JOB_DONE ? 100 : atomic_load(&j->percent)));
	(void)json_object_set_new(one, "title", j->state == DESK_JOB_FAILED ? json_from_str(str_of(j->err.text)) :
				  j->state == DESK_JOB_DONE && j->title[0] ? json_from_str(str_of(j->title)) : json_null());
	(void)json_object_set_new(one, "result", j->state == DESK_JOB_DONE ? json_string(result) : json_null());
	(void)json_object_set_new(one, "created_at", time_of(j->created_ms));
	return one;
}

static struct desk_job *own_job(struct call *call)
{
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct desk_job *j = &call->c->desk_jobs->job[i];
		if (j->state != DESK_JOB_FREE && j->staff_id == call->session.staff_id && str_eq_z(call->name, j->id))
			return j;
	}
	return NULL;
}

void api_jobs(struct call *call)
{
	json_t *all = json_array();
	for (size_t i = 0; i < KEPT_MAX; i++) {
		const struct desk_job *j = &call->c->desk_jobs->job[i];
		if (j->state != DESK_JOB_FREE && j->staff_id == call->session.staff_id)
			(void)json_array_append_new(all, job_json(j));
	}
	call_answer(call, 200, json_pack("{s:o}", "items", all));
}

void api_job(struct call *call)
{
	const struct desk_job *j = own_job(call);
	if (j)
		call_answer(call, 200, job_json(j));
	else
		call_not_found(call);
}

static const char *type_of(const char *format)
{
	if (strcmp(format, "xlsx") == 0)
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
	if (strcmp(format, "json") == 0 || strcmp(format, "floip") == 0)
		return "application/json";
	return strcmp(format, "jsonl") == 0 ? "application/jsonl" : "text/csv; charset=utf-8";
}

void api_job_result(struct call *call)
{
	const struct desk_job *j = own_job(call);
	struct stat st;
	int fd = j && j->state == DESK_JOB_DONE ? open(j->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	char *bytes = fd >= 0 && fstat(fd, &st) == 0 && st.st_size <= RESULT_MAX ? malloc((size_t)st.st_size + 1) : NULL;
	ssize_t n = bytes ? read(fd, bytes, (size_t)st.st_size) : -1;
	if (fd >= 0)
		(void)close(fd);
	if (n >= 0)
		call_bytes(call, type_of(j->format), (struct str){ bytes, (size_t)n });
	else
		call_not_found(call);
	free(bytes);
}

/* ---- a new one */

static void job_is_over(struct letter *letter, int result)
{
	struct desk_job *j = (struct desk_job *)letter;
	if (j->c->closed)
		return;
	j->state = result == 0 && j->rc == 0 ? DESK_JOB_DONE : DESK_JOB_FAILED;
	if (j->state == DESK_JOB_FAILED && !j->err.text[0])
		(void)err_set(&j->err, 0, "it could not be made");
	char json[64];
	(void)snprintf(json, sizeof json, "{\"job_id\":\"%s\"}", j->id);
	events_tell(j->c, "job", json);
}

/* A free place, else that of the oldest which is over. */
static struct desk_job *place(struct desk_jobs *jobs, int64_t now_ms)
{
	struct desk_job *best = NULL;
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct desk_job *j = &jobs->job[i];
		if (j->state != DESK_JOB_UNDER_WAY && j->state != DESK_JOB_FREE && now_ms - j->created_ms > KEPT_MS)
			forget(j);
		if (j->state == DESK_JOB_FREE)
			return j;
		if (j->state != DESK_JOB_UNDER_WAY && (!best || j->created_ms < best->created_ms))
			best = j;
	}
	if (best)
		forget(best);
	return best;
}

static bool take(struct call *call, const json_t *from, const char *member, char *to, size_t cap)
{
	struct str s = json_get_str(from, member);
	if (!s.at || str_copy(s, to, cap))
		return true;
	call_bad(call, member, "This is too long.");
	return false;
}

static bool is_name(const char *name) /* it becomes part of a file's name and of an act */
{
	return name[0] && strspn(name, "abcdefghijklmnopqrstuvwxyz-") == strlen(name);
}

static int write_start(struct call *call, struct gateway *g, struct db *db)
{
	const struct desk_job *j = call->extra;
	(void)g;
	return audit_add(db, call->now_ms, call->session.user, j->exported ? STR("export.ask") : STR("report.run"), str_of(j->name),
			 str_of(j->purpose));
}

static void started(struct call *call)
{
	struct desk_job *asked = call->extra, *j = place(call->c->desk_jobs, call->now_ms);
	char token[AUTH_TOKEN_LEN + 1];
	if (!j) {
		call_problem(call, 503, "unavailable", "Other work is under way; try again.");
		return;
	}
	memcpy(j, asked, sizeof *j);
	auth_token_new(token);
	(void)snprintf(j->id, sizeof j->id, "%.16s", token);
	for (char *c = j->id; *c; c++)
		*c = *c == '-' || *c == '_' ? 'x' : *c;
	(void)snprintf(j->path, sizeof j->path, "%.*s/job-%s.%s", STR_ARG(call->c->g->config.state), j->id, j->format);
	j->job = (struct job){ .letter = { .answered = job_is_over }, .run = desk_job_run };
	if (jobs_add(call->c->jobs, call->c->port, &j->job) != 0) {
		call_problem(call, 503, "unavailable", "Other work is under way; try again.");
		return;
	}
	j->state = DESK_JOB_UNDER_WAY;
	call_answer(call, 202, job_json(j));
}

static void begin(struct call *call, bool exported, const char *const *formats)
{
	struct desk_job *j = call->extra = calloc(1, sizeof *j);
	struct str name, format;
	const json_t *more = json_object_get(call->body, "parameters");
	if (!j || !call_text(call, "name", 1, 31, false, &name) || !call_text(call, "format", 1, 19, exported ? false : true, &format)) {
		if (!j)
			call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	j->c = call->c, j->exported = exported, j->staff_id = call->session.staff_id, j->created_ms = call->now_ms;
	j->protection = call_may(call, ROLE_PROTECTION);
	j->approval_id = json_integer_value(json_object_get(call->body, "approval_id"));
	if (!take(call, call->body, "name", j->name, sizeof j->name) || !take(call, call->body, "purpose", j->purpose,
		sizeof j->purpose) ||
	    !take(call, more, "year", j->year, sizeof j->year) || !take(call, more, "from", j->from, sizeof j->from) ||
	    !take(call, more, "to", j->to, sizeof j->to) || !take(call, more, "direction", j->direction, sizeof j->direction) ||
	    !take(call, more, "tag", j->tag, sizeof j->tag) || !take(call, more, "office", j->office, sizeof j->office))
		return;
	if (!str_copy(call->session.user, j->user, sizeof j->user) ||
	    !str_copy(format.at ? format : STR("json"), j->format, sizeof j->format))
		j->format[0] = '\0';
	bool known = false;
	for (size_t i = 0; formats[i]; i++)
		known = known || strcmp(formats[i], j->format) == 0;
	if (!known || !is_name(j->name))
		call_bad(call, known ? "name" : "format", "There is none of this name.");
	else
		call_write(call, write_start, started);
}

void api_report(struct call *call)
{
	static const char *const formats[] = { "json", "csv", "xlsx", NULL };
	begin(call, false, formats);
}

void api_export(struct call *call)
{
	static const char *const formats[] = { "xlsx", "csv", "csv-excel-fr", "jsonl", "floip", NULL };
	struct str purpose;
	if (call_text(call, "purpose", 8, 500, false, &purpose))
		begin(call, true, formats);
}
