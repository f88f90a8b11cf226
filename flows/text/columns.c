#include "flows/text/columns.h"

#include "flows/text/utf8.h"

#include <utf8proc.h>

unsigned columns_of(int32_t code_point)
{
	int width = utf8proc_charwidth(code_point);
	return width < 0 ? 0 : width > 2 ? 2 : (unsigned)width;
}

size_t columns_count(struct str text)
{
	size_t count = 0;
	for (const char *at = text.at, *end = text.at + text.len; at < end;) {
		int32_t c = utf8_next(&at, end);
		count += c < 0 ? 1 : columns_of(c);
	}
	return count;
}
