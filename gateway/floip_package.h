/* A FLOIP Flow Results 1.0.0-rc1 data package (peers.md 3.2; github.com/FLOIP/flow-results): what was asked, in words, and the
 * coded answers as rows of seven.  Answers to sensitive questions have no code and are in none.
 *
 * A question's id is "flow.STATE", the same over all versions of a flow.  A package's id is that of its filter and its questions:
 * whatever changes in a question makes another package (the specification's option 1).  Reads alone, on the caller's reader. */
#ifndef GATEWAY_FLOIP_PACKAGE_H
#define GATEWAY_FLOIP_PACKAGE_H

#include "gateway/export.h"
#include "gateway/json.h"

struct floip {
	char id[37];
	json_t *questions;          /* by id */
	int64_t first_ms, last_ms;  /* of the answers; that of the asking when there are none */
	int64_t top;                /* row ids up to here belong to it: what comes later does not */
};

/* A UUID that is always the same for the same words (in the form of version 4, which FLOIP asks for). */
void floip_uuid(const struct str *words, size_t count, char out[37]);

/* Fills *out; floip_free() when 0.  Sets the filter's extra to the flow that is asked for. */
int floip_describe(struct reader *reader, const struct export_ask *ask, struct report_filter *filter, struct floip *out,
		   struct err *err) __attribute__((warn_unused_result));
void floip_free(struct floip *package);

/* A new reference.  One of them: path of a file, or the address of an API. */
json_t *floip_descriptor(const struct floip *package, struct str path, struct str api_data_url);

/* Takes the row; non-zero stops and is returned by floip_page(). */
typedef int floip_row(json_t *row, int64_t row_id, void *user);
/* At most 2000 rows after the row id `from`, or, backwards, before it, newest first then. */
int floip_page(struct reader *reader, const struct floip *package, struct report_filter *filter, int64_t from, bool backwards,
	       floip_row *each, void *user, struct err *err) __attribute__((warn_unused_result));

#endif
