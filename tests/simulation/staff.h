/* The staff of the simulation: every working morning they move cases on, record departures and returns, confirm numbers. */
#ifndef TESTS_SIMULATION_STAFF_H
#define TESTS_SIMULATION_STAFF_H

#include <stdint.h>

struct staff_counts {
	uint64_t moved, departed, returned, numbers, tasks;
};
extern struct staff_counts staff_counts;

void staff_day(void);

#endif
