/* FLOIP, the open standard of this field (peers.md 3), as files: answers as a Flow Results package (gateway/floip_package.h), and
 * the conversations as a Flow Spec 1.0.0-rc4 container.
 *
 * Descriptor at `path`, rows beside it as "…-data.json"; or both in one archive. */
#ifndef GATEWAY_EXPORT_FLOIP_H
#define GATEWAY_EXPORT_FLOIP_H

#include "gateway/export.h"
#include "gateway/json.h"

int export_floip(struct reader *reader, const struct export_ask *ask, struct report_filter *filter,
		const struct export_watch *watch,
		 int64_t *rows, struct err *err) __attribute__((warn_unused_result));

/* The container of all current flows; a new reference, NULL: no memory.  modified: "2026-11-28 17:40:00.000Z". */
json_t *floip_container(const struct book *book, struct str modified);
#endif
