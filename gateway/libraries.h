/* Which version of each library this program was built against, and which it runs with. */
#ifndef GATEWAY_LIBRARIES_H
#define GATEWAY_LIBRARIES_H

#include <stddef.h>

enum { LIBRARIES_MAX = 12 };

struct library {
	const char *name;
	char compiled[32], runs[32];
};

size_t libraries(struct library out[LIBRARIES_MAX]);

#endif
