/* The end of what is past its time: once a day by itself, or when `wasl purge` asks; a page of a rule at a time, each an item
 * of a batch (db/retention.h).  Each run that did anything is a line of the audit, and a report in state/purge/ says what
 * went, by class, without a word about anybody. */
#ifndef GATEWAY_PURGE_H
#define GATEWAY_PURGE_H

#include "db/retention.h"
#include "gateway/control.h"

struct purge;

int purge_start(struct gateway *g, struct purge **out) __attribute__((warn_unused_result));
void purge_stop(struct purge *purge);

/* {"do": "purge", "dry_run": bool}: begins one, or says that one is under way: {"done", "report"}. */
void verb_purge(struct gateway *g, json_t *request, struct control_call *call);

/* ---- for whoever runs one without a daemon */

void purge_times(const struct config *config, int64_t now_ms, bool only_count, struct retention_run *run);
/* The line of the audit; inside an item. */
int purge_audit(struct db *db, const struct retention_run *run, struct str actor) __attribute__((warn_unused_result));
json_t *purge_report(const struct config *config, const struct retention_run *run);
/* state/purge/YYYY-MM-DD.txt: a run more is appended. */
int purge_write_report(const struct config *config, const struct retention_run *run) __attribute__((warn_unused_result));
/* The report as a person reads it. */
void purge_print(FILE *out, const json_t *report);

#endif
