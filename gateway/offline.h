/* What a command changes: asked of the running daemon over state/control.sock, or, when none runs, done here under the
 * state folder's lock. */
#ifndef GATEWAY_OFFLINE_H
#define GATEWAY_OFFLINE_H

#include "gateway/config.h"
#include "gateway/json.h"

struct db;

/* 1: *answer is the daemon's, printed if it is a refusal and then the exit code is in *code; 0: no daemon; -1: *code. */
int ask_daemon(const struct config *config, const json_t *request, json_t **answer, int *code);
/* Opens the database for one change; the caller commits.  0 or an exit code, the reason on stderr. */
int open_offline(const struct config *config, struct db *db);
/* Runs change() as the only item of a batch.  0 or an error of the db floor. */
int change_offline(struct db *db, int (*change)(struct db *db, void *user), void *user);

#endif
