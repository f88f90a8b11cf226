/* Time and chance of the simulation: every clock of the process stands where the simulation puts it, every random number
 * follows from the seed. */
#ifndef TESTS_SIMULATION_CLOCK_H
#define TESTS_SIMULATION_CLOCK_H

#include <stdint.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

void sim_clock_set(int64_t wall_ms); /* only forward */
int64_t sim_now(void);		     /* ms since 1970 UTC */
void sim_seed(uint64_t seed);	     /* of libsodium's numbers too, so that references and keys repeat */
uint64_t sim_random(void);
unsigned sim_dice(unsigned sides); /* 0 … sides-1 */

#endif
