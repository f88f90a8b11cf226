#include "gateway/console/desk_jobs.h"

#include "gateway/console/desk_job.h"
#include "gateway/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_MAX = 16, LOOK_MS = 5000 };
#define NAME_START "job-"

struct desk_jobs {
	struct console *c;
	struct timer timer;
	int64_t erased_ms;      /* when somebody was erased last, as last looked */
	struct desk_job job[KEPT_MAX];
};

static void forget(struct desk_job *j)
{
	if (j->state != DESK_JOB_FREE && j->path[0])
		(void)unlink(j->path);
	floip_free(&j->package);
	explicit_bzero(j->token_hash, sizeof j->token_hash);
	j->state = DESK_JOB_FREE;
}

/* ---- what is past its time */

static int take_erased(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct desk_jobs *jobs = user;
	(void)names, (void)columns;
	jobs->erased_ms = row[0].kind == CELL_INTEGER ? row[0].integer : 0;
	return 0;
}

/* What is done and was kept for a day, or was read before somebody was erased: their lines may stand in it. */
static void prune(struct desk_jobs *jobs)
{
	int64_t now_ms = gateway_now(jobs->c->g);
	bool some = false;
	for (size_t i = 0; i < KEPT_MAX; i++)
		some |= jobs->job[i].state != DESK_JOB_FREE;
	if (!some || reader_ask(jobs->c->reader, "SELECT max(at) FROM main.tombstone", NULL, 0, take_erased, jobs) != 0)
		return;
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct desk_job *j = &jobs->job[i];
		bool over = j->state == DESK_JOB_DONE || j->state == DESK_JOB_FAILED;
		if (over && (now_ms - j->created_ms >= DESK_JOB_KEPT_MS || jobs->erased_ms >= j->created_ms))
			forget(j);
	}
}

static void fire(struct timer *timer)
{
	struct desk_jobs *jobs = timer->user;
	prune(jobs);
	if (timer_set(jobs->c->loop, timer, LOOK_MS) != 0)
		log_event(LOG_ERROR, "exports cannot set their timer", NULL); /* they go when somebody asks for one */
}

static void sweep(const char *folder)
{
	DIR *all = opendir(folder);
	struct dirent *one;
	while (all && (one = readdir(all)))
		if (strncmp(one->d_name, NAME_START, sizeof NAME_START - 1) == 0)
			(void)unlinkat(dirfd(all), one->d_name, 0);
	if (all)
		(void)closedir(all);
}

int desk_jobs_new(struct console *c, struct desk_jobs **out)
{
	char folder[4096];
	struct desk_jobs *jobs = calloc(1, sizeof *jobs);
	if (!jobs)
		return -ENOMEM;
	*out = jobs;
	jobs->c = c;
	jobs->timer = (struct timer){ .fire = fire, .user = jobs };
	if (str_copy(c->g->config.state, folder, sizeof folder))
		sweep(folder);
	return timer_set(c->loop, &jobs->timer, LOOK_MS);
}

void desk_jobs_free(struct desk_jobs *jobs)
{
	if (!jobs)
		return;
	timer_stop(jobs->c->loop, &jobs->timer);
	for (size_t i = 0; i < KEPT_MAX; i++)
		forget(&jobs->job[i]);
	free(jobs);
}

/* ---- finding */

/* Their own, and only while their roles still give them what stands in it. */
static bool is_theirs(const struct call *call, const struct desk_job *j)
{
	return j->state != DESK_JOB_FREE && j->staff_id == call->session.staff_id &&
	       (!j->exported || call_may(call, ROLE_MANAGER)) && (!j->protection || call_may(call, ROLE_PROTECTION));
}

struct desk_job *desk_jobs_nth(struct call *call, size_t n)
{
	struct desk_jobs *jobs = call->c->desk_jobs;
	prune(jobs);
	for (size_t i = 0; i < KEPT_MAX; i++)
		if (is_theirs(call, &jobs->job[i]) && n-- == 0)
			return &jobs->job[i];
	return NULL;
}

struct desk_job *desk_jobs_own(struct call *call, struct str id)
{
	struct desk_job *j;
	for (size_t n = 0; (j = desk_jobs_nth(call, n)); n++)
		if (str_eq_z(id, j->id))
			return j;
	return NULL;
}

struct desk_job *desk_jobs_package(struct call *call, struct str id)
{
	struct desk_job *j, *newest = NULL;
	for (size_t n = 0; (j = desk_jobs_nth(call, n)); n++)
		if (j->state == DESK_JOB_DONE && j->package.questions && str_eq_z(id, j->package.id) &&
		    (!call->session.package.len || str_eq_z(call->session.package, j->id)) && (!newest || j->created_ms > newest->created_ms))
			newest = j;
	return newest;
}

const struct desk_job *desk_jobs_of_token(struct console *c, struct str token)
{
	unsigned char hash[AUTH_HASH_LEN];
	if (token.len != AUTH_TOKEN_LEN)
		return NULL;
	prune(c->desk_jobs);
	auth_token_hash(token, hash);
	for (size_t i = 0; i < KEPT_MAX; i++) {
		const struct desk_job *j = &c->desk_jobs->job[i];
		if (j->state == DESK_JOB_DONE && j->package.questions &&
		    auth_same((struct str){ (const char *)j->token_hash, sizeof hash }, (struct str){ (const char *)hash, sizeof hash }))
			return j;
	}
	return NULL;
}

/* ---- a new one */

static void job_is_over(struct letter *letter, int result)
{
	struct desk_job *j = (struct desk_job *)letter;
	char json[64];
	if (j->c->closed)
		return;
	j->state = result == 0 && j->rc == 0 ? DESK_JOB_DONE : DESK_JOB_FAILED;
	if (j->state == DESK_JOB_FAILED && !j->err.text[0])
		(void)err_set(&j->err, 0, "it could not be made");
	(void)snprintf(json, sizeof json, "{\"job_id\":\"%s\"}", j->id);
	prune(j->c->desk_jobs);
	events_tell_one(j->c, j->staff_id, "job", json);
}

/* A free place, else that of the oldest which is over. */
static struct desk_job *place(struct desk_jobs *jobs)
{
	struct desk_job *best = NULL;
	prune(jobs);
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct desk_job *j = &jobs->job[i];
		if (j->state == DESK_JOB_FREE)
			return j;
		if (j->state != DESK_JOB_UNDER_WAY && (!best || j->created_ms < best->created_ms))
			best = j;
	}
	if (best)
		forget(best);
	return best;
}

struct desk_job *desk_jobs_begin(struct console *c, const struct desk_job *asked)
{
	struct desk_job *j = place(c->desk_jobs);
	char token[AUTH_TOKEN_LEN + 1];
	if (!j)
		return NULL;
	memcpy(j, asked, sizeof *j);
	auth_token_new(token);
	(void)snprintf(j->id, sizeof j->id, "%.16s", token);
	for (char *at = j->id; *at; at++)
		*at = *at == '-' || *at == '_' ? 'x' : *at;
	(void)snprintf(j->path, sizeof j->path, "%.*s/" NAME_START "%s", STR_ARG(c->g->config.state), j->id);
	j->job = (struct job){ .letter = { .answered = job_is_over }, .run = desk_job_run };
	j->state = jobs_add(c->jobs, c->port, &j->job) == 0 ? DESK_JOB_UNDER_WAY : DESK_JOB_FREE;
	return j->state == DESK_JOB_FREE ? NULL : j;
}
