#include "gateway/log.h"

#include "flows/text/buf.h"
#include "gateway/loop.h"

#include <assert.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

static enum log_level least = LOG_INFO;
static bool as_json;

static const char *const level_names[] = { "debug", "info", "warn", "error" };

void log_setup(enum log_level level, bool json)
{
	least = level;
	as_json = json;
}

static void put_time(struct buf *line)
{
	int64_t now = clock_wall_ms();
	time_t seconds = (time_t)(now / 1000);
	struct tm utc;
	if (!gmtime_r(&seconds, &utc))
		return;
	buf_printf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
		   utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(now % 1000));
}

static void put_char(struct buf *line, char c)
{
	if (c < ' ' || c > '~')
		c = '?';
	if (as_json && (c == '"' || c == '\\'))
		buf_put_char(line, '\\');
	buf_put_char(line, c);
}

static void put_text(struct buf *line, const char *z)
{
	for (; z && *z; z++)
		put_char(line, *z);
}

/* The conversions that the header names, and no other: the argument list has one walker. */
static const char *put_conversion(struct buf *line, const char *at, va_list *args)
{
	if (str_starts(str_of(at), STR("%lld"))) {
		buf_printf(line, "%lld", va_arg(*args, long long));
		return at + 4;
	}
	if (str_starts(str_of(at), STR("%llu"))) {
		buf_printf(line, "%llu", va_arg(*args, unsigned long long));
		return at + 4;
	}
	if (str_starts(str_of(at), STR("%zu"))) {
		buf_printf(line, "%zu", va_arg(*args, size_t));
		return at + 3;
	}
	if (at[1] == 'd')
		buf_printf(line, "%d", va_arg(*args, int));
	else if (at[1] == 'u')
		buf_printf(line, "%u", va_arg(*args, unsigned));
	else {
		assert(at[1] == 's'); /* log.h names no other */
		put_text(line, va_arg(*args, const char *));
	}
	return at + 2;
}

static bool is_one_number(const char *value)
{
	static const char *const numbers[] = { "%d", "%u", "%lld", "%llu", "%zu" };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct str number = str_of(numbers[i]);
		if (str_starts(str_of(value), number) && (value[number.len] == ' ' || !value[number.len]))
			return true;
	}
	return false;
}

/* Up to `end` or the end of the format; returns where it stopped. */
static const char *put_until(struct buf *line, const char *at, char end, va_list *args)
{
	while (*at && *at != end) {
		if (*at == '%')
			at = put_conversion(line, at, args);
		else
			put_char(line, *at++);
	}
	return at;
}

static void put_json_fields(struct buf *line, const char *at, va_list *args)
{
	for (;;) {
		while (*at == ' ')
			at++;
		if (!*at)
			return;
		buf_put_z(line, ",\"");
		at = put_until(line, at, '=', args);
		assert(*at == '='); /* every field is name=value */
		at++;
		const char *quote = is_one_number(at) ? "" : "\"";
		buf_put_z(line, "\":");
		buf_put_z(line, quote);
		at = put_until(line, at, ' ', args);
		buf_put_z(line, quote);
	}
}

static void put_head(struct buf *line, enum log_level level, const char *event)
{
	if (as_json)
		buf_put_z(line, "{\"time\":\"");
	put_time(line);
	buf_put_z(line, as_json ? "\",\"level\":\"" : " ");
	buf_put_z(line, level_names[level]);
	buf_put_z(line, as_json ? "\",\"event\":\"" : " ");
	put_text(line, event);
	if (as_json)
		buf_put_char(line, '"');
}

static void put_fields(struct buf *line, const char *fields, va_list *args)
{
	if (as_json) {
		put_json_fields(line, fields, args);
		return;
	}
	if (*fields)
		buf_put_char(line, ' ');
	(void)put_until(line, fields, '\0', args);
}

void log_event(enum log_level level, const char *event, const char *fields, ...)
{
	if (level < least)
		return;
	char storage[LINE_MAX_BYTES];
	struct buf line = buf_over(storage, sizeof storage - 2);
	put_head(&line, level, event);
	size_t head = line.len;
	va_list args;
	va_start(args, fields);
	put_fields(&line, fields ? fields : "", &args);
	va_end(args);
	if (line.full) { /* never cut: say that there was more */
		line.full = false;
		line.len = head;
		buf_put_z(&line, as_json ? ",\"fields\":\"too long\"" : " fields=too long");
	}
	line.cap = sizeof storage;
	buf_put_z(&line, as_json ? "}\n" : "\n");
	/* One write, so that lines of two threads never mix.  A log that cannot be written has nobody to tell. */
	ssize_t written = write(STDERR_FILENO, line.at, line.len);
	(void)written;
}
