/* One job of the desk as the job thread sees it: what is asked for, copied, and where the result goes.  While it is under way
 * rc, err and title are the job thread's. */
#ifndef GATEWAY_CONSOLE_DESK_JOB_H
#define GATEWAY_CONSOLE_DESK_JOB_H

#include "gateway/console/call.h"

#include <stdatomic.h>

enum desk_job_state { DESK_JOB_FREE, DESK_JOB_UNDER_WAY, DESK_JOB_DONE, DESK_JOB_FAILED };

struct desk_job {
	struct job job;                 /* first */
	struct console *c;
	enum desk_job_state state;      /* staff thread alone */
	atomic_int percent;
	bool exported, protection;
	int64_t staff_id, created_ms, approval_id;
	char id[24], user[32], name[32], format[20], purpose[512], title[160], path[4200];
	char year[16], from[16], to[16], direction[12], tag[40], office[40];
	int rc;
	struct err err;
};

void desk_job_run(struct job *job); /* job thread; fills rc, err, title */

#endif
