#include "flows/err.h"

#include <stdio.h>
#include <string.h>

void err_put(struct err *err, const char *reason, const char *format, va_list args)
{
	if (!err)
		return;
	int n = vsnprintf(err->text, sizeof err->text, format, args);
	if (n < 0)
		err->text[0] = '\0';
	else if ((size_t)n >= sizeof err->text)
		memcpy(err->text + sizeof err->text - 4, "...", 4);
	err->reason = reason;
}

int err_set(struct err *err, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	err_put(err, NULL, format, args);
	va_end(args);
	return code;
}

int err_because(struct err *err, int code, const char *reason, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	err_put(err, reason, format, args);
	va_end(args);
	return code;
}
