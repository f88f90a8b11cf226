/* Reports and exports: asked for here, made on the job thread, fetched when they are done. */
#include "gateway/console/desk_job.h"
#include "gateway/console/desk_jobs.h"
#include "gateway/console/handlers.h"

#include "db/ledger.h"
#include "gateway/export.h"
#include "gateway/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is told of one */

static json_t *job_json(const struct desk_job *j)
{
	static const char *const states[] = { "waiting", "running", "done", "failed" };
	char result[64], package[96];
	bool done = j->state == DESK_JOB_DONE;
	json_t *one = json_object();
	(void)snprintf(result, sizeof result, "/api/v1/jobs/%s/result", j->id);
	(void)snprintf(package, sizeof package, "/api/v1/flow-results/packages/%s", j->package.id);
	(void)json_object_set_new(one, "kind", json_string(j->exported ? "export" : "report"));
	(void)json_object_set_new(one, "format", json_string(j->format));
	(void)json_object_set_new(one, "file", done ? json_string(j->file) : json_null());
	(void)json_object_set_new(one, "package", done && desk_job_is_package(j) ? json_string(package) : json_null());
	(void)json_object_set_new(one, "expires_at", json_time(j->created_ms + DESK_JOB_KEPT_MS));
	json_put_str(one, "job_id", str_of(j->id));
	json_put_str(one, "what", str_of(j->name));
	(void)json_object_set_new(one, "state", json_string(states[j->state]));
	(void)json_object_set_new(one, "percent", json_integer(done ? 100 : atomic_load(&j->percent)));
	(void)json_object_set_new(one, "title", j->state == DESK_JOB_FAILED ? json_from_str(str_of(j->err.text)) :
				  done && j->title[0] ? json_from_str(str_of(j->title)) : json_null());
	if (j->state == DESK_JOB_FAILED && j->err.reason)
		json_put_str(one, "reason", str_of(j->err.reason));
	(void)json_object_set_new(one, "result", done ? json_string(result) : json_null());
	(void)json_object_set_new(one, "created_at", json_time(j->created_ms));
	return one;
}

void api_jobs(struct call *call)
{
	json_t *all = json_array();
	const struct desk_job *j;
	for (size_t n = 0; (j = desk_jobs_nth(call, n)); n++)
		(void)json_array_append_new(all, job_json(j));
	call_answer(call, 200, json_pack("{s:o}", "items", all));
}

void api_job(struct call *call)
{
	const struct desk_job *j = desk_jobs_own(call, call->name);
	if (j)
		call_answer(call, 200, job_json(j));
	else
		call_not_found(call);
}

static const char *type_of(const char *file)
{
	struct str name = str_of(file);
	if (str_ends(name, STR(".zip")))
		return "application/zip";
	if (str_ends(name, STR(".xlsx")))
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
	if (str_ends(name, STR(".json")))
		return "application/json";
	return str_ends(name, STR(".jsonl")) ? "application/jsonl" : "text/csv; charset=utf-8";
}

static int write_fetched(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	return audit_add(db, call->now_ms, call->session.user, str_of(call->audit), call->audit_object, STR(""));
}

