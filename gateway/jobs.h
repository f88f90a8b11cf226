/* The job thread: what is long (password hashes, exports, reports over years), one at a time, at most four waiting.
 *
 * run() is on the job thread; then the job's letter comes back through the port: letter.answered() on the sender's thread.
 * A job that must write calls mailbox_call(). */
#ifndef GATEWAY_JOBS_H
#define GATEWAY_JOBS_H

#include "gateway/mailbox.h"

enum { JOBS_WAITING_MAX = 4 };

struct jobs;

struct job {
	struct letter letter; /* answered is set by the sender; result 0 */
	void (*run)(struct job *job);
	void *user;
};

int jobs_start(struct jobs **out) __attribute__((warn_unused_result));
/* 0; -EAGAIN: four are waiting already. */
int jobs_add(struct jobs *jobs, struct port *port, struct job *job) __attribute__((warn_unused_result));
/* The job under way comes to its end; those that wait are answered with -ECANCELED, on the calling thread. */
void jobs_stop(struct jobs *jobs);

#endif
