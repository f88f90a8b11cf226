/* Reports and exports that the desk asked for: sixteen at most, on the job thread, their files in the state folder for 24 hours,
 * until somebody they may tell of was erased, or until the daemon ends.  Each belongs to who asked for it.  Staff thread alone. */
#ifndef GATEWAY_CONSOLE_DESK_JOBS_H
#define GATEWAY_CONSOLE_DESK_JOBS_H

#include "flows/text/str.h"

struct desk_jobs;
struct desk_job;
struct console;
struct call;

/* What a daemon that was killed left of them goes. */
int desk_jobs_new(struct console *c, struct desk_jobs **out) __attribute__((warn_unused_result));
void desk_jobs_free(struct desk_jobs *jobs); /* its files go, too */

/* The nth of the caller's, from 0; NULL: no more. */
struct desk_job *desk_jobs_nth(struct call *call, size_t n);
struct desk_job *desk_jobs_own(struct call *call, struct str id);
/* Of a package (gateway/floip_package.h): the newest of that id. */
struct desk_job *desk_jobs_package(struct call *call, struct str id);
/* Whose token opens a package that is still kept: the job; else NULL. */
const struct desk_job *desk_jobs_of_token(struct console *c, struct str token);
/* Takes a copy of what is asked for and begins; NULL: no place, or too much is under way. */
struct desk_job *desk_jobs_begin(struct console *c, const struct desk_job *asked);

#endif
