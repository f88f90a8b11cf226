/* Does the wall clock run as time does?  It is compared with CLOCK_BOOTTIME, which nobody sets: a wall clock that was moved by
 * more than a minute between two looks has jumped (failures.md D10). */
#ifndef GATEWAY_CLOCK_WATCH_H
#define GATEWAY_CLOCK_WATCH_H

#include <stdint.h>

enum { CLOCK_JUMP_MS = 60 * 1000 };

struct clock_watch { /* all zero: not looked at yet */
	int64_t wall_ms, boot_ms;
};

/* By how much the wall clock has jumped since the last look (ms, negative: back); 0: it has not. */
int64_t clock_watch_look(struct clock_watch *watch, int64_t wall_ms, int64_t boot_ms);
int64_t clock_boot_ms(void); /* since the machine started, its sleep included */

#endif
