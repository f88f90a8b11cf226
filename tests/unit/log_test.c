/* gateway/log: the exact lines, text and JSON; levels; nothing that breaks a line. */
#include "gateway/log.h"
#include "tests/unit/check.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

static int real_stderr, pipe_fds[2];
static char got[4096];

static void capture(void)
{
	int bad = pipe(pipe_fds);
	assert(!bad);
	real_stderr = dup(STDERR_FILENO);
	bad = dup2(pipe_fds[1], STDERR_FILENO);
	assert(bad >= 0);
	(void)close(pipe_fds[1]);
}

/* What was written, with the time of the (first) line taken out. */
static struct str captured(void)
{
	int bad = dup2(real_stderr, STDERR_FILENO);
	assert(bad >= 0);
	(void)close(real_stderr);
	ssize_t len = read(pipe_fds[0], got, sizeof got);
	assert(len >= 0);
	(void)close(pipe_fds[0]);
	struct str all = { got, (size_t)len };
	struct str time = STR("2000-01-01T00:00:00.000Z");
	size_t at = str_starts(all, STR("{\"time\":\"")) ? 9 : 0;
	if (all.len < at + time.len)
		return all;
	CHECK(got[at + 10] == 'T' && got[at + 19] == '.' && got[at + 23] == 'Z');
	memmove(got + at, got + at + time.len, all.len - at - time.len);
	return (struct str){ got, all.len - time.len };
}

static void text_lines(void)
{
	log_setup(LOG_INFO, false);
	check_begin("a line of text");
	capture();
	log_event(LOG_WARN, "batch committed", "items=%d us=%lld bytes=%zu left=%u all=%llu on=%s", -3, 1234567890123LL,
		  (size_t)7, 8U, 9ULL, "DEMO");
	CHECK_STR(captured(), STR(" warn batch committed items=-3 us=1234567890123 bytes=7 left=8 all=9 on=DEMO\n"));

	check_begin("no fields");
	capture();
	log_event(LOG_INFO, "stopped", NULL);
	CHECK_STR(captured(), STR(" info stopped\n"));

	check_begin("a level below the set one says nothing");
	capture();
	log_event(LOG_DEBUG, "turn", "n=%d", 1);
	CHECK_STR(captured(), STR(""));

	check_begin("a name cannot break the line");
	capture();
	log_event(LOG_ERROR, "bad", "id=%s", "a\nb\x1b[31m\xc3\xa9");
	CHECK_STR(captured(), STR(" error bad id=a?b?[31m??\n"));

	check_begin("too long is refused, not cut");
	char big[1100];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = 0;
	capture();
	log_event(LOG_ERROR, "bad", "id=%s", big);
	CHECK_STR(captured(), STR(" error bad fields=too long\n"));
}

static void json_lines(void)
{
	log_setup(LOG_DEBUG, true);
	check_begin("no fields in JSON, and none that is a space");
	capture();
	log_event(LOG_INFO, "stopped", NULL);
	CHECK_STR(captured(), STR("{\"time\":\"\",\"level\":\"info\",\"event\":\"stopped\"}\n"));
	capture();
	log_event(LOG_INFO, "stopped", " ");
	CHECK_STR(captured(), STR("{\"time\":\"\",\"level\":\"info\",\"event\":\"stopped\"}\n"));

	check_begin("a line of JSON: numbers are numbers, names are strings");
	capture();
	log_event(LOG_DEBUG, "batch \"x\"", "items=%d id=%s who=%s addr=%s:%u", 3, "a\"\\b c", "00123456", "h", 80U);
	CHECK_STR(captured(), STR("{\"time\":\"\",\"level\":\"debug\",\"event\":\"batch \\\"x\\\"\",\"items\":3,"
				  "\"id\":\"a\\\"\\\\b c\",\"who\":\"00123456\",\"addr\":\"h:80\"}\n"));
	check_begin("JSON without fields, and with too many");
	capture();
	log_event(LOG_INFO, "stopped", NULL);
	CHECK_STR(captured(), STR("{\"time\":\"\",\"level\":\"info\",\"event\":\"stopped\"}\n"));
	char big[1100];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = 0;
	capture();
	log_event(LOG_INFO, "bad", "id=%s", big);
	CHECK_STR(captured(), STR("{\"time\":\"\",\"level\":\"info\",\"event\":\"bad\",\"fields\":\"too long\"}\n"));
}

int main(void)
{
	text_lines();
	json_lines();
	return check_end();
}
