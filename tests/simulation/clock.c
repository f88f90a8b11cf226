#include "tests/simulation/clock.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

static int64_t now_ms = 1798761600000; /* 2027-01-01 */
static uint64_t state, keys;

/* Stands in front of the C library's: the program asks through clock_gettime() alone. */
int clock_gettime(clockid_t which, struct timespec *out)
{
	(void)which;
	*out = (struct timespec){ .tv_sec = (time_t)(now_ms / 1000), .tv_nsec = (long)(now_ms % 1000) * 1000000L };
	return 0;
}

void sim_clock_set(int64_t wall_ms)
{
	if (wall_ms > now_ms)
		now_ms = wall_ms;
}

int64_t sim_now(void)
{
	return now_ms;
}

/* splitmix64 */
static uint64_t next(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t sim_random(void)
{
	return next(&state);
}

unsigned sim_dice(unsigned sides)
{
	return (unsigned)(sim_random() % sides);
}

static const char *name(void)
{
	return "seeded";
}

static uint32_t random32(void)
{
	return (uint32_t)next(&keys);
}

static void fill(void *const out, const size_t size)
{
	unsigned char *at = out;
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)next(&keys);
}

void sim_seed(uint64_t seed)
{
	static struct randombytes_implementation seeded = { .implementation_name = name, .random = random32, .buf = fill };
	state = seed;
	keys = seed ^ 0x5a5a5a5a5a5a5a5au;
	(void)randombytes_set_implementation(&seeded);
}
