/* application/x-www-form-urlencoded: our own decoder (WHATWG URL, 5.1), with a ceiling on the number of fields. */
#ifndef GATEWAY_FORM_H
#define GATEWAY_FORM_H

#include "flows/text/arena.h"
#include "flows/text/buf.h"

enum { FORM_FIELDS_MAX = 128 };

struct form_field {
	struct str name, value; /* decoded bytes: not checked for UTF-8, may hold NUL */
};

struct form {
	struct form_field field[FORM_FIELDS_MAX];
	size_t count;
};

/* 0; -EINVAL for a bad percent escape; -E2BIG for too many fields; -ENOMEM. */
int form_decode(struct str body, struct arena *arena, struct form *out) __attribute__((warn_unused_result));
/* The first field of that name; .at == NULL when there is none. */
struct str form_get(const struct form *form, const char *name);
/* name=value, escaped, with "&" before it unless out is empty. */
void form_put(struct buf *out, const char *name, struct str value);

#endif
