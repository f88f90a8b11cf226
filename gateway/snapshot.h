/* The copy that `wasl backup` seals: made by the line thread, a few pages a turn of the loop, so that no callback waits for
 * more than one step.  One at a time, in the state folder; removed when whoever asked is done with it or asks no more. */
#ifndef GATEWAY_SNAPSHOT_H
#define GATEWAY_SNAPSHOT_H

#include "gateway/control.h"

#define SNAPSHOT_FILE "snapshot.tmp"

struct snapshot;

/* Removes what a process that died left behind. */
int snapshot_start(struct gateway *g, struct snapshot **out) __attribute__((warn_unused_result));
void snapshot_stop(struct snapshot *snapshot);

/* {"do": "snapshot"}: begins one, or says how far it is: {"done", "left", "pages"}.  {"do": "snapshot", "end": true}. */
void verb_snapshot(struct gateway *g, json_t *request, struct control_call *call);

#endif
