#include "gateway/jobs.h"

#include "gateway/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct jobs {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *waiting[JOBS_WAITING_MAX];
	size_t count;
	bool stopping;
};

static struct job *next_job(struct jobs *jobs) /* NULL: no more */
{
	struct job *job = NULL;
	(void)pthread_mutex_lock(&jobs->lock);
	while (jobs->count == 0 && !jobs->stopping)
		(void)pthread_cond_wait(&jobs->changed, &jobs->lock);
	if (!jobs->stopping) {
		job = jobs->waiting[0];
		jobs->count--;
		for (size_t i = 0; i < jobs->count; i++)
			jobs->waiting[i] = jobs->waiting[i + 1];
	}
	(void)pthread_mutex_unlock(&jobs->lock);
	return job;
}

static void *work(void *user)
{
	struct jobs *jobs = user;
	thread_give_way(THREAD_JOB);
	for (struct job *job = next_job(jobs); job; job = next_job(jobs)) {
		job->run(job);
		port_deliver(job->letter.port, &job->letter, 0);
	}
	return NULL;
}

int jobs_start(struct jobs **out)
{
	struct jobs *jobs = calloc(1, sizeof *jobs);
	if (!jobs)
		return -ENOMEM;
	int rc = -pthread_mutex_init(&jobs->lock, NULL);
	if (rc == 0)
		rc = -pthread_cond_init(&jobs->changed, NULL);
	if (rc == 0)
		rc = -pthread_create(&jobs->thread, NULL, work, jobs);
	if (rc != 0) {
		free(jobs);
		return rc;
	}
	*out = jobs;
	return 0;
}

int jobs_add(struct jobs *jobs, struct port *port, struct job *job)
{
	int rc = -EAGAIN;
	job->letter.port = port;
	(void)pthread_mutex_lock(&jobs->lock);
	if (jobs->count < JOBS_WAITING_MAX && !jobs->stopping) {
		jobs->waiting[jobs->count++] = job;
		(void)pthread_cond_signal(&jobs->changed);
		rc = 0;
	}
	(void)pthread_mutex_unlock(&jobs->lock);
	return rc;
}

void jobs_stop(struct jobs *jobs)
{
	if (!jobs)
		return;
	(void)pthread_mutex_lock(&jobs->lock);
	jobs->stopping = true;
	(void)pthread_cond_signal(&jobs->changed);
	(void)pthread_mutex_unlock(&jobs->lock);
	(void)pthread_join(jobs->thread, NULL);
	for (size_t i = 0; i < jobs->count; i++)
		jobs->waiting[i]->letter.answered(&jobs->waiting[i]->letter, -ECANCELED);
	(void)pthread_cond_destroy(&jobs->changed);
	(void)pthread_mutex_destroy(&jobs->lock);
	free(jobs);
}
