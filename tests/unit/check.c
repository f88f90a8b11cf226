#include "tests/unit/check.h"

#include <stdarg.h>
#include <stdio.h>

static char now[256];
static bool open_promise, broken;
static int passed, failed;

static void close_promise(void)
{
	if (!open_promise)
		return;
	if (broken)
		failed++;
	else
		passed++;
	if (broken)
		printf("FAILED %s\n", now);
	open_promise = broken = false;
}

void check_begin(const char *promise, ...)
{
	close_promise();
	va_list args;
	va_start(args, promise);
	(void)vsnprintf(now, sizeof now, promise, args);
	va_end(args);
	open_promise = true;
}

void check_fail(const char *file, int line, const char *what, ...)
{
	char text[2048];
	va_list args;
	va_start(args, what);
	(void)vsnprintf(text, sizeof text, what, args);
	va_end(args);
	printf("%s:%d: %s: %s\n", file, line, now, text);
	broken = true;
}

void check_int(const char *file, int line, const char *what, long long got, long long want)
{
	if (got != want)
		check_fail(file, line, "%s is %lld, not %lld", what, got, want);
}

void check_str(const char *file, int line, const char *what, struct str got, struct str want)
{
	if (!str_eq(got, want))
		check_fail(file, line, "%s is \"%.*s\", not \"%.*s\"", what, STR_ARG(got), STR_ARG(want));
}

int check_end(void)
{
	close_promise();
	printf("%d passed, %d failed\n", passed, failed);
	return failed ? 1 : 0;
}