static void fetched(struct call *call)
{
	const struct desk_job *j = desk_jobs_own(call, call->name); /* it may have gone meanwhile */
	struct stat st;
	int fd = j && j->state == DESK_JOB_DONE ? open(j->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (fd >= 0 && fstat(fd, &st) == 0) {
		call_file(call, type_of(j->file), j->file, fd, st.st_size);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	call_not_found(call);
}

void api_job_result(struct call *call)
{
	const struct desk_job *j = desk_jobs_own(call, call->name);
	if (!j || j->state != DESK_JOB_DONE) {
		call_not_found(call);
		return;
	}
	call->audit = j->exported ? "export.fetch" : "report.fetch";
	call->audit_object = arena_str(&call->arena, str_of(j->name));
	call_write(call, write_fetched, fetched);
}

/* ---- a new one */

static bool take(struct call *call, const json_t *from, const char *member, char *to, size_t cap)
{
	struct str s = json_get_str(from, member);
	if (!s.at || str_copy(s, to, cap))
		return true;
	call_bad_because(call, member, "too-long", "This is too long.");
	return false;
}

/* What was asked for, and for a figure that leaves the house whole by whose choice. */
static int write_start(struct call *call, struct gateway *g, struct db *db)
{
	const struct desk_job *j = call->extra;
	char what[256];
	struct buf b = buf_over(what, sizeof what);
	const struct { const char *name; const char *value; } part[] = {
		{ "year", j->year }, { "from", j->from }, { "to", j->to }, { "direction", j->direction }, { "tag", j->tag },
		{ "office", j->office }, { "flow", j->flow },
	};
	(void)g;
	buf_printf(&b, "%s %s", j->exported ? "export.ask" : "report.run", j->format);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (part[i].value[0])
			buf_printf(&b, " %s=%s", part[i].name, part[i].value);
	buf_put_z(&b, j->outside && j->national ? " outside, national figures unmasked" : j->outside ? " outside" : "");
	return audit_add(db, call->now_ms, call->session.user, buf_str(&b), str_of(j->name), str_of(j->purpose));
}

static void started(struct call *call)
{
	struct desk_job *asked = call->extra;
	char token[AUTH_TOKEN_LEN + 1];
	auth_token_new(token);
	auth_token_hash(str_of(token), asked->token_hash);
	const struct desk_job *j = desk_jobs_begin(call->c, asked);
	explicit_bzero(asked->password, sizeof asked->password);
	if (!j) {
		call_refuse(call, 503, "unavailable", "busy", "Other work is under way; try again.");
		return;
	}
	json_t *answer = job_json(j);
	if (desk_job_is_package(j)) /* once: nothing keeps it */
		(void)json_object_set_new(answer, "token", json_string(token));
	explicit_bzero(token, sizeof token);
	call_answer(call, 202, answer);
}

/* With names, never without: until it is fetched the result lies in the state folder (domain.md D5: file encrypted). */
static bool take_password(struct call *call, struct desk_job *j)
{
	struct str s = json_get_str(call->body, "password");
	if ((!s.at || s.len == 0) && !j->approval_id)
		return true;
	if (s.len >= PARCEL_PASSWORD_MIN && !memchr(s.at, '\0', s.len) && str_copy(s, j->password, sizeof j->password))
		return true;
	call_bad_because(call, "password", "length", "A password has 8 to 64 characters.");
	return false;
}

static bool take_all(struct call *call, struct desk_job *j)
{
	const json_t *more = json_object_get(call->body, "parameters");
	const struct { const char *name; char *to; size_t cap; } part[] = {
		{ "year", j->year, sizeof j->year }, { "from", j->from, sizeof j->from }, { "to", j->to, sizeof j->to },
		{ "direction", j->direction, sizeof j->direction }, { "tag", j->tag, sizeof j->tag }, { "office", j->office, sizeof j->office },
		{ "flow", j->flow, sizeof j->flow },
	};
	bool good = take(call, call->body, "name", j->name, sizeof j->name) &&
		    take(call, call->body, "purpose", j->purpose, sizeof j->purpose) && take_password(call, j);
	for (size_t i = 0; good && i < sizeof part / sizeof *part; i++)
		good = take(call, more, part[i].name, part[i].to, part[i].cap);
	if (!good) /* answered, and the call and the job are gone with it */
		return false;
	j->outside = str_eq_z(json_get_str(more, "outside"), "yes");
	j->national = str_eq_z(json_get_str(more, "national"), "yes") && call_may(call, ROLE_MANAGER);
	return true;
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static void begin(struct call *call, bool exported)
{
	struct desk_job *j = call->extra = calloc(1, sizeof *j);
	struct str name, format;
	if (!j) {
		call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	if (!call_text(call, "name", 1, 31, false, &name) || !call_text(call, "format", 1, 19, !exported, &format))
		return;
	j->c = call->c, j->exported = exported, j->staff_id = call->session.staff_id, j->created_ms = call->now_ms;
	j->protection = call_may(call, ROLE_PROTECTION);
	j->approval_id = json_integer_value(json_object_get(call->body, "approval_id"));
	if (!take_all(call, j))
		return;
	if (!str_copy(call->session.user, j->user, sizeof j->user) ||
	    !str_copy(call->session.language, j->language, sizeof j->language) ||
	    !str_copy(format.at ? format : STR("json"), j->format, sizeof j->format))
		j->format[0] = '\0';
	if (!is_one_of(j->format, exported ? export_formats : report_formats))
		call_bad(call, "format", "There is none of this name.");
	else if (!is_one_of(j->name, exported ? export_names : report_names))
		call_bad(call, "name", "There is none of this name.");
	else
		call_write(call, write_start, started);
}

void api_report(struct call *call)
{
	begin(call, false);
}

void api_export(struct call *call)
{
	struct str purpose;
	if (call_text(call, "purpose", 8, 500, false, &purpose))
		begin(call, true);
}

/* ---- what there is to ask for */

static json_t *words(const char *const *all)
{
	json_t *list = json_array();
	for (size_t i = 0; all[i]; i++)
		(void)json_array_append_new(list, json_string(all[i]));
	return list;
}

void api_reports(struct call *call)
{
	call_answer(call, 200, json_pack("{s:o, s:o}", "names", words(report_names), "formats", words(report_formats)));
}

void api_exports(struct call *call)
{
	call_answer(call, 200, json_pack("{s:o, s:o}", "names", words(export_names), "formats", words(export_formats)));
}
