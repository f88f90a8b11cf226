/* The fields of a callback by name, wherever they stand: query, form, JSON, headers.
 *
 * A place is written
 *     "name"       a field of the form (of the query with GET), or a member of the JSON object
 *     "/a/b/0"     a JSON pointer (RFC 6901, without ~ escapes) from the object, or from the entry of a batch
 *     "q:name"     the query
 *     "h:Name"     a header
 * Names are found as they stand; failing that, letters' case does not count: the same vendor's end notification spells
 * MSISDN msisdn.  Empty names and fields that stand twice: see fields_read(). */
#ifndef GATEWAY_CHANNELS_FIELDS_H
#define GATEWAY_CHANNELS_FIELDS_H

#include "gateway/channels/dialect.h"
#include "gateway/form.h"
#include "gateway/json.h"

enum { FIELDS_FORM = 1, FIELDS_JSON = 2 }; /* what a body may be */

struct fields { /* values live in the arena; json until fields_release() */
	const struct http_request *request;
	struct arena *arena;
	struct form query, form;
	json_t *json;         /* owned; NULL: a form */
	const json_t *entry;  /* where names of JSON are looked up: json, or an entry of the batch in it */
	bool full;            /* the arena was used up: what is missing may have been there */
};

/* With GET the query counts as the form.  A body without a type, or of text/plain, is JSON when it begins like it.
 * 0; -EINVAL with *why: another type, broken, a name that stands twice (which of two is meant is for nobody to guess,
 * failures.md I12; fields without a name count for nothing); -ENOMEM.  Release it in every case. */
int fields_read(const struct http_request *request, unsigned accepts, struct arena *arena, struct fields *out,
		const char **why) __attribute__((warn_unused_result));
void fields_release(struct fields *fields);

/* .at == NULL: not there, or null, or no text, number, true or false.  Numbers and booleans as JSON writes them. */
struct str fields_get(struct fields *fields, struct str place);
struct str fields_word(struct fields *fields, const char *place); /* likewise, but "" when it is not there */
/* Something stands there, even an object. */
bool fields_has(struct fields *fields, struct str place);
/* The JSON value of a pointer or name; NULL: none. */
const json_t *fields_json(const json_t *from, struct str place);
/* A JSON text, number or boolean as text; .at == NULL: something else.  *full is set when the arena is. */
struct str fields_text(const json_t *value, struct arena *arena, bool *full);

#endif
