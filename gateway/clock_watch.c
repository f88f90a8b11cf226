#include "gateway/clock_watch.h"

#include <time.h>

int64_t clock_watch_look(struct clock_watch *watch, int64_t wall_ms, int64_t boot_ms)
{
	int64_t jump = watch->boot_ms ? (wall_ms - watch->wall_ms) - (boot_ms - watch->boot_ms) : 0;
	*watch = (struct clock_watch){ wall_ms, boot_ms };
	return jump > CLOCK_JUMP_MS || jump < -CLOCK_JUMP_MS ? jump : 0;
}

int64_t clock_boot_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
