#include "gateway/crash.h"

#ifdef WASL_CRASH_POINTS

#include "flows/text/str.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

void crash_point(const char *name)
{
	static uint64_t passed;
	struct str rest = str_of(getenv("WASL_CRASH_AT")), wanted;
	uint64_t nth;
	if (!str_split(&rest, ':', &wanted) || !str_eq_z(wanted, name) || !str_to_u64(rest, &nth))
		return;
	if (++passed == nth)
		kill(getpid(), SIGKILL);
}

int64_t crash_clock_offset_ms(void)
{
	uint64_t ms;
	return str_to_u64(str_of(getenv("WASL_CLOCK_OFFSET_MS")), &ms) && ms < INT64_MAX / 2 ? (int64_t)ms : 0;
}

#else

typedef int crash_points_are_not_in_this_build; /* a file may not be empty */

#endif
