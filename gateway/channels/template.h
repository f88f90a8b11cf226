/* Text with {{name}} in it: what descriptors say that a request or an answer looks like.
 *
 * Each value is escaped for the place where it stands, so nothing that a stranger wrote can end a string, a header or a
 * tag.  Names are checked when the configuration loads; a template never fails later but for want of room. */
#ifndef GATEWAY_CHANNELS_TEMPLATE_H
#define GATEWAY_CHANNELS_TEMPLATE_H

#include "flows/err.h"
#include "flows/text/buf.h"

enum escape {
	ESCAPE_NONE,   /* text/plain */
	ESCAPE_FORM,   /* a value in a query or a form: space is "+" */
	ESCAPE_URL,    /* the same with "%20" */
	ESCAPE_JSON,   /* inside the quotes of a string */
	ESCAPE_HEADER, /* printable ASCII; all else is left out */
	ESCAPE_XML,    /* between tags and in attributes; line ends are <br/>, controls are left out */
};

/* Puts the value of name into *value; false: no such name. */
typedef bool template_value(struct str name, void *user, struct str *value);

/* Writes the template; what does not fit sets out->full. */
void template_put(struct buf *out, struct str template, enum escape escape, template_value *value, void *user);
/* 0, or -EINVAL with "what" in err: a brace that is not closed, a name that `known` does not have. */
int template_check(struct str template, bool (*known)(struct str name, void *user), void *user, struct err *err)
	__attribute__((warn_unused_result));
void escape_put(struct buf *out, struct str value, enum escape escape);

#endif
