/* The smallest test harness that does the job.
 *
 * A test program calls check_begin("what is promised") before each promise and CHECK() for what must hold; a failed
 * CHECK prints file, line and expression and fails the promise, the program goes on.  check_end() prints the last
 * line of the program, "N passed, N failed", and returns its exit code. */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include "flows/text/str.h"

void check_begin(const char *promise, ...) __attribute__((format(printf, 1, 2)));
void check_fail(const char *file, int line, const char *what, ...) __attribute__((format(printf, 3, 4)));
int check_end(void);

#define CHECK(cond) ((cond) ? (void)0 : check_fail(__FILE__, __LINE__, "%s", #cond))
#define CHECK_INT(got, want) check_int(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))
#define CHECK_STR(got, want) check_str(__FILE__, __LINE__, #got, (got), (want))

void check_int(const char *file, int line, const char *what, long long got, long long want);
void check_str(const char *file, int line, const char *what, struct str got, struct str want);

#endif
