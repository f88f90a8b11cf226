#include "gateway/thread.h"

#include <sys/resource.h>
#include <unistd.h>

void thread_give_way(enum thread_kind kind)
{
	/* on top of what the process has; where that is refused nothing is lost but a little time */
	int base = getpriority(PRIO_PROCESS, 0);
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), base + (int)kind);
}
