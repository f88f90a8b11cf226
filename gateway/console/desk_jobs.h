/* Reports and exports that the desk asked for: sixteen at most, on the job thread, their files in the state folder for 24 hours
 * or until the daemon ends.  Each belongs to who asked for it. */
#ifndef GATEWAY_CONSOLE_DESK_JOBS_H
#define GATEWAY_CONSOLE_DESK_JOBS_H

struct desk_jobs;
struct console;

int desk_jobs_new(struct console *c, struct desk_jobs **out) __attribute__((warn_unused_result));
void desk_jobs_free(struct desk_jobs *jobs); /* its files go, too */

#endif
