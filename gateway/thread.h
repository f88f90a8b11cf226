/* How the threads share the processors: the line thread, which answers phones, keeps the priority of the process; the others
 * give way to it (Linux gives each thread a nice value of its own).  To be called on the thread it is for. */
#ifndef GATEWAY_THREAD_H
#define GATEWAY_THREAD_H

enum thread_kind {
	THREAD_STAFF = 10, /* answers pages: people wait for it, but not within a USSD session's seconds */
	THREAD_JOB = 19,   /* hashes, reports, exports: a minute more does no harm */
};

void thread_give_way(enum thread_kind kind);

#endif
