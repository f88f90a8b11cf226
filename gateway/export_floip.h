/* FLOIP, the open standard of this field (peers.md 3): answers as a Flow Results 1.0.0-rc1 data package, and the conversations as a
 * Flow Spec 1.0.0-rc4 container.
 *
 * A question's id is "flow.STATE", the same over all versions of a flow.  A package's id is the same for the same filter of the
 * same database.  Descriptor at `path`, rows beside it as "…-data.json". */
#ifndef GATEWAY_EXPORT_FLOIP_H
#define GATEWAY_EXPORT_FLOIP_H

#include "gateway/export.h"
#include "gateway/json.h"

int export_floip(struct reader *reader, const struct export_ask *ask, struct report_filter *filter,
		const struct export_watch *watch,
		 int64_t *rows, struct err *err) __attribute__((warn_unused_result));

/* The container of all current flows; a new reference, NULL: no memory.  modified: "2026-11-28 17:40:00.000Z". */
json_t *floip_container(const struct book *book, struct str modified);
/* A UUID that is always the same for the same words (in the form of version 4, which FLOIP asks for). */
void floip_uuid(const struct str *words, size_t count, char out[37]);

#endif
