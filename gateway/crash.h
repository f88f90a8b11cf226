/* Named places at which a test build can be told to die: WASL_CRASH_AT=name:n kills the process, as kill -9 does, the
 * nth time it comes by.  WASL_CLOCK_OFFSET_MS moves the wall clock of such a build, so that a test need not wait for a
 * Sunday.  Nothing of it is in other builds.  Every name stands in tests/crash/points. */
#ifndef GATEWAY_CRASH_H
#define GATEWAY_CRASH_H

#ifdef WASL_CRASH_POINTS
#include <stdint.h>
void crash_point(const char *name);
int64_t crash_clock_offset_ms(void);
#else
#define crash_point(name) ((void)0)
#define crash_clock_offset_ms() 0
#endif

#endif
