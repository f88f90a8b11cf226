/* Named places at which a test build can be told to die: WASL_CRASH_AT=name:n kills the process, as kill -9 does, the
 * nth time it comes by.  Nothing of it is in other builds.  Every name stands in tests/crash/points. */
#ifndef GATEWAY_CRASH_H
#define GATEWAY_CRASH_H

#ifdef WASL_CRASH_POINTS
void crash_point(const char *name);
#else
#define crash_point(name) ((void)0)
#endif

#endif
