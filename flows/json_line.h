/* The line of a value in a JSON text.  Jansson forgets lines once it has parsed; an error message needs one. */
#ifndef FLOWS_JSON_LINE_H
#define FLOWS_JSON_LINE_H

#include "flows/text/str.h"

/* The line (from 1) on which the value at a path such as "channels[2].token" begins in text; "" is the whole; 0: not
 * found.  For text that Jansson took; harmless on any other.  Keys are compared as they are written: one that is
 * spelt with escapes is not found. */
unsigned json_line_of(struct str text, const char *path);

#endif
