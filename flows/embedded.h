/* Files that the build puts inside the binary (gateway/embed.sh), so that one file is the whole installation. */
#ifndef FLOWS_EMBEDDED_H
#define FLOWS_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
	const char *name; /* without its folder; NULL ends a table */
	const char *bytes;
	size_t len;
};

extern const struct embedded_file flow_files[];    /* flows/definitions/ */
extern const struct embedded_file db_migrations[]; /* db/migrations/, in order */
extern const struct embedded_file vendor_files[];  /* gateway/channels/vendors/ */
extern const struct embedded_file demo_files[];    /* gateway/demo/ */
extern const struct embedded_file report_files[];  /* gateway/words/ */
extern const struct embedded_file web_files[];     /* gateway/console/web/, each gzipped too; openapi.json */

#endif
