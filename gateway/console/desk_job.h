/* One job of the desk as the job thread sees it: what is asked for, copied, and where the result goes.  While it is under way
 * rc, err, title, file and the package are the job thread's. */
#ifndef GATEWAY_CONSOLE_DESK_JOB_H
#define GATEWAY_CONSOLE_DESK_JOB_H

#include "gateway/console/call.h"
#include "gateway/floip_package.h"
#include "gateway/parcel.h"

#include <stdatomic.h>

enum desk_job_state { DESK_JOB_FREE, DESK_JOB_UNDER_WAY, DESK_JOB_DONE, DESK_JOB_FAILED };

struct desk_job {
	struct job job;                 /* first */
	struct console *c;
	enum desk_job_state state;      /* staff thread alone */
	atomic_int percent;
	bool exported, protection, outside, national;
	int64_t staff_id, created_ms, approval_id;
	char id[24], user[32], name[32], format[20], purpose[512], title[160], path[4200];
	char year[16], from[16], to[16], direction[12], tag[40], office[40], flow[40], language[8];
	char password[PARCEL_PASSWORD_MAX + 1]; /* forgotten once the file is locked */
	char file[64];                  /* the name under which it is fetched */
	struct floip package;           /* of an export of answers as FLOIP, which the API serves too; else no questions */
	unsigned char token_hash[AUTH_HASH_LEN]; /* opens the package, and it alone, as long as it is kept */
	int rc;
	struct err err;
};

#define DESK_JOB_KEPT_MS ((int64_t)24 * 3600 * 1000)

bool desk_job_is_package(const struct desk_job *j); /* answers as FLOIP: the API serves it, too */
void desk_job_run(struct job *job); /* job thread; fills rc, err, title, file, package */
/* What an export asks for, as a job has it; -EINVAL with err: the period is none. */
int desk_job_ask(const struct desk_job *j, struct export_ask *ask, struct err *err) __attribute__((warn_unused_result));

#endif
